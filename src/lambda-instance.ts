import { logging } from './operations/call-log';
import { plainLog } from './operations/plain-log';
import { readSettings, type Settings } from './settings';
import { type Started, type Surroundings, start } from './start';

/** Sent on a schedule: an instance that has handled it answers a call without a cold start. */
export interface WarmUpEvent {
  warmUp: true;
}

export interface Instance extends Started {
  settings: Settings;
}

/** Everything that an instance needs for its events. */
export async function startInstance(given: Partial<Surroundings> = {}): Promise<Instance> {
  // A function has no folder of its own: without a journal elsewhere, calls live in this instance.
  const settings = readSettings({ JOURNAL_URL: 'memory:', ...process.env });
  const log = plainLog(settings.log.level);
  return { ...(await start(settings, { log, observe: logging(log), ...given })), settings };
}

/**
 * Starts when the module is loaded, since Lambda gives an instance more CPU until its first event. A start that has
 * failed is tried again with the next event.
 */
export function startedOnce<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  const once = () => {
    opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  once().catch(() => {});
  return once;
}

export function isWarmUp(event: object): event is WarmUpEvent {
  return 'warmUp' in event;
}
