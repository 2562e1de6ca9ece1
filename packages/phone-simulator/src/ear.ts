/** What a caller would complain about: silences, and how long an answer takes. Pure bookkeeping. */

/** Measured as heard by the caller, in milliseconds. Background sound (`mix_audio`) is not counted as sound. */
export interface Measures {
  /** The longest time in which neither side made a sound and nothing rang. */
  longestSilenceMs: number;
  /** When that silence began. */
  longestSilenceAtMs: number;
  /** From the end of the caller's words (or the start of the call) to the first sound; one entry per answer. */
  firstSoundMs: number[];
  /** The longest of `firstSoundMs`, also when the last answer never came. */
  longestFirstSoundMs: number;
}

type Source = 'agent' | 'caller' | 'ringing';

/** Fed with what begins and ends; knows no clock. */
export class Ear {
  readonly #sounding = new Set<Source>();
  readonly #firstSoundMs: number[] = [];
  #silentSinceMs: number | undefined;
  #owedSinceMs: number | undefined;
  #longestMs = 0;
  #longestAtMs = 0;
  #unansweredMs = 0;

  /** The line is open: from now on the caller listens, and a greeting is owed. */
  connected(atMs: number): void {
    this.#silentSinceMs = atMs;
    this.#owedSinceMs = atMs;
  }

  begins(source: Source, atMs: number): void {
    if (this.#sounding.size === 0) this.#silenceEnds(atMs);
    this.#sounding.add(source);
    if (source === 'caller') return;
    if (this.#owedSinceMs !== undefined) this.#firstSoundMs.push(atMs - this.#owedSinceMs);
    this.#owedSinceMs = undefined;
  }

  ends(source: Source, atMs: number): void {
    if (!this.#sounding.delete(source)) return;
    if (this.#sounding.size === 0) this.#silentSinceMs = atMs;
    if (source === 'caller') this.#owedSinceMs = atMs;
  }

  /** The agent reacted without a sound (it hung up): nothing is owed any more. */
  settled(): void {
    this.#owedSinceMs = undefined;
  }

  over(atMs: number): void {
    if (this.#sounding.size === 0) this.#silenceEnds(atMs);
    if (this.#owedSinceMs !== undefined) this.#unansweredMs = atMs - this.#owedSinceMs;
    this.#owedSinceMs = undefined;
    this.#silentSinceMs = undefined;
    this.#sounding.clear();
  }

  /** What was measured so far; a silence that still lasts counts up to `nowMs`. */
  measures(nowMs: number): Measures {
    const silentMs =
      this.#sounding.size === 0 && this.#silentSinceMs !== undefined ? nowMs - this.#silentSinceMs : 0;
    const lasting = silentMs > this.#longestMs;
    return {
      longestSilenceMs: lasting ? silentMs : this.#longestMs,
      longestSilenceAtMs: lasting ? (this.#silentSinceMs as number) : this.#longestAtMs,
      firstSoundMs: [...this.#firstSoundMs],
      longestFirstSoundMs: Math.max(0, this.#unansweredMs, ...this.#firstSoundMs),
    };
  }

  #silenceEnds(atMs: number): void {
    if (this.#silentSinceMs === undefined) return;
    const silentMs = atMs - this.#silentSinceMs;
    if (silentMs > this.#longestMs) {
      this.#longestMs = silentMs;
      this.#longestAtMs = this.#silentSinceMs;
    }
    this.#silentSinceMs = undefined;
  }
}
