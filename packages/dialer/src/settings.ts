import { join, resolve } from 'node:path';
import { z } from 'zod';
import { DialerError } from './errors';

const optional = z.string().min(1).optional();
const url = z.url({ protocol: /^https?$/ });

const OWN_VARIABLES = {
  DIALER_STORE: optional,
  DIALOUT_FILE: optional,
  DIALER_PUBLIC_URL: url.optional(),
  AUDIOCODES_API_URL: url.optional(),
  AUDIOCODES_API_AUTH: z.enum(['basic', 'oauth']).default('oauth'),
  AUDIOCODES_API_CLIENT_ID: optional,
  AUDIOCODES_API_CLIENT_SECRET: optional,
  AUDIOCODES_API_TOKEN_URL: url.optional(),
  AUDIOCODES_API_SCOPE: optional,
  SIPGATE_API_URL: url.optional(),
  SIPGATE_API_TOKEN: optional,
  SIPGATE_FLOW_ID: optional,
  SIPGATE_BILLING_DEVICE: optional,
};

const environmentSchema = z.object({
  ...OWN_VARIABLES,
  /** Shared with the rest of the server. */
  DATA_DIR: z.string().min(1).default('data'),
  PUBLIC_URL: url.optional(),
});

/** Every variable that is about calls of our own. */
export const DIALER_VARIABLES: readonly string[] = Object.keys(OWN_VARIABLES);

/** Those that are secrets. */
export const DIALER_SECRETS = ['AUDIOCODES_API_CLIENT_SECRET', 'SIPGATE_API_TOKEN'] as const;

/** What calls of our own need to know; every variable is explained in `.env.example`. */
export interface DialerSettings {
  /** Where the records of calls are: the absolute path of a file, or a `postgres://` address. */
  store: string;
  /** Where the network reaches the receiver of notifications; undefined: it is not told to report. */
  publicUrl: string | undefined;
  /** Absolute path of the file of those who may order calls from us; undefined: nobody. */
  dialoutFile: string | undefined;
  /** Secrets of theirs, by the name of the variable. */
  dialoutSecrets: Readonly<Record<string, string>>;
  audiocodes: AudiocodesApiSettings | undefined;
  sipgate: SipgateApiSettings | undefined;
}

export interface AudiocodesApiSettings {
  baseUrl: string;
  auth: 'basic' | 'oauth';
  clientId: string;
  clientSecret: string;
  tokenUrl: string;
  scope: string | undefined;
}

export interface SipgateApiSettings {
  baseUrl: string | undefined;
  token: string;
  flowId: string;
  billingDevice: string;
}

/** Variables that may hold the secret of somebody who orders calls. */
const SECRET = /^DIALOUT_[A-Z0-9_]+_SECRET$/;

const EXPECTED: Readonly<Record<string, string>> = {
  AUDIOCODES_API_AUTH: 'basic or oauth',
};

/** Throws a `DialerError` that names the variable, what was expected, and what to do. */
export function readDialerSettings(
  environment: Readonly<Record<string, string | undefined>>,
): DialerSettings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path }) => {
      const variable = String(path[0]);
      return `${variable}: expected ${EXPECTED[variable] ?? 'an http(s) address'}. See .env.example.`;
    });
    throw new DialerError('DIALER_SETTINGS', faults);
  }
  const env = parsed.data;
  const audiocodes = together(
    {
      AUDIOCODES_API_URL: env.AUDIOCODES_API_URL,
      AUDIOCODES_API_CLIENT_ID: env.AUDIOCODES_API_CLIENT_ID,
      AUDIOCODES_API_CLIENT_SECRET: env.AUDIOCODES_API_CLIENT_SECRET,
    },
    'AudioCodes',
  );
  const sipgate = together(
    {
      SIPGATE_API_TOKEN: env.SIPGATE_API_TOKEN,
      SIPGATE_FLOW_ID: env.SIPGATE_FLOW_ID,
      SIPGATE_BILLING_DEVICE: env.SIPGATE_BILLING_DEVICE,
    },
    'sipgate',
  );
  return Object.freeze({
    store: storeOf(env.DIALER_STORE ?? join(env.DATA_DIR, 'dialer.db')),
    dialoutFile: env.DIALOUT_FILE === undefined ? undefined : resolve(env.DIALOUT_FILE),
    dialoutSecrets: Object.fromEntries(
      Object.entries(given).filter((entry): entry is [string, string] => SECRET.test(entry[0])),
    ),
    publicUrl: env.DIALER_PUBLIC_URL ?? env.PUBLIC_URL,
    audiocodes: audiocodes && {
      baseUrl: audiocodes.AUDIOCODES_API_URL,
      auth: env.AUDIOCODES_API_AUTH,
      clientId: audiocodes.AUDIOCODES_API_CLIENT_ID,
      clientSecret: audiocodes.AUDIOCODES_API_CLIENT_SECRET,
      tokenUrl:
        env.AUDIOCODES_API_TOKEN_URL ?? `${audiocodes.AUDIOCODES_API_URL.replace(/\/+$/, '')}/oauth/token`,
      scope: env.AUDIOCODES_API_SCOPE,
    },
    sipgate: sipgate && {
      baseUrl: env.SIPGATE_API_URL,
      token: sipgate.SIPGATE_API_TOKEN,
      flowId: sipgate.SIPGATE_FLOW_ID,
      billingDevice: sipgate.SIPGATE_BILLING_DEVICE,
    },
  });
}

const storeOf = (at: string): string => (/^postgres(?:ql)?:\/\//.test(at) ? at : resolve(at));

/** One of these is enough to say that calls of our own are wanted. */
const WANTED = [
  'DIALER_STORE',
  'DIALER_PUBLIC_URL',
  'DIALOUT_FILE',
  'AUDIOCODES_API_URL',
  'SIPGATE_API_TOKEN',
];

/** Whether a process with this environment has anything to do with calls of our own. */
export function dials(environment: Readonly<Record<string, string | undefined>>): boolean {
  return WANTED.some((name) => (environment[name] ?? '') !== '');
}

/** Variables that are of use only together. */
function together<K extends string>(
  variables: Record<K, string | undefined>,
  network: string,
): Record<K, string> | undefined {
  const names = Object.keys(variables) as K[];
  const missing = names.filter((name) => variables[name] === undefined);
  if (missing.length === names.length) return undefined;
  if (missing.length === 0) return variables as Record<K, string>;
  throw new DialerError(
    'DIALER_SETTINGS',
    missing.map((name) => `${name}: is missing; calls through ${network} need all of ${names.join(', ')}.`),
  );
}
