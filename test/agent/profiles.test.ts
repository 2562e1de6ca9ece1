import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadProfiles, ProfileError } from '../../src/agent/profiles/profiles';

const GOOD = `name: Praxis Dr. Sommer
default: true
numbers: ["4921163550"]
language: de-DE
voice: { provider: azure, voice: de-DE-KatjaNeural }
greeting: "Guten Tag."
instructions: |
  Sei freundlich.
faq:
  - ask: ["Wann haben Sie geöffnet?"]
    answer: "Von acht bis siebzehn Uhr."
destinations:
  reception: { number: "4921163551", announce: "Ich verbinde." }
`;

function folder(files: Record<string, string>): string {
  const path = mkdtempSync(join(tmpdir(), 'agents-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

function faults(files: Record<string, string>): string[] {
  try {
    loadProfiles(folder(files));
  } catch (error) {
    if (error instanceof ProfileError)
      return error.faults.map((fault) => fault.replace(/\S*agents-\w+\/?/g, ''));
    throw error;
  }
  return [];
}

test('the shipped profiles are sound: a German and an English business', () => {
  const { all, fallback } = loadProfiles(resolve('agents'));
  expect([...all.values()].map(({ language }) => language.slice(0, 2)).sort()).toEqual(['de', 'en']);
  expect(fallback.language).toBe('de-DE');
});

test('the keys of the contract are enough', () => {
  const { fallback } = loadProfiles(folder({ 'praxis.yaml': GOOD }));
  expect(fallback.destinations.reception).toMatchObject({ number: '4921163551', timeoutSeconds: 30 });
});

test('a called number reaches its profile with or without +', () => {
  const english = GOOD.replace('default: true', 'default: false').replace('4921163550', '+442079460123');
  const profiles = loadProfiles(
    folder({ 'a.yaml': GOOD, 'b.yaml': english.replace('Praxis Dr. Sommer', 'B') }),
  );
  expect(profiles.answering('442079460123').name).toBe('B');
  expect(profiles.answering('+44 20 7946 0123').name).toBe('B');
  expect(profiles.answering('4930111').name).toBe('Praxis Dr. Sommer');
  expect(profiles.answering(undefined).name).toBe('Praxis Dr. Sommer');
});

describe('a faulty profile stops the start with file, line, field and what was expected', () => {
  test.each<[string, string, string | RegExp]>([
    ['a missing key', GOOD.replace(/^greeting.*\n/m, ''), 'p.yaml:1: greeting: is missing; expected a text'],
    ['an unknown key', `${GOOD}colour: blue\n`, 'p.yaml:14: colour: this key is not known'],
    ['a wrong type', GOOD.replace('"Guten Tag."', '[1]'), 'p.yaml:6: greeting: expected a text'],
    [
      'hours that are none',
      `${GOOD}policy:\n  hours: { week: [{ days: someday, from: "09:00", to: "17:00" }] }\n`,
      'p.yaml:15: policy.hours: "someday" are not weekdays: write them like mon-fri.',
    ],
    [
      'hours where nobody knows the time',
      `${GOOD.replace('de-DE\nv', 'en-US\nv')}policy:\n  hours: { week: [{ days: mon-fri, from: "09:00", to: "17:00" }] }\n`,
      'p.yaml:15: policy.hours: needs to know the time of day; expected the key timeZone',
    ],
    [
      'another language under the wrong name',
      `${GOOD}languages:\n  en: { language: fr-FR, voice: { provider: azure } }\n`,
      'p.yaml:15: languages.en.language: expected a tag of that language, for example "en"',
    ],
    [
      'an announcement for nowhere',
      `${GOOD}languages:\n  en: { language: en-GB, voice: { provider: azure }, announcements: { nowhere: "Hi" } }\n`,
      'p.yaml:15: languages.en.announcements.nowhere: expected the name of a destination: reception',
    ],
    [
      'a key for a language that is not there',
      `${GOOD}menu:\n  prompt: "Nine?"\n  keys: { "9": { language: en } }\n`,
      'p.yaml:16: menu.keys.9.language: expected one of languages: de',
    ],
    [
      'a pattern that is none',
      `${GOOD}menu:\n  prompt: "?"\n  keys: { "9": { collect: { name: n, prompt: p, pattern: "(" } } }\n`,
      'p.yaml:16: menu.keys.9.collect.pattern: expected a regular expression',
    ],
    [
      'a number that is none',
      GOOD.replace('4921163551', '0190-x'),
      'p.yaml:13: destinations.reception.number: expected a phone number in digits',
    ],
    [
      'a language we do not speak',
      GOOD.replace('de-DE\nv', 'xx\nv'),
      'p.yaml:4: language: expected a German or English language tag',
    ],
    [
      'an unknown voice provider',
      GOOD.replace('azure', 'gramophone'),
      'p.yaml:5: voice.provider: expected one of "azure"',
    ],
    [
      'a faq without a question',
      GOOD.replace('["Wann haben Sie geöffnet?"]', '[]'),
      'p.yaml:10: faq.0.ask: expected at least one question',
    ],
    [
      'an empty text',
      GOOD.replace('"Guten Tag."', '""'),
      'p.yaml:6: greeting: expected a text that can be spoken',
    ],
    ['broken YAML', `${GOOD}  x: [\n`, 'p.yaml:1'],
    [
      'a number without quotes',
      GOOD.replace('"4921163551"', '4921163551'),
      'p.yaml:13: destinations.reception.number: expected a text in quotes',
    ],
    [
      'one text where there may be more',
      GOOD.replace('["Wann haben Sie geöffnet?"]', '"Auf?"'),
      'p.yaml:10: faq.0.ask: expected a list',
    ],
    [
      'nothing to say to the silent',
      `${GOOD}silence: { reprompts: [] }\n`,
      'p.yaml:14: silence.reprompts: expected at least 1 in the list',
    ],
    [
      'a key of two',
      `${GOOD}menu: { prompt: "Drücken Sie.", keys: { "12": { say: "Ja." } } }\n`,
      'p.yaml:14: menu.keys.12: expected one key: 0-9, * or #',
    ],
    [
      'a server of tools that is neither started nor reached',
      `${GOOD}mcp: { crm: { args: [crm.js] } }\n`,
      'p.yaml:14: mcp.crm: expected command (a program, with args, env) or url',
    ],
    ...(
      [
        [
          'an emergency number',
          '112',
          'Emergency numbers must be dialled by the caller. Expected a fixed line',
        ],
        ['a premium number', '+499001234567', 'Premium rate numbers are not called. Expected a fixed line'],
        ['a shared-cost number', '+491801234567', 'Shared cost numbers are not called.'],
        ['a satellite number', '+870773111632', 'Satellite and international network numbers'],
        ['a short number', '22833', 'The number is too short: a short code or a part of a number.'],
        [
          'a number without country code',
          '02116355',
          'begins with zeros instead of the plus and country code.',
        ],
        ['a number that cannot exist', '4921163', 'cannot exist'],
        ['a country that is not allowed', '+33140205050', 'allow others in policy.allow'],
      ] as const
    ).map(
      ([what, number, expected]) =>
        [
          what,
          GOOD.replace('"4921163551"', JSON.stringify(number)),
          new RegExp(`^p\\.yaml:13: destinations\\.reception\\.number: .*${expected}`),
        ] satisfies [string, string, RegExp],
    ),
    [
      'one of further numbers',
      GOOD.replace('"4921163551",', '"4921163551", otherwise: ["4921163552", "110"],'),
      'p.yaml:13: destinations.reception.otherwise.1: Emergency numbers',
    ],
    ['an empty file', '', 'p.yaml:1: profile: expected keys with values'],
  ])('%s', (_, text, expected) => {
    expect(faults({ 'p.yaml': text })[0]).toEqual(
      typeof expected === 'string' ? expect.stringContaining(expected) : expect.stringMatching(expected),
    );
  });

  test('a country that the profile allows is none', () => {
    const abroad = GOOD.replace('"4921163551"', '"+33140205050"');
    expect(faults({ 'p.yaml': `${abroad}policy: { allow: ["+33"] }\n` })).toEqual([]);
  });

  test('several faults are told at once', () => {
    const twice = GOOD.replace(/^greeting.*\n/m, '').replace('azure', 'gramophone');
    expect(faults({ 'p.yaml': twice })).toHaveLength(2);
  });

  test('exactly one profile is the default', () => {
    const none = GOOD.replace('default: true\n', '');
    expect(faults({ 'p.yaml': none })[0]).toContain('none has it');
    expect(faults({ 'p.yaml': GOOD, 'q.yaml': GOOD.replace('4921163550', '49301') })[0]).toContain('p.yaml');
  });

  test('two profiles cannot answer the same number', () => {
    const other = GOOD.replace('default: true\n', '').replace('"4921163550"', '"+4921163550"');
    expect(faults({ 'p.yaml': GOOD, 'q.yaml': other })[0]).toMatch(
      /q\.yaml: numbers: \+4921163550 is already answered by/,
    );
  });

  test('no folder, no profile', () => {
    expect(() => loadProfiles('/nonexistent')).toThrow('AGENTS_DIR');
    expect(faults({ 'readme.txt': 'x' })[0]).toContain('at least one agent profile');
  });
});
