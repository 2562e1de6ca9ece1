import type { Clock } from '@jovo-telephony/telephony';
import type { Journal } from './journal';

const EVERY_MS = 3_600_000;

/** Deletes what is due, now and every hour. Returns how to stop that. DynamoDB forgets by itself. */
export function keepHouse(
  journal: Pick<Journal, 'purge'>,
  clock: Clock,
  onFailure: (error: unknown) => void,
): () => void {
  let stop = () => {};
  const clean = () => {
    journal.purge().catch(onFailure);
    stop = clock.after(EVERY_MS, clean);
  };
  clean();
  return () => stop();
}
