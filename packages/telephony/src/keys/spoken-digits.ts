import { DIGIT_WORDS, type DigitWords } from './digit-words';

/** Longer texts are not somebody reading out digits. */
const MAX_CHARS = 400;

/** A word, or a run of numerals. Everything else separates. */
const TOKEN = /[\p{L}'’]+|[0-9]+/gu;

/** Only these may stand between words; a plus or a percent sign would be lost silently. */
const ALLOWED = /^[\p{L}\p{M}0-9\s'’.,;:!?()/\-–—…]*$/u;

/** What one position of a text means, and how many tokens it takes. */
interface Piece {
  digits: string;
  length: number;
}

const canonical = (word: string): string => word.replace(/’/g, "'").replace(/ae/g, 'ä').replace(/oe/g, 'ö');

/** Recognisers write ü as ue and ß as ss; "neun" must stay as it is, so both spellings are looked up. */
const spellings = (word: string): string[] => [
  word,
  canonical(word).replace(/ue/g, 'ü'),
  word.replace(/ss/g, 'ß'),
];

const lookUp = <T>(table: Readonly<Record<string, T>>, token: string | undefined): T | undefined => {
  if (token === undefined) return undefined;
  const word = spellings(token).find((spelling) => Object.hasOwn(table, spelling));
  return word === undefined ? undefined : table[word];
};

const pieceAt = (tokens: readonly string[], at: number, words: DigitWords): Piece | undefined => {
  const token = tokens[at] ?? '';
  if (/^[0-9]/.test(token)) return { digits: token, length: 1 };
  return (
    repeated(tokens, at, words) ??
    compound(tokens, at, words) ??
    plain(token, words) ??
    glued(token, words) ??
    (words.filler.has(canonical(token)) ? { digits: '', length: 1 } : undefined)
  );
};

/** "doppel drei", "double oh", "zwei mal die null", "doppeldrei". */
const repeated = (tokens: readonly string[], at: number, words: DigitWords): Piece | undefined => {
  let next = at + 1;
  let times = lookUp(words.times, tokens[at]);
  if (times === undefined && tokens[at + 1] === 'mal') {
    times = lookUp(words.times, `${tokens[at]}mal`);
    next = at + 2;
  }
  if (times === undefined) return undefined;
  if (tokens[next] === 'die') next += 1;
  const numeral = /^[0-9]$/.test(tokens[next] ?? '') ? tokens[next] : undefined;
  const digit = numeral ?? lookUp(words.digits, tokens[next]);
  return digit === undefined ? undefined : { digits: digit.repeat(times), length: next + 1 - at };
};

/** "fünf und zwanzig", "fünfundzwanzig", "twenty five". */
const compound = (tokens: readonly string[], at: number, words: DigitWords): Piece | undefined => {
  const token = tokens[at] ?? '';
  if (words.unit === 'last') {
    const ten = lookUp(words.tens, token);
    const unit = lookUp(words.compoundUnits, tokens[at + 1]);
    return ten !== undefined && unit !== undefined ? { digits: ten + unit, length: 2 } : undefined;
  }
  const joined = token.indexOf(words.and, 2);
  const [unitWord, tenWord, length] =
    joined > 0
      ? [token.slice(0, joined), token.slice(joined + words.and.length), 1]
      : [token, tokens[at + 1] === words.and ? tokens[at + 2] : undefined, 3];
  const ten = lookUp(words.tens, tenWord);
  const unit = lookUp(words.compoundUnits, unitWord);
  return ten !== undefined && unit !== undefined
    ? { digits: ten + unit, length: length as number }
    : undefined;
};

const plain = (token: string, words: DigitWords): Piece | undefined => {
  const ten = lookUp(words.tens, token);
  const digits = lookUp(words.digits, token) ?? lookUp(words.teens, token) ?? (ten && `${ten}0`);
  return digits === undefined ? undefined : { digits, length: 1 };
};

/** Single digits that a recogniser wrote as one word: "nulleinszwo", "doppeldrei". Never parts of a number word. */
const glued = (token: string, words: DigitWords): Piece | undefined => {
  const digitWords = Object.keys(words.digits).filter((word) => word.length > 2);
  const doubling = Object.keys(words.times).find((word) => token.startsWith(word));
  let rest = doubling === undefined ? token : token.slice(doubling.length);
  let digits = '';
  while (rest !== '') {
    const word = digitWords.find((candidate) => spellings(rest).some((text) => text.startsWith(candidate)));
    if (word === undefined) return undefined;
    digits += words.digits[word];
    const spelled = spellings(rest).find((text) => text.startsWith(word)) ?? rest;
    rest = spelled.slice(word.length);
  }
  if (digits === '') return undefined;
  if (doubling === undefined) return { digits, length: 1 };
  return digits.length > 1 ? undefined : { digits: digits.repeat(words.times[doubling] ?? 1), length: 1 };
};

const read = (tokens: readonly string[], words: DigitWords): string | undefined => {
  let digits = '';
  for (let at = 0; at < tokens.length; ) {
    const piece = pieceAt(tokens, at, words);
    if (piece === undefined) return undefined;
    if (isAmbiguous(tokens, at, words)) return undefined;
    digits += piece.digits;
    at += piece.length;
  }
  return digits === '' ? undefined : digits;
};

/** "zwanzig fünf" is 205 or a slip for 25, "eins und zwanzig" 120 or 21: asking again beats a wrong digit. */
const isAmbiguous = (tokens: readonly string[], at: number, words: DigitWords): boolean => {
  const [token, next, afterNext] = tokens.slice(at, at + 3);
  if (lookUp(words.tens, token) !== undefined) {
    if (/^[1-9]$/.test(next ?? '')) return true;
    return words.unit === 'first_with_and' && (lookUp(words.digits, next) ?? '0') !== '0';
  }
  if (words.unit === 'last' || next !== words.and) return false;
  const isUnit = lookUp(words.digits, token) !== undefined || /^[1-9]$/.test(token ?? '');
  return (
    isUnit && lookUp(words.tens, afterNext) !== undefined && lookUp(words.compoundUnits, token) === undefined
  );
};

/**
 * The digits that a caller read out, or undefined when the text is anything else or could be heard in two ways.
 *
 * Understood, in German and English: digits ("null eins zwo"), numerals between them ("0211 fünf fünf"), doubles
 * ("doppel drei", "double oh seven", "zweimal die null"), and numbers of two digits as they are ("elf" 11,
 * "fünfundzwanzig" and "fünf und zwanzig" 25, "twenty five" 25, "dreißig" 30). A few fillers are stepped over.
 *
 * Refused on purpose: "zwanzig fünf" (205 or 25) and "eins und zwanzig" (120 or 21), hundreds and thousands ("null achthundert dreißig": 080030 or
 * 0830), a plus sign, negations and corrections ("nein, fünf"), and every other word.
 *
 * @param language BCP-47 tag of the call; without it, or with another language, each table is tried for the whole
 *   text, German first
 */
export function spokenDigits(text: string | undefined, language?: string): string | undefined {
  const said = (text ?? '').normalize('NFKC').toLowerCase();
  if (said.length > MAX_CHARS || !ALLOWED.test(said)) return undefined;
  const tokens = said.match(TOKEN);
  if (tokens === null) return undefined;
  const own = DIGIT_WORDS[language?.toLowerCase().split(/[-_]/, 1)[0] ?? ''];
  const tables = own === undefined ? Object.values(DIGIT_WORDS) : [own];
  for (const words of tables) {
    const digits = read(tokens, words);
    if (digits !== undefined) return digits;
  }
  return undefined;
}
