import {
  dayPartOf,
  type GreetingFacts,
  greetingFor,
  timeGreetingOf,
} from '../../src/agent/profiles/greeting';
import { type AgentProfile, profileSchema } from '../../src/agent/profiles/profile';
import { isTimeZone } from '../../src/agent/profiles/time-zone';
import { PRAXIS, WORKSHOP } from '../support/profile';

const at = (utc: string) => Date.parse(`2026-${utc}:00Z`);

function profile(changes: Partial<AgentProfile>, from = PRAXIS): AgentProfile {
  return profileSchema.parse({ ...from, ...changes });
}

test.each<[string, Partial<AgentProfile>, string, string]>([
  ['Berlin in summer is two hours ahead', {}, '07-01T02:59', 'Guten Abend'],
  ['the morning begins at five', {}, '07-01T03:00', 'Guten Morgen'],
  ['and ends at eleven', {}, '07-01T08:59', 'Guten Morgen'],
  ['the day', {}, '07-01T09:00', 'Guten Tag'],
  ['until six', {}, '07-01T15:59', 'Guten Tag'],
  ['the evening', {}, '07-01T16:00', 'Guten Abend'],
  ['midnight', {}, '07-01T22:00', 'Guten Abend'],
  ['Berlin in winter is one hour ahead', {}, '01-15T04:00', 'Guten Morgen'],
  ['the night of the change: 5:30 summer time', {}, '03-29T03:30', 'Guten Morgen'],
  ['English has its noon at twelve', { language: 'en-GB' }, '01-15T11:59', 'Good morning'],
  ['English afternoon', { language: 'en-GB' }, '01-15T12:00', 'Good afternoon'],
  ['the own zone wins', { timeZone: 'Asia/Tokyo' }, '01-15T23:00', 'Guten Morgen'],
  ['half hours', { timeZone: 'Asia/Kolkata' }, '01-15T23:30', 'Guten Morgen'],
  ['no zone: nothing that can be wrong', { language: 'en-US' }, '01-15T02:00', 'Good afternoon'],
])('time of day: %s', (_, changes, utc, expected) => {
  expect(timeGreetingOf(profile(changes), at(utc))).toBe(expected);
});

test('parts of the day are those of the greetings', () => {
  expect(dayPartOf(WORKSHOP, at('01-15T20:00'))).toBe('evening');
});

describe('first words', () => {
  const greetings = { morning: 'M', returning: 'R', outbound: 'O' };
  const MORNING: GreetingFacts = { direction: 'inbound', nowMs: at('01-15T08:00') };
  const EVENING: GreetingFacts = { nowMs: at('01-15T20:00') };

  test.each<[string, Partial<AgentProfile>, GreetingFacts, string]>([
    ['nothing special', {}, MORNING, PRAXIS.greeting],
    ['in the morning', { greetings }, MORNING, 'M'],
    ['no greeting for the evening', { greetings }, EVENING, PRAXIS.greeting],
    ['a returning caller in the morning', { greetings }, { ...MORNING, returning: true }, 'R'],
    [
      'returning, without words for it',
      { greetings: { morning: 'M' } },
      { ...MORNING, returning: true },
      'M',
    ],
    ['outbound', { greetings, outboundGreeting: 'old' }, { ...MORNING, direction: 'outbound' }, 'O'],
    [
      'outbound to somebody we know',
      { greetings },
      { ...MORNING, direction: 'outbound', returning: true },
      'O',
    ],
    ['outboundGreeting stays', { outboundGreeting: 'old' }, { ...EVENING, direction: 'outbound' }, 'old'],
    [
      'outbound without words for it',
      { greetings: { morning: 'M' } },
      { ...MORNING, direction: 'outbound' },
      PRAXIS.greeting,
    ],
  ])('%s', (_, changes, facts, expected) => {
    expect(greetingFor(profile(changes), facts)).toBe(expected);
  });
});

test.each([
  ['Europe/Berlin', true],
  ['UTC', true],
  ['America/Argentina/Buenos_Aires', true],
  ['Europe/Bonn', false],
  ['+01:00', false],
  ['', false],
])('%j is a time zone: %s', (name, expected) => {
  expect(isTimeZone(name)).toBe(expected);
});
