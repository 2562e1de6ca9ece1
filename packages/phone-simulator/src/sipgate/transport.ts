/** What the two transports have in common: events out, JSON in. */
import type { ArrivedWhen } from '../connection';
import type { EventType, SipgateEvent } from './wire';

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

/** Headers of every request and of the upgrade (spec 2). */
export function headersFor(token: string | undefined): Record<string, string> {
  const agent = { 'User-Agent': 'sipgate-ai-flow (phone-simulator)' };
  return token ? { ...agent, 'X-API-TOKEN': token } : agent;
}
