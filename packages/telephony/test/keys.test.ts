import { inspect } from 'node:util';
import fc from 'fast-check';
import { isIban, isIbanDigits, isLuhn, passes } from '../src/keys/checks';
import { KeyCollector, type KeyOutcome } from '../src/keys/key-collector';
import { completeKeyOptions, type KeyOptions, keyOptionProblems, MAX_DIGITS } from '../src/keys/key-options';
import { digitPattern } from '../src/keys/partial-pattern';

const RUNS = 100_000;

/** One line of a call: a key at a time, words at a time, or nothing but time. */
type Line = [atMs: number, key: string] | [atMs: number, said: { say: string }] | [atMs: number];

const play = (options: KeyOptions, lines: Line[]): string => {
  const collector = new KeyCollector(options, 0);
  for (const [atMs, input] of lines) {
    if (input === undefined) collector.elapse(atMs);
    else if (typeof input === 'string') collector.press(input, atMs);
    else collector.spoken(input.say, atMs);
  }
  return told(collector.outcome);
};

const told = (outcome: KeyOutcome): string => {
  switch (outcome.state) {
    case 'collecting':
      return `collecting ${outcome.digits}`;
    case 'done':
      return `done ${outcome.value}`;
    case 'invalid':
      return `invalid ${outcome.reason} ${outcome.digits}`;
    case 'timeout':
      return `timeout ${outcome.phase} ${outcome.digits}`;
    case 'cancelled':
      return 'cancelled';
  }
};

const typed = (digits: string, everyMs = 100): Line[] =>
  [...digits].map((key, index): Line => [(index + 1) * everyMs, key]);

describe('the timers of VoiceXML 2.0 appendix D', () => {
  const four: KeyOptions = {
    minDigits: 2,
    maxDigits: 4,
    firstDigitTimeoutMs: 5000,
    interDigitTimeoutMs: 3000,
  };
  const table: [rule: string, options: KeyOptions, lines: Line[], outcome: string][] = [
    ['D.2.1 nothing yet', four, [[4999]], 'collecting '],
    ['D.2.1 no input', four, [[5000]], 'timeout first '],
    ['D.2.2 not ready to terminate', four, [[100, '1'], [3100]], 'timeout inter_digit 1'],
    ['D.2.3 ready to terminate', four, [...typed('12'), [3200]], 'done 12'],
    ['D.2.3 not a moment before', four, [...typed('12'), [3199]], 'collecting 12'],
    ['D.2.4 terminator', four, [...typed('123#')], 'done 123'],
    ['D.2.5 empty termchar', { ...four, terminator: 'none', termTimeoutMs: 900 }, typed('1234'), 'done 1234'],
    ['D.2.6 termtimeout 0', four, typed('1234'), 'done 1234'],
    [
      'D.2.6 termtimeout waits',
      { ...four, termTimeoutMs: 900 },
      [...typed('1234'), [1299]],
      'collecting 1234',
    ],
    ['D.2.6 termtimeout ends', { ...four, termTimeoutMs: 900 }, [...typed('1234'), [1300]], 'done 1234'],
    ['D.2.7 terminator in time', { ...four, termTimeoutMs: 900 }, typed('1234#'), 'done 1234'],
    ['D.2.8 a digit instead', { ...four, termTimeoutMs: 900 }, typed('12345#'), 'invalid too_long 1234'],
    ['D.2.8 swallows', { ...four, pattern: /0\d+/ }, typed('123'), 'collecting 1'],
    ['D.2.8 until the terminator', { ...four, pattern: /0\d+/ }, typed('123#'), 'invalid pattern 1'],
    ['D.2.8 or the timer', { ...four, pattern: /0\d+/ }, [...typed('123'), [3300]], 'invalid pattern 1'],
  ];
  test.each(table)('%s', (_rule, options, lines, outcome) => {
    expect(play(options, lines)).toBe(outcome);
  });
});

