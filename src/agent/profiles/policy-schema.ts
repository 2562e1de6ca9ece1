import { hoursProblems } from '@jovo-telephony/telephony';
import { z } from 'zod';

/** When somebody is there, in the time zone of the profile. */
export const hoursSchema = z
  .strictObject({
    week: z
      .array(
        z.strictObject({
          days: z.string().describe('mon-fri, sat, or mon,wed,fri'),
          from: z.string().describe('For example 09:00'),
          to: z.string().describe('For example 18:00, exclusive; earlier than from is the next morning'),
        }),
      )
      .min(1, 'at least one range, for example { days: mon-fri, from: "09:00", to: "18:00" }'),
    holidays: z
      .array(z.string())
      .default([])
      .describe('Closed days: "2026-12-24", or "12-25" for every year'),
  })
  .superRefine((hours, context) => {
    for (const message of hoursProblems({ timeZone: 'UTC', ...hours }))
      context.addIssue({ code: 'custom', message });
  });

/** What a profile may say about risky actions. Everything else is refused. */
export const policySchema = z.strictObject({
  /** Prefixes that may be called: `+49`. Without it, the countries of the profile's own numbers and language. */
  allow: z
    .array(z.string().regex(/^\+[1-9][0-9]{0,6}$/, 'a prefix with its plus, for example +49'))
    .optional(),
  deny: z
    .array(z.string().regex(/^\+[1-9][0-9]*$/, 'a prefix with its plus, for example +49180'))
    .default([]),
  hours: hoursSchema.optional().describe('When callers may be transferred; a destination may have its own'),
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
