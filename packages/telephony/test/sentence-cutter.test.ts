import fc from 'fast-check';
import { SentenceCutter } from '../src';

function cut(tokens: string[]): string[] {
  const cutter = new SentenceCutter();
  return [...tokens.flatMap((token) => cutter.push(token, 0)), ...cutter.end()];
}

test.each([
  ['Guten Tag. Wie geht es?', ['Guten Tag. ', 'Wie geht es?']],
  [
    'Am 3. Mai um 14.30 Uhr bei Dr. Sommer. Passt das?',
    ['Am 3. Mai um 14.30 Uhr bei Dr. Sommer. ', 'Passt das?'],
  ],
  ['Das sind 5 Mio. Euro, z. B. heute. Gut?', ['Das sind 5 Mio. Euro, z. B. heute. ', 'Gut?']],
  ['It opens at 8 a.m. on Monday. See you!', ['It opens at 8 a.m. on Monday. ', 'See you!']],
])('%s', (text, pieces) => {
  expect(cut([text])).toEqual(pieces);
});

test('however the text is cut into tokens: text in equals text out', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), (tokens) => {
      expect(cut(tokens).join('')).toBe(tokens.join(''));
    }),
    { numRuns: 2_000 },
  );
});

test('a clause that has waited for 1.5 s is spoken up to its last whole word', () => {
  const cutter = new SentenceCutter();
  expect(cutter.push('Also das ist', 0)).toEqual([]);
  expect(cutter.due(1_499)).toEqual([]);
  expect(cutter.due(1_500)).toEqual(['Also das ']);
  expect(cutter.nextDueAtMs()).toBe(3_000);
});
