import { z } from 'zod';

/** What a profile may say about callers who stay silent, and about calls that go nowhere. */
export const silenceSchema = z.strictObject({
  /** Said one after the other, each once, while the caller stays silent. */
  reprompts: z.array(z.string().trim().min(1)).min(1).max(5).optional(),
  /** The last question before the end. */
  offer: z.string().trim().min(1).optional(),
  /** Whereto a silent caller is transferred in the end; without it the call ends with a goodbye. */
  transferTo: z.string().optional(),
  maxCallMinutes: z.number().positive().max(240).default(60),
});
