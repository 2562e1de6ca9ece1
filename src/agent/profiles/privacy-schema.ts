import { z } from 'zod';

/** What is kept of calls that are over, and for how long. While a call lives, what it needs to go on is kept anyway. */
export const privacySchema = z.strictObject({
  keep: z
    .enum(['nothing', 'events', 'everything'])
    .default('events')
    .describe('Of calls that are over: nothing, what happened without texts and numbers, or everything'),
  days: z.number().int().min(1).max(3650).default(30).describe('Days after the end of a call'),
  redact: z
    .boolean()
    .default(true)
    .describe('With "everything": takes numbers, e-mail addresses, IBANs and cards out of texts'),
});

export type Privacy = z.infer<typeof privacySchema>;

/** Of a profile that says nothing. */
export const DEFAULT_PRIVACY: Privacy = privacySchema.parse({});
