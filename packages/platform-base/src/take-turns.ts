import type { CallQueue } from '@jovo-telephony/telephony';

/**
 * Queues work of a call. Between two turns of one call everybody else gets theirs: a call with many events, each of
 * which is handled without a wait, would otherwise keep the process to itself until the last of them.
 */
export function queued<T>(queue: CallQueue, work: () => Promise<T>): Promise<T> {
  if (queue.length === 0) return queue.run(work);
  return queue.run(async () => {
    await letOthers();
    return work();
  });
}

/** Resolves when everything else that has happened meanwhile has been looked at. */
export function letOthers(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
