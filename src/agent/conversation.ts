import {
  type CallAction,
  type CallActionType,
  heardUntil,
  type LadderState,
  pieceHeard,
  queueSpeech,
  type SpokenPiece,
  speechDurationMs,
  type TransferOutcome,
} from '@jovo-telephony/telephony';
import type { CallOutcome, JudgedAction } from './after-call/call-report';
import type { Language, Message, TokenUsage, ToolCall } from './brain';
import type { KeypadState } from './keypad';
import type { OutboundState } from './outbound-agent';
import type { TemplateFacts } from './profiles/placeholders';
import { END_OF_TURN_MS } from './waiting';

/** What an agent remembers of a call, as plain data: it is stored between events. */
export interface Conversation {
  callId: string;
  network?: string;
  direction?: 'inbound' | 'outbound';
  /** Wall-clock time, milliseconds since 1970. */
  startedAtMs: number;
  /** The profile that answers, and what its placeholders stand for in this call. */
  profileKey?: string;
  facts: TemplateFacts;
  language: Language;
  /** Digits of the caller, if the network says; the only number a text message may go to. */
  callerNumber?: string;
  /** Actions that the network of this call cannot carry out. */
  lacks?: readonly CallActionType[];
  /** Our own number in this call. */
  ownNumber?: string;
  messages: Message[];
  /** Messages that were dropped before the first of these. */
  messagesBefore?: number;
  /** Counts the caller's inputs; with the call's id it names a turn. */
  turns: number;
  /** What has been announced and waits until the announcement was heard. */
  closing?: Extract<CallAction, { type: 'hang_up' | 'transfer' }>;
  /** Why we hang up, where it was not the brain's wish. */
  closingReason?: Extract<CallOutcome, 'silence' | 'limit_reached'>;
  /** The call is being ended, whatever the caller says: it was not let in, or the server stops. */
  ending?: 'refused' | 'stopping';
  /** The last answer came to nothing but an apology. */
  failed?: boolean;
  /** What the policy said of each action, where the profile wants a report. */
  judged?: JudgedAction[];
  /** The transfer that is under way: whereto, and which of its numbers is tried. */
  transfer?: { destination: string; attempt: number; runId: string };
  /** Every transfer of the call, and how it went where that is known. */
  transfers?: TransferNote[];
  /** An action that waits for the caller's yes. */
  asked?: ToolCall;
  /** The text message that was sent last, until a failure can no longer be its own. */
  smsRunId?: string;
  /** What the caller said last, while its answer is not complete. */
  unanswered?: string;
  /** What is on its way to the caller's ear, by estimate. */
  speaking: SpokenPiece[];
  /** Sentences that an interruption has cut off. */
  unheard: string[];
  /** When the caller last began to make a sound. */
  soundAtMs?: number;
  /** How often the caller meant to interrupt. */
  interruptions: number;
  /** The caller thinks aloud, and was told that there is time. */
  thinking?: true;
  /** Waits that were filled so far: the next one is filled with other words. */
  waits?: number;
  ladder: LadderState;
  /** What language models have used for this call, where prices are known. */
  usage?: Required<TokenUsage>;
  /** On calls that we have placed. */
  outbound?: OutboundState;
  /** Where the profile has a menu: what its keys mean now. */
  keypad?: KeypadState;
}

/** A transfer, by the name of its destination. `attempt`: which of its numbers, from 0. */
export interface TransferNote {
  destination: string;
  attempt: number;
  outcome?: TransferOutcome;
}

/** The most messages that are kept: enough for a long call, bounded for a hostile one. */
const MAX_MESSAGES = 200;

/** A sound that began longer ago has nothing to do with the words that come now. */
const SOUND_BELONGS_MS = 30_000;

export function remember(conversation: Conversation, message: Message): void {
  conversation.messages.push(message);
  if (conversation.messages.length > MAX_MESSAGES) {
    const dropped = conversation.messages.splice(0, conversation.messages.length - MAX_MESSAGES);
    conversation.messagesBefore = (conversation.messagesBefore ?? 0) + dropped.length;
  }
}

/** The caller's words. Words that follow without an answer in between belong to the same thought. */
export function rememberCaller(conversation: Conversation, text: string): void {
  const last = conversation.messages.at(-1);
  if (last?.role === 'caller') last.text = `${last.text} ${text}`;
  else remember(conversation, { role: 'caller', text });
}

/** The most transfers that are remembered: the policy allows fewer. */
const MAX_TRANSFERS = 20;

/** Notes that a transfer begins. */
export function noteTransfer(conversation: Conversation, destination: string, attempt: number): void {
  conversation.transfers = [...(conversation.transfers ?? []), { destination, attempt }].slice(
    -MAX_TRANSFERS,
  );
}

/** Notes how the transfer went that began last. The first word counts. */
export function noteTransferOutcome({ transfers }: Conversation, outcome: TransferOutcome): void {
  const last = transfers?.at(-1);
  if (last) last.outcome ??= outcome;
}

/** Notes that a text is on its way to the caller. */
export function noteSpeech(conversation: Conversation, text: string, nowMs: number, aside: boolean): void {
  const current = conversation.speaking.filter(
    ({ startsAtMs, durationMs }) => startsAtMs + durationMs > nowMs,
  );
  conversation.speaking = queueSpeech(current, text, nowMs, aside);
}

export function speechEnded(conversation: Conversation, nowMs: number): void {
  conversation.speaking = pieceHeard(conversation.speaking, nowMs);
}

/**
 * The voice was cut off: the history keeps what the caller heard, the rest is put aside. The moment is that of the
 * first sound where the network told it, otherwise it is reckoned back from the length of the words.
 */
export function cutOff(conversation: Conversation, text: string | undefined, nowMs: number): void {
  const { soundAtMs } = conversation;
  const known = soundAtMs !== undefined && nowMs - soundAtMs < SOUND_BELONGS_MS;
  const cutMs = known ? soundAtMs : nowMs - speechDurationMs(text ?? '') - END_OF_TURN_MS;
  const { unheard, partial } = heardUntil(conversation.speaking, cutMs);
  conversation.speaking = [];
  conversation.unheard = unheard;
  forget(conversation, unheard, partial);
}

/** Takes pieces that were not heard out of the history, wherever they were noted; of the first a part was heard. */
function forget({ messages }: Conversation, unheard: readonly string[], partial: string): void {
  for (const [index, piece] of [...unheard.entries()].reverse()) {
    const at = messages.findLastIndex(({ role }) => role === 'assistant');
    const message = messages[at];
    // Some of what is said is no part of the history: "Are you still there?"
    if (message?.role !== 'assistant' || !message.text.endsWith(piece)) continue;
    const before = message.text.slice(0, message.text.length - piece.length);
    message.text = `${before}${index === 0 ? partial : ''}`.trim();
    if (message.text === '') messages.splice(at, 1);
  }
}
