/** Characters a synthesised voice speaks per second, and the pause around a sentence. Estimates, on purpose slow. */
export const SPEAKING_RATE = { charactersPerSecond: 14, pauseMs: 400 } as const;

/** How long a text will be heard, in milliseconds. Markup does not count. */
export function speechDurationMs(textOrSsml: string): number {
  const spoken = textOrSsml.replace(/<[^<>]*>/g, '').trim();
  if (spoken === '') return 0;
  return Math.round((spoken.length / SPEAKING_RATE.charactersPerSecond) * 1000) + SPEAKING_RATE.pauseMs;
}

/** What a {@link SpeechClock} knows, as plain data. */
export interface SpeechState {
  /** Pieces that have not been heard yet. */
  pieces: number;
  lastPieceMs: number;
  /** Estimated moment of silence. */
  endMs: number;
}

/**
 * Knows whether the caller is still being spoken to, from what was sent and from the network's "speech ended".
 *
 * Networks differ in whether that signal comes once per piece or once for all (sipgate: spec 6.7, unknown), and it
 * may never come after an interruption. So each signal ends one piece; one that comes when less than half of the
 * last piece can be left ends all of them; and an estimate from the text's length stands in when it stays away.
 */
export class SpeechClock {
  constructor(private readonly state: SpeechState = { pieces: 0, lastPieceMs: 0, endMs: 0 }) {}

  /** A piece is on its way to the caller, behind those before it. */
  sent(durationMs: number, nowMs: number): void {
    if (this.state.pieces === 0) this.state.endMs = nowMs;
    this.state.pieces += 1;
    this.state.lastPieceMs = durationMs;
    this.state.endMs = Math.max(this.state.endMs, nowMs) + durationMs;
  }

  /** The network says that playback has ended. Returns whether nothing is left to be heard. */
  ended(nowMs: number): boolean {
    if (this.state.pieces > 0) this.state.pieces -= 1;
    if (this.remainingMs(nowMs) < this.state.lastPieceMs / 2) this.state.pieces = 0;
    return this.state.pieces === 0;
  }

  /** The caller or we have cut it off. */
  stopped(): void {
    this.state.pieces = 0;
  }

  get speaking(): boolean {
    return this.state.pieces > 0;
  }

  /** Estimated moment of silence; in the past when nothing is being said. */
  get endsAtMs(): number {
    return this.state.endMs;
  }

  /** Estimated time until silence. */
  remainingMs(nowMs: number): number {
    return this.state.pieces === 0 ? 0 : Math.max(0, this.state.endMs - nowMs);
  }
}
