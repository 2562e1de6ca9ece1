import type { KnownRun } from './boundary';

/** Of the run that follows, no rule needs more than its beginning; so a megabyte without a space costs nothing. */
const HEAD_CHARS = 96;

const LINE_BREAK = /[\n\r\u2028\u2029]/;
const PARTS = /\s+|\S+/g;

/** Characters between white space, as they arrive. Offsets count from the beginning of the whole text. */
export interface Run {
  text: string;
  /** The first characters. */
  head: string;
  /** Behind the last character. */
  end: number;
  /** Behind the white space that follows. */
  gapEnd: number;
  /** White space, or the end of the text, was seen behind it. */
  complete: boolean;
  /** A sentence ends here in any case: at a line break, or where a space was forgotten. */
  breakAfter: boolean;
  /** Closes a bracket that was opened in the middle of a sentence; set when the gap behind it is first judged. */
  closesAside?: boolean;
}

/** A token in parts of nothing but white space and of none. */
export const partsOf = (token: string): string[] => token.match(PARTS) ?? [];

export const isWhite = (part: string): boolean => part.trimStart() === '';

export const newRun = (): Run => ({
  text: '',
  head: '',
  end: 0,
  gapEnd: 0,
  complete: false,
  breakAfter: false,
});

/** The run grows by `part`, which ends at `end`. */
export function extendRun(run: Run, part: string, end: number): void {
  run.text += part;
  if (run.head.length < HEAD_CHARS) run.head += part.slice(0, HEAD_CHARS - run.head.length);
  run.end = end;
  run.gapEnd = end;
}

/** White space behind the run. */
export function extendGap(run: Run, white: string, end: number): void {
  run.gapEnd = end;
  if (LINE_BREAK.test(white)) run.breakAfter = true;
}

/** "Moment.Ich" as two runs with an empty gap and a sentence end between them. */
export function splitRun(run: Run, at: number): [Run, Run] {
  const middle = run.end - run.text.length + at;
  const left = { ...newRun(), complete: true, breakAfter: true };
  extendRun(left, run.text.slice(0, at), middle);
  const right = { ...newRun(), complete: run.complete, breakAfter: run.breakAfter };
  extendRun(right, run.text.slice(at), run.end);
  right.gapEnd = run.gapEnd;
  return [left, right];
}

/** What a rule may know of a run that may not have begun. A long head is as good as the whole. */
export const known = (run: Run | undefined, ended: boolean): KnownRun =>
  run
    ? { text: run.head, complete: run.complete || run.head.length >= HEAD_CHARS }
    : { text: '', complete: ended };

const DASH = /^[–—-]+$/;
const CLAUSE_END = /(?:[,;:…]|\.{3}|[!?])["'”“’»«)\]*_]*$/;

/** How good a place the gap between two runs is for a cut within a sentence. */
export type GapRank = 'clause' | 'word' | 'weak' | 'never';

/**
 * `clause` behind a comma, colon, semicolon or dash, `word` between ordinary words, `weak` where a listener would
 * notice ("Dr. | Sommer", "20 | Euro"), `never` within a number or an abbreviation ("0211 63", "z. B.").
 */
export function rankGap(word: string, next: string | undefined): GapRank {
  const last = word.slice(-HEAD_CHARS);
  const afterDigit = /\d[^\p{L}]*$/u.test(last);
  if (afterDigit && (next === undefined || /^[^\p{L}]*\d/u.test(next) || !/[\p{L}\p{N}]/u.test(next)))
    return 'never';
  if (/^\P{L}*\p{L}\.$/u.test(last)) return 'never';
  if (DASH.test(last)) return 'clause';
  if (CLAUSE_END.test(last) && !(/,\W*$/.test(last) && /^\d/.test(next ?? ''))) return 'clause';
  if (next === undefined && last.endsWith('.')) return 'never';
  return afterDigit || last.endsWith('.') || !/[\p{L}\p{N}]/u.test(last) ? 'weak' : 'word';
}
