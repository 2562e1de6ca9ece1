import type { Clock } from '@jovo-telephony/telephony';

/** So many failures in a row, and the store counts as down. */
const DOWN_AFTER = 3;
/** No answer takes so long, unless something is wrong. */
const FAILED_AFTER_MS = 1_500;
/** A timer that is so late says that this process is busy. */
const BUSY_MS = 50;

/** The store did not answer, or not in time. */
export class StoreDownError extends Error {
  override readonly name = 'StoreDownError';
  constructor() {
    super('The store of the journal does not answer');
  }
}

export interface StoreLineOptions {
  clock: Clock;
  /** Told when the store goes down, and when it is back. */
  onChange?(up: boolean): void;
  /** Told how long each question took, whatever came of it. */
  onAnswer?(operation: string, durationMs: number): void;
}

/**
 * How patient a call may be with the store. Every question has a limit; whoever asks goes on without an answer when it
 * is reached, though the question may still be answered later. A store that fails several times in a row is not waited
 * for any more, until one question has been answered in time.
 */
export class StoreLine {
  private failures = 0;

  constructor(private readonly options: StoreLineOptions) {}

  /** Otherwise whoever has no time to lose does not ask: what waits to be written finds out when it is back. */
  get isUp(): boolean {
    return this.failures < DOWN_AFTER;
  }

  /**
   * The answer, or a `StoreDownError` when it fails or takes too long for whoever asks. The store itself has failed when
   * its answer takes longer than is reasonable for anybody.
   */
  async within<T>(operation: string, withinMs: number, ask: () => Promise<T>): Promise<T> {
    const { clock, onAnswer } = this.options;
    const sinceMs = clock.nowMs();
    const answer = ask();
    let settled = false;
    // Says how the store is doing, once.
    const judged = (is: 'well' | 'failing') => {
      if (!settled) this.told(is);
      settled = true;
    };
    const given = answer.then(
      (value) => {
        onAnswer?.(operation, clock.nowMs() - sinceMs);
        judged('well');
        return value;
      },
      () => {
        onAnswer?.(operation, clock.nowMs() - sinceMs);
        judged('failing');
        throw new StoreDownError();
      },
    );
    // A store in this process has answered by now, and needs no timer.
    for (let turn = 0; turn < 3 && !settled; turn += 1) await Promise.resolve();
    if (settled) return given;
    const stopWatching = this.after(FAILED_AFTER_MS, () => judged('failing'));
    given.catch(() => {}).finally(stopWatching);
    return new Promise((resolve, reject) => {
      const stop = this.after(withinMs, () => reject(new StoreDownError()));
      given.then(resolve, reject).finally(stop);
    });
  }

  /** Whoever was too busy to listen must not blame the store: then its answer may be there already. */
  private after(delayMs: number, run: () => void): () => void {
    const { clock } = this.options;
    const dueMs = clock.nowMs() + delayMs;
    let stop = clock.after(delayMs, () => {
      const lateMs = clock.nowMs() - dueMs;
      if (lateMs < BUSY_MS) run();
      else stop = clock.after(BUSY_MS, run);
    });
    return () => stop();
  }

  private told(is: 'well' | 'failing'): void {
    const wasUp = this.isUp;
    this.failures = is === 'well' ? 0 : this.failures + 1;
    if (wasUp !== this.isUp) this.options.onChange?.(this.isUp);
  }
}
