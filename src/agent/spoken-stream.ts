import type { Clock } from '@jovo-telephony/telephony';
import { SentenceCutter } from '@jovo-telephony/telephony';
import type { BrainEvent, ToolCall } from './brain';

export interface SpokenStreamOptions {
  clock: Clock;
  language: string;
  /** Nothing was said for so long: something that fills the gap is due. */
  holdAfterMs: number;
  /** Neither a piece of the answer nor an action for so long: the brain has failed. */
  answerWithinMs: number;
}

/** What a caller gets of a reply: pieces that can be spoken, tool calls, and the need of a filler. */
export type Spoken = { type: 'say'; text: string } | { type: 'tool'; call: ToolCall } | { type: 'hold' };

/** The brain has said nothing useful in time. */
export class BrainTimeout extends Error {
  override readonly name = 'BrainTimeout';
}

/**
 * Cuts a reply stream into what can be spoken and keeps the time: a `hold` when the caller would hear silence, a
 * {@link BrainTimeout} when nothing comes at all. Ends without a word when the signal aborts.
 */
export async function* spokenStream(
  reply: AsyncIterable<BrainEvent>,
  signal: AbortSignal,
  options: SpokenStreamOptions,
): AsyncGenerator<Spoken> {
  const { clock, holdAfterMs, answerWithinMs } = options;
  const cutter = new SentenceCutter({ language: options.language });
  const source = reply[Symbol.asyncIterator]();
  let next = source.next();
  let lastPieceMs = clock.nowMs();
  let holdDueMs: number | undefined = lastPieceMs + holdAfterMs;
  const heard = function* (pieces: readonly string[]): Generator<Spoken> {
    for (const text of pieces) {
      if (text.trim() === '') continue;
      lastPieceMs = clock.nowMs();
      holdDueMs = undefined;
      yield { type: 'say', text };
    }
  };
  try {
    for (;;) {
      const nowMs = clock.nowMs();
      const deadlines = [lastPieceMs + answerWithinMs, holdDueMs, cutter.nextDueAtMs()];
      const dueMs = Math.min(...deadlines.filter((deadline) => deadline !== undefined));
      const event = await within(next, dueMs - nowMs, clock, signal);
      if (signal.aborted) return;
      if (event === 'late') {
        const now = clock.nowMs();
        yield* heard(cutter.due(now));
        if (now >= lastPieceMs + answerWithinMs)
          throw new BrainTimeout(`No answer within ${answerWithinMs} ms`);
        if (holdDueMs !== undefined && now >= holdDueMs) {
          holdDueMs = undefined;
          yield { type: 'hold' };
        }
        continue;
      }
      if (event.done) break;
      next = source.next();
      if (event.value.type === 'text') {
        yield* heard(cutter.push(event.value.text, clock.nowMs()));
      } else {
        yield* heard(cutter.end());
        yield event.value;
      }
    }
    yield* heard(cutter.end());
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
