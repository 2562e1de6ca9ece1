import type { Clock } from '../clock';

export { type Random, randomFrom } from './random';
export * from './spoilt';

/** Time that moves only when a test says so. */
export class VirtualClock implements Clock {
  private now = 0;
  private timers: { atMs: number; run: () => void }[] = [];

  nowMs(): number {
    return this.now;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { atMs: this.now + delayMs, run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  /** Runs every timer that falls due, in order, and lets what they started settle. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    await settle();
    for (;;) {
      const next = this.timers.filter(({ atMs }) => atMs <= until).sort((a, b) => a.atMs - b.atMs)[0];
      if (!next) break;
      this.timers = this.timers.filter((timer) => timer !== next);
      this.now = Math.max(this.now, next.atMs);
      next.run();
      await settle();
    }
    this.now = until;
  }

  /** Timers that are set. */
  get pending(): number {
    return this.timers.length;
  }
}

/** Lets everything that is already resolved run its course. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
