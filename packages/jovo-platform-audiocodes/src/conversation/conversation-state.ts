/** Where a conversation stands (spec 1.13). */
export type ConversationState = 'created' | 'started' | 'transferring' | 'ended' | 'expired';

/** What happens to it. Requests of the gateway, what we send, and time. */
export type ConversationStep =
  | 'create'
  /** Any activity that is understood: the first one need not be `start` (spec 3.1). */
  | 'activity'
  | 'refresh'
  | 'disconnect'
  /** A `transfer` of ours has left. */
  | 'transfer'
  /** The gateway says that it failed: the caller is back. */
  | 'transfer_failed'
  /** No sign of life for too long. */
  | 'expire';

/** What a step leads to; `answer` is the HTTP status it is answered with. */
export interface Transition {
  state: ConversationState;
  answer: 200 | 404;
  /** The call ends here, and with it whatever is still being thought or said. */
  ends?: true;
}

const STAY = (state: ConversationState): Transition => ({ state, answer: 200 });
const GONE = (state: ConversationState): Transition => ({ state, answer: 404 });

/**
 * Every state and every step (spec 1.5, 1.8, 1.9, 1.13). A repeated creation keeps a conversation that lives; one that
 * is over may be created anew under the same id.
 */
const TRANSITIONS: Readonly<Record<ConversationState, Readonly<Record<ConversationStep, Transition>>>> = {
  created: {
    create: STAY('created'),
    activity: STAY('started'),
    refresh: STAY('created'),
    disconnect: { state: 'ended', answer: 200, ends: true },
    transfer: STAY('transferring'),
    transfer_failed: STAY('started'),
    expire: { state: 'expired', answer: 404, ends: true },
  },
  started: {
    create: STAY('started'),
    activity: STAY('started'),
    refresh: STAY('started'),
    disconnect: { state: 'ended', answer: 200, ends: true },
    transfer: STAY('transferring'),
    transfer_failed: STAY('started'),
    expire: { state: 'expired', answer: 404, ends: true },
  },
  transferring: {
    create: STAY('transferring'),
    activity: STAY('transferring'),
    refresh: STAY('transferring'),
    disconnect: { state: 'ended', answer: 200, ends: true },
    transfer: STAY('transferring'),
    transfer_failed: STAY('started'),
    expire: { state: 'expired', answer: 404, ends: true },
  },
  ended: {
    create: STAY('created'),
    activity: GONE('ended'),
    refresh: GONE('ended'),
    // The gateway has not heard our answer to the first one.
    disconnect: STAY('ended'),
    transfer: GONE('ended'),
    transfer_failed: GONE('ended'),
    expire: GONE('ended'),
  },
  expired: {
    create: STAY('created'),
    activity: GONE('expired'),
    refresh: GONE('expired'),
    disconnect: STAY('expired'),
    transfer: GONE('expired'),
    transfer_failed: GONE('expired'),
    expire: GONE('expired'),
  },
};

export function nextConversationState(state: ConversationState, step: ConversationStep): Transition {
  return TRANSITIONS[state][step];
}

/** The lifetime that we tell, and how much longer we are patient (spec 1.5, 1.8). */
export const LIFETIME = { expiresSeconds: 120, patience: 1.5 } as const;

/** Whether nobody has spoken of a conversation for so long that it is over. */
export function isExpired(lastSeenMs: number, nowMs: number, expiresSeconds: number): boolean {
  return nowMs - lastSeenMs > expiresSeconds * 1000 * LIFETIME.patience;
}
