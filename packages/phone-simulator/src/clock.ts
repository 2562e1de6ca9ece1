/** Time as a parameter: real, hurried, or moved by hand. All times are milliseconds since any fixed origin. */

/** What a timer is known by; opaque. */
export type TimerHandle = unknown;

/** The only source of time and timers in the simulator. */
export interface Clock {
  /** Milliseconds, monotonic. */
  now(): number;
  setTimeout(run: () => void, delayMs: number): TimerHandle;
  clearTimeout(handle: TimerHandle): void;
  /**
   * A hint: `true` while only the simulator decides what happens next (speech is playing, a phone is ringing),
   * `false` while the agent may be thinking. Only a hurried clock makes use of it.
   */
  hurry?(fast: boolean): void;
}

/** Wall clock time. */
export const realClock: Clock = {
  now: () => performance.now(),
  setTimeout: (run, delayMs) => setTimeout(run, delayMs),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
};

interface Timer {
  dueMs: number;
  order: number;
  run: () => void;
}

/** Pending timers by due time, then by age. Calls hold few timers, so a sorted array is the fastest queue. */
class TimerQueue {
  readonly #timers: Timer[] = [];
  #order = 0;

  get next(): Timer | undefined {
    return this.#timers[0];
  }

  add(dueMs: number, run: () => void): Timer {
    const timer = { dueMs, order: this.#order++, run };
    let at = this.#timers.length;
    while (at > 0 && (this.#timers[at - 1] as Timer).dueMs > dueMs) at--;
    this.#timers.splice(at, 0, timer);
    return timer;
  }

  remove(timer: unknown): void {
    const at = this.#timers.indexOf(timer as Timer);
    if (at >= 0) this.#timers.splice(at, 1);
  }
}

/** A clock that stands still until it is moved. */
export class VirtualClock implements Clock {
  readonly #queue = new TimerQueue();
  #nowMs = 0;

  now(): number {
    return this.#nowMs;
  }

  setTimeout(run: () => void, delayMs: number): TimerHandle {
    return this.#queue.add(this.#nowMs + Math.max(0, delayMs), run);
  }

  clearTimeout(handle: TimerHandle): void {
    this.#queue.remove(handle);
  }

  /** Moves on by `ms`, running what falls due on the way, without giving way to anything else. */
  tick(ms: number): void {
    const untilMs = this.#nowMs + ms;
    while (this.#runNext(untilMs)) {}
    this.#nowMs = untilMs;
  }

  /**
   * Moves on by `ms` and lets promises and sockets get on before each timer.
   *
   * @param settle resolves when the rest of the process has nothing left to do at this instant
   */
  async advance(ms: number, settle: () => Promise<void> = oneTurnOfTheLoop): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await settle();
    while (this.#runNext(untilMs)) await settle();
    this.#nowMs = untilMs;
  }

  #runNext(untilMs: number): boolean {
    const next = this.#queue.next;
    if (!next || next.dueMs > untilMs) return false;
    this.#queue.remove(next);
    this.#nowMs = Math.max(this.#nowMs, next.dueMs);
    next.run();
    return true;
  }
}

/**
 * Real time that runs `speed` times faster while it is told to hurry, and at its normal pace otherwise: long
 * sentences pass quickly, yet the time an agent takes to answer is still measured as the caller would feel it.
 *
 * Hurried time never overtakes a timer that is due, and gives way between timers: a busy machine makes a hurried call
 * slower, not different.
 */
export class PacedClock implements Clock {
  readonly #queue = new TimerQueue();
  readonly #speed: number;
  #pace = 1;
  #baseMs = 0;
  #realBaseMs = performance.now();
  #wake: NodeJS.Timeout | undefined;
  #wakeNow: NodeJS.Immediate | undefined;

  constructor(speed: number) {
    this.#speed = Math.max(1, speed);
  }

  now(): number {
    const nowMs = this.#baseMs + (performance.now() - this.#realBaseMs) * this.#pace;
    const next = this.#pace > 1 ? this.#queue.next : undefined;
    return next ? Math.max(this.#baseMs, Math.min(nowMs, next.dueMs)) : nowMs;
  }

  setTimeout(run: () => void, delayMs: number): TimerHandle {
    const timer = this.#queue.add(this.now() + Math.max(0, delayMs), run);
    if (this.#queue.next === timer) this.#schedule();
    return timer;
  }

  clearTimeout(handle: TimerHandle): void {
    this.#rebase(this.now());
    this.#queue.remove(handle);
    this.#schedule();
  }

  hurry(fast: boolean): void {
    const pace = fast ? this.#speed : 1;
    if (pace === this.#pace) return;
    this.#rebase(this.now());
    this.#pace = pace;
    this.#schedule();
  }

  #rebase(nowMs: number): void {
    this.#baseMs = nowMs;
    this.#realBaseMs = performance.now();
  }

  #schedule(): void {
    clearTimeout(this.#wake);
    clearImmediate(this.#wakeNow);
    const next = this.#queue.next;
    if (!next) return;
    const delayMs = (next.dueMs - this.now()) / this.#pace;
    if (delayMs > 0) this.#wake = setTimeout(() => this.#run(), delayMs);
    else this.#wakeNow = setImmediate(() => this.#run());
  }

  #run(): void {
    const next = this.#queue.next;
    // Node's timers may fire up to a millisecond early; a timer that is nearly due is due.
    if (next && next.dueMs <= this.now() + this.#pace) {
      this.#rebase(Math.max(this.now(), next.dueMs));
      this.#queue.remove(next);
      next.run();
    }
    this.#schedule();
  }
}

/** Resolves after `ms` of `clock`. */
export function sleep(clock: Clock, ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => clock.setTimeout(resolve, ms));
}

function oneTurnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
