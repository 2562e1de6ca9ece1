import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  type CountryCode,
  getExampleNumber,
  type PhoneNumberType,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { judgeNumber, type NumberRules, numberRuleProblems } from '../src/policy/number-rules';
import { POLICY_REASONS } from '../src/policy/reasons';

const RUNS = 100_000;

/** Written by hand: every trick we could think of, by its kind. `wide: false`: only the profile's choice refuses it. */
interface Kind {
  reasons: string[];
  wide?: boolean;
  numbers: string[];
}

const KINDS: [kind: string, Kind][] = Object.entries(
  JSON.parse(readFileSync(join(__dirname, 'fixtures/policy/refused-numbers.json'), 'utf8')),
);

const RULES: NumberRules = {
  allowedPrefixes: ['+49', '+43', '+41', '+44', '+1', '+33', '+39', '+34', '+31', '+47', '+358', '+61'],
};

const EVERY_TYPE: PhoneNumberType[] = [
  'PREMIUM_RATE',
  'TOLL_FREE',
  'SHARED_COST',
  'VOIP',
  'PERSONAL_NUMBER',
  'PAGER',
  'UAN',
  'VOICEMAIL',
  'FIXED_LINE_OR_MOBILE',
  'FIXED_LINE',
  'MOBILE',
];

/** A profile whose author allowed whatever can be allowed. */
const WIDEST: NumberRules = {
  allowedPrefixes: Array.from({ length: 999 }, (_, index) => `+${index + 1}`),
  allowedTypes: EVERY_TYPE,
  bareDigits: 'international',
};

describe('numbers that are refused', () => {
  test('are more than 500, all different', () => {
    const all = KINDS.flatMap(([, { numbers }]) => numbers);
    expect(all.length).toBeGreaterThan(500);
    expect(all.filter((each, index) => all.indexOf(each) !== index)).toEqual([]);
  });

  test.each(KINDS)('%s', (_kind, { reasons, numbers }) => {
    const wrong = numbers
      .map((number) => [number, judgeNumber(number, RULES)] as const)
      .filter(([, verdict]) => verdict.allowed || !reasons.includes(verdict.reason));
    expect(wrong).toEqual([]);
  });

  test.each(KINDS.filter(([, kind]) => kind.wide !== false))(
    '%s, by the widest rules',
    (_kind, { numbers }) => {
      expect(numbers.filter((number) => judgeNumber(number, WIDEST).allowed)).toEqual([]);
    },
  );

  test.each([
    ['112', 'number_emergency'],
    ['+0049211635500', 'number_zeros'],
    ['0211635500', 'number_zeros'],
    ['49211635500', 'number_not_international'],
    ['+4902116355000', 'number_not_canonical'],
    ['+49115', 'number_emergency'],
    ['+4911833', 'number_invalid'],
    ['+491234', 'number_too_short'],
    ['+4921163550012345', 'number_too_long'],
    ['tel:+49211635500', 'number_uri'],
    ['+49211635500,12', 'number_extension'],
    ['+1800FLOWERS', 'number_letters'],
    ['+49211635500#', 'number_keys'],
    ['+49 211 635500', 'number_characters'],
    ['+499001234567', 'number_premium'],
    ['+491801234567', 'number_shared_cost'],
    ['+881612345678', 'number_satellite'],
    ['+80012345678', 'number_not_geographic'],
    ['+18765123456', 'number_country'],
    ['+498001234567', 'number_type'],
  ])('%s is refused for the right reason', (number, reason) => {
    expect(judgeNumber(number, RULES)).toMatchObject({ allowed: false, reason });
  });

  test('what is not even a string', () => {
    for (const raw of [
      undefined,
      null,
      49211635500,
      {},
      ['+49211635500'],
      { toString: () => '+49211635500' },
    ]) {
      expect(judgeNumber(raw as string, WIDEST)).toMatchObject({ allowed: false, reason: 'number_missing' });
    }
  });
});

