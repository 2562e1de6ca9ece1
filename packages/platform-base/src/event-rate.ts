import type { Clock } from '@jovo-telephony/telephony';

export interface EventRateLimits {
  /** Events of one call that may come at once. */
  eventsAtOnce: number;
  /** How many of them are made good for in a second. */
  eventsPerSecond: number;
}

interface Allowance {
  left: number;
  atMs: number;
  /** It has been told that there are too many. */
  told: boolean;
}

/** `first_over`: one too many, and the first since the call was quiet. */
export type RateVerdict = 'within' | 'first_over' | 'over';

/**
 * How many events each call may bring. Counted by id, whether or not a call of that id lives: a flood for a call that
 * is over costs as much as any other.
 */
export class EventRates {
  /** In the order of their last event: `Map` keeps it. */
  private readonly calls = new Map<string, Allowance>();

  constructor(
    private readonly limits: EventRateLimits,
    private readonly clock: Pick<Clock, 'nowMs'>,
  ) {}

  /** Counts one event. */
  take(callId: string): RateVerdict {
    const { eventsAtOnce, eventsPerSecond } = this.limits;
    const nowMs = this.clock.nowMs();
    const { left, atMs, told } = this.calls.get(callId) ?? { left: eventsAtOnce, atMs: nowMs, told: false };
    const now = Math.min(eventsAtOnce, left + ((nowMs - atMs) * eventsPerSecond) / 1000);
    const isOver = now < 1;
    this.calls.delete(callId);
    this.calls.set(callId, {
      left: isOver ? now : now - 1,
      atMs: nowMs,
      told: isOver || (told && now < eventsAtOnce),
    });
    this.forget(nowMs);
    if (!isOver) return 'within';
    return told ? 'over' : 'first_over';
  }

  /** Calls that are remembered. */
  get size(): number {
    return this.calls.size;
  }

  /** Calls that have been quiet for so long that they may have all of it again. */
  private forget(nowMs: number): void {
    const fullAfterMs = (this.limits.eventsAtOnce / this.limits.eventsPerSecond) * 1000;
    for (const [callId, { atMs }] of this.calls) {
      if (nowMs - atMs <= fullAfterMs) break;
      this.calls.delete(callId);
    }
  }
}
