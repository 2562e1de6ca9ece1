/** Waiting for something to be true of a call. */
import type { CallLog } from './call-log';
import type { Clock } from './clock';

/**
 * Resolves with the first truthy value of `check`, which is asked now, after every entry of the log and at `withinMs`;
 * `undefined` when it never came.
 */
export function waitUntil<T>(
  log: CallLog,
  clock: Clock,
  check: () => T | undefined | false,
  withinMs = Number.POSITIVE_INFINITY,
): Promise<T | undefined> {
  const now = check();
  if (now) return Promise.resolve(now);
  if (withinMs <= 0) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const finish = (value: T | undefined) => {
      if (timer !== undefined) clock.clearTimeout(timer);
      stop();
      resolve(value);
    };
    const stop = log.listen(() => {
      const value = check();
      if (value) finish(value);
    });
    const timer = Number.isFinite(withinMs)
      ? clock.setTimeout(() => finish(check() || undefined), withinMs)
      : undefined;
  });
}
