import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { DialerError } from '@jovo-telephony/dialer/errors';
import {
  DIALER_SECRETS,
  DIALER_VARIABLES,
  type DialerSettings,
  dials,
  readDialerSettings,
} from '@jovo-telephony/dialer/settings';
import type { AudiocodesAuth } from '@jovo-telephony/jovo-platform-audiocodes';
import { z } from 'zod';
import { AUDIOCODES_EXPECTED, AUDIOCODES_VARIABLES, audiocodesAuth } from './audiocodes-settings';
import type { JournalSettings } from './journal/open-journal';
import { AddressList, type TrustedProxies } from './operations/addresses';
import type { SmsGatewaySettings } from './sms-gateway';

/** Environment variables are texts; an empty one is as good as none. */
const optional = z.string().min(1).optional();

const seconds = (fallback: number) => z.coerce.number().positive().max(600).default(fallback);

/** How often something may happen; 0 for as often as it likes. */
const limit = (fallback: number) => z.coerce.number().int().min(0).max(1_000_000).default(fallback);

const listOf = (text: string) => text.split(',').map((entry) => entry.trim());

/** Several secrets, so that a new one can be introduced before the old one goes. */
const secrets = z
  .string()
  .transform(listOf)
  .refine((all) => all.every((secret) => secret !== ''))
  .optional();

const addresses = z
  .string()
  .transform((text, context) => {
    try {
      return new AddressList(listOf(text));
    } catch {
      context.addIssue({ code: 'custom', message: 'addresses' });
      return z.NEVER;
    }
  })
  .optional();

const environmentSchema = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  HOST: z.string().min(1).default('0.0.0.0'),
  TRUST_PROXY: z.union([z.stringFormat('hops', /^\d$/).transform(Number), addresses.unwrap()]).default(0),
  DRAIN_SECONDS: z.coerce.number().min(0).max(7_200).default(60),
  AIFLOW_API_KEY: secrets,
  AIFLOW_ALLOW_FROM: addresses,
  AUDIOCODES_TOKEN: secrets,
  AUDIOCODES_ALLOW_FROM: addresses,
  ...AUDIOCODES_VARIABLES,
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  SMS_GATEWAY_URL: z.url({ protocol: /^https?$/ }).optional(),
  SMS_GATEWAY_TOKEN: optional,
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
  CONCURRENT_CALLS: limit(1_000),
  CALLS_PER_MINUTE_PER_CALLER: limit(30),
  CALLS_PER_MINUTE_PER_NUMBER: limit(600),
  CALLS_PER_MINUTE_PER_ADDRESS: limit(3_000),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  LOG_FORMAT: z.enum(['auto', 'json', 'pretty']).default('auto'),
  METRICS_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  METRICS_TOKEN: secrets,
  ALARM_WEBHOOK_URL: z.url({ protocol: /^https?$/ }).optional(),
});

/** Every variable that is read. */
export const VARIABLES: readonly string[] = [...Object.keys(environmentSchema.shape), ...DIALER_VARIABLES];

/** Those that are secrets: each may also be read from the file that `<NAME>_FILE` names. */
export const SECRET_VARIABLES = [
  'AIFLOW_API_KEY',
  'AUDIOCODES_TOKEN',
  'AUDIOCODES_INTROSPECTION_CLIENT_SECRET',
  'SMS_GATEWAY_TOKEN',
  'WEBHOOK_SECRET',
  'JOURNAL_URL',
  'JOURNAL_KEY',
  'OPENAI_API_KEY',
  'METRICS_TOKEN',
  ...DIALER_SECRETS,
] as const;

/** How often calls may come in. 0: as often as they like. */
export interface CallLimitSettings {
  /** At the same time. */
  concurrent: number;
  /** New ones in a minute, from one caller, to one called number, from one address. */
  perCaller: number;
  perNumber: number;
  perAddress: number;
}