describe('numbers that are allowed', () => {
  test.each([
    ['+49211635500', 'FIXED_LINE'],
    ['+492116355', 'FIXED_LINE'],
    ['+4915112345678', 'MOBILE'],
    ['+436601234567', 'MOBILE'],
    ['+41446681800', 'FIXED_LINE'],
    ['+442079460123', 'FIXED_LINE'],
    ['+447400123456', 'MOBILE'],
    ['+12125551234', 'FIXED_LINE_OR_MOBILE'],
    ['+14165551234', 'FIXED_LINE_OR_MOBILE'],
    ['+33142685300', 'FIXED_LINE'],
    ['+390612345678', 'FIXED_LINE'],
    ['+34912345678', 'FIXED_LINE'],
    ['+31201234567', 'FIXED_LINE'],
  ])('%s, %s', (e164, type) => expect(judgeNumber(e164, RULES)).toEqual({ allowed: true, e164, type }));

  test.each<[string, Partial<NumberRules>, boolean]>([
    ['+49211635500', { allowedPrefixes: [] }, false],
    ['+49211635500', { allowedPrefixes: ['+49211'] }, true],
    ['+49211635500', { allowedPrefixes: ['+49212', '+4930'] }, false],
    ['+49211635500', { allowedPrefixes: ['+4'] }, false],
    ['+49211635500', { allowedPrefixes: ['49', '', '+', '0049', '.*'] }, false],
    ['+49211635500', { deniedPrefixes: ['+492116355'] }, false],
    ['+18765123456', { allowedPrefixes: ['+1876'] }, true],
    ['+447781123456', { allowedPrefixes: ['+447781'] }, true],
    ['+498001234567', { allowedTypes: ['TOLL_FREE'] }, true],
    ['+49211635500', { allowedTypes: ['TOLL_FREE'] }, false],
    ['+49211635500', { allowedTypes: [] }, false],
    ['4921163550', { bareDigits: 'international' }, true],
    ['02116355000', { bareDigits: 'international' }, false],
    ['0049211635500', { bareDigits: 'international' }, false],
  ])('%s with %j: %s', (number, change, allowed) => {
    expect(judgeNumber(number, { ...RULES, ...change }).allowed).toBe(allowed);
  });

  test('every refusal has a sentence without a number in it', () => {
    for (const sentence of Object.values(POLICY_REASONS)) expect(sentence).toMatch(/^[^0-9]+\.$/);
  });

  test.each<[NumberRules, number]>([
    [RULES, 0],
    [{ allowedPrefixes: ['49', '+', '+0', '0049'] }, 4],
    [{ allowedPrefixes: ['+49'], allowedTypes: ['PREMIUM_RATE', 'MOBILE'] }, 1],
    [{ allowedPrefixes: ['+49'], deniedPrefixes: ['*'] }, 1],
  ])('rules %j have %d problems', (rules, problems) =>
    expect(numberRuleProblems(rules)).toHaveLength(problems),
  );
});

/** The rules said again, without looking at how they are kept. Undefined when the number may pass. */
const objection = (raw: string, e164: string, rules: NumberRules): string | undefined => {
  if (!/^\+[1-9][0-9]{6,14}$/.test(e164)) return 'not E.164';
  if (e164 !== raw && !(rules.bareDigits === 'international' && e164 === `+${raw}`)) return 'changed';
  if (/^\+(?:870|871|872|873|874|881|882|883|878|888|979|800|808|999)/.test(e164)) return 'no country';
  if (/^\+49(?:0|11[0-9]|12|13|180|19|900|16[489])/.test(e164)) return 'special in Germany';
  if (/^\+1(?:900|976|.?11$)/.test(e164)) return 'special in America';
  if (/^\+44(?:9|0|84|871|872)/.test(e164)) return 'special in Britain';
  const number = parsePhoneNumberFromString(e164, { extract: false });
  if (number === undefined || !number.isValid() || number.number !== e164) return 'not valid';
  const type = number.getType();
  if (type === undefined || /PREMIUM|SHARED|PAGER/.test(type)) return `type ${type}`;
  if (!(rules.allowedTypes ?? ['FIXED_LINE', 'MOBILE', 'FIXED_LINE_OR_MOBILE']).includes(type))
    return `type ${type}`;
  return rules.allowedPrefixes.some((prefix) => e164.startsWith(prefix)) ? undefined : 'prefix';
};

const COUNTRIES: CountryCode[] = ['DE', 'AT', 'CH', 'GB', 'US', 'FR', 'JM', 'RU', 'IT', 'CU'];
const SEEDS = [
  ...COUNTRIES.map((country) => String(getExampleNumber(country, examples)?.number)),
  ...KINDS.flatMap(([, { numbers }]) => numbers),
  '+49211635500',
  '+442079460123',
  '+12125551234',
];
const SALT = [
  '0',
  '00',
  '+',
  '9',
  '1',
  '112',
  '900',
  ' ',
  '\u200b',
  '٤',
  '４',
  ';ext=1',
  '@',
  'tel:',
  '#',
  'a',
  '\n',
  '-',
];

const anyNumber = fc.oneof(
  { weight: 3, arbitrary: fc.stringMatching(/^\+[1-9][0-9]{6,13}$/) },
  { weight: 3, arbitrary: fc.stringMatching(/^\+(?:49|43|41|44|1|33|39)[0-9]{6,11}$/) },
  {
    weight: 2,
    arbitrary: fc.stringMatching(
      /^\+(?:491(?:5[0-9]|6[0-9]|7[0-9])|4930|49211|4420[78]|1212|447)[0-9]{6,8}$/,
    ),
  },
  { weight: 1, arbitrary: fc.stringMatching(/^[0-9+*# ()/.-]{0,18}$/) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(...SEEDS), fc.constantFrom(...SALT), fc.nat(14), fc.nat(2))
      .map(([seed, salt, at, cut]) => seed.slice(0, at) + salt + seed.slice(at + cut)),
  },
);

describe('properties', () => {
  test('nothing outside the rules is ever allowed, and nothing throws', () => {
    let allowed = 0;
    fc.assert(
      fc.property(anyNumber, fc.constantFrom(RULES, RULES, WIDEST), (raw, rules) => {
        const verdict = judgeNumber(raw, rules);
        if (!verdict.allowed) return;
        allowed += 1;
        const wrong = objection(raw, verdict.e164, rules);
        if (wrong !== undefined) throw new Error(`${JSON.stringify(raw)}: ${wrong}`);
      }),
      { numRuns: RUNS },
    );
    // A judge that refuses everything would pass the rest.
    expect(allowed).toBeGreaterThan(RUNS / 50);
  }, 60_000);
});
