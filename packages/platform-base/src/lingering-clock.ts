import type { Clock } from '@jovo-telephony/telephony';

/**
 * A clock that knows how many of its timers are still to come. Lambda stops the process between two events, so that a
 * timer in a function only runs while a handler waits for it.
 */
export class LingeringClock implements Clock {
  private readonly timers = new Set<object>();

  constructor(readonly host: Clock) {}

  /** Timers that are set. */
  get pending(): number {
    return this.timers.size;
  }

  nowMs(): number {
    return this.host.nowMs();
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = {};
    this.timers.add(timer);
    const stop = this.host.after(delayMs, () => {
      this.timers.delete(timer);
      run();
    });
    return () => {
      this.timers.delete(timer);
      stop();
    };
  }
}
