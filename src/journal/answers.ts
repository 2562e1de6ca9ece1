import type { Answer } from './store';

/** At once, or when it is known. */
export function then<T, R>(answer: Answer<T>, next: (value: T) => Answer<R>): Answer<R> {
  return answer instanceof Promise ? answer.then(next) : next(answer);
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
