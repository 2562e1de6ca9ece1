import { type KeyMenu, type KeyOptions, keyOptionProblems, menuProblems } from '@jovo-telephony/telephony';
import { z } from 'zod';
import { LANGUAGES } from '../brain';

const spoken = z.string().trim().min(1, 'a text that can be spoken');
const key = z.string().regex(/^[0-9*#]$/, 'one key: 0-9, * or #');
const seconds = z.number().min(1).max(60);

/** What is asked of the caller's keypad, or of his voice: a customer number, a PIN. */
export const collectSchema = z
  .strictObject({
    name: spoken.describe('What it is, as the brain is told it, for example "customer number"'),
    prompt: spoken.describe('Asks for it'),
    minDigits: z.number().int().min(1).max(64).default(1),
    maxDigits: z.number().int().min(1).max(64).default(20).describe('The entry ends at its last digit'),
    terminator: z.enum(['#', '*', 'none']).default('#').describe('The key that ends the entry'),
    cancelKey: z.enum(['#', '*', 'none']).default('none').describe('The key that gives it up'),
    firstKeySeconds: seconds.default(6).describe('How long we wait for the first key'),
    nextKeySeconds: seconds.default(3).describe('How long we wait for further keys'),
    pattern: z
      .string()
      // What cannot be read must not get any further.
      .refine(isPattern, { error: 'a regular expression, for example "0[1-9]\\\\d{4}"', abort: true })
      .optional()
      .describe('A regular expression that the whole entry must match'),
    check: z.enum(['luhn', 'iban']).optional().describe('What a correct entry must pass'),
    masked: z
      .boolean()
      .default(false)
      .describe('A PIN: the brain is told that it was entered, never the digits'),
    maxTries: z.number().int().min(1).max(5).default(3).describe('How often it is asked for in all'),
  })
  .superRefine((collect, context) => {
    for (const message of keyOptionProblems(keyOptionsOf(collect)))
      context.addIssue({ code: 'custom', message });
  });

export type Collect = z.infer<typeof collectSchema>;

/** What a key does. One thing each, so that nobody has to know an order. */
const choiceSchema = z
  .strictObject({
    say: spoken.optional().describe('Said to the caller'),
    transfer: z.string().optional().describe('The name of a destination'),
    ask: spoken.optional().describe('Handed to the brain as if the caller had said it'),
    language: z.enum(LANGUAGES).optional().describe('Goes on in a language of the profile'),
    collect: collectSchema.optional().describe('Digits that are asked for'),
  })
  .refine(
    (choice) => Object.values(choice).filter((one) => one !== undefined).length === 1,
    'exactly one of say, transfer, ask, language, collect',
  );

export type MenuChoice = z.infer<typeof choiceSchema>;

/** "For the workshop press 1": what keys mean in the calls of a profile. */
export const menuSchema = z
  .strictObject({
    prompt: spoken.describe('Said after the greeting'),
    keys: z.record(key, choiceSchema).describe('What each key does'),
    repeatKey: key.optional().describe('Says the prompt again'),
    maxTries: z.number().int().min(1).max(5).default(3).describe('How often the prompt is said in all'),
  })
  .superRefine((menu, context) => {
    for (const message of menuProblems(keyMenuOf(menu))) context.addIssue({ code: 'custom', message });
  });

export type Menu = z.infer<typeof menuSchema>;

/** The menu as the laws of telephony know it: a choice has the name of its key. */
export function keyMenuOf({ keys, repeatKey, maxTries }: Menu): KeyMenu {
  const choices = Object.fromEntries(Object.keys(keys).map((name) => [name, name]));
  return { choices, repeatKey, maxTries };
}

export function keyOptionsOf(collect: Collect): KeyOptions {
  const { minDigits, maxDigits, terminator, cancelKey, pattern, check, masked } = collect;
  return {
    pattern: pattern === undefined ? undefined : new RegExp(pattern),
    minDigits,
    maxDigits,
    terminator,
    cancelKey,
    check,
    masked,
    firstDigitTimeoutMs: collect.firstKeySeconds * 1000,
    interDigitTimeoutMs: collect.nextKeySeconds * 1000,
  };
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
