import fc from 'fast-check';
import { DIGIT_WORDS } from '../src/keys/digit-words';
import { type KeyMenu, type KeyMenuEvent, MENU_START, menuProblems, nextMenuStep } from '../src/keys/menu';
import { spokenDigits } from '../src/keys/spoken-digits';

const READ: [text: string, digits: string][] = [
  ['null eins zwo', '012'],
  ['Null, eins, zwei, drei, vier, fünf, sechs, sieben, acht, neun.', '0123456789'],
  ['fuenf', '5'],
  ['zwoelf', '12'],
  ['dreissig', '30'],
  ['doppel drei', '33'],
  ['Doppel-Drei', '33'],
  ['doppeldrei', '33'],
  ['doppel null sieben', '007'],
  ['zweimal die null', '00'],
  ['zwei mal die Null', '00'],
  ['dreimal neun', '999'],
  ['dreimal die 9', '999'],
  ['0211 fünf fünf', '021155'],
  ['0211 / 63 55', '02116355'],
  ['null zwei elf', '0211'],
  ['fünfundzwanzig', '25'],
  ['fünf und zwanzig', '25'],
  ['einundzwanzig', '21'],
  ['zwoundzwanzig', '22'],
  ['fünf zwanzig', '520'],
  ['dreißig null vier', '3004'],
  ['achtundneunzig siebzehn', '9817'],
  ['nulleinszwo', '012'],
  ['ja, also äh meine Nummer ist die vier sieben bitte', '47'],
  ['eins und dann zwei', '12'],
  ['zero one two', '012'],
  ['oh two oh eight', '0208'],
  ['double three', '33'],
  ['double oh seven', '007'],
  ['triple nine', '999'],
  ['treble 4', '444'],
  ['twenty five', '25'],
  ['twenty-five', '25'],
  ['twenty oh five', '2005'],
  ['seventeen eighty', '1780'],
  ["it's five five five please", '555'],
  ['1', '1'],
  ['１２', '12'],
];

const REFUSED = [
  undefined,
  '',
  ' . ',
  'ja bitte',
  'das weiß ich nicht',
  'nein, fünf',
  'fünf, nein, sechs',
  'not five',
  'zwanzig fünf',
  'zwanzig 5',
  'twenty 5',
  'eins und zwanzig',
  'null achthundert dreißig',
  'eight hundred',
  'doppel',
  'doppel zwanzig',
  'doppel doppel drei',
  'double',
  'plus vier neun',
  '+49 211',
  '50 %',
  '22,1 Grad',
  'um zwölf Uhr dreißig',
  'achtung',
  'siebenzehn',
  'someone',
  'eins two',
  '١٢٣',
  'eins '.repeat(200),
  'constructor',
  '__proto__',
];

describe('digits read out', () => {
  test.each(READ)('%s: %s', (text, digits) => expect(spokenDigits(text)).toBe(digits));
  test.each(REFUSED.map((text) => [text]))('%s: not digits', (text) =>
    expect(spokenDigits(text)).toBeUndefined(),
  );

  test('the language of the call decides where it is known', () => {
    expect(spokenDigits('five', 'de-DE')).toBeUndefined();
    expect(spokenDigits('fünf', 'en-GB')).toBeUndefined();
    expect(spokenDigits('five', 'fr-FR')).toBe('5');
  });

  test('any digits, said one by one in either language, come back', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('de', 'en'),
        fc.array(fc.nat(9), { minLength: 1, maxLength: 20 }),
        fc.constantFrom(' ', ', ', ' - '),
        fc.infiniteStream(fc.nat(3)),
        (language, digits, separator, choices) => {
          const table = Object.entries(DIGIT_WORDS[language]?.digits ?? {});
          const said = digits.map((digit) => {
            const ways = [
              ...table.filter(([, value]) => value === `${digit}`).map(([word]) => word),
              `${digit}`,
            ];
            return ways[(choices.next().value ?? 0) % ways.length];
          });
          expect(spokenDigits(said.join(separator), language)).toBe(digits.join(''));
        },
      ),
      { numRuns: 20_000 },
    );
  });

  test('whatever is said, the answer is digits or nothing', () => {
    const word = fc.constantFrom(
      ...Object.values(DIGIT_WORDS).flatMap((t) => Object.keys({ ...t.digits, ...t.tens })),
    );
    const noise = fc.oneof(
      word,
      fc.constantFrom('und', 'mal', 'doppel', 'double', 'die', 'ein'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 8 }), (words) => {
        const digits = spokenDigits(words.join(' '));
        if (digits !== undefined) expect(digits).toMatch(/^[0-9]+$/);
      }),
      { numRuns: 20_000 },
    );
  });
});

describe('a menu', () => {
  const menu: KeyMenu = { choices: { 1: 'workshop', 2: 'shop' }, repeatKey: '9', maxTries: 2, maxRepeats: 1 };
  const key = (pressed: string): KeyMenuEvent => ({ type: 'key', key: pressed });
  const said = (text: string): KeyMenuEvent => ({ type: 'spoken', text });
  const silence: KeyMenuEvent = { type: 'silence' };

  const walk = (events: KeyMenuEvent[]): string => {
    let state = MENU_START;
    const steps = events.map((event) => {
      const step = nextMenuStep(menu, state, event);
      if (step.step === 'repeat') state = step.state;
      return step.step === 'chosen' ? step.choice : `${step.step} ${step.reason}`;
    });
    return steps.join(', ');
  };

  test.each<[KeyMenuEvent[], string]>([
    [[key('1')], 'workshop'],
    [[said('die zwei bitte')], 'shop'],
    [[key('9'), key('2')], 'repeat asked, shop'],
    [[key('9'), key('9'), key('9')], 'repeat asked, repeat unknown_key, given_up unknown_key'],
    [[key('5'), key('1')], 'repeat unknown_key, workshop'],
    [[silence, silence], 'repeat silence, given_up silence'],
    [[said('eine Frage'), key('x')], 'repeat not_a_key, given_up not_a_key'],
    [[key('constructor')], 'repeat not_a_key'],
  ])('%j: %s', (events, steps) => expect(walk(events)).toBe(steps));

  test.each<[KeyMenu, number]>([
    [menu, 0],
    [{ choices: {}, maxTries: 1 }, 1],
    [{ choices: { 12: 'x' }, maxTries: 1 }, 1],
    [{ choices: { 1: '' }, maxTries: 1 }, 1],
    [{ choices: { 1: 'x' }, repeatKey: '1', maxTries: 1 }, 1],
    [{ choices: { 1: 'x' }, repeatKey: 'r', maxTries: 0 }, 2],
  ])('%j has %d problems', (declared, problems) => expect(menuProblems(declared)).toHaveLength(problems));

  test('always ends', () => {
    const event = fc.oneof(
      fc.constantFrom(...'0359#').map(key),
      fc.constant(silence),
      fc
        .string()
        .filter((text) => spokenDigits(text) === undefined)
        .map(said),
    );
    fc.assert(
      fc.property(fc.array(event, { minLength: 3, maxLength: 6 }), (events) => {
        expect(walk(events)).toContain('given_up');
      }),
      { numRuns: 5_000 },
    );
  });
});
