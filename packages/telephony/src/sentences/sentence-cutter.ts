import { Arrivals } from './arrivals';
import { type Gap, SentenceRules, type Verdict } from './boundary';
import {
  extendGap,
  extendRun,
  type GapRank,
  isWhite,
  known,
  newRun,
  partsOf,
  type Run,
  rankGap,
  splitRun,
} from './runs';

export interface SentenceCutterOptions {
  /** BCP-47; `de`, `en`, `fr`, `es`, `it` and `nl` have rules of their own, others are cut like English. */
  language?: string;
  /** `early`: the first piece may be a clause, so that the voice begins sooner. `sentence`: it is a sentence. */
  firstPiece?: 'early' | 'sentence';
  /** A clause shorter than this is not worth being the first piece. */
  firstPieceMinChars?: number;
  /** A token that waited so long for the end of its sentence is spoken without. */
  flushAfterMs?: number;
  /** A sentence that is evidently complete is spoken when nothing came behind it for so long. */
  quietAfterMs?: number;
  /** A sentence longer than this is cut at its last clause or word. */
  maxPieceChars?: number;
}

/** Fewer words do not sound like the beginning of a sentence: "Ja, gerne," has to wait for more. */
const FIRST_PIECE_MIN_WORDS = 3;

/** No rule looks further back. */
const WORDS_BEFORE = 4;
const WORD_CHARS = 96;
const MAX_OPEN_BRACKETS = 16;

/** From the best place to the worst. */
const RANKS = ['clause', 'word', 'weak'] as const satisfies readonly GapRank[];

/**
 * Cuts the text of a reply, as it arrives in tokens, into pieces that can be spoken: sentences, and first of all,
 * where that is sooner, a clause. The pieces joined are the text, character for character; white space stays with the
 * piece before it. Where the text is cut does not depend on how it was split into tokens, except by {@link due}.
 *
 * Nothing here waits or reads a clock: the caller passes the time and asks again at {@link nextDueAtMs}.
 */
export class SentenceCutter {
  private readonly rules: SentenceRules;
  private readonly firstPieceMinChars: number;
  private readonly maxPieceChars: number;
  private readonly flushAfterMs: number;
  private readonly quietAfterMs: number;
  private readonly arrivals = new Arrivals();
  private awaitsFirst: boolean;

  /** What was not sent yet, and where in the whole text it begins and ends. */
  private open = '';
  private openStart = 0;
  private total = 0;

  /** The run whose gap is judged next, and those behind it. Rarely more than three. */
  private runs: Run[] = [];
  private before: string[] = [];
  private wordsInSentence = 0;
  private wordsInPiece = 0;
  /** For each open bracket: was it opened in the middle of the sentence? */
  private brackets: boolean[] = [];
  private nextItem = 1;
  /** The last place of each rank where the open text could be cut. */
  private places: Record<(typeof RANKS)[number], number> = { clause: 0, word: 0, weak: 0 };

  constructor(options: SentenceCutterOptions = {}) {
    this.rules = new SentenceRules(options.language);
    this.firstPieceMinChars = options.firstPieceMinChars ?? 16;
    this.maxPieceChars = options.maxPieceChars ?? 1_000;
    this.flushAfterMs = options.flushAfterMs ?? 1_500;
    this.quietAfterMs = options.quietAfterMs ?? 500;
    this.awaitsFirst = (options.firstPiece ?? 'early') === 'early';
  }

  /** Takes the next token. Returns the pieces that are complete with it. */
  push(text: string, nowMs: number): string[] {
    const pieces: string[] = [];
    if (text === '') return pieces;
    const start = this.total;
    this.open += text;
    this.total += text.length;
    this.arrivals.add(this.total, nowMs);
    let end = start;
    for (const part of partsOf(text)) {
      end += part.length;
      if (isWhite(part)) this.takeWhite(part, end);
      else this.takeBlack(part, end);
      this.advance(pieces, false);
    }
    return pieces;
  }

  /** What is spoken now although its sentence is not complete: nothing before {@link nextDueAtMs}. */
  due(nowMs: number): string[] {
    const pieces: string[] = [];
    for (;;) {
      const { wholeAtMs, partAtMs } = this.dueTimes();
      if (nowMs >= wholeAtMs) this.sendUntil(this.total, pieces);
      else if (nowMs >= partAtMs) this.sendUntil(this.bestPlace(nowMs - this.flushAfterMs), pieces);
      else return pieces;
    }
  }

