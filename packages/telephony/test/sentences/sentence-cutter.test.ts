import { SentenceCutter } from '../../src/sentences';
import { cut, gold } from './gold';

const SECOND = 1_000;
const FLUSH_MS = 1_500;

describe('the first piece', () => {
  const first = (text: string, language = 'de') => cut([text], { language })[0];

  test('is a clause as soon as it sounds like the beginning of a sentence', () => {
    expect(first('Ich habe den Termin gefunden, er ist am Montag um zehn.')).toBe(
      'Ich habe den Termin gefunden, ',
    );
    expect(first('I can offer you two times: Monday or Friday.', 'en')).toBe('I can offer you two times: ');
    expect(first('Das geht leider nicht – aber am Montag ist frei.')).toBe('Das geht leider nicht – ');
  });

  test('is not a word or two', () => {
    expect(first('Ja, gerne, ich sehe gleich nach. Moment.')).toBe('Ja, gerne, ich sehe gleich nach. ');
    expect(first('Well, yes, we do. Shall I?', 'en')).toBe('Well, yes, we do. ');
  });

  test('may be a short sentence', () => {
    expect(first('Gerne! Für wann soll der Termin sein?')).toBe('Gerne! ');
  });

  test('does not end in a number, a date, a bracket or an abbreviation', () => {
    expect(first('Es werden heute mittag 22,1 Grad, sagt man.')).toBe('Es werden heute mittag 22,1 Grad, ');
    expect(first('Wir haben am Montag, 3. Mai, etwas frei.')).toBe('Wir haben am Montag, 3. Mai, ');
    expect(first('Zimmer frei sind noch 12, 14 und 15.')).toBe('Zimmer frei sind noch 12, 14 und 15.');
    expect(first('Die Praxis (im Hof, bitte klingeln) ist offen.')).toBe(
      'Die Praxis (im Hof, bitte klingeln) ist offen.',
    );
  });

  test('comes with the token that shows it, not later', () => {
    const cutter = new SentenceCutter({ language: 'de' });
    expect(cutter.push('Ich sehe gerne nach,', 0)).toEqual([]);
    expect(cutter.push(' ob', 0)).toEqual(['Ich sehe gerne nach, ']);
    expect(cutter.push(' etwas frei ist, und melde mich.', 0)).toEqual([]);
    expect(cutter.push(' Gut', 0)).toEqual(['ob etwas frei ist, und melde mich. ']);
  });
});

describe('a boundary is decided as soon as it can be, and not before', () => {
  test.each([
    ['Das geht.', ' J', ['Das geht. ']],
    ['Das ist am 3.', ' M', []],
    ['Das ist am 3.', ' Mai ', []],
    ['Das ist am 3.', ' Passt', []],
    ['Das ist am 3.', ' Passt ', ['Das ist am 3. ']],
    ['Das kostet 22,', '1', []],
    ['Kronen usw.', ' Wir ', ['Kronen usw. ']],
    ['Kronen usw.', ' und ', []],
    ['Ja!', '\n', []],
    ['Ja!', '\nUnd', ['Ja!\n']],
    ['Gut! 😊', ' W', ['Gut! 😊 ']],
  ])('%j then %j', (before, token, pieces) => {
    const cutter = new SentenceCutter({ language: 'de', firstPiece: 'sentence' });
    expect(cutter.push(before, 0)).toEqual([]);
    expect(cutter.push(token, 0)).toEqual(pieces);
  });

  test('the end of the text decides the rest', () => {
    expect(cut(['Das ist am 3. Passt'], { language: 'de' })).toEqual(['Das ist am 3. ', 'Passt']);
    expect(cut(['Ja. ', ' \n'], { language: 'de' })).toEqual(['Ja.  \n']);
  });

  test('after the end the cutter takes what the reply says next', () => {
    const cutter = new SentenceCutter({ language: 'de' });
    cutter.push('Einen Moment', 0);
    expect(cutter.end()).toEqual(['Einen Moment']);
    expect(cutter.push('Ja. Am 3. Mai.', 0)).toEqual(['Ja. ']);
    expect(cutter.end()).toEqual(['Am 3. Mai.']);
  });
});

