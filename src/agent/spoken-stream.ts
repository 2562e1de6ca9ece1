import { type Clock, SentenceCutter, speakable, speechDurationMs } from '@jovo-telephony/telephony';
import type { ToolCall } from './brain';

/** How long a caller may wait, in milliseconds. */
export interface Patience {
  /** Silence after the caller's words until a filler. */
  fillerAfterMs: number;
  /** Silence between one sound of ours and the next while the brain is at work. */
  maxSilenceMs: number;
  /** No word of an answer for so long, counted from the caller's words or from the end of the last piece. */
  answerWithinMs: number;
}

export interface SpokenStreamOptions {
  clock: Clock;
  language: string;
  patience: Patience;
  /** When the caller had finished speaking. */
  sinceMs: number;
  /** Said in turn while the caller waits. */
  fillers: readonly string[];
}

/** What the agent makes of a brain's reply: its text and actions, and what is said while a tool runs. */
export type ReplyEvent =
  | { type: 'text'; text: string }
  | { type: 'tool'; call: ToolCall }
  | { type: 'aside'; text: string };

/** What a caller gets of a reply: pieces that can be spoken, something that fills a gap, and tool calls. */
export type Spoken =
  | { type: 'say'; text: string }
  | { type: 'filler'; text: string }
  | { type: 'tool'; call: ToolCall };

/** The longest reply, about four minutes. A model that goes on is not answering anybody, and its text costs time. */
const MAX_REPLY_CHARACTERS = 3_000;

/** The brain has said nothing useful in time. */
export class BrainTimeout extends Error {
  override readonly name = 'BrainTimeout';
}

/** When the line falls silent, and what has to happen then. Fillers are sound, but no answer. */
class Waiting {
  /** Estimated end of what the caller hears. */
  private soundUntilMs: number;
  /** From here on the caller waits for the next piece of the answer. */
  private answerSinceMs: number;
  private sounds = 0;
  private fillers = 0;

  constructor(private readonly options: SpokenStreamOptions) {
    this.soundUntilMs = options.sinceMs;
    this.answerSinceMs = options.sinceMs;
  }

  get fillerDueMs(): number {
    const { fillerAfterMs, maxSilenceMs } = this.options.patience;
    return this.soundUntilMs + (this.sounds === 0 ? fillerAfterMs : maxSilenceMs);
  }

  get failedAtMs(): number {
    return this.answerSinceMs + this.options.patience.answerWithinMs;
  }

  /** A filler that is due now would still be playing when the apology is: better the apology now. */
  isTooLateForFiller(nowMs: number): boolean {
    const durationMs = speechDurationMs(this.nextFiller);
    return nowMs >= this.fillerDueMs && nowMs + durationMs > this.failedAtMs;
  }

  private get nextFiller(): string {
    const { fillers } = this.options;
    return fillers[this.fillers % fillers.length] ?? '';
  }

  said(text: string, nowMs: number): void {
    this.sound(text, nowMs);
    this.answerSinceMs = this.soundUntilMs;
  }

  filler(nowMs: number): string {
    const text = this.nextFiller;
    this.fillers += 1;
    return this.aside(text, nowMs);
  }

  /** Whether a filler is still to be heard: a second one behind it would only keep the caller waiting. */
  isFilled(nowMs: number): boolean {
    return this.soundUntilMs > nowMs && this.soundUntilMs > this.answerSinceMs;
  }

  /** Sound that is no answer. */
  aside(text: string, nowMs: number): string {
    this.sound(text, nowMs);
    return text;
  }

  private sound(text: string, nowMs: number): void {
    this.sounds += 1;
    this.soundUntilMs = Math.max(this.soundUntilMs, nowMs) + speechDurationMs(text);
  }
}

/**
 * Cuts a reply stream into what can be spoken and keeps the time: a filler when the caller would hear silence, a
 * {@link BrainTimeout} when no answer comes. Ends without a word when the signal aborts.
 */
export async function* spokenStream(
  reply: AsyncIterable<ReplyEvent>,
  signal: AbortSignal,
  options: SpokenStreamOptions,
): AsyncGenerator<Spoken> {
  const { clock, patience } = options;
  const cutter = new SentenceCutter({ language: options.language });
  const waiting = new Waiting(options);
  const source = reply[Symbol.asyncIterator]();
  let next = source.next();
  let left = MAX_REPLY_CHARACTERS;
  const speak = function* (pieces: readonly string[]): Generator<Spoken> {
    for (const piece of pieces) {
      // Pieces are cut together, but the caller may speak between one and the next.
      if (signal.aborted) return;
      const text = speakable(piece, options.language);
      if (text === '') continue;
      waiting.said(text, clock.nowMs());
      yield { type: 'say', text };
    }
  };
  try {
    for (;;) {
      const dueMs = Math.min(waiting.failedAtMs, waiting.fillerDueMs, cutter.nextDueAtMs() ?? Infinity);
      const event = await within(next, dueMs - clock.nowMs(), clock, signal);
      if (signal.aborted) return;
      if (event === 'late') {
        const nowMs = clock.nowMs();
        yield* speak(cutter.due(nowMs));
        if (nowMs >= waiting.failedAtMs || waiting.isTooLateForFiller(nowMs))
          throw new BrainTimeout(`No answer within ${patience.answerWithinMs} ms`);
        if (nowMs >= waiting.fillerDueMs) yield { type: 'filler', text: waiting.filler(nowMs) };
        continue;
      }
      if (event.done) break;
      next = source.next();
      const { value } = event;
      if (value.type === 'text') {
        yield* speak(cutter.push(value.text.slice(0, left), clock.nowMs()));
        left -= value.text.length;
        if (left <= 0) break;
        continue;
      }
      yield* speak(cutter.end());
      if (value.type === 'tool') yield value;
      else if (!waiting.isFilled(clock.nowMs()))
        yield { type: 'filler', text: waiting.aside(value.text, clock.nowMs()) };
    }
    yield* speak(cutter.end());
  } finally {
    // The brain closes what it has open; nobody waits for it.
    next.catch(() => {});
    source.return?.().catch(() => {});
  }
}

/** The promise's value, or `late` when the time is up or the signal aborts first. */
async function within<T>(
  promise: Promise<T>,
  waitMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<T | 'late'> {
  let release: () => void = () => {};
  const late = new Promise<'late'>((resolve) => {
    const stop = clock.after(Math.max(0, waitMs), () => resolve('late'));
    const aborted = () => resolve('late');
    signal.addEventListener('abort', aborted, { once: true });
    release = () => {
      stop();
      signal.removeEventListener('abort', aborted);
    };
    if (signal.aborted) aborted();
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    release();
  }
}