  /**
   * When {@link due} has something to say, if no token comes before. Undefined while nothing waits or what waits
   * cannot be cut: a single word, a number, an address that may go on.
   */
  nextDueAtMs(): number | undefined {
    const { wholeAtMs, partAtMs } = this.dueTimes();
    const dueAtMs = Math.min(wholeAtMs, partAtMs);
    return dueAtMs === Number.POSITIVE_INFINITY ? undefined : dueAtMs;
  }

  /** The text is complete: the rest. The cutter can be used for what the reply says next. */
  end(): string[] {
    const pieces: string[] = [];
    const last = this.runs.at(-1);
    if (last && !last.complete) this.complete(last);
    this.advance(pieces, true);
    this.sendUntil(this.total, pieces);
    if (this.open !== '') {
      // White space alone is no piece of its own, but no text is lost.
      const piece = pieces.pop() ?? '';
      pieces.push(piece + this.open);
      this.open = '';
      this.openStart = this.total;
    }
    this.runs = [];
    this.arrivals.sent(this.total);
    this.beginSentence();
    return pieces;
  }

  private takeBlack(part: string, end: number): void {
    let run = this.runs.at(-1);
    if (!run || run.complete) {
      run = newRun();
      this.runs.push(run);
    }
    extendRun(run, part, end);
  }

  private takeWhite(white: string, end: number): void {
    const last = this.runs.at(-1);
    if (!last) return;
    if (!last.complete) this.complete(last);
    extendGap(this.runs.at(-1) ?? last, white, end);
  }

  private complete(run: Run): void {
    run.complete = true;
    for (;;) {
      const last = this.runs.at(-1) ?? run;
      const at = this.rules.missingSpace(last.text);
      if (at === 0) return;
      this.runs.splice(-1, 1, ...splitRun(last, at));
    }
  }

  /** Judges every gap that can be judged. */
  private advance(pieces: string[], ended: boolean): void {
    for (;;) {
      const [word, next] = this.runs;
      if (!word || !next) return;
      const gap = this.gapBehind(word, ended);
      const verdict: Verdict = word.breakAfter ? 'cut' : this.rules.judge(gap);
      if (verdict === 'wait' || (verdict === 'merge' && !next.complete)) return;
      if (verdict === 'merge') this.merge(word, next);
      else this.pass(word, gap, verdict === 'cut', pieces);
    }
  }

  private gapBehind(word: Run, ended: boolean): Gap {
    const atStart = this.wordsInSentence === 0;
    word.closesAside ??= this.readBrackets(word.text, atStart);
    return {
      before: this.before,
      word: word.text,
      atStart,
      closesAside: word.closesAside,
      nextItem: this.nextItem,
      next: known(this.runs[1], ended),
      second: known(this.runs[2], ended),
    };
  }

  private merge(word: Run, tail: Run): void {
    word.text += tail.text;
    word.end = tail.end;
    word.gapEnd = tail.gapEnd;
    word.breakAfter = tail.breakAfter;
    this.runs.splice(1, 1);
  }

  private pass(word: Run, gap: Gap, cut: boolean, pieces: string[]): void {
    this.runs.shift();
    const item = this.rules.listItem(gap);
    if (item > 0) this.nextItem = item + 1;
    if (cut) {
      this.sendUntil(word.gapEnd, pieces);
      this.beginSentence();
      return;
    }
    this.before.push(word.text.slice(-WORD_CHARS));
    if (this.before.length > WORDS_BEFORE) this.before.shift();
    if (/[\p{L}\p{N}]/u.test(word.head)) {
      this.wordsInSentence++;
      this.wordsInPiece++;
    }
    const rank = rankGap(word.text, gap.next.text);
    if (rank !== 'never') this.places[rank] = word.gapEnd;
    if (rank === 'clause' && this.isFirstPiece(word)) this.sendUntil(word.gapEnd, pieces);
    else if (word.gapEnd - this.openStart > this.maxPieceChars) this.sendLong(pieces);
  }

