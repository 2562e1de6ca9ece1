import fc from 'fast-check';
import { redact } from '../src';
import { DIGIT_WORDS } from '../src/keys/digit-words';

const SEED = Number(process.env.SEED ?? 20_260_505);

describe('what identifies somebody is taken out', () => {
  test.each([
    ['Meine Nummer ist null eins sieben eins, vier vier fünf sechs.', 'Meine Nummer ist [number].'],
    ['my number is double seven oh three treble nine', 'my number is [number]'],
    ['Kundennummer einundzwanzig fünfunddreißig', 'Kundennummer [number]'],
    ['null achthundert dreißig null null, bitte', '[number], bitte'],
    ['It is zero one five, er, and then seven 7 8 9 thanks', 'It is [number] thanks'],
    ['+49 (0) 171 / 123 45-67', '[number]'],
    ['Rufen Sie 0211 63550 an!', 'Rufen Sie [number] an!'],
    ['nulleinszwodrei', '[number]'],
    ['Geboren am 3.5.1981', 'Geboren am [number]'],
    ['Meine Adresse ist max.muster+praxis@mail.example.org.', 'Meine Adresse ist [email].'],
    ['max punkt muster at example punkt com', '[email]'],
    ['Write to jane dot doe at example dot co dot uk please', 'Write to [email] please'],
    ['IBAN DE89 3704 0044 0532 0130 00, danke', 'IBAN [iban], danke'],
    ['gb29nwbk60161331926819', '[iban]'],
    ['card 4111 1111 1111 1111 valid', 'card [card] valid'],
    ['card 4111 1111 1111 1112', 'card [number]'],
    ['١٢٣٤ and １２３４', '[number]'],
    ['PIN 1234', 'PIN [number]'],
  ])('%s', (said, kept) => {
    expect(redact(said)).toBe(kept);
    expect(redact(kept)).toBe(kept);
  });

  test.each([
    'Ich hätte gern einen Termin am dritten um acht.',
    'Zwei Räder und ein Helm, das macht 150 Euro.',
    'We are open from nine to five, oh yes.',
    'Der Verein hat hundert Mitglieder, und die elf spielt um vier.',
    'Wir treffen uns at home. Punkt.',
    'Das geht in einer Minute, okay?',
    '',
  ])('other words stay: %s', (said) => {
    expect(redact(said)).toBe(said);
  });

  test('the limit can be moved', () => {
    expect(redact('um 14:30', { minDigits: 5 })).toBe('um 14:30');
    expect(redact('zwölf', { minDigits: 2 })).toBe('[number]');
  });

  const languages = Object.keys(DIGIT_WORDS) as ('de' | 'en')[];
  /** Ways to say two digits, some of them as one word. */
  const said = (language: string, digits: string): fc.Arbitrary<string> => {
    const words = DIGIT_WORDS[language];
    if (!words) throw new Error(language);
    const one = (digit: string) =>
      fc.constantFrom(digit, ...Object.keys(words.digits).filter((word) => words.digits[word] === digit));
    const single = fc.tuple(...[...digits].map(one)).map((each) => each.join(' '));
    const [ten, unit] = [...digits];
    const tenWord = Object.keys(words.tens).find((word) => words.tens[word] === ten);
    const unitWord = Object.keys(words.compoundUnits).find((word) => words.compoundUnits[word] === unit);
    const teen = Object.keys(words.teens).find((word) => words.teens[word] === digits);
    const compound =
      tenWord &&
      unitWord &&
      (words.unit === 'last' ? `${tenWord}-${unitWord}` : `${unitWord}${words.and}${tenWord}`);
    const same = ten === unit && Object.keys(words.times)[0];
    const other = [
      compound,
      teen,
      same && `${same} ${Object.keys(words.digits).find((word) => words.digits[word] === ten)}`,
    ];
    return fc.oneof(
      single,
      ...other
        .filter((each) => each !== undefined && each !== false && each !== '')
        .map((each) => fc.constant(String(each))),
    );
  };
  const spelling = fc.constantFrom<(text: string) => string>(
    (text) => text,
    (text) => text.toUpperCase(),
    (text) => text.replace(/ü/g, 'ue').replace(/ö/g, 'oe').replace(/ß/g, 'ss'),
    (text) => text.normalize('NFD'),
  );
  const joint = fc.constantFrom(' ', ', ', ' - ', '... ', ' und ', ' and then ', ' äh ', '/');
  const number = fc
    .constantFrom(...languages)
    .chain((language) =>
      fc
        .array(fc.stringMatching(/^[0-9]{2}$/), { minLength: 2, maxLength: 8 })
        .chain((pairs) => fc.tuple(...pairs.map((pair) => fc.tuple(said(language, pair), joint, spelling)))),
    );

  test(`however a number is said, none of it is left (seed ${SEED})`, () => {
    fc.assert(
      fc.property(number, (parts) => {
        const spoken = parts
          .map(([text, after, spell]) => spell(text) + after)
          .join('')
          .replace(/[^\p{L}\p{M}\p{N}]+$|(?<=\s)(und|and then|äh)\s*$/u, '')
          .trim();
        expect(redact(`Ja gut: ${spoken}! Tschüss.`)).toMatch(
          /^Ja gut: \[number\][ ,./-]*(und|and then|äh)?[ !,./-]*Tschüss\.$/,
        );
      }),
      { seed: SEED, numRuns: 400 },
    );
  });

  test(`a text without numbers is not touched, and redacting twice is redacting once (seed ${SEED})`, () => {
    const word = fc.constantFrom(
      'Termin',
      'bitte',
      'und',
      'die',
      'morgen',
      'please',
      'oh',
      'eine',
      'Sieb',
      'nine-ish',
      '-',
      '.',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (words) => {
        const text = words.join(' ');
        if (!/oh|nine/.test(text)) expect(redact(text)).toBe(text);
      }),
      { seed: SEED },
    );
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        expect(redact(redact(text))).toBe(redact(text));
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  test('a hostile text takes no more time than a long one', () => {
    const hostile = [
      '1 '.repeat(50_000),
      'a@'.repeat(50_000),
      'nulleins'.repeat(20_000),
      'x punkt '.repeat(20_000),
      'DE12'.repeat(20_000),
    ];
    for (const text of hostile) expect(redact(text).length).toBeLessThanOrEqual(text.length);
  });
});
