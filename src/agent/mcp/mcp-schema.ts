import { z } from 'zod';

const filler = z
  .partialRecord(z.enum(['de', 'en', 'fr', 'es', 'it', 'nl']), z.string().trim().min(1))
  .optional()
  .describe('Said while a tool of this server runs, by language');

const timeoutSeconds = z
  .number()
  .min(0.1)
  .max(30)
  .default(5)
  .describe('A tool that takes longer is given up');

const only = z
  .array(z.string().min(1))
  .optional()
  .describe('Tools that are offered; without it, all of them');

/** A server that is started as a process, or one that is there already. */
const serverSchema = z.union([
  z.strictObject({
    command: z.string().min(1).describe('The program that is started; it speaks MCP on its standard streams'),
    args: z.array(z.string()).default([]),
    env: z
      .record(z.string(), z.string())
      .default({})
      .describe('Its environment, besides a few safe variables'),
    only,
    filler,
    timeoutSeconds,
  }),
  z.strictObject({
    url: z.url({ protocol: /^https?$/, error: 'an http(s) address' }).describe('Streamable HTTP'),
    tokenFrom: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]*$/, 'the name of an environment variable')
      .optional()
      .describe('The environment variable that holds the bearer token'),
    only,
    filler,
    timeoutSeconds,
  }),
]);

/** MCP servers of a profile, by the name that their tools are prefixed with. */
export const mcpSchema = z.record(
  z.string().regex(/^[a-z][a-z0-9]{0,19}$/, 'a short lower-case name, for example crm'),
  serverSchema,
);

export type McpServer = z.infer<typeof serverSchema>;