/** What the process was told, checked and frozen. Every variable is explained in `.env.example`. */
export interface Settings {
  /** Calls of our own; undefined: none are placed. */
  dialer: DialerSettings | undefined;
  /** 0 lets the system choose. */
  port: number;
  host: string;
  /** Where a function reaches the connections of its WebSocket API; undefined: where its events say. */
  gatewayUrl: string | undefined;
  /** Who may say for whom they speak (`X-Forwarded-For`). */
  trustProxy: TrustedProxies;
  /** How long a stop waits for the calls that are running. */
  drainMs: number;
  /** Shared secrets of the sipgate flow, any of which opens the door; undefined leaves it open. */
  aiflowApiKey: readonly string[] | undefined;
  /** Where sipgate's events may come from; undefined: from anywhere. */
  aiflowAllowFrom: AddressList | undefined;
  /** How an AudioCodes gateway proves who it is; nothing in it leaves the door open. */
  audiocodesAuth: AudiocodesAuth;
  audiocodesAllowFrom: AddressList | undefined;
  /** Address under which networks reach this server, for those that are told where to send what. */
  publicUrl: string | undefined;
  /** Sends text messages where the network of a call has none. */
  smsGateway: SmsGatewaySettings | undefined;
  /** Absolute folder of the agent profiles. */
  agentsDir: string;
  /** For development: profiles are read again when a file changes. */
  watchAgents: boolean;
  /** Signs call reports and alarms. Needed as soon as a profile has `afterCall` or alarms have somewhere to go. */
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
  limits: CallLimitSettings;
  log: {
    level: 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
    format: 'auto' | 'json' | 'pretty';
  };
  /** Without port and token only this machine itself is told. */
  metrics: { port: number | undefined; tokens: readonly string[] | undefined };
  /** Is told of alarms. */
  alarmWebhookUrl: string | undefined;
}

