import type { Clock } from '@jovo-telephony/telephony';
import {
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
  type IBackoff,
} from 'cockatiel';

export interface BrainBreakerOptions {
  clock: Clock;
  /** So many failures in a row open the breaker. */
  breakAfter: number;
  /** An open breaker lets nobody through for so long, then one try. */
  retryAfterMs: number;
  /** Told when the brain is left alone from now on, and when it has answered again. */
  onAvailability?(available: boolean): void;
}

/** One question that was let through. The first word about how it went counts. */
export interface Admission {
  succeeded(): void;
  failed(error: unknown): void;
  /** Nobody waited for the answer: it says nothing about the brain. */
  undecided(): void;
}

/** Nobody waited. `trial`: it was the one try after a break. */
class Undecided extends Error {
  constructor(readonly trial: boolean) {
    super('Nobody waited for the answer');
  }
}

type Backoff = IBackoff<{ result: unknown }>;

/** cockatiel's circuit breaker, for answers that are streams: whether one is let in is known at once. */
export class BrainBreaker {
  private readonly policy: CircuitBreakerPolicy;

  constructor(options: BrainBreakerOptions) {
    // While closed, an undecided question counts for nothing. A trial has to end in a state: it stays open.
    const counts = handleWhen((error) => !(error instanceof Undecided) || error.trial);
    this.policy = circuitBreaker(counts, {
      breaker: new ConsecutiveBreaker(options.breakAfter),
      halfOpenAfter: breakOf(options),
    });
    this.policy.onBreak(() => options.onAvailability?.(false));
    this.policy.onReset(() => options.onAvailability?.(true));
  }

  /** Undefined: the brain is to be left alone now. */
  admit(): Admission | undefined {
    const { state } = this.policy;
    // cockatiel would let others wait for the trial's end. A caller has no time for that.
    if (state === CircuitState.HalfOpen) return undefined;
    const trial = state === CircuitState.Open;
    const admissions: Admission[] = [];
    const run = () =>
      new Promise<void>((succeeded, failed) => {
        admissions.push({ succeeded, failed, undecided: () => failed(new Undecided(trial)) });
      });
    // Calls `run`, or refuses, before it returns.
    this.policy.execute(run).catch(() => {});
    return admissions[0];
  }
}

/**
 * How long a break lasts, by our own clock. cockatiel compares with the wall clock, which jumps; so it is told only
 * whether the time is up.
 */
function breakOf({ clock, retryAfterMs }: BrainBreakerOptions): Backoff {
  const until = (endMs: number): Backoff => ({
    get duration() {
      return clock.nowMs() >= endMs ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    },
    next: ({ result }) => until(undecided(result) ? endMs : clock.nowMs() + retryAfterMs),
  });
  return until(clock.nowMs());
}

function undecided(result: unknown): boolean {
  return (result as { error?: unknown } | undefined)?.error instanceof Undecided;
}
