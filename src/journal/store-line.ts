import type { Clock } from '@jovo-telephony/telephony';
import { concernsOneCall } from './refusal';
import type { Answer } from './store';

/** So many failures in a row, and the store counts as down. */
const DOWN_AFTER = 3;
/** No answer takes so long, unless something is wrong. */
const FAILED_AFTER_MS = 1_500;
/** A timer that is so late says that this process is busy. */
const BUSY_MS = 50;

/** A store that answers these may be one that cannot write: a full disk, a copy that only reads. */
const READS: ReadonlySet<string> = new Set(['has_called', 'counts', 'look', 'standings']);

/** What an answer says of the store. One that refuses a value of one call says nothing. */
type Judgement = 'well' | 'failing' | 'nothing';

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
 * for any more, until one question has been answered in time; if a write was among them, until a write has.
 */
export class StoreLine {
  private failures = 0;
  /** Nothing has been written since a write has failed. */
  private cannotWrite = false;

  constructor(private readonly options: StoreLineOptions) {}

  /** Otherwise whoever has no time to lose does not ask: what waits to be written finds out when it is back. */
  get isUp(): boolean {
    return this.failures < DOWN_AFTER;
  }

  /**
   * The answer, or a `StoreDownError` when it fails or takes too long for whoever asks; what concerns this call alone is
   * thrown as it is. The store itself has failed when its answer takes longer than is reasonable for anybody. A store
   * that answers at once is answered for at once.
   */
  ask<T>(operation: string, withinMs: number, question: () => Answer<T>): Answer<T> {
    const { clock, onAnswer } = this.options;
    const sinceMs = clock.nowMs();
    const told = (is: Judgement) => {
      onAnswer?.(operation, clock.nowMs() - sinceMs);
      this.told(is, READS.has(operation));
    };
    let answer: Answer<T>;
    try {
      answer = question();
    } catch (error) {
      told(judgementOf(error));
      throw failureOf(error);
    }
    if (answer instanceof Promise) return this.within(answer, withinMs, told);
    told('well');
    return answer;
  }

  private async within<T>(answer: Promise<T>, withinMs: number, told: (is: Judgement) => void): Promise<T> {
    let settled = false;
    // Says how the store is doing, once.
    const judged = (is: Judgement) => {
      if (!settled) told(is);
      settled = true;
    };
    const given = answer.then(
      (value) => {
        judged('well');
        return value;
      },
      (error: unknown) => {
        judged(judgementOf(error));
        throw failureOf(error);
      },
    );
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

  private told(is: Judgement, reads: boolean): void {
    const wasUp = this.isUp;
    if (is === 'failing') {
      this.failures += 1;
      if (!reads) this.cannotWrite = true;
    } else if (is === 'well' && !(reads && this.cannotWrite)) {
      this.failures = 0;
      this.cannotWrite = false;
    }
    if (wasUp !== this.isUp) this.options.onChange?.(this.isUp);
  }
}

const judgementOf = (error: unknown): Judgement => (concernsOneCall(error) ? 'nothing' : 'failing');

const failureOf = (error: unknown): unknown => (concernsOneCall(error) ? error : new StoreDownError());
