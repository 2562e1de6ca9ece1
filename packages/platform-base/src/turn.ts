import type { Call } from './call';
import type { Reply, Unfinished } from './call-state';
import type { WireTypes } from './wire';

/** One event on its way through the app, and the signal that says whether anyone still waits for the answer. */
export interface Turn<T extends WireTypes> {
  call: Call<T>;
  event: T['event'];
  signal: AbortSignal;
  /** Set while the app works on it: takes out what was said so far. */
  takeOutput?: () => Reply<T>;
  /** When the event came, by the clock; and which of the events of its call in this process it is. */
  arrivedAtMs: number;
  number: number;
  /** Something has left for it. */
  acted?: boolean;
  /** Its HTTP request has been answered: what it still says rides on later ones. */
  answered?: boolean;
  /** The wire's key of the event. */
  key?: string;
  /** Another process works on the call: the turn has not been noted on it yet. */
  waiting?: boolean;
  /** The event was handled before: its answer is repeated. */
  repeated?: boolean;
  /** Its entry in the state of the call. */
  unfinished?: Unfinished<T>;
  /** An apology for a failure of this turn has left already. */
  apologised?: boolean;
}

/** Where a server carries the turn it was made for. */
export const TURN = Symbol('turn');

export interface TurnCarrier<T extends WireTypes> {
  [TURN]?: Turn<T>;
}
