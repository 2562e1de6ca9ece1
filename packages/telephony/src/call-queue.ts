import type { Clock } from './clock';

export interface CallQueueOptions {
  clock: Clock;
  /** How long a task whose signal was aborted may hold up the ones behind it. */
  patienceMs: number;
}

/**
 * One call's order of work: tasks run one at a time in the order they came; an interruption overtakes them.
 *
 * Every task gets the signal that was current when it was queued. `interrupt()` aborts that of the running task and
 * of all that still wait, then starts a new one: those tasks still run (so that no event is lost) but know that
 * whatever they would say is stale. With a clock, an aborted task that does not end is left behind after a while:
 * one handler that hangs must not silence the rest of the call.
 */
export class CallQueue {
  private tail: Promise<unknown> = Promise.resolve();
  private current = new AbortController();
  private waiting = 0;

  constructor(private readonly options?: CallQueueOptions) {}

  /** Aborted when the caller says something new or the call ends. */
  get signal(): AbortSignal {
    return this.current.signal;
  }

  /** Tasks that run or wait; those that were left behind do not count. */
  get length(): number {
    return this.waiting;
  }

  /** @param reason one of a few fixed texts */
  interrupt(reason = 'interrupted'): void {
    const interrupted = this.current;
    this.current = new AbortController();
    interrupted.abort(errorOf(reason));
  }

  /** Resolves or rejects as the task does; a task that fails does not stop the ones behind it. */
  run<T>(task: (signal: AbortSignal) => Promise<T> | T): Promise<T> {
    const { signal } = this;
    const done = this.enter();
    const started = this.tail;
    const result = started.then(() => task(signal)).finally(done);
    this.tail = started.then(() => this.overOrGivenUp(result, signal)).then(done);
    return result;
  }

  /** Counts a task; the returned function, called once or more, takes it off again. */
  private enter(): () => void {
    let entered = true;
    this.waiting += 1;
    return () => {
      if (entered) this.waiting -= 1;
      entered = false;
    };
  }

  /** Resolves when the task has ended, or some time after its signal was aborted. */
  private overOrGivenUp(result: Promise<unknown>, signal: AbortSignal): Promise<void> {
    const { options } = this;
    if (!options) return result.then(nothing, nothing);
    return new Promise((resolve) => {
      let takeBack = nothing;
      const losePatience = () => {
        takeBack = options.clock.after(options.patienceMs, over);
      };
      const over = () => {
        signal.removeEventListener('abort', losePatience);
        takeBack();
        resolve();
      };
      if (signal.aborted) losePatience();
      else signal.addEventListener('abort', losePatience, { once: true });
      result.then(over, over);
    });
  }
}

const errors = new Map<string, DOMException>();

/** Made once for each reason: an error takes note of where it was made, which takes longer than all else here. */
function errorOf(reason: string): DOMException {
  const error = errors.get(reason) ?? new DOMException(reason, 'AbortError');
  errors.set(reason, error);
  return error;
}

function nothing(): void {}
