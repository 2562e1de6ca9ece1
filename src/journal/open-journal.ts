import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Clock, Observe } from '@jovo-telephony/telephony';
import type { Profiles } from '../agent/profiles/profiles';
import { describeCall } from './describe-call';
import { Journal } from './journal';
import { JournalKeyError, readJournalKey, Sealing } from './sealing';
import type { JournalStore } from './store';
import { DynamoStore } from './stores/dynamodb';
import { MemoryStore } from './stores/memory';
import { PostgresStore } from './stores/postgres';
import { SqliteStore } from './stores/sqlite';

/** Where the journal is kept. */
export interface JournalSettings {
  /** `memory:`, `sqlite:<file>`, `postgres://...` or `dynamodb://...`; undefined: a file in the data folder. */
  url: string | undefined;
  /** Absolute folder. */
  dataDir: string;
  /** `JOURNAL_KEY` as it was given. */
  key: string | undefined;
}

/** The journal cannot be opened. The message names the variable, what was expected and what to do. */
export class JournalOpenError extends Error {
  override readonly name = 'JournalOpenError';
}

const SCHEMES =
  'expected memory:, sqlite:<file>, postgres://user:password@host/database or dynamodb://table?region=...';

/** Opens the store that the settings name. The libraries that an engine needs are loaded only if it is the one. */
export async function openStore({ url, dataDir }: JournalSettings): Promise<JournalStore> {
  const scheme = url?.split(':', 1)[0];
  switch (scheme) {
    case undefined:
      return opened('DATA_DIR', 'expected a folder that this process may write to', () =>
        SqliteStore.open(join(dataDir, 'journal.db')),
      );
    case 'sqlite':
      return opened('JOURNAL_URL', 'expected a file that this process may write to', () =>
        SqliteStore.open(url?.slice('sqlite:'.length) ?? ''),
      );
    case 'memory':
      return new MemoryStore();
    case 'postgres':
    case 'postgresql':
      return opened(
        'JOURNAL_URL',
        'expected a PostgreSQL database that can be reached, and a user who may create tables',
        () => PostgresStore.open(url ?? ''),
      );
    case 'dynamodb':
      return opened(
        'JOURNAL_URL',
        'expected dynamodb://table?region=... of a table with the keys pk and sk',
        () => DynamoStore.open(url ?? ''),
      );
    default:
      throw new JournalOpenError(`JOURNAL_URL: ${SCHEMES}`);
  }
}

/** An address may hold a password: only the code of the error is told. */
async function opened(
  variable: string,
  expected: string,
  open: () => Promise<JournalStore>,
): Promise<JournalStore> {
  try {
    return await open();
  } catch (error) {
    const { code = 'failed' } = error as NodeJS.ErrnoException;
    throw new JournalOpenError(`${variable}: ${expected} (${code})`);
  }
}

/**
 * The keys of `JOURNAL_KEY`, or one that lies in the store itself: then whoever has the store can read it. The store is told,
 * and takes over what it could not read without them.
 */
export async function sealingOf(key: string | undefined, store: JournalStore): Promise<Sealing> {
  try {
    const secrets = readJournalKey(key ?? (await store.shared('key', randomBytes(32).toString('hex'))));
    const sealing = new Sealing(secrets);
    await store.sealWith?.(sealing);
    return sealing;
  } catch (error) {
    if (error instanceof JournalKeyError) throw new JournalOpenError(`JOURNAL_KEY: ${error.message}`);
    throw error;
  }
}

export interface JournalSurroundings {
  profiles: Pick<Profiles, 'byKey'>;
  clock: Clock;
  /** Milliseconds since 1970. */
  epochMs(): number;
  warn?(warning: string): void;
  observe?: Observe;
}

/** Opens the journal of a process that answers calls. Throws a `JournalOpenError` when that is not possible. */
export async function openJournal(settings: JournalSettings, given: JournalSurroundings): Promise<Journal> {
  const store = await openStore(settings);
  const sealing = await sealingOf(settings.key, store);
  const { profiles, clock, epochMs, warn, observe } = given;
  const describing = { profiles, sealing, epochMs, nowMs: () => clock.nowMs() };
  return new Journal({
    store,
    sealing,
    clock,
    epochMs,
    warn,
    observe,
    describe: (session) => describeCall(session, describing),
  });
}
