import { sipgate } from './networks';
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

/** How long the end of a call waits for its report. */
const REPORT_WITHIN_MS = 5_000;

/**
 * Waits for what an event has begun: Lambda stops the clock between two events, and what is not written then is lost
 * when the next one meets another instance.
 */
export async function settled({ journal, reporter }: Instance, writtenWithinMs: number): Promise<void> {
  await Promise.all([journal.settled(writtenWithinMs), reporter.settled(REPORT_WITHIN_MS)]);
}

/** Everything that an instance needs for its events. */
export async function startInstance(given: Partial<Surroundings> = {}): Promise<Instance> {
  const { JOURNAL_URL: journalUrl, ...environment } = process.env;
  // A function has no folder of its own: without a journal elsewhere, calls live in this instance.
  const settings = readSettings({ ...environment, JOURNAL_URL: journalUrl || 'memory:' });
  const log = plainLog(settings.log.level);
  if (/^(memory|sqlite):/.test(settings.journal.url ?? '')) {
    const advice = 'set dynamodb://table, or calls are lost when their next event meets another instance';
    log.warn({ code: 'SETTINGS_INVALID', advice }, 'JOURNAL_URL: a function keeps nothing');
  }
  const surroundings = { networks: [sipgate], log, observe: logging(log), ...given };
  return { ...(await start(settings, surroundings)), settings };
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
