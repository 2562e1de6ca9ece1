import fc from 'fast-check';
import { SENTENCE_LANGUAGES, speakable } from '../../src/sentences';
import { gold } from './gold';

describe('what is spoken of what a model writes', () => {
  test.each([
    [
      'emphasis',
      'Das ist **sehr** *wichtig* und __wirklich__ _dringend_.',
      'Das ist sehr wichtig und wirklich dringend.',
    ],
    ['emphasis in a word', 'Das ist **un**glaublich.', 'Das ist unglaublich.'],
    ['a stray asterisk', 'Ab 20 Euro* im Monat.', 'Ab 20 Euro im Monat.'],
    ['a heading', '## Öffnungszeiten\n', 'Öffnungszeiten.'],
    ['a heading alone', '# Preise', 'Preise.'],
    [
      'bullets',
      '- Montag: 8 bis 12 Uhr\n* Dienstag\n• Mittwoch!\n',
      'Montag: 8 bis 12 Uhr. Dienstag. Mittwoch!',
    ],
    ['numbers', '1. Karte\n2) Ausweis\n', '1. Karte. 2. Ausweis.'],
    ['a day at the beginning', '3. Mai, 14.30 Uhr', '3. Mai, 14.30 Uhr'],
    ['a link', 'Klicken Sie auf [Termin buchen](https://praxis.de/t_1).', 'Klicken Sie auf Termin buchen.'],
    ['an image', '![Lageplan](plan.png) Wir sind hier.', 'Lageplan Wir sind hier.'],
    ['an address in angles', 'Siehe <https://praxis.de/a_b_c>.', 'Siehe https://praxis.de/a_b_c.'],
    ['a bold address', 'Auf **www.praxis-sommer.de**!', 'Auf www.praxis-sommer.de!'],
    ['code', 'Sagen Sie `Termin`.', 'Sagen Sie Termin.'],
    ['a fence', '```\nHallo\n```', 'Hallo.'],
    ['emoji', 'Gerne! 😊 Bis bald 👋🏽.', 'Gerne! Bis bald.'],
    ['emoji of several parts', 'Alle 👨‍👩‍👧 und 🇩🇪 da', 'Alle und da'],
    ['an emoticon', 'Gerne :-) Bis bald ;)', 'Gerne Bis bald'],
    ['a quotation', '> Wir sind umgezogen.', 'Wir sind umgezogen.'],
    ['a ruler', 'Gut.\n---\nUnd nun?', 'Gut. Und nun?'],
    ['a table', '| Tag | Zeit |\n|---|---|\n| Montag | 8 bis 12 |', 'Tag, Zeit. Montag, 8 bis 12'],
    ['a partial clause', 'Wir haben am ', 'Wir haben am'],
    ['lines of one sentence each', 'Ja\nGut\n', 'Ja. Gut.'],
    [
      'a star that is a key',
      'Drücken Sie die *-Taste oder drücken Sie #.',
      'Drücken Sie die Stern-Taste oder drücken Sie Raute.',
    ],
    ['nothing', ' ** 😊 \n---\n', ''],
  ])('%s', (_, text, spoken) => {
    expect(speakable(text, 'de-DE')).toBe(spoken);
  });

  test('keys have their name in the language of the call', () => {
    expect(speakable('Press * or press #, please.', 'en-GB')).toBe('Press star or press hash, please.');
  });

  test.each([
    'Das macht 1.250,00 €, also 22,1 % mehr als 3.5 oder 10-12.',
    'Tel. 0211 63 55-0 oder +49 (0)211 6355 0, um 14.30 Uhr.',
    'Auf www.praxis-sommer.de/a_b?c=d&e=*f bitte.',
    'An max_muster+a-b@web.de, ja?',
    'Auf https://termin.praxis-sommer.de/neu_hier?ort=3#unten.',
    'Haus Nr. 5 (im Hof), „links“ – 3/4 Stunde.',
    '€ 20 + 5 = 25',
  ])('is left alone: %s', (text) => {
    expect(speakable(text, 'de')).toBe(text);
  });

  test('a text without Markdown is said as it stands', () => {
    const plain = gold.filter(({ text }) => !/[*_#[\n\p{Extended_Pictographic}]|^\s*[-–] /u.test(text));
    expect(plain.length).toBeGreaterThan(200);
    for (const { text, language } of plain) expect(speakable(text, language)).toBe(text);
  });

  test('never an asterisk outside an address, never an emoji, one line', () => {
    const sign = fc.constantFrom(
      ...'**__``##--> \n\n[]()|.,!aB1é',
      '😊',
      '\ufe0f',
      ' www.a.de ',
      ' x@y.de',
      '1. ',
    );
    const text = fc.oneof(
      fc.string({ unit: sign, maxLength: 30 }),
      fc.string({ unit: 'binary', maxLength: 30 }),
    );
    fc.assert(
      fc.property(text, fc.constantFrom(...SENTENCE_LANGUAGES), (text, language) => {
        const spoken = speakable(text, language);
        expect(spoken).not.toMatch(/[*`\n\r]|(?![©®™])\p{Extended_Pictographic}/u);
        expect(spoken).toBe(spoken.trim());
      }),
      { numRuns: 20_000 },
    );
  });

  test('a megabyte of anything in bounded time', () => {
    for (const part of [
      '*',
      '[',
      '[a](',
      '_ ',
      '<',
      'a.',
      ' ',
      '- ',
      '# ',
      '| ',
      'a@',
      '> ',
      ':',
      '😊',
      '`',
      'x_',
    ]) {
      const start = performance.now();
      speakable(part.repeat(1_000_000 / part.length), 'de');
      expect({ part, slow: performance.now() - start > 5_000 }).toEqual({ part, slow: false });
    }
  }, 60_000);
});
