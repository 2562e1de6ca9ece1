import type { Clock, Observe } from '@jovo-telephony/telephony';
import type { JournalStore } from '../journal/store';

/** What calls wait for. */
const TIMED: ReadonlySet<keyof JournalStore> = new Set([
  'begin',
  'note',
  'commit',
  'claim',
  'append',
  'interrupt',
  'look',
  'hasCalled',
  'counts',
]);

/** The store, and everybody who measures is told how long it takes. */
export function timedStore(store: JournalStore, clock: Pick<Clock, 'nowMs'>, observe: Observe): JournalStore {
  return new Proxy(store, {
    get(target, name: keyof JournalStore & string) {
      const method = target[name] as unknown;
      if (typeof method !== 'function') return method;
      if (!TIMED.has(name)) return method.bind(target);
      return (...given: unknown[]) => {
        const sinceMs = clock.nowMs();
        const done = method.apply(target, given) as Promise<unknown>;
        const measure = () =>
          observe({ type: 'journal_used', operation: name, durationMs: clock.nowMs() - sinceMs });
        done.then(measure, measure);
        // The very promise: whoever looks whether it is answered already must not wait a step longer.
        return done;
      };
    },
  });
}
