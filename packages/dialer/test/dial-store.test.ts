import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryStore, openDialStore, SqliteStore } from '../src';
import { dialStoreConformance } from './support/dial-store-conformance';

const folder = mkdtempSync(join(tmpdir(), 'dialer-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const newFile = () => join(folder, `store-${++files}.db`);

const paused = (atMs: number) => ({ type: 'paused', atMs }) as const;

dialStoreConformance('memory', () => new MemoryStore());
dialStoreConformance('SQLite', () => new SqliteStore(newFile()));

describe('a store in a file', () => {
  it('is still there after the process has gone, and for another one at the same time', async () => {
    const file = newFile();
    const one = new SqliteStore(file);
    const two = new SqliteStore(file);
    await one.append('a', paused(1), ['x']);
    expect(await two.read('a')).toHaveLength(1);
    expect(await two.append('a', paused(2), ['x'])).toMatchObject({ appended: false });
    one.close();
    two.close();
    const three = new SqliteStore(file);
    expect(await three.read('a')).toHaveLength(1);
    three.close();
  });

  it('may be read by its owner alone: it holds numbers', () => {
    const file = newFile();
    new SqliteStore(file).close();
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  it('says what to do when it cannot be opened', () => {
    expect(() => new SqliteStore(join(folder, 'store-1.db', 'below-a-file.db'))).toThrow(
      /DIALER_STORE: .* cannot be used/,
    );
  });

  it('is opened by its path, and a database by its address, of which no word is repeated', async () => {
    const store = await openDialStore(newFile());
    expect(store).toBeInstanceOf(SqliteStore);
    await store.close();
    const opening = openDialStore('postgres://user:geheim@127.0.0.1:1/calls');
    await expect(opening).rejects.toThrow(
      /DIALER_STORE: expected a PostgreSQL database that can be reached.*\(ECONNREFUSED\)/,
    );
    await expect(opening).rejects.not.toThrow(/geheim/);
  });
});
