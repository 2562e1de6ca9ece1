/** How many calls a bot may start per second and hold at once (spec 7.3). */

export interface DialoutLimits {
  /** Fractions allowed: 0.1 is one in ten seconds. 0 or absent: no limit. */
  limitPerSecond?: number;
  /** 0 or absent: no limit. */
  maxConcurrentCalls?: number;
  /** A call without an end event is assumed over after this. Default 1,200. */
  concurrentCallsExpirationSeconds?: number;
}

/** Counts the calls of one bot. */
export class LimitCounter {
  readonly #limits: DialoutLimits;
  readonly #now: () => number;
  #startsMs: number[] = [];
  readonly #active = new Map<string, number>();

  constructor(limits: DialoutLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Seconds after which it is worth another try; undefined: the call may start, and is counted. */
  refuse(conversationId: string): number | undefined {
    const nowMs = this.#now();
    const perSecond = this.#limits.limitPerSecond ?? 0;
    const windowMs = perSecond > 0 && perSecond < 1 ? 1000 / perSecond : 1000;
    this.#startsMs = this.#startsMs.filter((startMs) => startMs > nowMs - windowMs);
    const [oldestMs = nowMs] = this.#startsMs;
    if (perSecond > 0 && this.#startsMs.length >= Math.max(1, Math.floor(perSecond))) {
      return Math.max(1, Math.ceil((oldestMs + windowMs - nowMs) / 1000));
    }
    const max = this.#limits.maxConcurrentCalls ?? 0;
    if (max > 0 && this.active >= max) return 1;
    this.#startsMs.push(nowMs);
    this.#active.set(conversationId, nowMs);
    return undefined;
  }

  /** Calls that hold a slot now. */
  get active(): number {
    const expiryMs = (this.#limits.concurrentCallsExpirationSeconds ?? 1200) * 1000;
    for (const [id, sinceMs] of this.#active) if (this.#now() - sinceMs > expiryMs) this.#active.delete(id);
    return this.#active.size;
  }

  ended(conversationId: string): void {
    this.#active.delete(conversationId);
  }
}
