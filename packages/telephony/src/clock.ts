/** Time as a parameter. Nothing in this package reads a clock of its own. */
export interface Clock {
  /** Milliseconds since any fixed moment; only differences are used. */
  nowMs(): number;
  /** Runs once, later; the returned function takes it back. A timer must not keep a process alive. */
  after(delayMs: number, run: () => void): () => void;
}

/** The timers of a host, for example Node's. */
export interface HostTimers<Timer> {
  nowMs(): number;
  setTimeout(run: () => void, delayMs: number): Timer;
  clearTimeout(timer: Timer): void;
}

/** A clock from the timers of a host, so that the host's own are named in one place only. */
export function clockOf<Timer extends { unref(): unknown }>(host: HostTimers<Timer>): Clock {
  return {
    nowMs: () => host.nowMs(),
    after(delayMs, run) {
      const timer = host.setTimeout(run, delayMs);
      timer.unref();
      return () => host.clearTimeout(timer);
    },
  };
}

/** Waits, until the signal aborts at the latest. */
export function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stop();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const stop = clock.after(ms, done);
    signal?.addEventListener('abort', done, { once: true });
    if (signal?.aborted) done();
  });
}
