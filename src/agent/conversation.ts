import type { CallAction } from '@jovo-telephony/telephony';
import type { Language, Message } from './brain';

/** What an agent remembers of a call, as plain data: it is stored between events. */
export interface Conversation {
  language: Language;
  /** Digits of the caller, if the network says; the only number a text message may go to. */
  callerNumber?: string;
  /** Our own number in this call. */
  ownNumber?: string;
  messages: Message[];
  /** What has been announced and waits until the announcement was heard. */
  closing?: Extract<CallAction, { type: 'hang_up' | 'transfer' }>;
  /** What the caller said last, while its answer is not complete. */
  unanswered?: string;
  /** How often in a row the caller has said nothing. */
  silences: number;
}

/** The most messages that are kept: enough for a long call, bounded for a hostile one. */
const MAX_MESSAGES = 200;

export function newConversation(
  language: Language,
  numbers: Pick<Conversation, 'callerNumber' | 'ownNumber'>,
): Conversation {
  return { language, ...numbers, messages: [], silences: 0 };
}

export function remember(conversation: Conversation, message: Message): void {
  conversation.messages.push(message);
  if (conversation.messages.length > MAX_MESSAGES) {
    conversation.messages.splice(0, conversation.messages.length - MAX_MESSAGES);
  }
}
