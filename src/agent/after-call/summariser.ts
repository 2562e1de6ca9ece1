import type { Message } from '../brain';
import type { ResultSchema } from './schema-to-zod';

/** What remains of a conversation. The result is as the model gave it: it is still to be checked. */
export interface Summary {
  summary: string;
  result?: unknown;
}

/** Whatever can say in a few words what a call was about. Throws when it cannot; stops when the signal aborts. */
export interface Summariser {
  summarise(
    messages: readonly Message[],
    schema: ResultSchema | undefined,
    signal: AbortSignal,
  ): Promise<Summary>;
}

/** What a model gave cannot be read as a summary. Does not repeat it: it may hold what was said. */
export class SummaryError extends Error {
  override readonly name = 'SummaryError';
}
