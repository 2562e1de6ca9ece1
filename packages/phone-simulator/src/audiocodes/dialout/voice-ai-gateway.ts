/** The gateway's REST side for dialers: tokens, the dialout action, and the calls it places (spec 7). */
import { randomUUID } from 'node:crypto';
import { type Clock, PacedClock } from '../../clock';
import { HttpClient } from '../../http-exchange';
import { type Callee, type CalleeOutcome, type CalleeRule, PhoneBook } from '../../outbound/callee';
import {
  type RunningServer,
  type ServedAnswer,
  type ServedRequest,
  serveJson,
} from '../../outbound/json-server';
import { type ApiClient, OAuthTokens } from '../../outbound/oauth-tokens';
import { LimitCounter } from './limits';
import { type DeliveryPlan, type Notification, Notifier } from './notifier';
import { type DialoutBot, OutboundCall } from './outbound-call';
import { type DialoutRequest, readDialoutRequest } from './request';

/** A fault of the gateway itself, for the dialer to cope with. */
export interface GatewayFault {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
  /** The connection is cut without an answer. */
  cut?: boolean;
  /** The call is placed nevertheless: whoever asks again dials twice. */
  dialsAnyway?: boolean;
}

export interface VoiceAiGatewayOptions {
  bots: readonly DialoutBot[];
  /** Default: one client, `dialer` with the secret `secret`, for all bots. */
  clients?: readonly ApiClient[];
  /** Ways to authenticate that the administrator has enabled. Default both. */
  methods?: readonly ('basic' | 'oauth')[];
  /** Default 900. */
  tokenLifeSeconds?: number;
  /** Who answers: a rule, or a table of number endings. Default: by the last digit. */
  callees?: CalleeRule | Readonly<Record<string, CalleeOutcome | Callee>>;
  /** How each notification is delivered. Default: once, at once, in order. */
  notifications?: (body: Notification) => DeliveryPlan;
  /** Whether the SBC can detect machines; otherwise requests that ask for it are refused. Default true. */
  detectsMachines?: boolean;
  /** Whether 429 says when to come back. Default true. */
  retryAfter?: boolean;
  /** The 200 leaves only so much later, real time, so that a notification overtakes it. */
  answerAfterMs?: number;
  /** The answer to the `n`th authorized dialout request (from 0), if it is to be a fault. */
  fault?: (request: DialoutRequest, n: number) => GatewayFault | undefined;
  /** Ringing and talking pass this much faster. Default 1. */
  speed?: number;
  /** A clock for each call. Default: a paced one of `speed`. */
  createClock?: () => Clock;
  /** Milliseconds for the limits; default real time. */
  now?: () => number;
  /** Default: any free port of the loopback. */
  port?: number;
}

const DIALOUT = '/api/v1/actions/dialout';
const TOKEN = '/oauth/token';

/**
 * ```ts
 * const gateway = await VoiceAiGateway.start({ bots: [{ name: 'reminder-bot', url: 'http://127.0.0.1:3000/audiocodes' }] });
 * // a dialer POSTs to `${gateway.url}/api/v1/actions/dialout`
 * await gateway.idle(); gateway.calls; await gateway.close();
 * ```
 */
export class VoiceAiGateway {
  /** Every call that was placed, in order. */
  readonly calls: OutboundCall[] = [];
  /** Every dialout request as it came, also those that were refused, with the status of the answer. */
  readonly requests: { text: string; status: number }[] = [];
  readonly tokens: OAuthTokens;
  readonly #options: VoiceAiGatewayOptions;
  readonly #phoneBook: PhoneBook;
  readonly #limits = new Map<string, LimitCounter>();
  readonly #client = new HttpClient();
  #server!: RunningServer;
  #authorized = 0;

  private constructor(options: VoiceAiGatewayOptions) {
    this.#options = options;
    this.#phoneBook = new PhoneBook(options.callees);
    const clients = options.clients ?? [{ id: 'dialer', secret: 'secret' }];
    this.tokens = new OAuthTokens(clients, options.tokenLifeSeconds ?? 900);
    for (const bot of options.bots) {
      this.#limits.set(bot.name, new LimitCounter(bot, options.now ?? (() => performance.now())));
    }
  }

  static async start(options: VoiceAiGatewayOptions): Promise<VoiceAiGateway> {
    const gateway = new VoiceAiGateway(options);
    gateway.#server = await serveJson((request) => gateway.#answer(request), options.port);
    return gateway;
  }

  /** Base URL of the REST interface. */
  get url(): string {
    return this.#server.url;
  }

