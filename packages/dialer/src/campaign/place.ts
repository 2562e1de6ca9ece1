import { isOpen, localTime, type OpeningHours } from '@jovo-telephony/telephony';
import { getTimezonesForCountry } from 'countries-and-timezones';
import { parsePhoneNumberWithError } from 'libphonenumber-js/max';

/**
 * Where a number is, as far as its clock is concerned: an ISO country (`US`), which stands for all of its time zones, or
 * one IANA zone (`America/Chicago`) where the target file knows better.
 */
export type Place = string;

/** When numbers may be called, by the clock on the callee's wall. */
export type CallingHours = 'always' | Omit<OpeningHours, 'timeZone'>;

/** The country of an E.164 number; undefined if it has none. */
export function countryOf(e164: string): string | undefined {
  try {
    return parsePhoneNumberWithError(e164, { extract: false }).country;
  } catch {
    return undefined;
  }
}

/** All time zones of a place; empty if none is known, and then it is never time to call. */
export function zonesOf(place: Place): readonly string[] {
  if (place.includes('/')) return [place];
  return getTimezonesForCountry(place)?.map(({ name }) => name) ?? [];
}

/** The date where the number is, for limits per day. Of several zones, always the same one. */
export function zoneForDays(place: Place): string {
  return zonesOf(place)[0] ?? 'UTC';
}

/** Whether it is time to call in every zone of the place: where the person is, we do not know. */
export function isCallingTime(place: Place, hours: CallingHours, nowMs: number): boolean {
  if (hours === 'always') return true;
  const zones = zonesOf(place);
  const nowIso = new Date(nowMs).toISOString();
  return zones.length > 0 && zones.every((timeZone) => isOpen({ ...hours, timeZone }, nowIso) === true);
}

const QUARTER_MS = 900_000;
const WEEK_QUARTERS = 7 * 24 * 4;

/** Whether there is any quarter of an hour in the coming week at which the place may be called. */
export function hasCallingTime(place: Place, hours: CallingHours, nowMs: number): boolean {
  const startMs = Math.floor(nowMs / QUARTER_MS) * QUARTER_MS;
  // Holidays pass; a week is asked for without them.
  const week = hours === 'always' ? hours : { ...hours, holidays: [] };
  for (let quarter = 0; quarter < WEEK_QUARTERS; quarter += 1) {
    if (isCallingTime(place, week, startMs + quarter * QUARTER_MS)) return true;
  }
  return false;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** {@link isCallingTime} for many targets: calling hours begin and end on a minute, so each place is asked once in one. */
export class CallingTimes {
  private readonly known = new Map<Place, { minute: number; isTime: boolean }>();

  isTime(place: Place, hours: CallingHours, nowMs: number): boolean {
    const minute = Math.floor(nowMs / MINUTE_MS);
    const known = this.known.get(place);
    if (known?.minute === minute) return known.isTime;
    const isTime = isCallingTime(place, hours, nowMs);
    this.known.set(place, { minute, isTime });
    return isTime;
  }

  /** Other hours hold from now on. */
  forget(): void {
    this.known.clear();
  }
}

/** `2026-12-24`, on the wall of a time zone. */
export function dateIn(timeZone: string, atMs: number): string {
  return localTime(new Date(atMs).toISOString(), timeZone)?.date ?? new Date(atMs).toISOString().slice(0, 10);
}

/** The next midnight there, by the clock that hangs there now. */
export function nextDayMs(timeZone: string, nowMs: number): number {
  const minutes = localTime(new Date(nowMs).toISOString(), timeZone)?.minutes ?? 0;
  return Math.floor(nowMs / MINUTE_MS) * MINUTE_MS + DAY_MS - minutes * MINUTE_MS;
}

export function nextMinuteMs(nowMs: number): number {
  return (Math.floor(nowMs / MINUTE_MS) + 1) * MINUTE_MS;
}
