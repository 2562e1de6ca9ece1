import { SpeechClock, SYNTHESIS_MS, speechDurationMs } from '@jovo-telephony/telephony';

/** How long a caller may wait, in milliseconds. */
export interface Patience {
  /** Silence after the caller's words until a filler. */
  fillerAfterMs: number;
  /** Silence between one sound of ours and the next while the brain is at work. */
  maxSilenceMs: number;
  /** No word of an answer for so long, as the caller hears it: from the last word of theirs, or of ours. */
  answerWithinMs: number;
}

/** What a network waits for before it takes a caller's words for finished: they have waited that long already. */
export const END_OF_TURN_MS = 500;

/** Two sounds closer than this sound like one hurried sentence. */
const MIN_GAP_MS = 500;

/** A piece of the answer that comes so soon is worth more than a filler in front of it. */
const PIECE_IS_NEAR_MS = 600;

/** When the line falls silent, and what has to happen then. Fillers are sound, but no answer. */
export class Waiting {
  private readonly sound = new SpeechClock();
  /** From here on the caller waits for the next piece of the answer. */
  private answerSinceMs: number;
  /** A piece of the answer that may not be over, and what is to be heard behind it. */
  private answer: { piecesBehind: number; msBehind: number } | undefined;
  private sounds = 0;
  private fillersSaid = 0;

  constructor(
    private readonly patience: Patience,
    /** When the caller's words reached us. */
    private readonly sinceMs: number,
    private readonly fillers: readonly string[],
  ) {
    this.answerSinceMs = sinceMs - END_OF_TURN_MS;
  }

  /** The apology is to be heard in time, so it is sent a little sooner. */
  get failedAtMs(): number {
    return this.answerSinceMs + this.patience.answerWithinMs - SYNTHESIS_MS;
  }

  /**
   * When a filler is due. One that would still be playing when the brain's time is up comes sooner, so that it is
   * over by then. `pieceDueAtMs`: a piece of the answer that is certain to come then.
   */
  fillerDueMs(nowMs: number, pieceDueAtMs = Number.POSITIVE_INFINITY): number {
    const { fillerAfterMs, maxSilenceMs } = this.patience;
    const { silentSinceMs, failedAtMs } = this;
    const dueMs = silentSinceMs + (this.sounds === 0 ? fillerAfterMs : maxSilenceMs);
    const fitsAtMs = failedAtMs - speechDurationMs(this.nextFiller);
    const isNeeded = this.sounds > 0 && failedAtMs - silentSinceMs > maxSilenceMs;
    const fits = fitsAtMs >= silentSinceMs + MIN_GAP_MS && nowMs <= fitsAtMs + SYNTHESIS_MS;
    if (isNeeded && dueMs > fitsAtMs && fits) return fitsAtMs;
    const isNear = pieceDueAtMs > dueMs && pieceDueAtMs - dueMs <= PIECE_IS_NEAR_MS;
    return isNear && pieceDueAtMs - silentSinceMs <= maxSilenceMs ? pieceDueAtMs : dueMs;
  }

  /** There is no room for a filler before the brain's time is up: better the apology now than behind it. */
  isTooLateForFiller(nowMs: number): boolean {
    return nowMs + speechDurationMs(this.nextFiller) > this.failedAtMs + SYNTHESIS_MS;
  }

  /** A piece of the answer leaves. */
  said(text: string, nowMs: number): void {
    this.leaves(text, nowMs);
    this.answer = { piecesBehind: 0, msBehind: 0 };
    this.answerSinceMs = this.sound.endsAtMs;
  }

  filler(nowMs: number): string {
    const text = this.nextFiller;
    this.fillersSaid += 1;
    return this.aside(text, nowMs);
  }

  /** Sound that is no answer. */
  aside(text: string, nowMs: number): string {
    this.leaves(text, nowMs);
    if (this.answer) {
      this.answer.piecesBehind += 1;
      this.answer.msBehind += speechDurationMs(text);
    }
    return text;
  }

  /** The network says that something was heard to its end: what was estimated so far is known now. */
  soundEnded(nowMs: number): void {
    this.sound.ended(nowMs);
    const { answer, sound } = this;
    if (!answer) return;
    const isOver = sound.pieces <= answer.piecesBehind;
    this.answerSinceMs = isOver ? nowMs : sound.endsAtMs - answer.msBehind;
    if (isOver) this.answer = undefined;
  }

  /** Whether a filler is still to be heard: a second one behind it would only keep the caller waiting. */
  isFilled(nowMs: number): boolean {
    return this.silentSinceMs > nowMs && this.silentSinceMs > this.answerSinceMs;
  }

  /** Estimated end of what the caller hears. */
  private get silentSinceMs(): number {
    return this.sounds === 0 ? this.sinceMs : this.sound.endsAtMs;
  }

  private get nextFiller(): string {
    return this.fillers[this.fillersSaid % this.fillers.length] ?? '';
  }

  private leaves(text: string, nowMs: number): void {
    this.sounds += 1;
    this.sound.sent(speechDurationMs(text), nowMs);
  }
}
