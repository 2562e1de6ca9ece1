import { type CampaignRules, DEFAULT_CAPS, DEFAULT_HOURS, type Target } from '../../src';

/** Plain rules that a test changes where it needs to. */
export function rules(changes: Partial<CampaignRules> = {}): CampaignRules {
  return {
    callsPerSecond: 1,
    concurrent: 3,
    hours: DEFAULT_HOURS,
    retry: {},
    caps: { ...DEFAULT_CAPS, ...changes.caps },
    numbers: { allowedPrefixes: ['+49', '+1', '+61', '+34'], deniedPrefixes: [] },
    timeZone: 'Europe/Berlin',
    reports: true,
    ringMs: 60_000,
    callMs: 1_200_000,
    optOutResults: ['do-not-call'],
    ...changes,
  };
}

/** The n-th German mobile of a test. */
export function german(n: number, changes: Partial<Target> = {}): Target {
  const number = `+49157${String(90_000_000 + n)}`;
  return { id: String(n), number, place: 'DE', ...changes };
}
