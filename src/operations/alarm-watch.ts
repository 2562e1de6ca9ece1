import type { Clock, Observation, Observe } from '@jovo-telephony/telephony';
import type { Alarms } from './alarms';
import type { EventLoopDelay } from './event-loop';
import { ANSWER_TARGET_MS } from './measure';
import { Rolling } from './rolling';

const MINUTE_MS = 60_000;

/** When alarms come on and go off. Two values each, so that none flutters. */
export const THRESHOLDS = {
  /** Below so many turns in a minute a share says nothing. */
  minTurns: 10,
  failing: { raise: 0.2, clear: 0.05 },
  slow: { raise: 0.5, clear: 0.25 },
  eventLoopMs: { raise: 200, clear: 100 },
  heap: { raise: 0.9, clear: 0.75 },
} as const;

export interface Vitals {
  eventLoop: EventLoopDelay;
  /** Share of the heap's limit that is in use, 0 to 1. */
  heapUsed: number;
}

/** Looks at what happens and raises alarms. Fed by observations, and by `look` every ten seconds. */
export class AlarmWatch {
  private readonly answered: Rolling;
  private readonly slow: Rolling;
  private readonly turns: Rolling;
  private readonly failed: Rolling;
  private readonly refused: Rolling;
  private readonly reportsLost: Rolling;
  private readonly unavailable = new Set<string>();
  private busyLooks = 0;

  constructor(
    private readonly alarms: Alarms,
    clock: Pick<Clock, 'nowMs'>,
  ) {
    const lastMinute = () => new Rolling(clock, MINUTE_MS);
    this.answered = lastMinute();
    this.slow = lastMinute();
    this.turns = lastMinute();
    this.failed = lastMinute();
    this.refused = lastMinute();
    this.reportsLost = new Rolling(clock, 10 * MINUTE_MS);
  }

  readonly observe: Observe = (seen: Observation) => {
    switch (seen.type) {
      case 'turn_ended':
        // A turn in which nothing had to be said can neither fail nor succeed.
        if (seen.result === 'answered' || seen.result === 'failed') this.turns.add();
        if (seen.result === 'failed') this.failed.add();
        break;
      case 'answer_failed':
        this.failed.add();
        break;
      case 'silence_ended':
        if (!seen.first) break;
        this.answered.add();
        if (seen.silenceMs > ANSWER_TARGET_MS) this.slow.add();
        break;
      case 'call_refused':
        this.callRefused();
        break;
      case 'brain_availability':
        if (seen.available) this.unavailable.delete(seen.brain);
        else this.unavailable.add(seen.brain);
        this.alarms.set('brain_unavailable', this.unavailable.size > 0);
        break;
      case 'journal_health':
        this.alarms.set('journal_degraded', seen.degraded);
        break;
    }
  };

  /** Somebody was turned away, by the agent or at the door. */
  callRefused(): void {
    this.refused.add();
    this.alarms.set('calls_refused', true);
  }

  reportLost(): void {
    this.reportsLost.add();
    this.alarms.set('reports_lost', true);
  }

  /** To be called every ten seconds or so. */
  look({ eventLoop, heapUsed }: Vitals): void {
    const { alarms } = this;
    const { failing, slow, eventLoopMs, heap } = THRESHOLDS;
    this.share('turns_failing', this.failed.sum, this.turns.sum, failing);
    this.share('answers_slow', this.slow.sum, this.answered.sum, slow);
    this.busyLooks = eventLoop.p99Ms > eventLoopMs.raise ? this.busyLooks + 1 : 0;
    if (this.busyLooks >= 2) alarms.set('event_loop_slow', true);
    else if (eventLoop.p99Ms < eventLoopMs.clear) alarms.set('event_loop_slow', false);
    if (heapUsed > heap.raise) alarms.set('memory_high', true);
    else if (heapUsed < heap.clear) alarms.set('memory_high', false);
    alarms.set('calls_refused', this.refused.sum > 0);
    alarms.set('reports_lost', this.reportsLost.sum > 0);
  }

  private share(
    alarm: 'turns_failing' | 'answers_slow',
    part: number,
    whole: number,
    { raise, clear }: { raise: number; clear: number },
  ): void {
    if (whole >= THRESHOLDS.minTurns && part / whole > raise) this.alarms.set(alarm, true);
    // Nobody calls any more: nothing is wrong any more, either.
    else if (part <= whole * clear) this.alarms.set(alarm, false);
  }
}
