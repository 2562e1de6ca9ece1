import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { SqliteStore } from '../../src/journal/stores/sqlite';
import { sealed } from '../support/sealable';
import { storeConformance } from './store-conformance';

const folder = mkdtempSync(join(tmpdir(), 'journal-'));
const file = join(folder, 'deep', 'journal.db');

afterAll(() => rmSync(folder, { recursive: true }));

storeConformance('SQLite', async () => ({
  one: await SqliteStore.open(file),
  two: await SqliteStore.open(file),
}));

test('whoever opens a file that another process is just making waits for it', async () => {
  const path = join(mkdtempSync(join(folder, 'new-')), 'journal.db');
  const other = new Database(path);
  other.exec('BEGIN EXCLUSIVE; CREATE TABLE their_own (id TEXT)');
  const opened = SqliteStore.open(path);
  setTimeout(() => other.exec('COMMIT'), 50);
  const store = await opened;
  await store.probe();
  await store.close();
  other.close();
});

describe('what is erased is in none of the files any more', () => {
  const state = sealed('die Akte von Ottokar');
  const about = { startedAtMs: 1, profile: 'p.yaml', callerKey: 'k', keep: 'events', keepMs: 0 } as const;
  const onDisk = (under: string) =>
    readdirSync(under)
      .map((name) => readFileSync(join(under, name), 'latin1'))
      .join();

  async function ended(store: SqliteStore, callId: string): Promise<void> {
    const words = Buffer.from('Ich heiße Meierling');
    const asked = { holder: 'h', leaseMs: 1_000 };
    const first = await store.begin(callId, { ...asked, event: sealed('Guten Tag, Frau Quast') });
    if (first.result !== 'begun') throw new Error('busy');
    await store.commit(first.lease, { page: { atMs: 1, facts: '[]', words }, state, about });
    const last = await store.begin(callId, asked);
    if (last.result !== 'begun') throw new Error('busy');
    await store.commit(last.lease, { state: sealed('-'), about, ended: true });
  }

  const SAID = /Ottokar|Meierling|Quast/;

  test('seconds after the end of the call, while the process goes on', async () => {
    const under = mkdtempSync(join(folder, 'a-'));
    jest.useFakeTimers();
    const store = await SqliteStore.open(join(under, 'journal.db'));
    await ended(store, 'c1');
    // In the log, where it would stay until it grows.
    expect(onDisk(under)).toMatch(SAID);
    jest.advanceTimersByTime(10_000);
    jest.useRealTimers();
    expect(onDisk(under)).not.toMatch(SAID);
    await store.close();
  });

  test('after a stop, and after a start that follows a crash', async () => {
    const under = mkdtempSync(join(folder, 'b-'));
    const file = join(under, 'journal.db');
    const killed = await SqliteStore.open(file);
    await ended(killed, 'c1');
    const next = await SqliteStore.open(file);
    expect(onDisk(under)).not.toMatch(SAID);
    await ended(next, 'c2');
    await next.close();
    expect(onDisk(under)).not.toMatch(SAID);
    await killed.close();
  });
});
