/** Characters a synthesised voice speaks per second, and the pause around a sentence. Estimates, on purpose slow. */
export const SPEAKING_RATE = { charactersPerSecond: 14, pauseMs: 400 } as const;

/** How long a text will be heard, in milliseconds. Markup does not count. */
export function speechDurationMs(textOrSsml: string): number {
  const spoken = textOrSsml.replace(/<[^<>]*>/g, '').trim();
  if (spoken === '') return 0;
  return Math.round((spoken.length / SPEAKING_RATE.charactersPerSecond) * 1000) + SPEAKING_RATE.pauseMs;
}

/**
 * Knows whether the caller is still being spoken to, from what was sent and from the network's "speech ended".
 *
 * Networks differ in whether that signal comes once per piece or once for all (sipgate: spec 6.7, unknown), and it
 * may never come after an interruption. So each signal ends one piece; one that comes when less than half of the
 * last piece can be left ends all of them; and an estimate from the text's length stands in when it stays away.
 */
export class SpeechClock {
  private pieces = 0;
  private lastPieceMs = 0;
  private endMs = 0;

  /** A piece is on its way to the caller, behind those before it. */
  sent(durationMs: number, nowMs: number): void {
    if (this.pieces === 0) this.endMs = nowMs;
    this.pieces += 1;
    this.lastPieceMs = durationMs;
    this.endMs = Math.max(this.endMs, nowMs) + durationMs;
  }

  /** The network says that playback has ended. Returns whether nothing is left to be heard. */
  ended(nowMs: number): boolean {
    if (this.pieces > 0) this.pieces -= 1;
    if (this.remainingMs(nowMs) < this.lastPieceMs / 2) this.pieces = 0;
    return this.pieces === 0;
  }

  /** The caller or we have cut it off. */
  stopped(): void {
    this.pieces = 0;
  }

  get speaking(): boolean {
    return this.pieces > 0;
  }

  /** Estimated moment of silence; in the past when nothing is being said. */
  get endsAtMs(): number {
    return this.endMs;
  }

  /** Estimated time until silence. */
  remainingMs(nowMs: number): number {
    return this.pieces === 0 ? 0 : Math.max(0, this.endMs - nowMs);
  }
}
