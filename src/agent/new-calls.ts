import type { ObservedCall } from '@jovo-telephony/telephony';
import type { Conversation } from './conversation';

/** Who says how many calls are answered, and how often. */
export interface NewCalls {
  /** Undefined lets the call in; anything else is the limit that stands against it. */
  admit(call: NewCall): string | undefined;
  /** The call is over, whether it was let in or not. */
  ended(call: ObservedCall): void;
}

/** A call that wants to be answered. */
export interface NewCall extends ObservedCall {
  /** Digits of the caller; undefined if withheld. */
  callerNumber?: string;
  /** Digits of our own number. */
  ownNumber?: string;
  /** Who answers, and how many calls that is allowed at the same time; undefined: any number. */
  profileKey: string;
  concurrentCalls?: number;
}

/** A call as whoever measures knows it. */
export function observed({ network = 'unknown', callId }: Conversation): ObservedCall {
  return { network, callId };
}
