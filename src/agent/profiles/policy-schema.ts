import { z } from 'zod';

/** What a profile may say about risky actions. Everything else is refused. */
export const policySchema = z.strictObject({
  /** Prefixes that may be called: `+49`. Without it, the countries of the profile's own numbers and language. */
  allow: z
    .array(z.string().regex(/^\+[1-9][0-9]{0,6}$/, 'a prefix with its plus, for example +49'))
    .optional(),
  deny: z
    .array(z.string().regex(/^\+[1-9][0-9]*$/, 'a prefix with its plus, for example +49180'))
    .default([]),
  /** Actions that the caller must have said yes to. */
  confirm: z.array(z.enum(['transfer', 'send_sms'])).default([]),
  /** How often each action may happen. */
  budgets: z
    .partialRecord(
      z.enum(['transfer', 'send_sms']),
      z.strictObject({
        call: z.number().int().min(0).optional(),
        caller: z.number().int().min(0).optional(),
        profile: z.number().int().min(0).optional(),
        day: z.number().int().min(0).optional(),
      }),
    )
    .default({}),
});