describe('an entry', () => {
  const table: [what: string, options: KeyOptions, lines: Line[], outcome: string][] = [
    ['too short', { minDigits: 3 }, typed('12#'), 'invalid too_short 12'],
    ['only a terminator', {}, typed('#'), 'invalid too_short '],
    ['only a terminator, allowed', { minDigits: 0 }, typed('#'), 'done '],
    ['cancelled', { cancelKey: '*' }, typed('12*'), 'cancelled'],
    ['cancelled while spoilt', { cancelKey: '*', pattern: /0+/ }, typed('12*'), 'cancelled'],
    ['ignores keys without meaning', { terminator: 'none' }, typed('1*#A12'), 'collecting 112'],
    ['ended stays ended', { maxDigits: 2 }, [...typed('1299*#'), [99_999]], 'done 12'],
    ['a late key finds the timer expired', { minDigits: 2 }, [[5000, '1']], 'timeout first '],
    [
      'a late digit is not taken',
      {},
      [
        [100, '1'],
        [3100, '2'],
      ],
      'done 1',
    ],
    ['a full pattern ends before maxDigits', { pattern: /1\d{2}|9\d{5}/ }, typed('112'), 'done 112'],
    ['and its longer branch later', { pattern: /1\d{2}|9\d{5}/ }, typed('912345'), 'done 912345'],
    ['pattern at the end', { pattern: /(\d)\1+/ }, typed('121#'), 'invalid pattern 121'],
    ['Luhn', { check: 'luhn', maxDigits: 16 }, typed('4111111111111111'), 'done 4111111111111111'],
    ['Luhn failed', { check: 'luhn', maxDigits: 4 }, typed('4112'), 'invalid check 4112'],
    [
      'own check',
      { check: (digits) => digits !== '0000', maxDigits: 4 },
      typed('0000'),
      'invalid check 0000',
    ],
    ['spoken', { maxDigits: 4 }, [[100, { say: 'null zwei doppel eins' }]], 'done 0211'],
    ['spoken in two breaths', {}, [[100, { say: 'null zwei' }], [900, { say: 'eins' }], [3900]], 'done 021'],
    [
      'typed and spoken',
      { maxDigits: 4 },
      [
        [100, '0'],
        [900, { say: 'zwei eins eins' }],
      ],
      'done 0211',
    ],
    ['spoken, too much', { maxDigits: 3 }, [[100, { say: 'eins zwei drei vier' }]], 'invalid too_long '],
    ['spoken, wrong', { pattern: /0\d+/ }, [[100, { say: 'eins zwei' }]], 'invalid pattern 12'],
    ['words that are no digits', {}, [[100, { say: 'das weiß ich nicht' }]], 'collecting '],
  ];
  test.each(table)('%s', (_what, options, lines, outcome) => {
    expect(play(options, lines)).toBe(outcome);
  });

  test('keys may come before the prompt has ended, and its real end moves the wait', () => {
    const collector = new KeyCollector({ firstDigitTimeoutMs: 1000 }, 8000);
    expect(collector.dueAtMs).toBe(9000);
    collector.promptEnded(9500);
    expect(collector.dueAtMs).toBe(10_500);
    collector.press('1', 9600);
    expect(collector.dueAtMs).toBe(12_600);
    collector.promptEnded(20_000);
    expect(collector.dueAtMs).toBe(12_600);
    collector.press('#', 9700);
    expect(collector.dueAtMs).toBeUndefined();
  });

  test('survives the end of a process', () => {
    const options: KeyOptions = { maxDigits: 4, masked: true };
    const first = new KeyCollector(options, 0);
    first.press('1', 10);
    const stored = JSON.parse(JSON.stringify(first.snapshot()));
    const second = new KeyCollector(options, 999, stored);
    second.spoken('zwei drei vier', 20);
    expect(second.outcome).toMatchObject({ state: 'done' });
    expect(second.outcome.state === 'done' && second.outcome.value.reveal()).toBe('1234');
    expect(first.outcome.state).toBe('collecting');
  });

  test.each<[KeyOptions, number]>([
    [{}, 0],
    [{ minDigits: -1 }, 1],
    [{ minDigits: 5, maxDigits: 4 }, 1],
    [{ maxDigits: MAX_DIGITS }, 0],
    [{ maxDigits: MAX_DIGITS + 1 }, 1],
    [{ maxDigits: 0, minDigits: 0 }, 1],
    [{ interDigitTimeoutMs: 0 }, 1],
    [{ firstDigitTimeoutMs: Number.POSITIVE_INFINITY }, 1],
    [{ termTimeoutMs: -1 }, 1],
    [{ terminator: '*', cancelKey: '*' }, 1],
    [{ terminator: 'none', cancelKey: 'none' }, 0],
    [{ maxDigits: undefined }, 0],
  ])('options %j have %d problems', (options, problems) => {
    expect(keyOptionProblems(options)).toHaveLength(problems);
    const build = () => new KeyCollector(options, 0);
    if (problems > 0) expect(build).toThrow(RangeError);
    else expect(build).not.toThrow();
  });
});

