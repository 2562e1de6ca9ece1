import fc from 'fast-check';
import { cut, type GoldText, gold, sentencesOf, tokensOf } from './gold';

const exactShare = (half: GoldText['half']) => {
  const texts = gold.filter((text) => text.half === half);
  const exact = texts.filter(
    ({ text, language, sentences }) =>
      JSON.stringify(sentencesOf(text, language)) === JSON.stringify(sentences),
  );
  return exact.length / texts.length;
};

describe('the gold corpus', () => {
  test('is large enough to mean something', () => {
    const count = (language: string) => gold.filter((text) => text.language === language).length;
    expect(gold.length).toBeGreaterThanOrEqual(300);
    expect(count('de')).toBeGreaterThanOrEqual(140);
    expect(count('en')).toBeGreaterThanOrEqual(110);
    expect(count('fr') + count('es') + count('it') + count('nl')).toBeGreaterThanOrEqual(50);
  });

  test('the texts that the rules were tuned on: at least 98 % of the texts are cut exactly', () => {
    expect(exactShare('tuning')).toBeGreaterThanOrEqual(0.98);
  });

  test('the texts that were held back: at least 98 % of the texts are cut exactly', () => {
    expect(exactShare('heldOut')).toBeGreaterThanOrEqual(0.98);
  });
});

describe('the same text in other tokens', () => {
  const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 });

  test.each(['sentence', 'early'] as const)('is cut at the same places (first piece: %s)', (firstPiece) => {
    fc.assert(
      fc.property(fc.constantFrom(...gold), shares, ({ text, language }, places) => {
        const options = { language, firstPiece };
        expect(cut(tokensOf(text, places), options)).toEqual(cut([text], options));
      }),
      { numRuns: 5_000 },
    );
  });

  test('even character by character', () => {
    for (const { text, language } of gold) {
      expect(cut(text.split(''), { language, firstPiece: 'sentence' })).toEqual(sentencesOf(text, language));
    }
  });
});
