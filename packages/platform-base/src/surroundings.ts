import type { ObservedTurn } from '@jovo-telephony/telephony';
import type { Headers } from './server/headers';

/** A call that nobody here has heard of, at the door. */
export interface CallAtDoor {
  callId: string;
  /** Of the request that brings it, or of the upgrade of its socket. */
  headers: Headers;
}

/** Why a new call is not taken: over HTTP in so many words, on a WebSocket by the close code 1013. */
export interface CallRefusal {
  status: 429 | 503;
  error: string;
  /** When it is worth trying again. */
  retryAfterSeconds?: number;
}

/** Asked before a new call is opened; whatever it answers is a refusal. Events of known calls are never refused. */
export type NewCallGate = (call: CallAtDoor) => CallRefusal | undefined;

/** Runs the work of a turn, for example with its span as the active one. Returns what the work does. */
export type TurnRunner = <R>(turn: ObservedTurn, work: () => R) => R;
