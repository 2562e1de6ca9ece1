import type { CallOutcome } from '../call/outcome';
import type { CallingHours } from './place';

/** What a campaign may do. Plain data, stored with the campaign. */
export interface CampaignRules {
  /** Fractions are calls further apart: 0.1 is one every ten seconds. */
  callsPerSecond: number;
  /** Calls that are going on at the same time, ringing ones included. */
  concurrent: number;
  hours: CallingHours;
  /** What is not listed is not tried again. */
  retry: Readonly<Partial<Record<CallOutcome, RetryRule>>>;
  caps: CampaignCaps;
  numbers: { allowedPrefixes: readonly string[]; deniedPrefixes: readonly string[] };
  /** Whose date `perDay` goes by. */
  timeZone: string;
  /** Whether the network reports how calls go. */
  reports: boolean;
  /** How long a phone may ring before nobody is there. */
  ringMs: number;
  /** After so long a call of which no end was heard counts as over. */
  callMs: number;
  /** Nobody is dialled from then on. */
  untilMs?: number;
  /** A conversation that ends with one of these results puts the number on the do-not-call list. */
  optOutResults: readonly string[];
}

export interface RetryRule {
  /** How often it is tried again after this outcome. */
  times: number;
  /** From the end of the call. */
  afterMs: number;
}

export interface CampaignCaps {
  /** Calls to one target in this campaign. */
  perTarget: number;
  /** Calls to one number on one day of its own, over all campaigns of the store. */
  perNumberPerDay: number;
  /** Calls of this campaign on one day. */
  perDay: number;
  /** Calls of this campaign altogether. */
  total: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

export const DEFAULT_RETRY: CampaignRules['retry'] = {
  no_answer: { times: 2, afterMs: 4 * HOUR_MS },
  busy: { times: 3, afterMs: 15 * MINUTE_MS },
  machine: { times: 1, afterMs: 4 * HOUR_MS },
};

export const DEFAULT_CAPS: CampaignCaps = {
  perTarget: 4,
  perNumberPerDay: 2,
  perDay: 1_000,
  total: 100_000,
};

/** Not on Sundays, not early, not late: within the law of the countries that we know of. */
export const DEFAULT_HOURS: Exclude<CallingHours, 'always'> = {
  week: [
    { days: 'mon-fri', from: '09:00', to: '20:00' },
    { days: 'sat', from: '10:00', to: '18:00' },
  ],
};