describe('checks', () => {
  test.each([
    ['79927398713', true],
    ['79927398710', false],
    ['4111111111111111', true],
    ['0', false],
    ['', false],
    ['18', true],
    ['4x', false],
  ])('Luhn %s: %s', (digits, right) => expect(isLuhn(digits)).toBe(right));

  test.each([
    ['DE89 3704 0044 0532 0130 00', true],
    ['de89370400440532013000', true],
    ['GB29NWBK60161331926819', true],
    ['FR1420041010050500013M02606', true],
    ['AT611904300234573201', true],
    ['CH9300762011623852957', true],
    ['NL91ABNA0417164300', true],
    ['DE88370400440532013000', false],
    ['DE8937040044053201300', false],
    ['XX893704004405320130', false],
    ['89370400440532013000', false],
    ['', false],
  ])('IBAN %s: %s', (text, right) => expect(isIban(text)).toBe(right));

  test('the digits of a German IBAN', () => {
    expect(isIbanDigits('89370400440532013000')).toBe(true);
    expect(isIbanDigits('611904300234573201', 'AT')).toBe(true);
    expect(passes('iban', '89370400440532013001')).toBe(false);
    expect(passes(undefined, '1')).toBe(true);
    expect(passes(() => JSON.parse('x'), '1')).toBe(false);
  });

  test('one wrong digit or two swapped neighbours are always found', () => {
    const account = fc.stringMatching(/^[0-9]{18}$/);
    fc.assert(
      fc.property(account, fc.nat(19), fc.integer({ min: 1, max: 9 }), (bban, position, by) => {
        const check = String(98n - (BigInt(`${bban}131400`) % 97n)).padStart(2, '0');
        const right = [...(check + bban)];
        expect(isIbanDigits(right.join(''))).toBe(true);
        const wrong = right.with(position, String((Number(right[position]) + by) % 10));
        expect(isIbanDigits(wrong.join(''))).toBe(false);
      }),
      { numRuns: 5_000 },
    );
  });
});

const DIGITS = [...'0123456789'];
const KEYS = [...DIGITS, ...DIGITS, '*', '#', '#', 'A', '', '12'];
const SAYINGS = [
  'eins',
  'null zwei',
  'doppel drei',
  '0211',
  'double oh seven',
  'ich weiß nicht',
  'fünfundzwanzig',
];
const PATTERNS = [
  undefined,
  /0\d*/,
  /1\d{2}|9\d{3,5}/,
  /(?:[1-5]{2})+/,
  /\d+/,
  /(\d)\1+/,
  /[^0]\d?[2-8]+/,
  /^49\d+$/,
];

const anyOptions: fc.Arbitrary<KeyOptions> = fc
  .record({
    minDigits: fc.nat(6),
    more: fc.nat(6),
    firstDigitTimeoutMs: fc.integer({ min: 1, max: 9000 }),
    interDigitTimeoutMs: fc.integer({ min: 1, max: 5000 }),
    termTimeoutMs: fc.constantFrom(0, 0, 1, 700, 2000),
    terminator: fc.constantFrom('#' as const, 'none' as const),
    cancelKey: fc.constantFrom('*' as const, 'none' as const),
    pattern: fc.constantFrom(...PATTERNS),
    check: fc.constantFrom(undefined, undefined, 'luhn' as const, (digits: string) => !digits.endsWith('7')),
    masked: fc.boolean(),
  })
  .map(({ more, ...options }) => ({ ...options, maxDigits: Math.max(1, options.minDigits + more) }));

const anyInput = fc.tuple(
  fc.oneof(
    { weight: 6, arbitrary: fc.nat(900) },
    { weight: 1, arbitrary: fc.integer({ min: -500, max: 8000 }) },
  ),
  fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...KEYS).map((key) => ({ key, say: undefined })) },
    { weight: 1, arbitrary: fc.constantFrom(...SAYINGS).map((say) => ({ say, key: undefined })) },
    { weight: 1, arbitrary: fc.constant({ key: undefined, say: undefined }) },
  ),
);

const digitsOf = (outcome: KeyOutcome): string => {
  if (outcome.state === 'cancelled') return '';
  return (outcome.state === 'done' ? outcome.value : outcome.digits).reveal();
};

const isFinal = (outcome: KeyOutcome): boolean => outcome.state !== 'collecting';

/** Written again from the words of the options, not from the collector. */
const expectAcceptable = (given: KeyOptions, value: string): void => {
  const { minDigits, maxDigits, pattern, check } = completeKeyOptions(given);
  const wrong =
    !/^[0-9]*$/.test(value) ||
    value.length < minDigits ||
    value.length > maxDigits ||
    (pattern !== undefined && new RegExp(`^(?:${pattern.source})$`).exec(value)?.[0] !== value) ||
    (check === 'luhn' && !isLuhn(value)) ||
    (typeof check === 'function' && !check(value));
  if (wrong) throw new Error(`accepted ${value}`);
};