  private isFirstPiece(word: Run): boolean {
    return (
      this.awaitsFirst &&
      this.brackets.length === 0 &&
      this.wordsInPiece >= FIRST_PIECE_MIN_WORDS &&
      word.end - this.openStart >= this.firstPieceMinChars
    );
  }

  private sendLong(pieces: string[]): void {
    const { clause, word, weak } = this.places;
    if (clause - this.openStart > this.maxPieceChars / 2) this.sendUntil(clause, pieces);
    else this.sendUntil(word > this.openStart ? word : Math.max(clause, weak), pieces);
  }

  private beginSentence(): void {
    this.before = [];
    this.brackets = [];
    this.wordsInSentence = 0;
  }

  /** Keeps book of the brackets in a run. Returns whether the last that it closes was opened in mid-sentence. */
  private readBrackets(text: string, atStart: boolean): boolean {
    let closesAside = false;
    for (const { 0: bracket, index } of text.matchAll(/[()[\]]/g)) {
      if (bracket === '(' || bracket === '[') {
        if (this.brackets.length < MAX_OPEN_BRACKETS) this.brackets.push(!atStart || index > 0);
      } else {
        closesAside = this.brackets.pop() ?? false;
      }
    }
    return closesAside;
  }

  /** The last places to cut, with those in the runs that are not judged yet. */
  private openPlaces(): Record<(typeof RANKS)[number], number> {
    const places = { ...this.places };
    for (const [index, run] of this.runs.entries()) {
      if (!run.complete) break;
      const rank = rankGap(run.text, this.runs[index + 1]?.head);
      if (rank !== 'never') places[rank] = run.gapEnd;
    }
    return places;
  }

  private sendable(place: number): boolean {
    return place > this.openStart && !isWhite(this.open.slice(0, place - this.openStart));
  }

  /** When all that is open can be said, and when a part of it. */
  private dueTimes(): { wholeAtMs: number; partAtMs: number } {
    const never = Number.POSITIVE_INFINITY;
    if (this.open === '') return { wholeAtMs: never, partAtMs: never };
    const staleAtMs = this.arrivals.oldestAtMs() + this.flushAfterMs;
    const quietAtMs = this.arrivals.newestAtMs() + this.quietAfterMs;
    const ending = this.plainEnding();
    const clauseAtMs = ending === 'clause' ? Math.max(quietAtMs, staleAtMs) : never;
    const wholeAtMs = ending === 'sentence' ? quietAtMs : clauseAtMs;
    const canPart = this.sendable(Math.max(...Object.values(this.openPlaces())));
    return { wholeAtMs, partAtMs: canPart ? staleAtMs : never };
  }

  /** The best place that leaves nothing behind which came before `staleAtMs`, else the last place. */
  private bestPlace(staleAtMs: number): number {
    const open = this.openPlaces();
    const places = RANKS.map((rank) => open[rank]).filter((place) => this.sendable(place));
    const staleEnd = this.arrivals.endAt(staleAtMs);
    return places.find((place) => place >= staleEnd) ?? Math.max(...places);
  }

  /** The text ends in a word with a stop or comma that nothing can be part of any more. */
  private plainEnding(): 'sentence' | 'clause' | undefined {
    const last = this.runs.at(-1);
    if (!last || last.complete || last.end <= this.openStart || last.text.length > WORD_CHARS)
      return undefined;
    const mark = /([.!?…]|[,;:])["'”“’)*]*$/.exec(last.text)?.[1];
    if (!mark) return undefined;
    const before = [...this.before, ...this.runs.slice(0, -1).map((run) => run.text)];
    if (!this.rules.isPlainEnd(last.text, before)) return undefined;
    return /[,;:]/.test(mark) ? 'clause' : 'sentence';
  }

  /** Sends what is open up to a place. White space alone stays, for the piece behind it. */
  private sendUntil(place: number, pieces: string[]): void {
    if (!this.sendable(place)) return;
    const length = place - this.openStart;
    pieces.push(this.open.slice(0, length));
    this.open = this.open.slice(length);
    this.openStart = place;
    this.wordsInPiece = 0;
    this.awaitsFirst = false;
    this.arrivals.sent(place);
  }
}
