/** sipgate's REST call for outbound calls, and the calls that come of it (spec 13). */
import { SimulatedCall } from '../call';
import type { CallOptions, Wire } from '../call-options';
import { isObject } from '../checks';
import { type Clock, PacedClock } from '../clock';
import {
  behave,
  type Callee,
  type CalleeOutcome,
  type CalleeRule,
  PhoneBook,
  ring,
} from '../outbound/callee';
import {
  type RunningServer,
  type ServedAnswer,
  type ServedRequest,
  serveJson,
} from '../outbound/json-server';

/** An AI flow of the account. */
export interface AiFlow {
  id: string;
  /** The number that is shown to the callee; without one no call can be placed. */
  phoneNumber?: string;
  /** Where its agent is. Without it nobody talks. */
  url?: string;
  wire?: Wire;
  token?: string;
  /** Further options of every call. */
  call?: Partial<CallOptions>;
}

export interface SipgateCallApiOptions {
  flows: readonly AiFlow[];
  /** Bearer token of the account. */
  token: string;
  /** Devices that may be billed; absent: any. */
  billingDevices?: readonly string[];
  /** Who answers: a rule, or a table of number endings. Default: by the last digit. */
  callees?: CalleeRule | Readonly<Record<string, CalleeOutcome | Callee>>;
  /** The answer to the `n`th authorized request (from 0), if it is to be a fault. */
  fault?: (n: number) => (ServedAnswer & { dialsAnyway?: boolean }) | undefined;
  speed?: number;
  createClock?: () => Clock;
  port?: number;
}

/** How long it rings before the network gives up. Not published. */
const RING_TIMEOUT_MS = 30_000;

/** One call that was placed. */
export interface PlacedCall {
  flowId: string;
  toPhoneNumber: string;
  callee: Callee;
  /** Once somebody has answered and the flow has an agent. */
  call?: SimulatedCall;
  done: Promise<void>;
}

/** `https://api.sipgate.com` for tests: `POST /v3/ai-flows/{aiFlowId}/call`. */
export class SipgateCallApi {
  readonly calls: PlacedCall[] = [];
  readonly requests: { text: string; status: number }[] = [];
  readonly #options: SipgateCallApiOptions;
  readonly #phoneBook: PhoneBook;
  #server!: RunningServer;
  #authorized = 0;

  private constructor(options: SipgateCallApiOptions) {
    this.#options = options;
    this.#phoneBook = new PhoneBook(options.callees);
  }

  static async start(options: SipgateCallApiOptions): Promise<SipgateCallApi> {
    const api = new SipgateCallApi(options);
    api.#server = await serveJson((request) => api.#answer(request), options.port);
    return api;
  }

  get url(): string {
    return this.#server.url;
  }

  /** Numbers that were really called, one entry per call. */
  get dialled(): string[] {
    return this.calls.map(({ toPhoneNumber }) => toPhoneNumber);
  }

  /** Resolves when every call is over. */
  async idle(): Promise<void> {
    for (const { done } of this.calls) await done;
  }

  async close(): Promise<void> {
    for (const { call } of this.calls) if (call && call.state !== 'over') await call.hangUp();
    await this.#server.close();
  }

  #answer(request: ServedRequest): ServedAnswer {
    const [, flowId] = /^\/v3\/ai-flows\/([^/]+)\/call$/.exec(request.path) ?? [];
    if (!flowId) return { status: 404 };
    if (request.method !== 'POST') return { status: 405, headers: { Allow: 'POST' } };
    const answer = this.#call(decodeURIComponent(flowId), request);
    this.requests.push({ text: request.text, status: answer.status });
    return answer;
  }

  #call(flowId: string, { headers, text }: ServedRequest): ServedAnswer {
    if (headers.authorization !== `Bearer ${this.#options.token}`) return { status: 401 };
    const flow = this.#options.flows.find(({ id }) => id === flowId);
    if (!flow) return { status: 404 };
    const toPhoneNumber = this.#read(text);
    if (!toPhoneNumber || !flow.phoneNumber) return { status: 400 };
    const fault = this.#options.fault?.(this.#authorized++);
    if (fault && !fault.dialsAnyway) return fault;
    const place = () => this.#place(flow, toPhoneNumber);
    return fault ? { ...fault, after: place } : { status: 201, after: place };
  }

  /** The number to be called: without a plus (spec 13, RULE). */
  #read(text: string): string | undefined {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      return undefined;
    }
    if (!isObject(json)) return undefined;
    const { billingDevice, toPhoneNumber } = json;
    const devices = this.#options.billingDevices;
    const billed =
      typeof billingDevice === 'string' && (devices?.includes(billingDevice) ?? billingDevice !== '');
    const numbered = typeof toPhoneNumber === 'string' && /^[1-9]\d{4,14}$/.test(toPhoneNumber);
    return billed && numbered ? toPhoneNumber : undefined;
  }

  #place(flow: AiFlow, toPhoneNumber: string): void {
    const callee = this.#phoneBook.calleeOf(toPhoneNumber);
    const placed: PlacedCall = { flowId: flow.id, toPhoneNumber, callee, done: Promise.resolve() };
    placed.done = this.#converse(flow, placed);
    this.calls.push(placed);
  }

  /** Nobody hears of a call that is not answered; an answered one begins like any other (spec 13). */
  async #converse(flow: AiFlow, placed: PlacedCall): Promise<void> {
    const clock = this.#options.createClock?.() ?? new PacedClock(this.#options.speed ?? 1);
    if (await ring(placed.callee, clock, RING_TIMEOUT_MS)) return;
    if (!flow.url) return;
    placed.call = new SimulatedCall({
      ...flow.call,
      url: flow.url,
      network: 'sipgate',
      ...(flow.wire ? { wire: flow.wire } : {}),
      token: flow.token,
      clock,
      direction: 'outbound',
      from: flow.phoneNumber,
      to: placed.toPhoneNumber,
    });
    try {
      await placed.call.start();
      await behave(placed.callee, placed.call);
      await placed.call.closed();
    } catch {
      // Nobody took the call at the agent's side: the callee hears nothing and hangs up.
    }
  }
}