const requireThat = (truth: boolean, what: string): void => {
  if (!truth) throw new Error(what);
};

describe('properties', () => {
  test('an entry keeps its limits, ends in time, is right when done, and shows no PIN', () => {
    const states = new Set<string>();
    fc.assert(
      fc.property(anyOptions, fc.array(anyInput, { maxLength: 24, size: 'max' }), (options, inputs) => {
        const collector = new KeyCollector(options, 0);
        const { maxDigits, firstDigitTimeoutMs, interDigitTimeoutMs, termTimeoutMs, masked } =
          completeKeyOptions(options);
        // Every digit and as many swallowed ones may restart the timer, and the terminator's wait comes on top.
        const longestMs = firstDigitTimeoutMs + (2 * maxDigits + 1) * interDigitTimeoutMs + termTimeoutMs;
        let nowMs = 0;
        for (const [afterMs, { key, say }] of inputs) {
          nowMs += afterMs;
          const before = collector.outcome;
          const dueAtMs = collector.dueAtMs ?? Number.POSITIVE_INFINITY;
          const outcome =
            key !== undefined
              ? collector.press(key, nowMs)
              : say !== undefined
                ? collector.spoken(say, nowMs)
                : collector.elapse(nowMs);
          requireThat(digitsOf(outcome).length <= maxDigits, 'more than maxDigits');
          requireThat(isFinal(outcome) === (collector.dueAtMs === undefined), 'no timer while collecting');
          if (isFinal(before)) requireThat(told(before) === told(outcome), 'changed after its end');
          if (nowMs >= dueAtMs) requireThat(isFinal(outcome), 'ran on after its timer');
          if (nowMs >= longestMs) requireThat(isFinal(outcome), 'took too long');
          if (masked) {
            const shown = [
              String(collector),
              JSON.stringify(collector),
              inspect(collector),
              inspect(outcome),
            ];
            const all = [...shown, JSON.stringify(outcome), `${'digits' in outcome ? outcome.digits : ''}`];
            requireThat(!/[0-9]/.test(all.join('')), `shows ${all.join('')}`);
          }
        }
        const end = collector.elapse(Math.max(nowMs, collector.dueAtMs ?? 0));
        states.add(told(end).replace(/ [0-9]*$| \[masked\]$/, ''));
        requireThat(isFinal(end), 'never ends');
        if (end.state === 'done') expectAcceptable(options, end.value.reveal());
      }),
      { numRuns: RUNS },
    );
    expect([...states].sort()).toEqual([
      'cancelled',
      'done',
      'invalid check',
      'invalid pattern',
      'invalid too_long',
      'invalid too_short',
      'timeout first',
      'timeout inter_digit',
    ]);
  }, 60_000);

  test('typing what is right, steadily, is always accepted', () => {
    const right = fc.constantFrom('0211', '112', '9123', '1234', '11', '23', '4912', '4111111111111111');
    fc.assert(
      fc.property(anyOptions, right, (given, digits) => {
        const options = { ...given, minDigits: 1, maxDigits: 16, interDigitTimeoutMs: 500, check: undefined };
        fc.pre(digitPattern(options.pattern).matches(digits));
        const collector = new KeyCollector(options, 0);
        [...digits].forEach((key, index) => {
          collector.press(key, index * 400);
        });
        const end = collector.elapse(999_999);
        expect(end.state === 'done' ? end.value.reveal() : end.state).toBe(digits);
      }),
      { numRuns: 5_000 },
    );
  });

  test('a beginning of a match is never taken for a dead end, nor a dead end of plain patterns for a beginning', () => {
    const all = ['', ...DIGITS, ...DIGITS.flatMap((a) => DIGITS.map((b) => a + b))];
    const long = all.flatMap((head) => all.map((tail) => head + tail));
    for (const pattern of [
      ...PATTERNS,
      /0|[1-3]{2}/,
      /(?:1|22)3?/,
      /1{2,3}/,
      /1+?2*/,
      /a?1/i,
      /1[^2]?2/,
      /.\d$|^3/,
    ]) {
      const { matches, mayMatch } = digitPattern(pattern);
      const beginnings = new Set(
        long.filter(matches).flatMap((text) => [...text].map((_, i) => text.slice(0, i))),
      );
      for (const beginning of beginnings) {
        if (!mayMatch(beginning)) throw new Error(`${pattern} refuses ${beginning}`);
      }
    }
    const phone = digitPattern(/0[1-9]\d{4}/);
    expect(['0', '02', '021111', '00', '1', '0211111'].map(phone.mayMatch)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
