/** What the two transports have in common: events out, JSON in. */
import type { EventType, SipgateEvent } from './wire';

/** When JSON arrived, seen from the agent: only what it sent *after* it knew of the end is its fault. */
export type ArrivedWhen = 'in_call' | 'in_flight' | 'after_end';

/** Told by a transport what the agent does. */
export interface TransportListener {
  /** Parsed JSON of an answer or a pushed frame. */
  answer(json: unknown, when: ArrivedWhen): void;
  violation(rule: string, sentence: string, spec: string): void;
  response(to: EventType, status: number, elapsedMs: number): void;
  /** The agent cannot be reached any more. */
  lost(reason: string): void;
}

/** One call's way to the agent. */
export interface Transport {
  readonly kind: 'websocket' | 'http';
  /** HTTP: requests without an answer yet. WebSocket: always 0, an action is not linked to an event. */
  readonly pending: number;
  /** Resolves when the agent can be sent events; rejects with a `SimulatorError`. */
  open(listener: TransportListener): Promise<void>;
  /** Sends in order. Resolves when the event is out; the first one rejects when nobody is there. */
  send(event: SipgateEvent): Promise<void>;
  /** After `session_end`: gives the agent the chance to misbehave, then lets go. */
  close(): Promise<void>;
}

/** Longest answer that is read: a 30 s loop is 1.25 MB of base64 (spec 3.6), the rule is 8 MiB and more. */
export const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** Headers of every request and of the upgrade (spec 2). */
export function headersFor(token: string | undefined): Record<string, string> {
  const agent = { 'User-Agent': 'sipgate-ai-flow (phone-simulator)' };
  return token ? { ...agent, 'X-API-TOKEN': token } : agent;
}

/** The same agent by the other transport: `ws://host/path` is `http://host/path`. */
export function urlFor(kind: Transport['kind'], url: string): string {
  return url.replace(
    /^(ws|http)(s?):/i,
    (_all, _scheme, secure) => `${kind === 'http' ? 'http' : 'ws'}${secure}:`,
  );
}

/** Ends a wait that nobody else will end; real time, because sockets live in it. */
export function withinMs<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
