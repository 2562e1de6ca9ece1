import { setTimeout } from 'node:timers/promises';

/** Whoever waits for other processes looks again so often. */
const POLL_MS = 20;
/** Another one may be writing for longer than a statement waits: five seconds, then. */
const TRIES = 20;

export function pollPause(): Promise<void> {
  return setTimeout(POLL_MS);
}

/** Tries again while another process is writing; throws when that lasts too long. */
export async function patiently(work: () => void): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      work();
      return;
    } catch (error) {
      if (tries === TRIES) throw error;
      await pollPause();
    }
  }
}