/** A setting that cannot be used. The message names the variable, what was expected and what to do. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  constructor(
    message: string,
    readonly code: 'SETTINGS_INVALID' | 'PORT_IN_USE' = 'SETTINGS_INVALID',
  ) {
    super(message);
  }
}

const SECONDS = 'a number of seconds greater than 0';
const LIMIT = 'a whole number, or 0 for no limit';
const ADDRESSES = 'addresses or ranges separated by commas, for example 203.0.113.7,2001:db8::/32';
const SECRETS = 'a secret, or several separated by commas while one replaces the other';

const EXPECTED: Readonly<Record<string, string>> = {
  PORT: 'a port number from 0 to 65535',
  GATEWAY_URL: 'an http(s) address, for example https://abc123.execute-api.eu-central-1.amazonaws.com/prod',
  TRUST_PROXY:
    'the number of proxies in front of the server (0 to 9), or their addresses, for example 10.0.0.0/8',
  DRAIN_SECONDS: 'a number of seconds from 0 to 7200',
  AIFLOW_API_KEY: SECRETS,
  AIFLOW_ALLOW_FROM: ADDRESSES,
  AUDIOCODES_TOKEN: SECRETS,
  AUDIOCODES_ALLOW_FROM: ADDRESSES,
  ...AUDIOCODES_EXPECTED,
  PUBLIC_URL: 'the http(s) address of this server as networks see it, for example https://calls.example.com',
  SMS_GATEWAY_URL: 'an http(s) address that takes text messages',
  AGENTS_WATCH: '1 to read changed profiles again, or 0',
  WEBHOOK_SECRET: 'at least 16 characters that nobody can guess',
  OPENAI_INPUT_CENTS_PER_MILLION: 'what a million tokens cost, in cents, for example 40',
  OPENAI_OUTPUT_CENTS_PER_MILLION: 'what a million tokens cost, in cents, for example 160',
  OPENAI_BASE_URL: 'an http(s) address, for example https://api.openai.com/v1',
  FILLER_AFTER_SECONDS: SECONDS,
  HOLD_AFTER_SECONDS: SECONDS,
  ANSWER_WITHIN_SECONDS: SECONDS,
  INPUT_TIMEOUT_SECONDS: SECONDS,
  CONCURRENT_CALLS: LIMIT,
  CALLS_PER_MINUTE_PER_CALLER: LIMIT,
  CALLS_PER_MINUTE_PER_NUMBER: LIMIT,
  CALLS_PER_MINUTE_PER_ADDRESS: LIMIT,
  LOG_LEVEL: 'debug, info, warn, error, fatal or silent',
  LOG_FORMAT: 'auto, json or pretty',
  METRICS_PORT: 'a port number from 0 to 65535, other than PORT',
  METRICS_TOKEN: SECRETS,
  ALARM_WEBHOOK_URL: 'an http(s) address that takes alarms',
};

type Environment = Readonly<Record<string, string | undefined>>;

export function readSettings(environment: Environment): Settings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const read = { ...given, ...secretsFromFiles(given) };
  const parsed = environmentSchema.safeParse(read);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => {
      const variable = String(path[0]);
      return `${variable}: expected ${EXPECTED[variable] ?? message}`;
    });
    throw new SettingsError(`${faults.join('\n')}\nSee .env.example for every setting.`);
  }
  const env = parsed.data;
  if (env.ALARM_WEBHOOK_URL && !env.WEBHOOK_SECRET) {
    throw new SettingsError(
      'WEBHOOK_SECRET: expected a secret that signs the alarms for ALARM_WEBHOOK_URL; set it, or remove the address',
    );
  }
  const auth = audiocodesAuth(env);
  if ('fault' in auth) throw new SettingsError(auth.fault);
  // A server of one's own often needs no key, but the client insists on one.
  const apiKey = env.OPENAI_API_KEY ?? (env.OPENAI_BASE_URL && 'none');
  return Object.freeze({
    dialer: dialerSettings(read),
    port: env.PORT,
    host: env.HOST,
    trustProxy: env.TRUST_PROXY,
    drainMs: env.DRAIN_SECONDS * 1000,
    aiflowApiKey: env.AIFLOW_API_KEY,
    gatewayUrl: env.GATEWAY_URL,
    aiflowAllowFrom: env.AIFLOW_ALLOW_FROM,
    audiocodesAuth: auth,
    audiocodesAllowFrom: env.AUDIOCODES_ALLOW_FROM,
    publicUrl: env.PUBLIC_URL,
    smsGateway: env.SMS_GATEWAY_URL ? { url: env.SMS_GATEWAY_URL, token: env.SMS_GATEWAY_TOKEN } : undefined,
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
    limits: {
      concurrent: env.CONCURRENT_CALLS,
      perCaller: env.CALLS_PER_MINUTE_PER_CALLER,
      perNumber: env.CALLS_PER_MINUTE_PER_NUMBER,
      perAddress: env.CALLS_PER_MINUTE_PER_ADDRESS,
    },
    log: { level: env.LOG_LEVEL, format: env.LOG_FORMAT },
    metrics: { port: env.METRICS_PORT, tokens: env.METRICS_TOKEN },
    alarmWebhookUrl: env.ALARM_WEBHOOK_URL,
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

/** What orchestrators mount as files instead of putting it into the environment. */
function secretsFromFiles(given: Environment): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of SECRET_VARIABLES) {
    const file = given[`${name}_FILE`];
    if (file === undefined) continue;
    if (given[name] !== undefined) {
      throw new SettingsError(`${name}_FILE: expected either ${name} or ${name}_FILE; remove one of them`);
    }
    try {
      found[name] = readFileSync(file, 'utf8').trim();
    } catch {
      throw new SettingsError(`${name}_FILE: expected a file that can be read; check its path and its owner`);
    }
    if (found[name] === '') throw new SettingsError(`${name}_FILE: expected a file with the secret in it`);
  }
  return found;
}

function dialerSettings(environment: Environment): DialerSettings | undefined {
  try {
    return dials(environment) ? readDialerSettings(environment) : undefined;
  } catch (error) {
    if (error instanceof DialerError) throw new SettingsError(error.message);
    throw error;
  }
}
