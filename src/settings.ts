import { resolve } from 'node:path';
import { z } from 'zod';
import type { JournalSettings } from './journal/open-journal';

/** Environment variables are texts; an empty one is as good as none. */
const optional = z.string().min(1).optional();

const seconds = (fallback: number) => z.coerce.number().positive().max(600).default(fallback);

const environmentSchema = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  HOST: z.string().min(1).default('0.0.0.0'),
  AIFLOW_API_KEY: optional,
  GATEWAY_URL: z.url({ protocol: /^https?$/ }).optional(),
  AGENTS_DIR: z.string().min(1).default('agents'),
  AGENTS_WATCH: z.enum(['0', '1']).default('0'),
  WEBHOOK_SECRET: z.string().min(16).optional(),
  DATA_DIR: z.string().min(1).default('data'),
  JOURNAL_URL: optional,
  JOURNAL_KEY: optional,
  OPENAI_API_KEY: optional,
  OPENAI_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
  OPENAI_MODEL: z.string().min(1).default('gpt-4.1-mini'),
  OPENAI_FALLBACK_MODEL: optional,
  OPENAI_INPUT_CENTS_PER_MILLION: z.coerce.number().min(0).optional(),
  OPENAI_OUTPUT_CENTS_PER_MILLION: z.coerce.number().min(0).optional(),
  FILLER_AFTER_SECONDS: seconds(0.9),
  HOLD_AFTER_SECONDS: seconds(1.5),
  ANSWER_WITHIN_SECONDS: seconds(6),
  INPUT_TIMEOUT_SECONDS: seconds(8),
});

/** What the process was told, checked and frozen. Every variable is explained in `.env.example`. */
export interface Settings {
  /** 0 lets the system choose. */
  port: number;
  host: string;
  /** Shared secret of the sipgate flow; undefined leaves the door open. */
  aiflowApiKey: string | undefined;
  /** Where a function reaches the connections of its WebSocket API; undefined: where its events say. */
  gatewayUrl: string | undefined;
  /** Absolute folder of the agent profiles. */
  agentsDir: string;
  /** For development: profiles are read again when a file changes. */
  watchAgents: boolean;
  /** Signs call reports. Needed as soon as a profile has `afterCall`. */
  webhookSecret: string | undefined;
  /** Where calls are kept, while they live and as their profile wants it afterwards. */
  journal: JournalSettings;
  /** Undefined: the offline brain answers. */
  openai:
    | {
        apiKey: string;
        baseUrl: string | undefined;
        model: string;
        fallbackModel: string | undefined;
        /** Undefined: what a call costs is not counted. */
        prices: { inputCentsPerMillion: number; outputCentsPerMillion: number } | undefined;
      }
    | undefined;
  /** A caller who has heard nothing for so long hears a filler, where it can be pushed. */
  fillerAfterMs: number;
  /** The same on HTTP, where a filler delays the answer by its own length. */
  holdAfterMs: number;
  /** A brain that has said nothing for so long has failed. */
  answerWithinMs: number;
  /** A caller who has said nothing for so long is asked again. */
  inputTimeoutMs: number;
}

/** A setting that cannot be used. The message names the variable, what was expected and what to do. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

const EXPECTED: Readonly<Record<string, string>> = {
  PORT: 'a port number from 0 to 65535',
  GATEWAY_URL: 'an http(s) address, for example https://abc123.execute-api.eu-central-1.amazonaws.com/prod',
  AGENTS_WATCH: '1 to read changed profiles again, or 0',
  WEBHOOK_SECRET: 'at least 16 characters that nobody can guess',
  OPENAI_INPUT_CENTS_PER_MILLION: 'what a million tokens cost, in cents, for example 40',
  OPENAI_OUTPUT_CENTS_PER_MILLION: 'what a million tokens cost, in cents, for example 160',
  OPENAI_BASE_URL: 'an http(s) address, for example https://api.openai.com/v1',
  FILLER_AFTER_SECONDS: 'a number of seconds greater than 0',
  HOLD_AFTER_SECONDS: 'a number of seconds greater than 0',
  ANSWER_WITHIN_SECONDS: 'a number of seconds greater than 0',
  INPUT_TIMEOUT_SECONDS: 'a number of seconds greater than 0',
};

export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => {
      const variable = String(path[0]);
      return `${variable}: expected ${EXPECTED[variable] ?? message}`;
    });
    throw new SettingsError(`${faults.join('\n')}\nSee .env.example for every setting.`);
  }
  const env = parsed.data;
  // A server of one's own often needs no key, but the client insists on one.
  const apiKey = env.OPENAI_API_KEY ?? (env.OPENAI_BASE_URL && 'none');
  return Object.freeze({
    port: env.PORT,
    host: env.HOST,
    aiflowApiKey: env.AIFLOW_API_KEY,
    gatewayUrl: env.GATEWAY_URL,
    agentsDir: resolve(env.AGENTS_DIR),
    watchAgents: env.AGENTS_WATCH === '1',
    webhookSecret: env.WEBHOOK_SECRET,
    journal: { url: env.JOURNAL_URL, dataDir: resolve(env.DATA_DIR), key: env.JOURNAL_KEY },
    openai: apiKey
      ? {
          apiKey,
          baseUrl: env.OPENAI_BASE_URL,
          model: env.OPENAI_MODEL,
          fallbackModel: env.OPENAI_FALLBACK_MODEL,
          prices: pricesOf(env.OPENAI_INPUT_CENTS_PER_MILLION, env.OPENAI_OUTPUT_CENTS_PER_MILLION),
        }
      : undefined,
    fillerAfterMs: env.FILLER_AFTER_SECONDS * 1000,
    holdAfterMs: env.HOLD_AFTER_SECONDS * 1000,
    answerWithinMs: env.ANSWER_WITHIN_SECONDS * 1000,
    inputTimeoutMs: env.INPUT_TIMEOUT_SECONDS * 1000,
  });
}

/** One price alone would count half. */
function pricesOf(inputCentsPerMillion: number | undefined, outputCentsPerMillion: number | undefined) {
  if (inputCentsPerMillion === undefined && outputCentsPerMillion === undefined) return undefined;
  if (inputCentsPerMillion === undefined || outputCentsPerMillion === undefined) {
    throw new SettingsError(
      'OPENAI_INPUT_CENTS_PER_MILLION and OPENAI_OUTPUT_CENTS_PER_MILLION: expected both or none; set the other one, too',
    );
  }
  return { inputCentsPerMillion, outputCentsPerMillion };
}
