/** A silence that has ended. */
export interface HeardSilence {
  /** Estimate of how long nothing was heard. */
  silenceMs: number;
  /** It was the first one since the event that is answered; those after it are gaps within the answer. */
  first: boolean;
}

/** What a caller who waits for an answer hears of silence, by estimate. A caller who thinks hears none. */
export class WaitingEar {
  /** Since when the caller waits, or has heard the end of what came last. */
  private sinceMs: number | undefined;
  private first = true;

  /** Something was said or done that an answer is expected for. */
  waits(nowMs: number): void {
    this.sinceMs = nowMs;
    this.first = true;
  }

  /** Everything that was sent has been heard. */
  speechEnded(nowMs: number): void {
    if (this.sinceMs !== undefined) this.sinceMs = nowMs;
  }

  /** Sound is on its way, behind what is being heard until `speakingUntilMs`. Nothing to tell: it joins seamlessly. */
  sound(nowMs: number, speakingUntilMs: number | undefined): HeardSilence | undefined {
    const { sinceMs, first } = this;
    if (sinceMs === undefined) return undefined;
    this.first = false;
    const silenceMs = Math.max(0, nowMs - Math.max(sinceMs, speakingUntilMs ?? sinceMs));
    return first || silenceMs > 0 ? { silenceMs, first } : undefined;
  }
}
