import fc from 'fast-check';
import { heardUntil, pieceHeard, queueSpeech, type SpokenPiece, SYNTHESIS_MS } from '../src/heard';

const FIRST = 'Wir haben montags bis freitags geöffnet.';
const SECOND = 'Samstags ist geschlossen.';

function said(...texts: string[]): SpokenPiece[] {
  return texts.reduce<SpokenPiece[]>((pieces, text) => queueSpeech(pieces, text, 0), []);
}

describe('what a caller has heard when the voice is cut off', () => {
  const pieces = said(FIRST, SECOND);
  const [first, second] = pieces as [SpokenPiece, SpokenPiece];

  test('before the first sound: nothing', () => {
    expect(heardUntil(pieces, SYNTHESIS_MS)).toEqual({ heard: '', unheard: [FIRST, SECOND], partial: '' });
  });

  test('in the middle of a sentence: its whole words; the sentence is said again from its beginning', () => {
    const middle = first.startsAtMs + first.durationMs / 2;
    expect(heardUntil(pieces, middle)).toEqual({
      heard: 'Wir haben montags',
      unheard: [FIRST, SECOND],
      partial: 'Wir haben montags',
    });
  });

  test('between two sentences: the first', () => {
    expect(heardUntil(pieces, second.startsAtMs)).toEqual({ heard: FIRST, unheard: [SECOND], partial: '' });
  });

  test('after the end: everything', () => {
    expect(heardUntil(pieces, 60_000)).toEqual({
      heard: `${FIRST} ${SECOND}`,
      unheard: [],
      partial: '',
    });
  });

  test("the network's signal beats the estimate: the next piece begins at once", () => {
    const left = pieceHeard(pieces, 1_000);
    expect(left).toEqual([{ ...second, startsAtMs: 1_000 }]);
    expect(pieceHeard(left, 2_000)).toEqual([]);
    expect(pieceHeard([], 0)).toEqual([]);
  });
});

test('whatever is said and whenever it is cut: heard grows with time, and nothing is lost', () => {
  const texts = fc.array(
    fc.string({ minLength: 1, maxLength: 60 }).filter((text) => text.trim() !== ''),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(texts, fc.nat(60_000), fc.nat(5_000), (given, atMs, laterMs) => {
      const pieces = said(...given);
      const now = heardUntil(pieces, atMs);
      const later = heardUntil(pieces, atMs + laterMs);
      expect(later.heard.length).toBeGreaterThanOrEqual(now.heard.length);
      expect(given.slice(given.length - now.unheard.length)).toEqual(now.unheard);
      expect(later.unheard.length).toBeLessThanOrEqual(now.unheard.length);
    }),
    { numRuns: 5_000 },
  );
});
