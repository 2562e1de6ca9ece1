import type { Clock } from '@jovo-telephony/telephony';

/**
 * A clock that knows how many of its timers are still to come. Lambda stops the process between two events, so that a
 * timer in a function only runs while a handler waits for it.
 */
export class LingeringClock implements Clock {
  private readonly timers = new Set<object>();

  constructor(private readonly clock: Clock) {}

  /** Timers that are set. */
  get pending(): number {
    return this.timers.size;
  }

  nowMs(): number {
    return this.clock.nowMs();
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = {};
    this.timers.add(timer);
    const stop = this.clock.after(delayMs, () => {
      this.timers.delete(timer);
      run();
    });
    return () => {
      this.timers.delete(timer);
      stop();
    };
  }
}
