import { type BargeInWords, HESITATIONS, LOANWORDS, PHANTOMS, WORDS } from './words';

/** What a caller meant by speaking over the voice. */
export enum BargeInIntent {
  /** Nothing was meant: a cough, a filler, a fragment, the television. */
  NOISE = 'noise',
  /** "Stop", "quiet": fall silent and wait. */
  STOP = 'stop',
  /** "Yes", "okay", "got it": heard and agreed, nothing new. */
  ACKNOWLEDGMENT = 'acknowledgment',
  /** "Wait", "actually", "hold on": the caller wants the floor, the content is still to come. */
  REDIRECT = 'redirect',
  /** "No", "I said Tuesday": something said or assumed is wrong. */
  CORRECTION = 'correction',
  /** Any other content, question or statement, to be answered like ordinary input. */
  NEW_QUESTION = 'new_question',
}

/** Beyond this many letters of plain function words somebody is saying something after all. */
const SUBSTANTIAL_CHARS = 25;

/** Only the beginning is read, so that a megabyte of text costs what a long sentence costs. */
const MAX_CHARS = 600;

/** A phrase with its particles and gaps may span this many words, a gap this many. */
const MAX_PHRASE_WORDS = 9;
const MAX_GAP_WORDS = 4;

/** How a gap is written in the phrase tables. */
const GAP = 'x';

/** Recognisers mark what is not speech: "[cough]", "(Musik)", "*hustet*", "<unk>". */
const MARKER = /\[[^[\]]{0,40}\]|\([^()]{0,40}\)|<[^<>]{0,40}>|\*[^*]{0,40}\*/g;

