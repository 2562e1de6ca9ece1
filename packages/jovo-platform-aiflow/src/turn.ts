import type { AiflowCall } from './aiflow-call';
import type { SipgateAiflowResponse } from './SipgateAiflowResponse';
import type { AiflowEvent } from './wire';

/** One event on its way through the app, and the signal that says whether anyone still waits for the answer. */
export interface Turn {
  call: AiflowCall;
  event: AiflowEvent;
  signal: AbortSignal;
  /** Set while the app works on it: takes out what was said so far. */
  takeOutput?: () => SipgateAiflowResponse;
  /** Its HTTP request has been answered: what it still says rides on later ones. */
  answered?: boolean;
  /** An apology for a failure of this turn has left already. */
  apologised?: boolean;
}

/** Where a server carries the turn it was made for. */
export const TURN = Symbol('turn');

export interface TurnCarrier {
  [TURN]?: Turn;
}
