import type { Clock } from '@jovo-telephony/telephony';
import type { Log } from './log';

export interface DrainOptions {
  clock: Clock;
  log: Log;
  /** Calls that are running. */
  calls(): number;
  /** Those of them that something is still to come of: nobody waits for a call that is with somebody else. */
  expected(): number;
  /** Forgets calls that have ended in another process. */
  sweep(): Promise<void>;
  /** How long they may go on. */
  limitMs: number;
  /** Says goodbye in every call that is left. */
  sayGoodbye(): void;
  /** How long the goodbyes may take. */
  goodbyeMs: number;
  /** Ends every call that is still left, without a word: nobody may be forgotten, or their report is. */
  end(): Promise<void>;
}

/** `serving` takes calls; `draining` and `goodbye` take no new ones; `ended`: none is left. */
export type DrainState = 'serving' | 'draining' | 'goodbye' | 'ended';

const LOOK_EVERY_MS = 50;
const SWEEP_EVERY_MS = 2_000;

/** How a server stops: it takes no new calls, lets those that run come to their end, and says goodbye to the rest. */
export class Drain {
  private current: DrainState = 'serving';
  private forced = false;
  private running: Promise<void> | undefined;

  constructor(private readonly options: DrainOptions) {}

  get state(): DrainState {
    return this.current;
  }

  /** Whether new calls are taken. */
  get accepting(): boolean {
    return this.current === 'serving';
  }

  /** Begins to stop; resolves when no call is left. The same for everybody who asks. */
  begin(): Promise<void> {
    this.running ??= this.run();
    return this.running;
  }

  /** No more waiting: whatever runs is ended now. */
  force(): Promise<void> {
    this.forced = true;
    return this.begin();
  }

  private async run(): Promise<void> {
    const { log, calls, expected, limitMs, sayGoodbye, goodbyeMs, end } = this.options;
    this.current = 'draining';
    const limitSeconds = limitMs / 1000;
    if (!this.forced) log.info({ state: 'draining', calls: calls(), limitSeconds }, 'No new calls');
    if (!(await this.empty(limitMs)) && !this.forced) {
      this.current = 'goodbye';
      log.warn({ code: 'CALL_ENDED_BY_STOP', calls: expected() }, 'Saying goodbye');
      sayGoodbye();
      await this.empty(goodbyeMs);
    }
    if (expected() > 0) {
      log.warn({ code: 'CALL_ENDED_BY_STOP', calls: expected() }, 'Calls ended without a word');
    }
    // Also those that nobody has waited for: their reports are still to be sent.
    if (calls() > 0) await end();
    this.current = 'ended';
  }

  /** Waits until nothing is to come of any call, but no longer than this. Returns whether that is so. */
  private async empty(withinMs: number): Promise<boolean> {
    const { clock, expected, sweep } = this.options;
    const untilMs = clock.nowMs() + withinMs;
    let sweepAtMs = clock.nowMs();
    while (expected() > 0 && !this.forced && clock.nowMs() < untilMs) {
      if (clock.nowMs() >= sweepAtMs) {
        sweepAtMs = clock.nowMs() + SWEEP_EVERY_MS;
        sweep().catch(() => {});
      }
      await new Promise<void>((resolve) => {
        clock.after(LOOK_EVERY_MS, resolve);
      });
    }
    return expected() === 0;
  }
}