describe('a partial clause', () => {
  /** Tokens at these times; what was said when. The clock goes on for ten seconds. */
  function dribble(tokens: readonly (readonly [atMs: number, token: string])[], language = 'de') {
    const cutter = new SentenceCutter({ language, flushAfterMs: FLUSH_MS });
    const said: [number, string][] = [];
    const until = (atMs: number) => {
      for (let due = cutter.nextDueAtMs(); due !== undefined && due <= atMs; due = cutter.nextDueAtMs()) {
        const nowMs = due;
        said.push(...cutter.due(nowMs).map((piece): [number, string] => [nowMs, piece]));
      }
    };
    for (const [atMs, token] of tokens) {
      until(atMs);
      said.push(...cutter.push(token, atMs).map((piece): [number, string] => [atMs, piece]));
    }
    until(tokens.length * SECOND + 10 * SECOND);
    return { said, rest: cutter.end() };
  }

  test('is said at its last comma when nothing in front of it waits too long', () => {
    const { said } = dribble([
      [0, 'Ja, morgen,'],
      [1_400, ' oder erst am'],
    ]);
    expect(said[0]).toEqual([1_500, 'Ja, morgen, ']);
    expect(said[1]).toEqual([2_900, 'oder erst ']);
  });

  test('is said up to its last whole word when it has no comma', () => {
    const { said, rest } = dribble([[0, 'Wir haben morgen noch Kran']]);
    expect(said).toEqual([[1_500, 'Wir haben morgen noch ']]);
    expect(rest).toEqual(['Kran']);
  });

  test.each([
    ['Meine Nummer ist 0211 63 55', 'Meine Nummer ist '],
    ['Das Ganze kostet 22,', 'Das Ganze kostet '],
    ['Sie finden das auf www.praxis-', 'Sie finden das auf '],
    ['Zum Beispiel geht z. B', 'Zum Beispiel geht '],
  ])('is not cut within a number, an address or an abbreviation: %s', (text, piece) => {
    expect(dribble([[0, text]]).said).toEqual([[1_500, piece]]);
  });

  test('that is a whole sentence is said as soon as nothing comes behind it: the brain is writing a tool call', () => {
    expect(dribble([[0, 'Ich sehe nach.']]).said).toEqual([[500, 'Ich sehe nach.']]);
    const late = [
      [0, 'Ich sehe'],
      [1_400, ' nach.'],
    ] as const;
    expect(dribble(late).said).toEqual([
      [1_500, 'Ich sehe '],
      [1_900, 'nach.'],
    ]);
    expect(dribble([[0, 'Am 3. Mai bei Dr.']]).said).toEqual([[1_500, 'Am 3. Mai bei ']]);
    expect(dribble([[0, 'Einen Moment, bitte,']]).said).toEqual([[1_500, 'Einen Moment, bitte,']]);
  });

  test('the white space behind what was said so is not a piece', () => {
    const cutter = new SentenceCutter({ language: 'de' });
    cutter.push('Gerne.', 0);
    expect(cutter.due(500)).toEqual(['Gerne.']);
    expect(cutter.push(' Für wann? Und', 600)).toEqual([' Für wann? ']);
  });

  test('of a single word waits, without a timer that fires for nothing', () => {
    const cutter = new SentenceCutter({ language: 'de' });
    cutter.push('Kran', 0);
    expect(cutter.nextDueAtMs()).toBeUndefined();
    expect(cutter.due(60 * SECOND)).toEqual([]);
    expect(cutter.push('kenhaus', 60 * SECOND)).toEqual([]);
    expect(cutter.end()).toEqual(['Krankenhaus']);
  });

  test('of a stream of one word a second: no word waits longer than 1.5 s', () => {
    const plain = gold.filter(({ text, language }) => language === 'de' && /^[\p{L} ,.?!]+$/u.test(text));
    expect(plain.length).toBeGreaterThan(20);
    for (const { text } of plain.filter((each) => !/\p{L}\.(?! ?$)\S*|\b\p{L}\./u.test(each.text))) {
      const tokens = text.match(/\s*\S+/g)?.map((token, index) => [index * SECOND, token] as const) ?? [];
      const { said, rest } = dribble(tokens);
      expect(said.map(([, piece]) => piece).join('') + rest.join('')).toBe(text);
      let end = 0;
      let arrived = 0;
      for (const [atMs, piece] of said) {
        end += piece.length;
        for (; arrived < tokens.length; arrived++) {
          const length = tokens.slice(0, arrived + 1).reduce((sum, [, token]) => sum + token.length, 0);
          if (length > end) break;
          expect(atMs - (tokens[arrived]?.[0] ?? 0)).toBeLessThanOrEqual(FLUSH_MS);
        }
      }
    }
  });
});

describe('size', () => {
  const MEGABYTE = 1_000_000;
  const long = (text: string) => text.repeat(Math.ceil(MEGABYTE / text.length));
  const timed = (work: () => string[]) => {
    const start = performance.now();
    const pieces = work();
    return { pieces, tookMs: performance.now() - start };
  };

  test.each([
    ['sentences', long('Am 3. Mai um 14.30 Uhr, z. B. bei Dr. Sommer. ')],
    ['no full stop', long('und dann kommt noch etwas ')],
    ['no space', long('x')],
    ['stops only', long('.')],
    ['spaces only', long(' ')],
    ['open brackets', long('(')],
    ['open brackets with spaces', long('( ')],
    ['emoji', long('😊')],
    ['emoji with spaces', long('😊 ')],
    ['digits', long('1 ')],
    ['addresses', long('a.')],
    ['dashes after a small letter', `Ende. ${long('-')}`],
  ])('a megabyte of %s, as one token and as single characters, in bounded time', (_, text) => {
    const whole = timed(() => cut([text], { language: 'de' }));
    const single = timed(() => cut(text.split(''), { language: 'de' }));
    expect(whole.pieces.join('')).toBe(text);
    expect(single.pieces).toEqual(whole.pieces);
    expect(whole.tookMs).toBeLessThan(5_000);
    expect(single.tookMs).toBeLessThan(10_000);
  });

  test('asking for the next due time after every token is as cheap', () => {
    const { pieces, tookMs } = timed(() => {
      const cutter = new SentenceCutter({ language: 'de' });
      const pieces = long('x')
        .split('')
        .flatMap((token, index) => {
          const said = cutter.push(token, index);
          cutter.nextDueAtMs();
          return said;
        });
      return [...pieces, ...cutter.end()];
    });
    expect(pieces.join('')).toHaveLength(MEGABYTE);
    expect(tookMs).toBeLessThan(10_000);
  });

  test('a sentence without end is cut between words', () => {
    const pieces = cut([long('und dann kommt noch etwas ')], { language: 'de', maxPieceChars: 200 });
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(210);
    expect(pieces.every((piece) => /^\S.*\s$/.test(piece))).toBe(true);
  });
});
