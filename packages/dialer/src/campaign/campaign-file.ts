import { dirname, resolve } from 'node:path';
import { hoursProblems, numberRuleProblems, phoneDigits } from '@jovo-telephony/telephony';
import { z } from 'zod';
import { CALL_OUTCOMES, type CallOutcome } from '../call/outcome';
import { DialerError } from '../errors';
import { MACHINE_DETECTION } from '../network/dialout-fields';
import type { DialRequest } from '../network/outbound-network';
import { readYamlFile } from '../yaml-file';
import { type CampaignRules, DEFAULT_CAPS, DEFAULT_HOURS, DEFAULT_RETRY } from './campaign-rules';
import { countryOf, zoneForDays } from './place';
import { callingCodeOf } from './written-number';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `15m`, `4h`, `1d`. */
export const durationSchema = z
  .string()
  .regex(/^\d{1,6}(?:\.\d{1,3})?[smhd]$/, 'a duration such as "90s", "15m", "4h" or "1d"')
  .transform((text) => Number(text.slice(0, -1)) * (UNIT_MS[text.slice(-1)] ?? 0));

const RETRIABLE = Object.keys(CALL_OUTCOMES).filter(
  (outcome) => outcome !== 'not_placed' && !CALL_OUTCOMES[outcome as CallOutcome].final,
) as [CallOutcome, ...CallOutcome[]];

export const hoursSchema = z
  .union([
    z.literal('always'),
    z.strictObject({
      week: z.array(z.strictObject({ days: z.string(), from: z.string(), to: z.string() })).min(1),
      holidays: z.array(z.string()).default([]),
    }),
  ])
  .superRefine((hours, context) => {
    if (hours === 'always') return;
    for (const problem of hoursProblems({ ...hours, timeZone: 'UTC' })) {
      context.addIssue({ code: 'custom', message: `calling hours. ${problem}` });
    }
  });

const prefixesSchema = z.array(z.string()).superRefine((prefixes, context) => {
  for (const problem of numberRuleProblems({ allowedPrefixes: prefixes })) {
    context.addIssue({ code: 'custom', message: `number prefixes. ${problem}` });
  }
});

const cap = z.number().int().min(1);

/** A campaign as its author writes it; `docs/outbound.md` explains every key. */
const campaignSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a short name in lower case, for example spring-reminders')
    .refine(
      (name) => !['calls', 'endpoint', 'do-not-call', 'held'].includes(name),
      'a name that is not in use',
    ),
  network: z.enum(['audiocodes', 'sipgate']),
  targets: z.string().min(1),
  doNotCall: z.array(z.string().min(1)).default([]),
  caller: z.string().min(1).optional(),
  callerDisplayName: z.string().min(1).optional(),
  allow: prefixesSchema.optional(),
  deny: prefixesSchema.default([]),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'a country in two capitals, for example DE')
    .optional(),
  metadata: z.record(z.string(), z.unknown()).default({}),
  answerTimeoutSec: z.number().min(1).max(300).optional(),
  machineDetection: z.enum(MACHINE_DETECTION).optional(),
  voicemailEndTimeoutSec: z.number().min(0).max(3_600).optional(),
  callsPerSecond: z.number().positive().max(100).default(1),
  concurrent: z.number().int().min(1).max(300).default(3),
  hours: hoursSchema.default({ ...DEFAULT_HOURS, week: [...DEFAULT_HOURS.week], holidays: [] }),
  retry: z
    .partialRecord(
      z.enum(RETRIABLE),
      z.strictObject({ times: z.number().int().min(0).max(20), after: durationSchema }),
    )
    .optional(),
  caps: z
    .strictObject({ perTarget: cap, perNumberPerDay: cap, perDay: cap, total: cap })
    .partial()
    .default({}),
  longestCall: durationSchema.default(1_200_000),
  until: z.iso.datetime({ offset: true, error: 'a moment such as "2026-03-31T18:00:00+02:00"' }).optional(),
  optOutResults: z.array(z.string().min(1)).default(['do-not-call']),
});

/** What a campaign file says, checked. */
export interface CampaignFile {
  name: string;
  network: 'audiocodes' | 'sipgate';
  /** Absolute paths. */
  targets: string;
  doNotCall: string[];
  /** For numbers without a country code. */
  country?: string;
  /** The same for every call. */
  request: Omit<DialRequest, 'number' | 'notifyUrl'>;
  /** Whether the network reports is known only to whoever runs the campaign. */
  rules: Omit<CampaignRules, 'reports'>;
}

/** A gateway lets a phone ring for so long if it is not told. */
const DEFAULT_ANSWER_SEC = 20;

/** From asking for a call until it rings. */
const SETUP_MS = 40_000;

/** Throws a `DialerError` that names file, line and field of every fault. */
export function readCampaignFile(path: string): CampaignFile {
  const file = readYamlFile(path, campaignSchema);
  const { answerTimeoutSec, machineDetection, voicemailEndTimeoutSec, caller, callerDisplayName } = file;
  const callerNumber = e164Of(caller);
  const home = callerNumber === undefined ? undefined : countryOf(callerNumber);
  const allowed = file.allow ?? (callerNumber && home ? [`+${callingCodeOf(callerNumber)}`] : undefined);
  if (allowed === undefined) {
    throw new DialerError('DIALER_CAMPAIGN', [
      `${path}: allow: is missing; expected the prefixes that may be called, for example ["+49"]. ` +
        'It can be left out where caller is a number with its country code.',
    ]);
  }
  const retry =
    file.retry &&
    Object.entries(file.retry).map(([key, { times, after }]) => [key, { times, afterMs: after }]);
  const beside = (other: string): string => resolve(dirname(path), other);
  return {
    name: file.name,
    network: file.network,
    targets: beside(file.targets),
    doNotCall: file.doNotCall.map(beside),
    country: file.country ?? home,
    request: {
      caller,
      callerDisplayName,
      metadata: file.metadata,
      answerTimeoutSec,
      machineDetection,
      voicemailEndTimeoutSec,
    },
    rules: {
      callsPerSecond: file.callsPerSecond,
      concurrent: file.concurrent,
      hours: file.hours,
      retry: retry ? Object.fromEntries(retry) : DEFAULT_RETRY,
      caps: { ...DEFAULT_CAPS, ...file.caps },
      numbers: { allowedPrefixes: allowed, deniedPrefixes: file.deny },
      timeZone: home ? zoneForDays(home) : 'UTC',
      ringMs: (answerTimeoutSec ?? DEFAULT_ANSWER_SEC) * 1000 + SETUP_MS,
      callMs: file.longestCall,
      untilMs: file.until === undefined ? undefined : Date.parse(file.until),
      optOutResults: file.optOutResults,
    },
  };
}

function e164Of(caller: string | undefined): string | undefined {
  const digits = caller?.startsWith('+') ? phoneDigits(caller) : undefined;
  return digits && `+${digits}`;
}
