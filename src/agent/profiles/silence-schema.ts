import { z } from 'zod';

/** Enough for a caller who has to find the right words; a loop in hold music gets there in a few minutes. */
export const DEFAULT_MAX_TURNS_WITHOUT_PROGRESS = 8;

/** What a profile may say about callers who stay silent, and about calls that go nowhere. */
export const silenceSchema = z.strictObject({
  /** Said one after the other, each once, while the caller stays silent. */
  reprompts: z.array(z.string().trim().min(1)).min(1).max(5).optional(),
  /** The last question before the end. */
  offer: z.string().trim().min(1).optional(),
  /** Whereto a silent caller is transferred in the end; without it the call ends with a goodbye. */
  transferTo: z.string().optional(),
  maxCallMinutes: z.number().positive().max(240).default(60),
  /** Turns in a row that brought the caller no further: not understood, or an apology. */
  maxTurnsWithoutProgress: z
    .number()
    .int()
    .min(2)
    .max(50)
    .default(DEFAULT_MAX_TURNS_WITHOUT_PROGRESS)
    .describe('So many turns in a row without an answer end the call'),
  maxCostCents: z
    .number()
    .positive()
    .optional()
    .describe('A call for which language models have cost so much ends; needs the prices in the environment'),
});
