import type { Clock } from '@jovo-telephony/telephony';

const MINUTE_MS = 60_000;

/** So many a minute for each key, in this process. Counted minute by minute, so that old keys cost no memory. */
export class PerMinute {
  private readonly counts = new Map<string, number>();
  private untilMs: number;

  /** `limit` 0: as many as like. */
  constructor(
    private readonly limit: number,
    private readonly clock: Pick<Clock, 'nowMs'>,
  ) {
    this.untilMs = clock.nowMs() + MINUTE_MS;
  }

  /** Counts one more and says whether it is within the limit. Who has no key has no limit of their own. */
  take(key: string | undefined): boolean {
    if (this.limit === 0 || key === undefined) return true;
    const nowMs = this.clock.nowMs();
    if (nowMs >= this.untilMs) {
      this.counts.clear();
      this.untilMs = nowMs + MINUTE_MS;
    }
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    return count <= this.limit;
  }
}
