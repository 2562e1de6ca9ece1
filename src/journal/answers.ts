import type { Answer } from './store';

/** At once, or when it is known. */
export function then<T, R>(answer: Answer<T>, next: (value: T) => Answer<R>): Answer<R> {
  return answer instanceof Promise ? answer.then(next) : next(answer);
}

/** The same, with what follows from a failure of the work itself. */
export function attempt<T, R>(
  work: () => Answer<T>,
  next: (value: T) => Answer<R>,
  failed: (error: unknown) => Answer<R>,
): Answer<R> {
  let answer: Answer<T>;
  try {
    answer = work();
  } catch (error) {
    return failed(error);
  }
  return answer instanceof Promise ? answer.then(next, failed) : next(answer);
}

/** Whatever comes of the work, `over` is called behind it. */
export function lastly<T>(work: () => Answer<T>, over: () => void): Answer<T> {
  return attempt(
    work,
    (value) => {
      over();
      return value;
    },
    (error) => {
      over();
      throw error;
    },
  );
}

/** However it ends: nobody can do anything about it that is not done already. */
export function inBackground(work: () => Answer<unknown>): Answer<void> {
  try {
    const done = work();
    if (done instanceof Promise) return done.then(nothing, nothing);
  } catch {
    // As above.
  }
}

function nothing(): void {}
