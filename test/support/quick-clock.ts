import type { Clock } from '@jovo-telephony/telephony';
import { randomFrom } from '@jovo-telephony/telephony/testing';

/** Numbers from 0 to 1, the same ones for the same seed. */
export const randomOf = (seed: number): (() => number) => randomFrom(seed).next;

/** Time that a test moves. Lets promises settle a few times only: ten thousand calls have to be quick. */
export class QuickClock implements Clock {
  private now = 0;
  private timers = new Set<{ atMs: number; run: () => void }>();
  nowMs = (): number => this.now;
  after = (delayMs: number, run: () => void): (() => void) => {
    const timer = { atMs: this.now + delayMs, run };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  };
  get pending(): number {
    return this.timers.size;
  }
  async pass(ms: number): Promise<void> {
    const untilMs = this.now + ms;
    await settleQuickly();
    for (;;) {
      const due = [...this.timers].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (!due) break;
      this.timers.delete(due);
      this.now = Math.max(this.now, due.atMs);
      due.run();
      await settleQuickly();
    }
    this.now = untilMs;
  }
}

export async function settleQuickly(): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
