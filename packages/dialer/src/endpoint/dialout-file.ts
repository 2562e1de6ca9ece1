import { z } from 'zod';
import { hoursSchema, prefixesSchema } from '../campaign/campaign-file';
import { DEFAULT_CAPS, DEFAULT_HOURS } from '../campaign/campaign-rules';
import { DialerError } from '../errors';
import { OUTBOUND_NETWORKS } from '../network/networks';
import { readYamlFile } from '../yaml-file';

/** A bot that calls can be ordered for: the gateway's own parameters (spec 7.3), and our rules. */
const botSchema = z.strictObject({
  network: z.enum(OUTBOUND_NETWORKS),
  /** The name of the bot there, where it is another one. */
  bot: z.string().min(1).optional(),
  authorizationTag: z.string().min(1).optional(),
  allowedCallers: z.array(z.string().min(1)).optional(),
  /** Fractions are calls further apart; 0 is no limit. */
  limitPerSecond: z.number().min(0).max(100).default(1),
  maxConcurrentCalls: z.number().int().min(0).max(300).default(3),
  concurrentCallsExpirationSeconds: z.number().int().min(10).max(3_600).default(1_200),
  allow: prefixesSchema,
  deny: prefixesSchema.default([]),
  hours: hoursSchema.default({ ...DEFAULT_HOURS, week: [...DEFAULT_HOURS.week], holidays: [] }),
  perNumberPerDay: z.number().int().min(1).default(DEFAULT_CAPS.perNumberPerDay),
});

export type DialoutBot = z.infer<typeof botSchema>;

const fileSchema = z.strictObject({
  bots: z.record(z.string().min(1).max(256), botSchema),
  clients: z.record(
    z.string().regex(/^[\w.-]{1,64}$/, 'a short name, for example crm'),
    z.strictObject({
      /** The environment variable that holds it: a file is copied too easily. */
      secretVariable: z
        .string()
        .regex(/^DIALOUT_[A-Z0-9_]+_SECRET$/, 'the name of a variable such as DIALOUT_CRM_SECRET'),
      /** `*`, the name of a bot, or `tag=` and an authorizationTag (spec 7.2). */
      scopes: z.array(z.string().min(1)).min(1),
      /** Hosts that notifications may be sent to; nowhere else do we send anything for somebody. */
      notifyHosts: z.array(z.string().min(1)).default([]),
    }),
  ),
});

/** Somebody who may order calls from us. */
export interface DialoutClient {
  id: string;
  secret: string;
  scopes: readonly string[];
  notifyHosts: readonly string[];
}

export interface DialoutFile {
  bots: ReadonlyMap<string, DialoutBot>;
  clients: readonly DialoutClient[];
}

const MIN_SECRET = 16;

/** Throws a `DialerError` that names file, line and field, or the environment variable. */
export function readDialoutFile(
  path: string,
  secrets: Readonly<Record<string, string | undefined>>,
): DialoutFile {
  const { bots, clients } = readYamlFile(path, fileSchema);
  const faults: string[] = [];
  const known = Object.entries(clients).map(([id, { secretVariable, ...client }]): DialoutClient => {
    const secret = secrets[secretVariable] ?? '';
    if (secret.length < MIN_SECRET) {
      faults.push(
        `${secretVariable}: expected the secret of the client ${id}, at least ${MIN_SECRET} characters that nobody can guess.`,
      );
    }
    return { id, secret, ...client };
  });
  if (faults.length > 0) throw new DialerError('DIALER_SETTINGS', faults);
  return { bots: new Map(Object.entries(bots)), clients: known };
}

/** Whether a client may order calls for a bot. */
export function mayUse({ scopes }: DialoutClient, name: string, { authorizationTag }: DialoutBot): boolean {
  return scopes.some(
    (scope) =>
      scope === '*' ||
      scope === name ||
      (authorizationTag !== undefined && scope === `tag=${authorizationTag}`),
  );
}
