import type { Clock } from '@jovo-telephony/telephony';

/** So many failures in a row, and the store counts as down. */
const DOWN_AFTER = 3;
/** A store that is down is tried again after so long. */
const RETRY_MS = 1_000;

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
}

/**
 * How patient a call may be with the store. Every question has a limit; whoever asks goes on without an answer when it
 * is reached, though the question may still be answered later. A store that fails several times in a row is not waited
 * for any more, until one question has been answered in time.
 */
export class StoreLine {
  private failures = 0;
  private triedAtMs = 0;

  constructor(private readonly options: StoreLineOptions) {}

  get isUp(): boolean {
    return this.failures < DOWN_AFTER;
  }

  /** Whether it makes sense to ask. While the store is down one may try now and then. */
  mayAsk(): boolean {
    if (this.isUp) return true;
    const nowMs = this.options.clock.nowMs();
    if (nowMs - this.triedAtMs < RETRY_MS) return false;
    this.triedAtMs = nowMs;
    return true;
  }

  /** The answer, or a `StoreDownError` when it fails or takes too long. */
  async within<T>(answer: Promise<T>, withinMs: number): Promise<T> {
    let settled = false;
    const given = answer.then(
      (value) => {
        settled = true;
        return value;
      },
      () => {
        settled = true;
        throw new StoreDownError();
      },
    );
    // A store in this process has answered by now, and needs no timer.
    for (let turn = 0; turn < 3 && !settled; turn += 1) await Promise.resolve();
    let stop: (() => void) | undefined;
    try {
      const late = new Promise<never>((_, reject) => {
        if (!settled) stop = this.options.clock.after(withinMs, () => reject(new StoreDownError()));
      });
      const value = await (settled ? given : Promise.race([given, late]));
      this.answered();
      return value;
    } catch (error) {
      given.catch(() => {});
      this.failed();
      throw error;
    } finally {
      stop?.();
    }
  }

  private answered(): void {
    const wasUp = this.isUp;
    this.failures = 0;
    if (!wasUp) this.options.onChange?.(true);
  }

  private failed(): void {
    const wasUp = this.isUp;
    this.failures += 1;
    this.triedAtMs = this.options.clock.nowMs();
    if (wasUp && !this.isUp) this.options.onChange?.(false);
  }
}
