import type { ProcessTimes } from '../../src/journal/stores/sqlite-processes';

/** A clock for processes on one file that stands still until it is moved, beside timers that never fire. */
export function stopped() {
  let atMs = 0;
  const times: ProcessTimes = {
    nowMs: () => 1_000_000_000 + atMs,
    monotonicMs: () => atMs,
    beatMs: 3_600_000,
  };
  const pass = (ms: number) => {
    atMs += ms;
  };
  return { times, pass };
}
