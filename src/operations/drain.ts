import type { Clock } from '@jovo-telephony/telephony';
import type { Log } from './log';

export interface DrainOptions {
  clock: Clock;
  log: Log;
  /** Calls that are running. */
  calls(): number;
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
    const { log, calls, limitMs, sayGoodbye, goodbyeMs, end } = this.options;
    this.current = 'draining';
    const limitSeconds = limitMs / 1000;
    if (!this.forced) log.info({ state: 'draining', calls: calls(), limitSeconds }, 'No new calls');
    if (!(await this.empty(limitMs)) && !this.forced) {
      this.current = 'goodbye';
      log.warn({ code: 'CALL_ENDED_BY_STOP', calls: calls() }, 'Saying goodbye');
      sayGoodbye();
      await this.empty(goodbyeMs);
    }
    if (calls() > 0) {
      log.warn({ code: 'CALL_ENDED_BY_STOP', calls: calls() }, 'Calls ended without a word');
      await end();
    }
    this.current = 'ended';
  }

  /** Waits until no call is left, but no longer than this. Returns whether none is. */
  private async empty(withinMs: number): Promise<boolean> {
    const { clock, calls } = this.options;
    const untilMs = clock.nowMs() + withinMs;
    while (calls() > 0 && !this.forced && clock.nowMs() < untilMs) {
      await new Promise<void>((resolve) => {
        clock.after(LOOK_EVERY_MS, resolve);
      });
    }
    return calls() === 0;
  }
}
