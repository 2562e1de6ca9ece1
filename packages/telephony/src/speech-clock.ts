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
  /** Estimated lengths of the pieces that were not heard to their end, the one that plays first. */
  durationsMs: number[];
  /** When the first of them began. */
  startMs: number;
  /** Estimated moment of silence. */
  endMs: number;
  /** Something was cut off whose end the network may have reported already: that report is still under way. */
  cutOff?: boolean;
  /** The end of what is being said may have been reported, and taken for that of something else. */
  unsure?: boolean;
}

/** No voice is so much faster than the estimate: an end that is reported sooner is that of something else. */
const SOONEST_END = 0.3;

/** Nobody asks to be told of less silence than this. */
const SHORTEST_WAIT_MS = 1_000;

/** A line on which nothing is said. */
export function speechStart(): SpeechState {
  return { durationsMs: [], startMs: 0, endMs: 0 };
}

/**
 * Knows whether the caller is still being spoken to, from what was sent and from the network's "speech ended".
 *
 * Networks differ in whether that signal comes once per piece or once for all (sipgate: spec 6.7, unknown), pieces may
 * have been joined on the way, and the signal may never come after an interruption. So each ends the piece that plays
 * and those behind it that must be over, too, by the estimate of their length; and where it stays away, the estimate
 * alone stands in. One that comes right after something was cut off belongs to that, not to what was sent since.
 */
export class SpeechClock {
  private readonly listeners = new Set<() => void>();

  /** `state` is changed in place, so that whoever keeps it has it. */
  constructor(private readonly state: SpeechState = speechStart()) {}

  /** A piece is on its way to the caller, behind those before it. */
  sent(durationMs: number, nowMs: number): void {
    const { state } = this;
    if (!this.speaking) state.startMs = nowMs;
    state.endMs = (this.speaking ? Math.max(state.endMs, nowMs) : nowMs) + durationMs;
    state.durationsMs.push(durationMs);
  }

  /** The network says that playback has ended. Returns whether nothing is left to be heard. */
  ended(nowMs: number): boolean {
    const { state } = this;
    const { durationsMs, cutOff } = state;
    state.cutOff = false;
    state.unsure = cutOff === true && nowMs - state.startMs < (durationsMs[0] ?? 0) * SOONEST_END;
    if (state.unsure) return false;
    let playedMs = nowMs - state.startMs - (durationsMs.shift() ?? 0);
    for (let next = durationsMs[0]; next !== undefined && playedMs > next / 2; next = durationsMs[0]) {
      playedMs -= next;
      durationsMs.shift();
    }
    // What is left begins now, whatever the estimate of what came before it was.
    state.startMs = nowMs;
    state.endMs = durationsMs.reduce((endMs, durationMs) => endMs + durationMs, nowMs);
    for (const listener of this.listeners) listener();
    return !this.speaking;
  }

  /**
   * The network reports that nobody has said anything for a while, counted from the end of playback: what was being
   * said has been heard. Not what has only just begun: then it is the silence behind something that was said before.
   */
  silent(nowMs: number): void {
    const { startMs, endMs, unsure } = this.state;
    const soonestMs = startMs + (endMs - startMs) * SOONEST_END + SHORTEST_WAIT_MS;
    if (!this.speaking || unsure || nowMs >= Math.min(soonestMs, endMs)) this.stopped();
  }

  /** The caller or we have cut it off. */
  stopped(): void {
    this.state.cutOff = this.speaking;
    this.state.unsure = false;
    this.state.durationsMs = [];
  }

  /** Calls back whenever the network says that playback has ended; returns how to stop that. */
  onEnded(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  get speaking(): boolean {
    return this.pieces > 0;
  }

  /** Pieces that were not heard to their end. */
  get pieces(): number {
    return this.state.durationsMs.length;
  }

  /** Estimated moment of silence; in the past when nothing is being said. */
  get endsAtMs(): number {
    return this.state.endMs;
  }

  /** Estimated time until silence. */
  remainingMs(nowMs: number): number {
    return this.speaking ? Math.max(0, this.state.endMs - nowMs) : 0;
  }
}
