import { type Clock, pause } from '@jovo-telephony/telephony';
import { type BackoffLimits, backoffMs } from './backoff';
import type { DialAnswer } from './outbound-network';

export interface PatienceOptions {
  clock: Clock;
  /** From 0 up to 1. */
  random(): number;
  /** Give up after so many refusals in a row. Default 6. */
  maxTries?: number;
  backoff?: BackoffLimits;
  signal?: AbortSignal;
  /** Told before each wait: why, and how long it will be. */
  onWait?(answer: DialAnswer, waitMs: number): void;
}

const DEFAULT_MAX_TRIES = 6;

/**
 * Asks again as long as the answer is that nothing was placed and that this may change. `dial` asks once; it is told
 * the number of the try, from 1.
 */
export async function dialPatiently(
  dial: (attempt: number) => Promise<DialAnswer>,
  { clock, random, maxTries = DEFAULT_MAX_TRIES, backoff, signal, onWait }: PatienceOptions,
): Promise<DialAnswer> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await dial(attempt);
    if (answer.result !== 'throttled' && answer.result !== 'unreachable') return answer;
    if (attempt >= maxTries || signal?.aborted) return answer;
    const askedMs = answer.result === 'throttled' ? answer.retryAfterMs : undefined;
    const waitMs = backoffMs(attempt, askedMs, random(), backoff);
    onWait?.(answer, waitMs);
    await pause(clock, waitMs, signal);
    if (signal?.aborted) return answer;
  }
}
