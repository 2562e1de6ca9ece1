import type { FullLanguage } from '../brain';

const MARKS = /\p{M}/gu;
const NOT_WORDS = /[^\p{L}\p{N}]+/gu;

/**
 * Brings a text to the one spelling in which everything is compared: lower case, no marks, `ß` as `ss`, and in
 * German `ä` = `ae` = `a`, because recognisers and keyboards write all three. Words are separated by one blank.
 */
export function fold(text: string, language: FullLanguage): string {
  const bare = foldLetters(text, language);
  return bare
    .replace(/['’`´]/g, '')
    .replace(/\b([ei])[- ](?=bike|bicycle|rad\b|mail)/g, '$1')
    .replace(NOT_WORDS, ' ')
    .replace(/\bdr\b/g, language === 'de' ? 'doktor' : 'doctor')
    .trim();
}

/** The letter part of {@link fold}: safe for the source of a regular expression without `\S`, `\D`, `\W`. */
export function foldLetters(text: string, language: FullLanguage): string {
  const lower = text.normalize('NFKD').replace(MARKS, '').toLowerCase().replace(/ß/g, 'ss');
  return language === 'de' ? lower.replace(/ae|oe|(?<![aeq])ue/g, (pair) => pair.charAt(0)) : lower;
}

/**
 * One value for each language, made when it is first asked for: compiling every pattern of every language is a good
 * part of the start of a process, and a call speaks one.
 */
export function onFirstUse<SOURCE, MADE>(
  sources: Readonly<Record<FullLanguage, SOURCE>>,
  make: (source: SOURCE, language: FullLanguage) => MADE,
): Readonly<Record<FullLanguage, MADE>> {
  const made = {} as Record<FullLanguage, MADE>;
  for (const [language, source] of Object.entries(sources) as [FullLanguage, SOURCE][]) {
    let value: MADE | undefined;
    Object.defineProperty(made, language, {
      enumerable: true,
      get: () => (value ??= make(source, language)),
    });
  }
  return made;
}

const LETTER = '[\\p{L}\\p{N}]';

/**
 * A pattern on folded text, written readably: umlauts allowed, whole words, `~` for the rest of a word (or a
 * whole one), `<3>` for up to three words in between. Those words are kept by {@link replacePhrase}: "Wann hat der
 * Supermarkt auf" must not lose its supermarket.
 */
export function pattern(source: string, language: FullLanguage): RegExp {
  const folded = foldLetters(source, language)
    .replace(/\((?!\?)/g, '(?:')
    .replace(/~/g, `${LETTER}*`)
    .replace(/<(\d)>/g, `((?: ${LETTER}+){0,$1}?)`);
  return new RegExp(`(?<![\\p{L}\\p{N}@])(?:${folded})(?!${LETTER})`, 'gu');
}

/** True if a phrase occurs in a folded text. */
export function contains(text: string, phrase: RegExp): boolean {
  return text.search(phrase) >= 0;
}

/** Replaces each match by `name`, followed by the words that stood in its gaps. */
export function replacePhrase(text: string, phrase: RegExp, name: string): string {
  return text.replace(phrase, (...found: unknown[]) => {
    const gaps = found.slice(1, -2).filter((gap) => typeof gap === 'string');
    return ` ${name}${gaps.join('')} `;
  });
}

/** The words of a folded text. */
export function words(folded: string): string[] {
  return folded === '' ? [] : folded.split(' ').filter((word) => word !== '');
}

/** Cuts the ending of a folded word, so that "Termine" and "Termin", "repairs" and "repairing" compare equal. */
export function stem(word: string, language: FullLanguage): string {
  return language === 'de' ? stemGerman(word) : stemEnglish(word);
}

/** After CISTEM (Weissweiler and Fraser 2017), case-insensitive, on already folded words. */
function stemGerman(word: string): string {
  let rest = word.length > 6 ? word.replace(/^ge(?=.{4})/, '') : word;
  while (rest.length > 3) {
    const shorter = rest.length > 5 ? rest.replace(/(?:em|er|nd)$/, '') : rest;
    const next = shorter === rest ? rest.replace(/[tesn]$/, '') : shorter;
    if (next === rest) break;
    rest = next;
  }
  return rest;
}

const ENGLISH_ENDINGS: readonly [ending: RegExp, put: string][] = [
  [/ies$/, 'y'],
  [/(?<=(?:s|x|z|ch|sh))es$/, ''],
  [/(?<![su])s$/, ''],
  [/(?<=[aeiouy][^ ]*)(?:ing|ed)$/, ''],
  [/ly$/, ''],
  [/([bdgmnprt])\1$/, '$1'],
  [/(?<=..)e$/, ''],
];

function stemEnglish(word: string): string {
  let rest = word;
  for (const [ending, put] of ENGLISH_ENDINGS) {
    if (rest.length > 4 || (rest.length > 3 && put === '' && /s$/.test(rest)))
      rest = rest.replace(ending, put);
  }
  return rest;
}

/** How alike two words are by their letter pairs, 0..1 (Dice). For slips of the recogniser. */
export function likeness(one: string, other: string): number {
  if (one === other) return 1;
  const pairs = new Map<string, number>();
  for (let at = -1; at < one.length; at++) count(pairs, pair(one, at), 1);
  let shared = 0;
  for (let at = -1; at < other.length; at++) {
    const key = pair(other, at);
    if ((pairs.get(key) ?? 0) > 0) {
      count(pairs, key, -1);
      shared++;
    }
  }
  return (2 * shared) / (one.length + other.length + 2);
}

/** Two neighbouring letters; the edges of the word count as a blank. */
function pair(word: string, at: number): string {
  return (word[at] ?? ' ') + (word[at + 1] ?? ' ');
}

function count(pairs: Map<string, number>, key: string, by: number): void {
  pairs.set(key, (pairs.get(key) ?? 0) + by);
}
