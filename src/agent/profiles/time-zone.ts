/**
 * Zones that a language tag leaves no doubt about. Countries with several zones are not here: they must say.
 */
const ZONE_OF: Readonly<Record<string, string>> = {
  de: 'Europe/Berlin',
  'de-DE': 'Europe/Berlin',
  'de-AT': 'Europe/Vienna',
  'de-CH': 'Europe/Zurich',
  'de-LI': 'Europe/Vaduz',
  'de-LU': 'Europe/Luxembourg',
  'en-GB': 'Europe/London',
  'en-IE': 'Europe/Dublin',
};

/**
 * Whether the runtime knows a zone of this name. Offsets such as `+01:00` are none: they ignore summer time.
 */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** The zone of a profile: what it says, else what its language implies; undefined if neither tells. */
export function timeZoneOf(profile: { timeZone?: string; language: string }): string | undefined {
  return profile.timeZone ?? ZONE_OF[profile.language];
}

/** The hour (0-23) on the clock of a zone. `nowMs` is Unix time. */
export function hourIn(timeZone: string, nowMs: number): number {
  const format = new Intl.DateTimeFormat('en', { timeZone, hour: 'numeric', hourCycle: 'h23' });
  return Number(format.format(nowMs));
}
