import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { factOf, noteFact } from '../call/call-facts';
import { KEY_IN_METADATA, notifyUrlOf } from '../call/call-key';
import { claimCall } from '../call/claim-call';
import { DEFAULT_CAPS } from '../campaign/campaign-rules';
import { judgeDial, NO_USAGE } from '../campaign/dial-policy';
import { doNotCallClaim } from '../campaign/do-not-call';
import { countryOf, dateIn, zoneForDays } from '../campaign/place';
import { e164OfWritten } from '../campaign/written-number';
import { DialerError } from '../errors';
import { type HttpAnswer, type HttpHandler, httpHandler, jsonOf, readBody } from '../http';
import { allowedCaller, type DialoutFields, dialoutFaults, dialoutFields } from '../network/dialout-fields';
import type { DialAnswer, DialRequest, OutboundNetwork } from '../network/outbound-network';
import { REFUSALS } from '../network/outbound-network';
import type { DialStore } from '../store/dial-store';
import { type Clients, TOKEN_LIFE_SEC } from './clients';
import { type DialoutBot, type DialoutClient, mayUse } from './dialout-file';
import { InTurn, PerSecond } from './limits';
import { type OrderedCalls, orderStream } from './ordered-calls';

/** A bot, and the network that places its calls. */
export interface ServedBot extends DialoutBot {
  name: string;
  outbound: OutboundNetwork;
}

export interface DialoutEndpointOptions {
  bots: readonly ServedBot[];
  clients: Clients;
  store: DialStore;
  calls: OrderedCalls;
  /** Wall-clock time, milliseconds since 1970. */
  wallMs(): number;
  /** Where networks report to; undefined: they are not told to. */
  notify?: { publicUrl: string; secret: string };
}

const MAX_BODY_BYTES = 131_072;

/** Ringing and the way there, for whoever does not say how long. */
const DEFAULT_RING_SEC = 20;
const SETUP_MS = 40_000;

/** A call that was ordered, under a key of ours. */
interface Order {
  key: string;
  conversationId: string;
  request: DialRequest;
}

/** Orders that are not carried out; thrown where it is noticed. */
class Refusal extends Error {
  constructor(readonly answer: HttpAnswer) {
    super('refused');
  }
}

const refuse = (status: number, error: string, headers?: Record<string, string>): never => {
  throw new Refusal({ status, body: { error }, headers });
};

const tooMany = (afterSeconds: number): never =>
  refuse(429, 'Too Many Requests', { 'Retry-After': String(afterSeconds) });

/**
 * The dialout interface of the gateway (spec 7), served by us: a dialer that was written for it can place calls through
 * every network of ours. `POST /oauth/token` and `POST /api/v1/actions/dialout`.
 */
export class DialoutEndpoint {
  readonly token: HttpHandler = httpHandler((request) => this.answered(request, () => this.issue(request)));
  readonly dialout: HttpHandler = httpHandler((request) => this.answered(request, () => this.order(request)));
  private readonly lines: ReadonlyMap<string, { perSecond: PerSecond; turn: InTurn }>;

  constructor(private readonly options: DialoutEndpointOptions) {
    this.lines = new Map(
      options.bots.map(({ name, limitPerSecond }) => [
        name,
        { perSecond: new PerSecond(limitPerSecond), turn: new InTurn() },
      ]),
    );
  }

  private async answered(request: IncomingMessage, work: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
    if (request.method !== 'POST') return { status: 405, headers: { Allow: 'POST' } };
    try {
      return await work();
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      if (error instanceof DialerError) return { status: 400, body: { error: error.faults.join(' ') } };
      throw error;
    }
  }

  /** Client credentials (spec 7.2.1): a form; one client sends JSON. */
  private async issue(request: IncomingMessage): Promise<HttpAnswer> {
    const text = (await readBody(request, MAX_BODY_BYTES)) ?? '';
    const json = jsonOf(text);
    const form =
      typeof json === 'object' && json !== null ? json : Object.fromEntries(new URLSearchParams(text));
    const { grant_type: grant, client_id: id, client_secret: secret } = form as Record<string, unknown>;
    if (grant !== 'client_credentials') return { status: 400, body: { error: 'unsupported_grant_type' } };
    const { clients } = this.options;
    const client =
      (await clients.authorized(request.headers.authorization)) ??
      clients.bySecret(String(id), String(secret));
    if (!client) return { status: 401, body: { error: 'invalid_client' } };
    return {
      status: 200,
      headers: { 'Cache-Control': 'no-store' },
      body: { access_token: await clients.token(client), token_type: 'Bearer', expires_in: TOKEN_LIFE_SEC },
    };
  }

  private async order(request: IncomingMessage): Promise<HttpAnswer> {
    const client = await this.options.clients.authorized(request.headers.authorization);
    if (!client) {
      return {
        status: 401,
        body: { error: 'Unauthorized' },
        headers: { 'WWW-Authenticate': 'Basic, Bearer' },
      };
    }
    const text = await readBody(request, MAX_BODY_BYTES);
    if (text === undefined)
      return { status: 413, body: { error: `Expected at most ${MAX_BODY_BYTES} bytes.` } };
    const body = jsonOf(text);
    const faults = dialoutFaults(body);
    if (faults.length > 0) refuse(400, faults.join(' '));
    return this.place(dialoutFields(body), client);
  }

