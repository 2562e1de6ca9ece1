import { z } from 'zod';
import { afterCallSchema } from '../after-call/after-call-schema';
import { LANGUAGES } from '../brain';
import { mcpSchema } from '../mcp/mcp-schema';
import { menuSchema } from './menu-schema';
import { hoursSchema, policySchema } from './policy-schema';
import { privacySchema } from './privacy-schema';
import { matchFault } from './profile-match';
import { silenceSchema } from './silence-schema';
import { isTimeZone } from './time-zone';

const digits = z
  .string()
  .regex(/^\+?[0-9]{3,15}$/, 'a phone number in digits, with or without +, for example "4921163550"');

const spoken = z.string().trim().min(1, 'a text that can be spoken');

/** By name: an exact value, or a pattern between slashes. A pattern that cannot be used is a fault at start. */
const conditions = z
  .record(
    z.string().min(1),
    z.string().superRefine((text, context) => {
      const fault = matchFault(text);
      if (fault) context.addIssue({ code: 'custom', message: fault });
    }),
  )
  .optional();

/** What a call must have, besides or instead of its number, to reach a profile. All of it must hold. */
const matchSchema = z
  .strictObject({
    network: z
      .string()
      .regex(/^[a-z][a-z0-9_-]*$/, 'the name of a network in lower case, for example sipgate')
      .optional()
      .describe('The network that delivers the call: sipgate, audiocodes, verizon, foneuc'),
    headers: conditions.describe('Headers of the call by name: an exact value, or a pattern like /^gold/i'),
    metadata: conditions.describe('Metadata of the call by key: an exact value, or a pattern like /^gold/i'),
  })
  .refine(
    ({ network, headers, metadata }) => network || Object.keys({ ...headers, ...metadata }).length > 0,
    'at least one condition: network, headers or metadata',
  );

const voiceSchema = z.strictObject({
  provider: z.enum(['azure', 'eleven_labs', 'kugelaudio']),
  voice: z.string().min(1).optional().describe("The provider's name or id of the voice"),
  language: z.string().min(2).optional().describe("If it differs from the profile's"),
});

const faqSchema = z.array(
  z.strictObject({ ask: z.array(spoken).min(1, 'at least one question'), answer: spoken }),
);

/** Another language of a profile: who speaks, and what it has of texts in it. */
const languageSchema = z.strictObject({
  language: z
    .string()
    .regex(/^(de|en|fr|es|it|nl)(-[A-Z]{2})?$/, 'a tag of German, English, French, Spanish, Italian or Dutch')
    .describe('BCP-47 tag: what is listened for, and how the voice reads'),
  voice: voiceSchema.describe('Who speaks in this language'),
  instructions: z
    .string()
    .trim()
    .min(1)
    .optional()
    .describe('What a language model is told in this language; without it, what the profile says'),
  faq: faqSchema
    .optional()
    .describe('Questions and answers in this language; without it, those of the profile'),
  announcements: z
    .record(z.string(), spoken)
    .default({})
    .describe('By destination: said before a transfer in this language; without it, a stock phrase'),
});

/**
 * Who answers: one YAML file in `agents/`, after its bases were merged into it. The keys are a contract with the
 * people who write them; the descriptions are what their editors show (`agents/profile.schema.json`).
 */
export const profileSchema = z.strictObject({
  name: spoken.describe('Shown to the person a call is transferred to'),
  default: z
    .boolean()
    .default(false)
    .describe('Answers the calls that no other profile claims. Exactly one profile has it'),
  numbers: z.array(digits).default([]).describe('Called numbers that reach this profile'),
  match: matchSchema.optional().describe('What else a call must have to reach this profile'),
  language: z
    .string()
    .regex(/^(de|en)(-[A-Z]{2})?$/, 'a German or English language tag, for example de-DE or en-US')
    .describe('BCP-47 tag. German and English are spoken completely'),
  timeZone: z
    .string()
    .refine(isTimeZone, 'an IANA time zone, for example "Europe/Berlin"')
    .optional()
    .describe('IANA time zone of the business: what "good morning" goes by'),
  voice: voiceSchema.describe('Who speaks'),
  greeting: spoken.describe('The first words of a call'),
  outboundGreeting: spoken.optional().describe('Said instead of greeting on calls that we have placed'),
  greetings: z
    .strictObject({
      morning: spoken.optional().describe('Said instead of greeting in the morning'),
      afternoon: spoken.optional().describe('Said instead of greeting in the afternoon'),
      evening: spoken.optional().describe('Said instead of greeting in the evening and at night'),
      returning: spoken.optional().describe('Said to a caller who has called before'),
      outbound: spoken.optional().describe('Said on calls that we have placed'),
    })
    .default({})
    .describe('First words for special calls; greeting is said on all others'),
  welcome: z
    .enum(['greeting', 'brain', 'both'])
    .default('greeting')
    .describe(
      'Who says the first words: the greeting, at once; the brain; or the greeting and then the brain',
    ),
  instructions: z
    .string()
    .trim()
    .min(1, 'what the agent is told to be and do')
    .describe('What a language model is told to be and to do'),
  faq: faqSchema.default([]).describe('What callers ask, and what they are told'),
  destinations: z
    .record(
      z.string().regex(/^[a-z][a-z0-9_-]*$/, 'a short lower-case name, for example reception'),
      z.strictObject({
        number: digits,
        announce: spoken.describe('Said before the call is transferred'),
        otherwise: z
          .array(digits)
          .max(5)
          .default([])
          .describe('Numbers that are tried in turn when nobody answers'),
        aliases: z.array(spoken).default([]).describe('What callers call it. Used by the offline brain'),
        hours: z
          .union([z.literal('always'), hoursSchema])
          .optional()
          .describe('When somebody is there, instead of the hours of the policy'),
        timeoutSeconds: z
          .number()
          .int()
          .min(5)
          .max(120)
          .default(30)
          .describe('Seconds until a call that is not answered comes back to the agent'),
      }),
    )
    .default({})
    .describe('Whom a caller may be transferred to, by name. No other number is ever dialled'),
  languages: z
    .partialRecord(z.enum(LANGUAGES), languageSchema)
    .default({})
    .describe('Languages that a caller may ask for besides the own one'),
  policy: policySchema.optional().describe('What may be done, how often, and what the caller must confirm'),
  menu: menuSchema
    .optional()
    .describe('What the keys of the phone do: choices, and digits that are asked for'),
  mcp: mcpSchema
    .optional()
    .describe('Model Context Protocol servers whose tools a language model may use, by name'),
  afterCall: afterCallSchema.optional().describe('Where a report of each call goes, and what is in it'),
  limits: z
    .strictObject({
      concurrentCalls: z
        .number()
        .int()
        .min(1)
        .optional()
        .describe('Calls at the same time; further callers hear that all lines are busy'),
    })
    .optional()
    .describe('How many calls this profile takes'),
  privacy: privacySchema.optional().describe('What is kept of calls that are over, and how long'),
  silence: silenceSchema.optional().describe('What a silent caller hears, and when a call ends by itself'),
});

export type AgentProfile = z.infer<typeof profileSchema>;

/** The base that a file builds on: a file beside it, never one in another folder. */
export const extendsSchema = z
  .string()
  .regex(/^[^/\\]+\.ya?ml$/, 'the name of a YAML file in the same folder, for example _base.yaml')
  .describe('A file in the same folder whose keys this one takes over, for example _base.yaml');
