import type { Clock } from '@jovo-telephony/telephony';

const BUCKETS = 6;

/** How often something has happened lately: a count over the last while, in six steps. */
export class Rolling {
  private readonly counts: number[] = Array.from({ length: BUCKETS }, () => 0);
  private readonly bucketMs: number;
  /** The bucket that counts now, numbered since the beginning of time. */
  private current: number;

  constructor(
    private readonly clock: Pick<Clock, 'nowMs'>,
    windowMs: number,
  ) {
    this.bucketMs = windowMs / BUCKETS;
    this.current = this.bucketNow();
  }

  add(count = 1): void {
    this.turn();
    const at = this.current % BUCKETS;
    this.counts[at] = (this.counts[at] ?? 0) + count;
  }

  get sum(): number {
    this.turn();
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  /** Empties what has become too old. */
  private turn(): void {
    const now = this.bucketNow();
    const passed = Math.min(now - this.current, BUCKETS);
    for (let step = 1; step <= passed; step += 1) this.counts[(this.current + step) % BUCKETS] = 0;
    this.current = now;
  }

  private bucketNow(): number {
    return Math.floor(this.clock.nowMs() / this.bucketMs);
  }
}
