import fc from 'fast-check';
import { SENTENCE_LANGUAGES, SentenceCutter } from '../../src/sentences';
import { cut, gold, tokensOf } from './gold';

/** What decides: stops, closers, spaces, digits, capitals, emoji in halves. */
const CRITICAL = [
  ...'.!?…,;:„“"\'’»«()[]*_#-–  \n\t0123aZzÄéi@/',
  '\u00a0',
  '\ud83d',
  '\ude0a',
  '\u200d',
  '\ufe0f',
  ' z. B. ',
  'Dr. ',
  'p.m. ',
  'usw. ',
  ' 3. ',
  'www.a.de',
  ' Mai',
  ' Bitte ',
  ' Kommen Sie',
  ' u. a. ',
  ' Ihr',
  'Main St. ',
  ' am 31.7. ',
  ' – ',
];

const text = fc.oneof(
  fc.string({ unit: fc.constantFrom(...CRITICAL), maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc
    .array(fc.constantFrom(...gold.flatMap(({ sentences }) => sentences)), { maxLength: 3 })
    .map((all) => all.join('')),
);
const language = fc.constantFrom(...SENTENCE_LANGUAGES, 'pl', '');
const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { maxLength: 8 });
const firstPiece = fc.constantFrom('early' as const, 'sentence' as const);

test('text in is text out, and where it is cut does not depend on the tokens (100,000 texts)', () => {
  fc.assert(
    fc.property(text, shares, language, firstPiece, (whole, places, language, firstPiece) => {
      const options = { language, firstPiece };
      const pieces = cut(tokensOf(whole, places), options);
      if (pieces.join('') !== whole) return false;
      return JSON.stringify(pieces) === JSON.stringify(cut([whole], options));
    }),
    { numRuns: 100_000 },
  );
}, 120_000);

test('whatever the clock does: text out, no empty pieces, and what is due is said (20,000 streams)', () => {
  const waits = fc.array(fc.integer({ min: 0, max: 2_000 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(text, shares, waits, language, firstPiece, (whole, places, waits, language, firstPiece) => {
      const cutter = new SentenceCutter({ language, firstPiece, maxPieceChars: 30 });
      const pieces: string[] = [];
      let nowMs = 0;
      for (const [index, token] of tokensOf(whole, places).entries()) {
        pieces.push(...cutter.push(token, nowMs));
        nowMs += waits[index % waits.length] ?? 0;
        const dueAtMs = cutter.nextDueAtMs();
        const said = cutter.due(nowMs);
        expect(said.length > 0).toBe(dueAtMs !== undefined && dueAtMs <= nowMs);
        expect(cutter.nextDueAtMs() ?? Number.POSITIVE_INFINITY).toBeGreaterThan(nowMs);
        pieces.push(...said);
      }
      expect(pieces.filter((piece) => piece.trim() === '')).toEqual([]);
      pieces.push(...cutter.end());
      expect(pieces.join('')).toBe(whole);
    }),
    { numRuns: 20_000 },
  );
}, 60_000);
