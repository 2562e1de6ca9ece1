import type { AgentProfile } from './profile';

/** Languages in which every caller-facing text exists. The others of the vocabulary have stock phrases only. */
export type Language = 'de' | 'en';

/** One entry of the conversation as a brain sees it; `assistant` holds what the caller heard. */
export type Message =
  | { role: 'caller'; text: string }
  | { role: 'assistant'; text: string }
  /** What became of an action, told to the brain: "the transfer to reception was not answered". */
  | { role: 'note'; text: string };

/** The actions a brain may ask for. They are judged and carried out by the agent, never by the brain. */
export type ToolCall =
  | { name: 'transfer_call'; arguments: { destination: string } }
  | { name: 'hang_up'; arguments: Record<string, never> }
  | { name: 'send_sms'; arguments: { text: string } };

/** A piece of a reply: text as it is produced (any cut), or a tool call with its checked arguments. */
export type BrainEvent = { type: 'text'; text: string } | { type: 'tool'; call: ToolCall };

/** Everything a brain is told for one turn. The last message is the caller's. */
export interface BrainRequest {
  profile: AgentProfile;
  language: Language;
  messages: readonly Message[];
}

/**
 * Whatever produces the reply stream: a language model, local understanding, another bot.
 *
 * A brain keeps no call state. It stops, and closes what it has open, as soon as the signal aborts: the stream
 * then simply ends. It throws when it cannot answer; what the caller hears then is not its business.
 */
export interface Brain {
  readonly name: string;
  reply(request: BrainRequest, signal: AbortSignal): AsyncIterable<BrainEvent>;
}
