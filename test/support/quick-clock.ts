import type { Clock } from '@jovo-telephony/telephony';

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

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
