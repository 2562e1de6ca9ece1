import type { Conversation } from '../conversation';
import type { CallOutcome, EndedCall, JudgedAction, ReportedTransfer } from './call-report';

/** When a call has ended, on both clocks. */
export interface EndTimes {
  /** Monotonic, as the speech of the conversation is timed. */
  nowMs: number;
  /** Milliseconds since 1970. */
  epochMs: number;
}

/** The most actions that a report lists: a model that asks again and again must not make it grow without end. */
const MAX_JUDGED = 100;

/** Notes what the policy said of an action. The number is for those who asked for numbers only. */
export function noteJudged(
  conversation: Conversation,
  { number, ...judged }: JudgedAction,
  includeNumbers: boolean,
): void {
  conversation.judged ??= [];
  if (conversation.judged.length >= MAX_JUDGED) return;
  conversation.judged.push(includeNumbers && number !== undefined ? { ...judged, number } : judged);
}

/** What is reported of a conversation that is over. */
export function endedCall(conversation: Conversation, profile: string, times: EndTimes): EndedCall {
  const { callId, network, direction, language, callerNumber, ownNumber } = conversation;
  const [from, to] = direction === 'outbound' ? [ownNumber, callerNumber] : [callerNumber, ownNumber];
  return {
    callId,
    network: network ?? 'unknown',
    direction,
    from: from && international(from),
    to: to && international(to),
    startedAtMs: conversation.startedAtMs,
    endedAtMs: times.epochMs,
    profile,
    language,
    outcome: outcomeOf(conversation, times.nowMs),
    actions: [...(conversation.judged ?? [])],
    transfers: transfersOf(conversation, times.nowMs),
    usage: conversation.usage,
    messages: [...conversation.messages],
  };
}

/** Networks leave out the plus. Extensions and numbers as dialled at home never had one. */
function international(digits: string): string {
  return digits.length < 8 || digits.startsWith('0') ? digits : `+${digits}`;
}

/** A caller who goes while it is still announced has left; after that, only the network could tell how it went. */
function transfersOf(conversation: Conversation, nowMs: number): ReportedTransfer[] {
  return (conversation.transfers ?? []).map(({ destination, attempt, outcome }) => {
    const left = conversation.transfer !== undefined && isAnnouncing(conversation, nowMs);
    return { destination, attempt: attempt + 1, outcome: outcome ?? (left ? 'caller_left' : 'unknown') };
  });
}

function isAnnouncing({ speaking }: Conversation, nowMs: number): boolean {
  return speaking.some(({ startsAtMs, durationMs }) => startsAtMs + durationMs > nowMs);
}

/**
 * How a call came to its end, from what was under way then: networks do not say. A caller who leaves while the
 * transfer is still being announced was not transferred.
 */
export function outcomeOf(conversation: Conversation, nowMs: number): CallOutcome {
  const { closing, closingReason, failed } = conversation;
  if (closing?.type === 'hang_up') return closingReason ?? 'agent_hung_up';
  if (closing?.type === 'transfer' && !isAnnouncing(conversation, nowMs)) return 'transferred';
  return failed ? 'failed' : 'caller_hung_up';
}

const FROM_OUTSIDE = { refused: 'refused', stopping: 'stopped' } as const;

/** How the end of a call is counted: calls that were ended from outside apart. */
export function countedAs(conversation: Conversation, nowMs: number): string {
  const { ending } = conversation;
  return ending ? FROM_OUTSIDE[ending] : outcomeOf(conversation, nowMs);
}
