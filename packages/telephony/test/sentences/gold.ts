import { SentenceCutter, type SentenceCutterOptions } from '../../src/sentences';
import corpus from '../fixtures/sentences/gold.json';

/** A telephone text of the gold corpus and the sentences it consists of, white space included. */
export interface GoldText {
  language: string;
  text: string;
  sentences: string[];
  half: 'tuning' | 'heldOut';
}

const LANGUAGES = ['de', 'en', 'fr', 'es', 'it', 'nl'] as const;

const textsOf = (half: GoldText['half'], language: (typeof LANGUAGES)[number]): GoldText[] =>
  corpus[half][language].map((marked) => ({
    language,
    text: marked.replaceAll('|', ''),
    sentences: marked.split('|'),
    half,
  }));

export const gold: GoldText[] = LANGUAGES.flatMap((language) => [
  ...textsOf('tuning', language),
  ...textsOf('heldOut', language),
]);

/** The pieces of a text that arrives in these tokens, all at once. */
export function cut(tokens: readonly string[], options: SentenceCutterOptions): string[] {
  const cutter = new SentenceCutter(options);
  return [...tokens.flatMap((token) => cutter.push(token, 0)), ...cutter.end()];
}

export const sentencesOf = (text: string, language: string): string[] =>
  cut([text], { language, firstPiece: 'sentence' });

/** A text split at places given as shares of its length. */
export function tokensOf(text: string, shares: readonly number[]): string[] {
  const places = [...new Set(shares.map((share) => Math.floor(share * text.length)))].sort((a, b) => a - b);
  return [...places, text.length].map((place, index) =>
    text.slice(index === 0 ? 0 : places[index - 1], place),
  );
}
