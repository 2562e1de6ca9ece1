import type { MachineDetection } from './dialout-fields';

/** One call that is to be placed, in words that hold on every network. */
export interface DialRequest {
  /** E.164 with its plus, as the policy has judged it. */
  number: string;
  /** What the person called sees. Undefined: the network's own. */
  caller?: string;
  callerDisplayName?: string;
  /** What the conversation is given. */
  metadata?: Record<string, unknown>;
  /** Where the network reports how the call goes. */
  notifyUrl?: string;
  answerTimeoutSec?: number;
  machineDetection?: MachineDetection;
  voicemailEndTimeoutSec?: number;
}

/** Whom a refusal concerns: this call alone, or every call of this configuration. */
export type RefusalScope = 'call' | 'network';

export type RefusalReason = keyof typeof REFUSALS;

/** Why a network does not place a call, and what to do about it. */
export const REFUSALS = {
  bad_request: {
    scope: 'call',
    advice: 'The network refuses the request: check caller, target and machine detection.',
  },
  rejected: { scope: 'call', advice: 'The network refuses the call.' },
  unauthorized: {
    scope: 'network',
    advice: 'The network does not accept the credentials: check id, secret and token.',
  },
  forbidden: {
    scope: 'network',
    advice: 'The credentials may not dial with this bot: check their role and scope.',
  },
  not_found: {
    scope: 'network',
    advice: 'The network does not know the bot, the flow or the address: check the names.',
  },
  redirected: {
    scope: 'network',
    advice: 'The network points elsewhere: enter the address that it points to.',
  },
} as const satisfies Record<string, { scope: RefusalScope; advice: string }>;

/**
 * What is known after a call was asked for. Only `placed`, `refused`, `throttled` and `unreachable` are knowledge;
 * after `unknown` the phone may be ringing, so it must not be asked for again.
 */
export type DialAnswer =
  | { result: 'placed'; conversationId?: string }
  | { result: 'refused'; reason: RefusalReason; status?: number }
  /** Not placed: too many calls at once. `retryAfterMs`: what the network asks for. */
  | { result: 'throttled'; retryAfterMs?: number }
  /** Not placed: the request has not left, or nobody could take it. */
  | { result: 'unreachable' }
  | { result: 'unknown' };

/** What a network can do for calls of our own. */
export interface OutboundCapabilities {
  /** Reports to `notifyUrl` how a call goes. Without it only the conversation itself tells. */
  reports: boolean;
  /** Hands `metadata` to the conversation. Without it the call is recognised by number and time. */
  metadata: boolean;
  machineDetection: boolean;
}

/** A network that places calls. */
export interface OutboundNetwork {
  readonly name: string;
  readonly can: OutboundCapabilities;
  /** Throws a `DialerError` for a request that the network could only refuse. */
  check(request: DialRequest): void;
  /**
   * Asks once; never a second time where the first may have counted. Throws for nothing but what {@link check} throws
   * for.
   */
  dial(request: DialRequest, signal?: AbortSignal): Promise<DialAnswer>;
}
