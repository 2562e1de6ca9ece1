import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** How many calls a bot may begin in a second (spec 7.3, `dialoutLimitPerSecond`). */
export class PerSecond {
  private readonly limiter?: RateLimiterMemory;

  /** @param limit fractions are calls further apart: 0.1 is one in ten seconds; 0 is no limit */
  constructor(limit: number) {
    if (limit === 0) return;
    const points = Math.max(1, Math.floor(limit));
    this.limiter = new RateLimiterMemory({ points, duration: points / limit });
  }

  /** Counts a call. Returns after how many seconds it is worth another try, or undefined if it may begin. */
  async refused(): Promise<number | undefined> {
    try {
      await this.limiter?.consume('calls');
      return undefined;
    } catch (refusal) {
      const { msBeforeNext = 1_000 } = refusal instanceof RateLimiterRes ? refusal : {};
      return Math.max(1, Math.ceil(msBeforeNext / 1000));
    }
  }
}

/** Work that must be done one after the other. */
export class InTurn {
  private last: Promise<unknown> = Promise.resolve();

  do<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(work);
    this.last = done.catch(() => {});
    return done;
  }
}