  private async place(fields: DialoutFields, client: DialoutClient): Promise<HttpAnswer> {
    const bot =
      this.options.bots.find(({ name }) => name === fields.bot) ??
      refuse(404, 'bot: there is none of that name.');
    if (!mayUse(client, bot.name, bot)) refuse(403, 'bot: your scopes do not cover it.');
    const number =
      e164OfWritten(fields.target) ?? refuse(400, 'target: expected a number such as "tel:+4915790000001".');
    const order = this.orderOf(fields, bot, number);
    bot.outbound.check(order.request);
    if (fields.notifyUrl !== undefined && !mayBeTold(fields.notifyUrl, client)) {
      refuse(400, 'notifyUrl: expected a host that your account may be notified at.');
    }
    await this.judge(number, bot);
    const line = this.lines.get(bot.name);
    await line?.turn.do(() => this.claim(order, bot, line.perSecond, fields));
    return this.carryOut(order, bot);
  }

  private orderOf(fields: DialoutFields, bot: ServedBot, number: string): Order {
    const { wallMs, notify } = this.options;
    const conversationId = randomUUID();
    const key = `${orderStream(wallMs())}.${conversationId}`;
    const { bot: _, target: __, notifyUrl: ___, caller, callerHost: ____, metadata, ...rest } = fields;
    const reports = bot.outbound.can.reports && notify !== undefined;
    const request: DialRequest = {
      ...rest,
      number,
      caller: callerOf(caller, bot),
      metadata: { ...metadata, [KEY_IN_METADATA]: key },
      ...(reports ? { notifyUrl: notifyUrlOf(notify.publicUrl, key, notify.secret) } : {}),
    };
    return { key, conversationId, request };
  }

  private async judge(number: string, { allow, deny, hours, perNumberPerDay }: ServedBot): Promise<void> {
    const { store, wallMs } = this.options;
    const rules = {
      numbers: { allowedPrefixes: allow, deniedPrefixes: deny },
      hours,
      caps: { ...DEFAULT_CAPS, perNumberPerDay },
    };
    const verdict = judgeDial(number, countryOf(number) ?? '', rules, NO_USAGE, wallMs());
    if (!verdict.allowed) refuse(403, verdict.sentence);
    if (await store.claimedBy(doNotCallClaim(number))) refuse(403, 'The number is on the do-not-call list.');
  }

  /** Takes a place among the calls of the bot. One order at a time: none may slip in between looking and taking. */
  private async claim(
    { key, conversationId, request }: Order,
    bot: ServedBot,
    perSecond: PerSecond,
    { notifyUrl, answerTimeoutSec = DEFAULT_RING_SEC }: DialoutFields,
  ): Promise<void> {
    const { store, wallMs, calls } = this.options;
    await calls.look();
    const full = bot.maxConcurrentCalls > 0 && calls.openCalls(bot.name) >= bot.maxConcurrentCalls;
    const afterSeconds = full ? 1 : await perSecond.refused();
    if (afterSeconds !== undefined) tooMany(afterSeconds);
    const { number, metadata } = request;
    const atMs = wallMs();
    const ordered = { bot: bot.name, conversationId, notifyUrl, ringMs: answerTimeoutSec * 1000 + SETUP_MS };
    const kept = bot.outbound.can.metadata ? {} : { metadata };
    const claim = await claimCall(store, {
      record: { type: 'dialling', key, number, network: bot.outbound.name, ...kept, ordered, atMs },
      day: dateIn(zoneForDays(countryOf(number) ?? ''), atMs),
      perNumberPerDay: bot.perNumberPerDay,
    });
    if (claim !== 'claimed') refuse(403, 'The number was called often enough today.');
    await calls.look();
  }

  private async carryOut({ key, conversationId, request }: Order, bot: ServedBot): Promise<HttpAnswer> {
    const { store, wallMs, calls } = this.options;
    const answer = await bot.outbound.dial(request);
    await noteFact(store, key, factOf(answer), wallMs());
    await calls.look();
    return answerOf(answer, conversationId);
  }
}

/** sipgate shows the number of the flow, whatever is asked for. */
function callerOf(caller: string | undefined, { outbound, allowedCallers }: ServedBot): string | undefined {
  if (outbound.name !== 'sipgate') return allowedCaller(caller, allowedCallers);
  if (caller === undefined) return undefined;
  if (allowedCallers === undefined)
    return refuse(400, 'caller: this bot shows the number of its flow; leave it out.');
  return allowedCaller(caller, allowedCallers);
}

function mayBeTold(notifyUrl: string, { notifyHosts }: DialoutClient): boolean {
  const { host, hostname, username, password } = new URL(notifyUrl);
  return username === '' && password === '' && (notifyHosts.includes(host) || notifyHosts.includes(hostname));
}

/** In the gateway's own words: 4xx for what is certainly not placed, 5xx where nobody knows. */
function answerOf(answer: DialAnswer, conversationId: string): HttpAnswer {
  switch (answer.result) {
    case 'placed':
      return { status: 200, body: { conversationId: answer.conversationId ?? conversationId } };
    case 'refused': {
      const { scope, advice } = REFUSALS[answer.reason];
      return { status: scope === 'call' ? 400 : 424, body: { error: advice } };
    }
    case 'throttled': {
      const afterSeconds = Math.max(1, Math.ceil((answer.retryAfterMs ?? 1_000) / 1000));
      return {
        status: 429,
        body: { error: 'Too Many Requests' },
        headers: { 'Retry-After': String(afterSeconds) },
      };
    }
    case 'unreachable':
      return {
        status: 429,
        body: { error: 'The network cannot be reached.' },
        headers: { 'Retry-After': '5' },
      };
    case 'unknown':
      return {
        status: 504,
        body: {
          error: 'It is not known whether the call is placed: wait for a notification, do not ask again.',
        },
      };
  }
}
