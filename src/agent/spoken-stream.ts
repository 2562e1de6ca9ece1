import { type Clock, SentenceCutter, type SpeechClock, speakable } from '@jovo-telephony/telephony';
import type { ToolCall } from './brain';
import { type Patience, Waiting } from './waiting';

export interface SpokenStreamOptions {
  clock: Clock;
  /** What is spoken now; a tool call may change it. */
  language(): string;
  patience: Patience;
  /** When the caller's words reached us. */
  sinceMs: number;
  /** The sound on the line, where the network tells of its end while we go on speaking. */
  line?: Pick<SpeechClock, 'onEnded'>;
  /** Said in turn while the caller waits. */
  fillers: readonly string[];
}

/** What the agent makes of a brain's reply: its text and actions, and what is said while a tool runs. */
export type ReplyEvent =
  | { type: 'text'; text: string }
  | { type: 'tool'; call: ToolCall }
  | { type: 'aside'; text: string }
  | { type: 'unanswered' };

/** What a caller gets of a reply: pieces that can be spoken, something that fills a gap, and tool calls. */
export type Spoken =
  | { type: 'say'; text: string }
  | { type: 'filler'; text: string }
  | { type: 'tool'; call: ToolCall }
  /** The brain has no answer, and says so now. */
  | { type: 'unanswered' };

/** The longest reply, about four minutes. A model that goes on is not answering anybody, and its text costs time. */
const MAX_REPLY_CHARACTERS = 3_000;

/** The brain has said nothing useful in time. */
export class BrainTimeout extends Error {
  override readonly name = 'BrainTimeout';
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
  let language = options.language();
  let cutter = new SentenceCutter({ language });
  const waiting = new Waiting(patience, options.sinceMs, options.fillers);
  const bell = new Bell();
  const stopListening = options.line?.onEnded(() => {
    waiting.soundEnded(clock.nowMs());
    bell.ring();
  });
  const source = reply[Symbol.asyncIterator]();
  let next = source.next();
  let left = MAX_REPLY_CHARACTERS;
  const speak = function* (pieces: readonly string[]): Generator<Spoken> {
    for (const piece of pieces) {
      // Pieces are cut together, but the caller may speak between one and the next.
      if (signal.aborted) return;
      const text = speakable(piece, language);
      if (text === '') continue;
      waiting.said(text, clock.nowMs());
      yield { type: 'say', text };
    }
  };
  try {
    for (;;) {
      const pieceDueMs = cutter.nextDueAtMs() ?? Number.POSITIVE_INFINITY;
      const fillerDueMs = waiting.fillerDueMs(clock.nowMs(), pieceDueMs);
      const dueMs = Math.min(waiting.failedAtMs, fillerDueMs, pieceDueMs);
      const event = await within(next, dueMs - clock.nowMs(), clock, signal, bell);
      if (signal.aborted) return;
      if (event === 'late') {
        const nowMs = clock.nowMs();
        yield* speak(cutter.due(nowMs));
        const isFillerDue = nowMs >= waiting.fillerDueMs(nowMs, cutter.nextDueAtMs());
        if (nowMs >= waiting.failedAtMs || (isFillerDue && waiting.isTooLateForFiller(nowMs)))
          throw new BrainTimeout(`No answer within ${patience.answerWithinMs} ms`);
        if (isFillerDue) yield { type: 'filler', text: waiting.filler(nowMs) };
        continue;
      }
      if (event.done) break;
      next = source.next();
      const { value } = event;
      if (value.type === 'unanswered') {
        yield value;
        continue;
      }
      if (value.type === 'text') {
        yield* speak(cutter.push(value.text.slice(0, left), clock.nowMs()));
        left -= value.text.length;
        if (left <= 0) break;
        continue;
      }
      yield* speak(cutter.end());
      if (value.type === 'tool') {
        yield value;
        if (options.language() === language) continue;
        language = options.language();
        cutter = new SentenceCutter({ language });
      } else if (!waiting.isFilled(clock.nowMs()))
        yield { type: 'filler', text: waiting.aside(value.text, clock.nowMs()) };
    }
    yield* speak(cutter.end());
  } finally {
    stopListening?.();
    // The brain closes what it has open; nobody waits for it.
    next.catch(() => {});
    source.return?.().catch(() => {});
  }
}

/** Wakes whoever waits: the time they wait for has changed. */
class Bell {
  ring: () => void = () => {};
}

/** The promise's value, or `late` when the time is up, the bell rings, or the signal aborts first. */
async function within<T>(
  promise: Promise<T>,
  waitMs: number,
  clock: Clock,
  signal: AbortSignal,
  bell: Bell,
): Promise<T | 'late'> {
  let release: () => void = () => {};
  const late = new Promise<'late'>((resolve) => {
    const over = () => resolve('late');
    const stop = clock.after(Math.max(0, waitMs), over);
    signal.addEventListener('abort', over, { once: true });
    bell.ring = over;
    release = () => {
      stop();
      signal.removeEventListener('abort', over);
    };
    if (signal.aborted) over();
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    release();
  }
}
