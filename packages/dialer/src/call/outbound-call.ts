import type { RefusalReason } from '../network/outbound-network';
import type { Notification } from '../notify/notification';
import type { CallOutcome } from './outcome';

/**
 * One thing that became known about a call of ours, from wherever: the answer of the network to our request, its
 * notifications, what the conversation itself saw, and a deadline that has passed.
 */
export type CallFact =
  | { type: 'placed'; conversationId?: string }
  | { type: 'refused'; reason: RefusalReason }
  /** Certainly not placed. `waitMs`: nobody is to be dialled for so long. */
  | { type: 'not_placed'; cause: 'throttled' | 'unreachable' | 'network_refused'; waitMs?: number }
  /** No answer of the network to our request. */
  | { type: 'uncertain' }
  | { type: 'notified'; notification: Notification }
  /** From the conversation: `dialoutInitiated`. */
  | { type: 'initiated'; conversationId?: string }
  /** From the conversation: it has begun, so somebody or something has picked up. */
  | { type: 'started'; conversationId?: string }
  | { type: 'machine'; kind: 'voicemail' | 'message_time' | 'fax' }
  /** From the conversation: it is over. */
  | { type: 'ended'; reason?: string }
  /** Nothing more is expected. */
  | { type: 'expired' };

/** What is known of a call. Plain data. */
export interface OutboundCall {
  conversationId?: { id: string; rank: number };
  placed?: true;
  refused?: true;
  notPlaced?: true;
  initiated?: true;
  connected?: true;
  voicemail?: true;
  messageTime?: true;
  fax?: true;
  ended?: { reason: string };
  end?: Ended;
  expired?: true;
}

type Ended = Exclude<Notification, { status: 'answered' }>;

export const NEW_CALL: Readonly<OutboundCall> = {};

/** Who says which conversation it is: the answer to our request is surest. */
const RANK = { answer: 3, notification: 2, conversation: 1 } as const;

/**
 * What is known after one more fact. A join: facts may come in any order and any number of times, and end in the same
 * knowledge. Where two contradict each other, a fixed rule decides, not the order.
 */
export function learn(call: OutboundCall, fact: CallFact): OutboundCall {
  switch (fact.type) {
    case 'placed':
      return identified({ ...call, placed: true }, fact.conversationId, RANK.answer);
    case 'refused':
      return { ...call, refused: true };
    case 'not_placed':
      return { ...call, notPlaced: true };
    case 'uncertain':
      return call;
    case 'notified':
      return notified(call, fact.notification);
    case 'initiated':
      return identified({ ...call, initiated: true }, fact.conversationId, RANK.conversation);
    case 'started':
      return identified({ ...call, connected: true }, fact.conversationId, RANK.conversation);
    case 'machine':
      if (fact.kind === 'fax') return { ...call, fax: true };
      return fact.kind === 'voicemail' ? { ...call, voicemail: true } : { ...call, messageTime: true };
    case 'ended': {
      const reason = fact.reason ?? '';
      return call.ended && call.ended.reason >= reason ? call : { ...call, ended: { reason } };
    }
    case 'expired':
      return { ...call, expired: true };
  }
}

function notified(call: OutboundCall, notification: Notification): OutboundCall {
  const known = identified(call, notification.conversationId, RANK.notification);
  if (notification.status === 'answered') return { ...known, connected: true };
  return { ...known, end: known.end ? surer(known.end, notification) : notification };
}

function identified(call: OutboundCall, id: string | undefined, rank: number): OutboundCall {
  const known = call.conversationId;
  if (id === undefined || (known && (known.rank > rank || (known.rank === rank && known.id <= id))))
    return call;
  return { ...call, conversationId: { id, rank } };
}

/** A call that was answered cannot have failed; of two reports of one kind, the fuller one. */
function surer(one: Ended, other: Ended): Ended {
  if (one.status !== other.status) return one.status === 'completed' ? one : other;
  const [a, b] = [canonical(one), canonical(other)];
  if (a.length !== b.length) return a.length > b.length ? one : other;
  return a >= b ? one : other;
}

function canonical(report: Ended): string {
  return JSON.stringify(Object.entries(report).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const FAILED: Readonly<Record<string, CallOutcome>> = {
  'no-answer': 'no_answer',
  busy: 'busy',
  declined: 'declined',
  error: 'failed',
};

const COMPLETED: Readonly<Record<string, CallOutcome>> = {
  error: 'broken',
  'bot-disconnected': 'reached',
  'client-disconnected': 'reached',
  transferred: 'transferred',
};

/**
 * How the call ended, or undefined while it may still be going on.
 *
 * @param reports whether the network will report the end itself; otherwise the end of the conversation is the end
 */
export function outcomeOf(call: OutboundCall, reports: boolean): CallOutcome | undefined {
  if (call.end) return reportedOutcome(call, call.end);
  if (call.ended && (!reports || call.expired)) return answeredOutcome(call, 'reached');
  // Whatever was heard of it, it was placed after all.
  const heard = call.placed || call.initiated || call.connected || call.ended;
  if (!heard && call.refused) return 'refused';
  if (!heard && call.notPlaced) return 'not_placed';
  if (!call.expired) return undefined;
  if (call.connected) return answeredOutcome(call, 'reached');
  return heard ? 'unreported' : 'unknown';
}

function reportedOutcome(
  call: OutboundCall,
  { status, reasonCode = '', reason = '', machineDetection }: Ended,
) {
  if (status === 'failed') {
    // Without an answer nobody was talked to: a report that says otherwise is believed where the conversation began.
    return FAILED[reasonCode] ?? 'failed';
  }
  if (reasonCode === 'machine-detected') return /fax/i.test(reason) ? 'fax' : 'machine';
  if (machineDetection?.startsWith('voicemail')) return 'voicemail';
  return answeredOutcome(call, COMPLETED[reasonCode] ?? 'reached');
}

function answeredOutcome(call: OutboundCall, otherwise: CallOutcome): CallOutcome {
  if (call.fax) return 'fax';
  if (call.messageTime) return 'voicemail';
  return call.voicemail && otherwise !== 'transferred' ? 'machine' : otherwise;
}
