import type { AgentProfile } from './profiles/profile';

/**
 * Languages that can be spoken: there are stock phrases, and recognition, voice, prompt, sentence cutting and what an
 * interruption means follow the language.
 */
export const LANGUAGES = ['de', 'en', 'fr', 'es', 'it', 'nl'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Languages that are complete: a profile may be at home in them, and the offline brain understands them. */
export type FullLanguage = 'de' | 'en';

/** One entry of the conversation as a brain sees it; `assistant` holds what the caller heard. */
export type Message =
  | { role: 'caller'; text: string }
  | { role: 'assistant'; text: string }
  /** What became of an action, told to the brain: "the transfer to reception was not answered". */
  | { role: 'note'; text: string }
  /** A tool of the application author that ran: what it was given and what it gave back, both as JSON. */
  | { role: 'tool'; id: string; name: string; input: string; output: string };

/** The actions a brain may ask for. They are judged and carried out by the agent, never by the brain. */
export type ToolCall =
  | { name: 'transfer_call'; arguments: { destination: string } }
  | { name: 'hang_up'; arguments: Record<string, never> }
  | { name: 'send_sms'; arguments: { text: string } }
  | { name: 'switch_language'; arguments: { language: Language } };

/** A tool of the application author, asked for. The arguments are not checked yet. */
export interface AuthorToolCall {
  id: string;
  name: string;
  arguments: unknown;
}

/**
 * A piece of a reply: text as it is produced (any cut), an action with its checked arguments, or a tool of the
 * application author that is to run, after which the brain is asked again.
 */
export type BrainEvent =
  | { type: 'text'; text: string }
  | { type: 'tool'; call: ToolCall }
  | { type: 'author_tool'; call: AuthorToolCall }
  /** The brain has no answer to what the caller wants: the text behind this only says so. */
  | { type: 'unanswered' };

/** What one request to a model has used up. */
export interface TokenUsage {
  inputTokens: number;
  outputTokens: number;
  /** Where prices are known. */
  cents?: number;
}

/** One tool as OpenAI-compatible interfaces describe it. */
export interface ToolDescription {
  type: 'function';
  function: { name: string; description: string; parameters: Record<string, unknown> };
}

/** Everything a brain is told for one turn. The last message is the caller's, or a tool's. */
export interface BrainRequest {
  profile: AgentProfile;
  language: Language;
  messages: readonly Message[];
  /** What it may ask for. Absent: the actions alone. */
  tools?: readonly ToolDescription[];
  /** The caller keeps interrupting: one short sentence is enough. */
  brief?: boolean;
  /** Told what each request has used up, also of a reply that nobody waits for any more. */
  onUsage?(usage: TokenUsage): void;
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
