import { z } from 'zod';
import { resultSchemaSchema } from './schema-to-zod';

/** What happens after a call: the `afterCall` section of a profile. Editors show the descriptions. */
export const afterCallSchema = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'an http(s) address', abort: true })
    .refine(isWithoutUser, 'an address without user and password: the report is signed')
    .describe('Where the report of a call is posted to, signed'),
  transcript: z.boolean().default(false).describe('The report holds what was said, word by word'),
  includeNumbers: z
    .boolean()
    .default(false)
    .describe('The report holds phone numbers; otherwise they are left out, and masked in texts'),
  result: resultSchemaSchema
    .optional()
    .describe('What a model is to find out about the call: a flat JSON Schema object'),
});

export type AfterCall = z.infer<typeof afterCallSchema>;

function isWithoutUser(url: string): boolean {
  const { username, password } = new URL(url);
  return username === '' && password === '';
}