const MARKS_AND_APOSTROPHES = /[\p{M}'’‘ʼ`´]/gu;
const DOUBLED_LETTER = /(\p{L})\1+/gu;
const WORD_OR_BREAK = /[\p{L}\p{N}]+|[.,;:!?](?=\s|$)/gu;
const BREAK = /^[.,;:!?]$/;
const TRAILING = /[\s\p{P}]{1,40}$/u;
const QUESTION_MARK = /[?？¿]/;

type Kind = keyof BargeInWords | 'hesitation';

/** A phrase found in two tables belongs to the first of these. */
const PRECEDENCE: Kind[] = [
  'hesitation',
  'content',
  'correction',
  'denial',
  'redirect',
  'stop',
  'acknowledgment',
  'weak',
  'particle',
];

/** Of these the one said last counts: "no, wait" is a wait, "wait, no" is a no. */
const INTERRUPTING: Kind[] = ['stop', 'redirect', 'denial'];

/** Says no wherever it stands; "no", "non" and "not" may also negate a word in the middle of a sentence. */
const ALWAYS_NO = 'nein';

/** One word of a phrase; `kind` is set where a phrase ends. */
interface Node {
  kind?: Kind;
  next: Map<string, Node>;
}

interface Vocabulary {
  phrases: Node;
  particles: Set<string>;
}

/**
 * The words and breaks of a text in a spelling in which variants coincide: lower case, no accents, no
 * apostrophes, ae = ä, ss = ß, doubled letters single ("Stopp", "jaaa", "hmm").
 */
const fold = (text: string): string[] =>
  text
    .normalize('NFKD')
    .replace(MARKS_AND_APOSTROPHES, '')
    .toLowerCase()
    .replace(/ß/g, 's')
    .replace(DOUBLED_LETTER, '$1')
    .replace(/([aou])e/g, '$1')
    .match(WORD_OR_BREAK) ?? [];

const phrasesOf = (table = ''): string[][] =>
  table
    .split(',')
    .flatMap((phrase) => [phrase, phrase.replace(/'/g, ' ')])
    .map(fold)
    .filter((words) => words.length > 0);

const compile = (languages: string[]): Vocabulary => {
  const phrases: Node = { next: new Map() };
  const tables = [...languages.map((language) => WORDS[language]), LOANWORDS];
  for (const kind of PRECEDENCE) {
    const lists = kind === 'hesitation' ? [HESITATIONS, PHANTOMS] : tables.map((table) => table?.[kind]);
    for (const phrase of lists.flatMap(phrasesOf)) {
      let node = phrases;
      for (const word of phrase) {
        const next = node.next.get(word) ?? { next: new Map() };
        node.next.set(word, next);
        node = next;
      }
      node.kind ??= kind;
    }
  }
  const particles = tables.flatMap((table) => phrasesOf(table?.particle).map((words) => words.join(' ')));
  return { phrases, particles: new Set(particles) };
};

const vocabularies = new Map<string, Vocabulary>();

/** Made when a language is first heard: all of them together are a good part of the start of a process. */
const vocabularyOf = (tag: string | undefined): Vocabulary => {
  const named = tag?.toLowerCase().split(/[-_]/, 1)[0] ?? '';
  const language = Object.hasOwn(WORDS, named) ? named : 'every';
  const known = vocabularies.get(language);
  if (known) return known;
  const made = compile(language === 'every' ? Object.keys(WORDS) : [language]);
  vocabularies.set(language, made);
  return made;
};

/** The longest phrase from word `start` on, stepping over particles and gaps; `end` is exclusive. */
const longestPhrase = (words: string[], start: number, { phrases, particles }: Vocabulary) => {
  const limit = Math.min(words.length, start + MAX_PHRASE_WORDS);
  let found: { kind: Kind; end: number } | undefined;
  const step = (at: number, node: Node): void => {
    const word = words[at];
    if (word === undefined || at >= limit) return;
    const next = node.next.get(word);
    if (next?.kind && at >= (found?.end ?? 0)) found = { kind: next.kind, end: at + 1 };
    if (next) step(at + 1, next);
    if (node !== phrases && particles.has(word)) step(at + 1, node);
    const afterGap = node.next.get(GAP);
    for (let skipped = 1; afterGap && skipped <= MAX_GAP_WORDS; skipped++) step(at + skipped, afterGap);
  };
  step(start, phrases);
  return found;
};

/** Which kinds of phrase occur, which interruption came last, and what is left over. */
const read = (words: string[], vocabulary: Vocabulary) => {
  const kinds = new Set<Kind>();
  let last: Kind | undefined;
  let content = '';
  let weak = '';
  let clauseHasContent = false;
  for (let i = 0; i < words.length; ) {
    const word = words[i] as string;
    const phrase = longestPhrase(words, i, vocabulary);
    const { kind, end } = phrase ?? { kind: 'content', end: i + 1 };
    const endsClause = BREAK.test(words[end] ?? '') && word === 'no';
    const justNegates = kind === 'denial' && clauseHasContent && word !== ALWAYS_NO && !endsClause;
    if (BREAK.test(word)) {
      clauseHasContent = false;
    } else if (kind === 'content' || justNegates) {
      content += words.slice(i, end).join('');
      clauseHasContent = true;
    } else if (kind === 'weak' || kind === 'particle') {
      weak += word;
    } else {
      kinds.add(kind);
      if (INTERRUPTING.includes(kind)) last = kind;
    }
    i = end;
  }
  return { kinds, last, content, weak };
};

/** One letter is a stray sound, one digit is an answer. */
const isContent = (content: string): boolean => content.length > 1 || /\p{N}/u.test(content);

/** Whether somebody only thinks or breathes aloud: "äh", "hm, ähm". Function words and silence are something else. */
export function isHesitation(text: string, language?: string): boolean {
  const words = fold(text.trim().slice(0, MAX_CHARS).replace(TRAILING, ''));
  if (words.length === 0 || QUESTION_MARK.test(text)) return false;
  const { kinds, content, weak } = read(words, vocabularyOf(language));
  return content === '' && weak === '' && kinds.size === 1 && kinds.has('hesitation');
}

/**
 * Judges an interruption by its words alone: no model, no I/O, a few microseconds.
 *
 * @example
 * BargeInHelper.classify('Stopp stopp stopp');                  // 'stop'
 * BargeInHelper.classify('No, I said Tuesday', 'en-GB');        // 'correction'
 * BargeInHelper.classify('wait, how much is that');             // 'new_question'
 */
// biome-ignore lint/complexity/noStaticOnlyClass: the published package's shape
export class BargeInHelper {
  /**
   * What the caller meant.
   *
   * @param text what the recogniser understood; undefined or blank is noise
   * @param language BCP-47 tag of the call ("de-DE"); without it, or with a language we have no words for,
   *   all languages are tried at once
   */
  static classify(text: string | undefined, language?: string): BargeInIntent {
    const head = (text ?? '').trim().slice(0, MAX_CHARS).replace(MARKER, ' ');
    const words = fold(head.replace(TRAILING, ''));
    const { kinds, last, content, weak } = read(words, vocabularyOf(language));
    const asks = QUESTION_MARK.test(head) && words.some((word) => !BREAK.test(word));

    if (kinds.has('correction')) return BargeInIntent.CORRECTION;
    if (isContent(content) || weak.length > SUBSTANTIAL_CHARS)
      return kinds.has('denial') && !asks ? BargeInIntent.CORRECTION : BargeInIntent.NEW_QUESTION;
    if (last === 'stop') return BargeInIntent.STOP;
    if (asks) return BargeInIntent.NEW_QUESTION;
    if (last === 'redirect') return BargeInIntent.REDIRECT;
    if (last === 'denial') return BargeInIntent.CORRECTION;
    if (kinds.has('acknowledgment')) return BargeInIntent.ACKNOWLEDGMENT;
    return BargeInIntent.NOISE;
  }

  /** Whether nothing should be said in answer: noise, or a plain "stop". */
  static shouldSilentAcknowledge(text: string | undefined, language?: string): boolean {
    const intent = BargeInHelper.classify(text, language);
    return intent === BargeInIntent.NOISE || intent === BargeInIntent.STOP;
  }

  /** Whether there is something to work on: a new question or a correction. */
  static isSubstantialInput(text: string | undefined, language?: string): boolean {
    const intent = BargeInHelper.classify(text, language);
    return intent === BargeInIntent.NEW_QUESTION || intent === BargeInIntent.CORRECTION;
  }
}
