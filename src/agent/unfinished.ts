import type { Language } from './brain';

/**
 * Words after which a sentence goes on. Recognisers cut where a caller takes breath. Left out are the many that also
 * end a question: "Wo finde ich Sie", "Wann machen Sie auf", "Where is that".
 */
const GOES_ON: Readonly<Record<Language, string>> = {
  de:
    'und oder aber weil dass denn ob wenn als also äh ähm hm der den dem des ein eine einen einem einer mein meine ' +
    'meinen für von vom zum zur beim am im ich wir möchte würde hätte wollte könnte brauche suche nämlich zwar',
  en: 'and or but because if so uh um the a an my your i we would could should want just like maybe very',
  fr: 'et ou mais parce que car donc euh le la les un une des mon ma mes je nous voudrais pour de du au avec',
  es: 'y o pero porque si entonces eh el la los las un una mi mis quiero quisiera para de del al con',
  it: 'e o ma perché se quindi eh il lo la i gli le un una mio mia vorrei per di del al con',
  nl: 'en of maar omdat als dus eh uh de het een mijn ik wij wil zou voor van bij met',
};

const WORDS = new Map(
  Object.entries(GOES_ON).map(([language, words]) => [language, new Set(words.split(' '))]),
);

/** Openers that need an object, though each of their words may also end a sentence. */
const OPENER: Readonly<Partial<Record<Language, RegExp>>> = {
  de: /\b(ich (hätte|möchte|wollte|würde) (gern|gerne|mal|noch)|es geht (um|darum)|die nummer ist|mein name ist)$/i,
  en: /\b(i would like|i'd like|i am calling|it is about|my (name|number) is)$/i,
};

/** Only the end of a text decides. What is before it is not read: looking for it takes quadratic time. */
const END_CHARS = 120;

/** Whether the caller has probably only paused. A question, or a word that ends nothing, is finished. */
export function isUnfinished(text: string, language: Language): boolean {
  const said = text.trim().slice(-END_CHARS);
  if (/[.!?]$/.test(said)) return /(\.\.\.|…)$/.test(said);
  if (/[,:;-]$/.test(said)) return true;
  const last = /[\p{L}']+$/u.exec(said)?.[0]?.toLowerCase();
  // A single word is an answer, even if it could open a sentence.
  if (last === undefined || !/\s/.test(said)) return false;
  return WORDS.get(language)?.has(last) === true || OPENER[language]?.test(said) === true;
}
