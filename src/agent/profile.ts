import { z } from 'zod';

const digits = z
  .string()
  .regex(/^\+?[0-9]{3,15}$/, 'a phone number in digits, with or without +, for example "4921163550"');

const spoken = z.string().trim().min(1, 'a text that can be spoken');

/** Who answers: one YAML file in `agents/`. The keys are a contract with the people who write them. */
export const profileSchema = z.strictObject({
  name: spoken,
  /** Answers the numbers that no other profile claims. Exactly one profile has it. */
  default: z.boolean().default(false),
  /** Called numbers that reach this profile. */
  numbers: z.array(digits).default([]),
  /** BCP-47. German and English are spoken completely. */
  language: z
    .string()
    .regex(/^(de|en)(-[A-Z]{2})?$/, 'a German or English language tag, for example de-DE or en-US'),
  voice: z.strictObject({
    provider: z.enum(['azure', 'eleven_labs', 'kugelaudio']),
    voice: z.string().min(1).optional(),
    language: z.string().min(2).optional(),
  }),
  greeting: spoken,
  /** Said instead of `greeting` on calls that we have placed. */
  outboundGreeting: spoken.optional(),
  instructions: z.string().trim().min(1, 'what the agent is told to be and do'),
  faq: z
    .array(z.strictObject({ ask: z.array(spoken).min(1, 'at least one question'), answer: spoken }))
    .default([]),
  /** Whom a caller may be transferred to, by name. No other number is ever dialled. */
  destinations: z
    .record(
      z.string().regex(/^[a-z][a-z0-9_-]*$/, 'a short lower-case name, for example reception'),
      z.strictObject({
        number: digits,
        announce: spoken,
        /** What callers call it: "Anmeldung", "Empfang". Used by the offline brain. */
        aliases: z.array(spoken).default([]),
        /** Seconds until a call that is not answered comes back to the agent. */
        timeoutSeconds: z.number().int().min(5).max(120).default(30),
      }),
    )
    .default({}),
});

export type AgentProfile = z.infer<typeof profileSchema>;
