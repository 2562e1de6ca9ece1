import { z } from 'zod';

const spoken = z.string().trim().min(1, 'a text that can be spoken');

/** What a profile says and does on calls that we have placed, besides `greetings.outbound`. */
export const outboundSchema = z.strictObject({
  waitForHelloSeconds: z
    .number()
    .min(0)
    .max(2.5, 'at most 2.5 seconds: longer silence makes people hang up')
    .default(0)
    .describe('How long the person called may say hello before the greeting; 0: we speak at once'),
  voicemail: spoken
    .optional()
    .describe('Said to an answering machine after its beep, then we hang up; without it we hang up at once'),
  results: z
    .array(z.string().regex(/^[a-z][a-z0-9-]{0,40}$/, 'a word in lower case, for example confirmed'))
    .max(20)
    .default([])
    .describe('What a call may come to: a language model names one of them when it hangs up'),
});