  /** Numbers that were really called, as given, one entry per call. */
  get dialled(): string[] {
    return this.calls.map(({ request }) => request.target);
  }

  /** Resolves when every call is over and every notification is out. */
  async idle(): Promise<void> {
    for (const call of this.calls) await call.done;
  }

  async close(): Promise<void> {
    for (const { call } of this.calls) if (call && call.state !== 'over') await call.hangUp();
    this.#client.close();
    await this.#server.close();
  }

  async #answer(request: ServedRequest): Promise<ServedAnswer> {
    const wanted = request.path === DIALOUT || request.path === TOKEN;
    if (!wanted) return { status: 404, body: { error: 'Not Found' } };
    if (request.method !== 'POST') return { status: 405, headers: { Allow: 'POST' } };
    if (request.path === TOKEN) return this.#allows('oauth') ? this.tokens.answer(request) : { status: 404 };
    const answer = await this.#dialout(request);
    this.requests.push({ text: request.text, status: answer.status });
    return answer;
  }

  #allows(method: 'basic' | 'oauth'): boolean {
    return this.#options.methods?.includes(method) ?? true;
  }

  #dialout({ headers, text }: ServedRequest): ServedAnswer | Promise<ServedAnswer> {
    const { authorization } = headers;
    const client =
      (this.#allows('basic') ? this.tokens.byBasic(authorization) : undefined) ??
      (this.#allows('oauth') ? this.tokens.byBearer(authorization) : undefined);
    if (!client) return { status: 401, body: { error: 'Unauthorized' } };
    const request = readDialoutRequest(text);
    if ('error' in request) return { status: 400, body: request };
    const bot = this.#options.bots.find(({ name }) => name === request.bot);
    if (!bot) return { status: 404, body: { error: `bot '${request.bot}' not found` } };
    if (!mayUse(client, bot)) return { status: 403, body: { error: 'Forbidden' } };
    const caller = callerFor(request, bot);
    if (typeof caller !== 'string') return { status: 400, body: caller };
    const detects = request.machineDetection === 'detect' || request.machineDetection === 'disconnect';
    if (detects && this.#options.detectsMachines === false) {
      return { status: 400, body: { error: 'machine detection is not supported by the SBC' } };
    }
    return this.#place(request, bot, caller);
  }

  #place(request: DialoutRequest, bot: DialoutBot, caller: string): ServedAnswer | Promise<ServedAnswer> {
    const conversationId = randomUUID();
    const limits = this.#limits.get(bot.name) as LimitCounter;
    const fault = this.#options.fault?.(request, this.#authorized++);
    if (fault && !fault.dialsAnyway) return fault;
    const afterSeconds = limits.refuse(conversationId);
    if (afterSeconds !== undefined) {
      const headers =
        this.#options.retryAfter === false ? undefined : { 'Retry-After': String(afterSeconds) };
      return { status: 429, body: { error: 'Too Many Requests' }, headers };
    }
    const plan = this.#options.notifications ?? (() => ({}));
    const call = new OutboundCall(request, conversationId, {
      bot,
      caller,
      callee: this.#phoneBook.calleeOf(request.target),
      clock: this.#options.createClock?.() ?? new PacedClock(this.#options.speed ?? 1),
      notifier: new Notifier(request.notifyUrl, plan, this.#client),
    });
    this.calls.push(call);
    void call.done.then(() => limits.ended(conversationId));
    const { answerAfterMs } = this.#options;
    const place = () => void call.place();
    if (fault) return { ...fault, after: place };
    if (answerAfterMs === undefined) return { status: 200, body: { conversationId }, after: place };
    place();
    return new Promise((resolve) => {
      setTimeout(() => resolve({ status: 200, body: { conversationId } }), answerAfterMs);
    });
  }
}

/** `*`, the bot's name, or its tag (spec 7.2). */
function mayUse({ scopes = ['*'] }: ApiClient, { name, authorizationTag }: DialoutBot): boolean {
  return scopes.some((scope) => scope === '*' || scope === name || scope === `tag=${authorizationTag}`);
}

/** The caller id, or why there is none (spec 7.3, `dialoutAllowedCallers`). */
function callerFor({ caller }: DialoutRequest, { allowedCallers }: DialoutBot): string | { error: string } {
  if (!allowedCallers || allowedCallers.length === 0) {
    return caller ?? { error: "request should have required property 'caller'" };
  }
  if (caller === undefined && allowedCallers.length === 1) return allowedCallers[0] as string;
  if (caller === undefined) return { error: "request should have required property 'caller'" };
  return allowedCallers.includes(caller) ? caller : { error: `caller '${caller}' is not allowed` };
}
