import type { Clock } from '@jovo-telephony/telephony';
import type { JournalStore } from '../../src/journal/store';

export interface StoreFaults {
  /** Every question is refused at once. */
  down: boolean;
  /** Every answer comes so much later. */
  slowMs: number;
  /** What it is asked to write of such a call is refused, as a value that is too large. */
  refuses?(name: keyof JournalStore, given: readonly unknown[]): boolean;
  /** What was asked is done, but the answer is lost. */
  deaf: boolean;
}

/** A store whose network can be broken. What it was asked is counted. */
export function faultyStore(
  store: JournalStore,
  clock: Clock,
): { store: JournalStore; faults: StoreFaults; asked: string[] } {
  const faults: StoreFaults = { down: false, slowMs: 0, deaf: false };
  const asked: string[] = [];
  const broken = new Proxy(store, {
    get(target, name: keyof JournalStore & string) {
      const method = target[name];
      // Far away, so that all of it takes time.
      if (typeof method !== 'function') return undefined;
      if (name === 'read' || name === 'close') return method.bind(target);
      return async (...given: unknown[]) => {
        asked.push(name);
        if (faults.down) throw new Error('connection refused');
        if (faults.refuses?.(name, given))
          throw Object.assign(new Error('too large'), { code: 'SQLITE_TOOBIG' });
        const { slowMs, deaf } = faults;
        if (slowMs > 0) await new Promise<void>((resolve) => clock.after(slowMs, resolve));
        if (faults.down) throw new Error('connection lost');
        const answer = await (method as (...args: unknown[]) => Promise<unknown>).apply(target, given);
        if (deaf) throw new Error('connection lost');
        return answer;
      };
    },
  });
  return { store: broken, faults, asked };
}
