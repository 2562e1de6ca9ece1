import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CallFacts, matchFault } from '../../src/agent/profiles/profile-match';
import { loadProfiles, ProfileError } from '../../src/agent/profiles/profiles';

const COMMON = `language: de-DE
voice: { provider: azure }
greeting: "Guten Tag."
instructions: Sei freundlich.
`;

/** Profiles of these names that differ in what they claim only. */
function profiles(claims: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'agents-'));
  writeFileSync(join(folder, '_base.yaml'), COMMON);
  for (const [name, claim] of Object.entries(claims)) {
    writeFileSync(join(folder, `${name}.yaml`), `extends: _base.yaml\nname: ${name}\n${claim}\n`);
  }
  return loadProfiles(folder);
}

const HOUSE = profiles({
  main: 'default: true',
  shop: 'numbers: ["4930100"]',
  vip: 'numbers: ["4930100"]\nmatch: { headers: { X-Tier: /^(gold|platinum)$/i } }',
  vipAudio: 'numbers: ["4930100"]\nmatch: { network: audiocodes, headers: { x-tier: gold } }',
  campaign: 'match: { metadata: { campaign: spring } }',
  foneuc: 'match: { network: foneuc, metadata: { campaign: spring } }',
});

test.each<[string, CallFacts | string | undefined, string]>([
  ['nothing is known', undefined, 'main'],
  ['nothing fits', { number: '4930999', network: 'sipgate' }, 'main'],
  ['a plain number', '+49 30 100', 'shop'],
  ['the number', { number: '004930100' }, 'shop'],
  ['number and match before number', { number: '4930100', headers: { 'X-TIER': 'Gold' } }, 'vip'],
  ['a pattern that does not fit', { number: '4930100', headers: { 'X-Tier': 'golden' } }, 'shop'],
  [
    'more conditions before fewer',
    { number: '4930100', network: 'audiocodes', headers: { 'X-Tier': 'gold' } },
    'vipAudio',
  ],
  [
    'exact values are exact',
    { number: '4930100', network: 'audiocodes', headers: { 'X-Tier': 'GOLD' } },
    'vip',
  ],
  ['number and match needs the number', { number: '4930999', headers: { 'X-Tier': 'gold' } }, 'main'],
  ['match before default', { number: '4930999', metadata: { campaign: 'spring' } }, 'campaign'],
  ['number before match', { number: '4930100', metadata: { campaign: 'spring' } }, 'shop'],
  ['network and metadata', { network: 'foneuc', metadata: { campaign: 'spring' } }, 'foneuc'],
  ['metadata keys are exact', { metadata: { Campaign: 'spring' } }, 'main'],
  ['a long value fits no pattern', { number: '4930100', headers: { 'X-Tier': 'gold'.repeat(60) } }, 'shop'],
  [
    'what objects inherit is no header',
    { number: '4930100', headers: Object.create({ 'x-tier': 'gold' }) },
    'shop',
  ],
])('who answers: %s', (_, facts, expected) => {
  expect(HOUSE.answering(facts).name).toBe(expected);
});

test('a choice is remembered by its file, and survives reading anew', () => {
  const before = profiles({ main: 'default: true', b: 'numbers: ["4930100"]' });
  const key = before.keyOf(before.answering('4930100'));
  expect(key).toMatch(/b\.yaml$/);
  expect(before.byKey(key)?.name).toBe('b');
  expect(before.byKey(undefined) ?? before.byKey('nobody')).toBeUndefined();

  before.replaceWith(profiles({ other: 'default: true', c: 'numbers: ["4930100"]' }));
  expect(before.answering('4930100').name).toBe('c');
  expect([before.fallback.name, before.byKey(key)]).toEqual(['other', undefined]);
});

describe('claims that nobody could decide between stop the start', () => {
  const faults = (a: string, b: string) => {
    try {
      profiles({ main: 'default: true', a, b });
    } catch (error) {
      if (error instanceof ProfileError) return error.faults.join('\n');
      throw error;
    }
    return '';
  };
  const header = (value: string) => `match: { headers: { X-Tenant: ${value} } }`;
  const NUMBER = 'numbers: ["4930100"]\n';

  test.each<[string, string, string, RegExp | '']>([
    ['the same match', header('a'), header('a'), /b\.yaml: match: .*a\.yaml equally well/],
    ['different fields', header('a'), 'match: { network: sipgate }', /equally well/],
    ['two patterns', header('/a/'), header('/b/'), /equally well/],
    ['a pattern and a value in it', header('/^a/'), header('ab'), /equally well/],
    ['the same number and match', NUMBER + header('a'), NUMBER + header('a'), /equally well/],
    ['the same number', NUMBER, NUMBER, /b\.yaml: numbers: 4930100 is already answered by .*a\.yaml/],
    ['a number twice in one file', 'numbers: ["4930100", "+4930100"]', '', /\+4930100 is already answered/],
    ['fine: different values', header('a'), header('b'), ''],
    ['fine: a pattern and a value outside it', header('/^a/'), header('b'), ''],
    ['fine: more conditions', header('a'), 'match: { network: x, headers: { x-tenant: a } }', ''],
    ['fine: different numbers', NUMBER + header('a'), `numbers: ["4930200"]\n${header('a')}`, ''],
    ['fine: number and match beside number', NUMBER, NUMBER + header('a'), ''],
  ])('%s', (_, a, b, expected) => {
    const told = faults(a, b);
    if (expected === '') expect(told).toBe('');
    else expect(told).toMatch(expected);
  });

  test.each([
    ['no condition', 'match: {}', 'a.yaml:3: match: expected at least one condition'],
    ['an unknown kind', 'match: { colour: x }', 'a.yaml:3: match.colour: this key is not known'],
    ['a pattern that is none', header('"/(/"'), 'a.yaml:3: match.headers.X-Tenant: expected a regular expr'],
    ['a network in capitals', 'match: { network: SipGate }', 'a.yaml:3: match.network: expected the name'],
  ])('faulty: %s', (_, claim, expected) => {
    expect(faults(claim, '')).toContain(expected);
  });
});

test.each([
  ['gold', true],
  ['/^gold$/', true],
  ['/^(gold|silver)?-[0-9]+$/i', true],
  ['/[(+*)]+x+/', true],
  ['/\\)+/', true],
  ['/(a+)+$/', false],
  ['/((a+))+$/', false],
  ['/(a|a)*$/', false],
  ['/(?:a{0,30}){0,30}$/', false],
  ['/(a)\\1/', false],
  ['/a*a*a*a*b/', false],
  ['/[/', false],
  ['', false],
])('the condition %j is usable: %s', (text, usable) => {
  expect(matchFault(text) === undefined).toBe(usable);
});

test('the slowest pattern that is allowed on the worst value takes a fraction of a second', () => {
  const slow = profiles({ m: 'default: true', a: 'match: { headers: { X: /a*a*a*b/ } }' });
  const startMs = performance.now();
  expect(slow.answering({ headers: { X: 'a'.repeat(128) } }).name).toBe('m');
  expect(performance.now() - startMs).toBeLessThan(2_000);
});
