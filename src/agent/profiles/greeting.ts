import type { FullLanguage } from '../brain';
import { languageOf } from '../phrases';
import type { AgentProfile } from './profile';
import { hourIn, timeZoneOf } from './time-zone';

export type DayPart = 'morning' | 'afternoon' | 'evening';

/** What is known of a call before its first word. */
export interface GreetingFacts {
  direction?: 'inbound' | 'outbound';
  /** Unix time, not the monotonic clock of the call. */
  nowMs: number;
  /** The caller has called before. */
  returning?: boolean;
}

/** Hour at which each part of the day begins, latest first. Before the morning it is still the evening. */
const BEGINS: Readonly<Record<FullLanguage, readonly (readonly [DayPart, number])[]>> = {
  // "Guten Morgen" is out of place shortly before noon, "good morning" is not.
  de: [
    ['evening', 18],
    ['afternoon', 11],
    ['morning', 5],
  ],
  en: [
    ['evening', 18],
    ['afternoon', 12],
    ['morning', 5],
  ],
};

const WORDS: Readonly<Record<FullLanguage, Record<DayPart, string>>> = {
  de: { morning: 'Guten Morgen', afternoon: 'Guten Tag', evening: 'Guten Abend' },
  en: { morning: 'Good morning', afternoon: 'Good afternoon', evening: 'Good evening' },
};

/**
 * The part of the day where the profile is at home; the afternoon, which offends nobody, if that is unknown.
 */
export function dayPartOf(profile: AgentProfile, nowMs: number): DayPart {
  const zone = timeZoneOf(profile);
  if (zone === undefined) return 'afternoon';
  const hour = hourIn(zone, nowMs);
  return BEGINS[languageOf(profile.language)].find(([, from]) => hour >= from)?.[0] ?? 'evening';
}

/** "Guten Morgen", "Good evening": the value of `${time.greeting}`. */
export function timeGreetingOf(profile: AgentProfile, nowMs: number): string {
  return WORDS[languageOf(profile.language)][dayPartOf(profile, nowMs)];
}

/**
 * The first words of a call. Outbound before anything else, since its caller is us; then a caller whom we
 * know; then the time of day; `greeting` where the profile has nothing more fitting. Pure.
 */
export function greetingFor(profile: AgentProfile, { direction, nowMs, returning }: GreetingFacts): string {
  const { greetings, greeting, outboundGreeting } = profile;
  if (direction === 'outbound') return greetings.outbound ?? outboundGreeting ?? greeting;
  const { returning: known, outbound: _, ...byDayPart } = greetings;
  if (returning && known !== undefined) return known;
  // The first question about a time zone costs a process many milliseconds: it is not asked for nothing.
  return Object.keys(byDayPart).length === 0 ? greeting : (greetings[dayPartOf(profile, nowMs)] ?? greeting);
}
