import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  claimCall,
  claimedCall,
  type DialStore,
  latestCallTo,
  MemoryStore,
  noteFact,
  SqliteStore,
} from '../src';

const folder = mkdtempSync(join(tmpdir(), 'dialer-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const newFile = () => join(folder, `store-${++files}.db`);

const paused = (atMs: number) => ({ type: 'paused', atMs }) as const;
const dialling = (key: string, number = '+4915790000001') =>
  ({ type: 'dialling', key, number, network: 'audiocodes', atMs: 1 }) as const;

describe.each<[string, () => DialStore]>([
  ['memory', () => new MemoryStore()],
  ['SQLite', () => new SqliteStore(newFile())],
])('a store in %s', (_, open) => {
  let store: DialStore;
  beforeEach(() => {
    store = open();
  });
  afterEach(() => store.close());

  it('keeps the records of a stream in order', async () => {
    await store.append('a', paused(1));
    await store.append('b', paused(2));
    await store.append('a', paused(3));
    const records = await store.read('a');
    expect(records.map(({ body }) => body)).toEqual([paused(1), paused(3)]);
    expect(await store.read('a', records[0]?.seq)).toEqual([records[1]]);
    expect(await store.read('c')).toEqual([]);
  });

  it('takes all claims of a record or none', async () => {
    expect(await store.append('a', paused(1), ['x'])).toMatchObject({ appended: true });
    expect(await store.append('a', paused(2), ['y', 'x'])).toEqual({ appended: false, taken: 'x' });
    expect(await store.append('b', paused(3), ['y'])).toMatchObject({ appended: true });
    expect(await store.read('a')).toHaveLength(1);
    expect((await store.claimedBy('y'))?.body).toEqual(paused(3));
    expect(await store.claimedBy('z')).toBeUndefined();
  });

  it('gives a claim to one of many who want it at once', async () => {
    const claims = await Promise.all(
      Array.from({ length: 50 }, (_each, n) => store.append('a', paused(n), ['x'])),
    );
    expect(claims.filter(({ appended }) => appended)).toHaveLength(1);
    expect(await store.read('a')).toHaveLength(1);
  });

  it('leases a name to one holder until the lease runs out', async () => {
    expect(await store.lease('n', 'one', 0, 100)).toBe(true);
    expect(await store.lease('n', 'two', 50, 150)).toBe(false);
    expect(await store.lease('n', 'one', 50, 200)).toBe(true);
    expect(await store.lease('n', 'two', 150, 250)).toBe(false);
    expect(await store.lease('n', 'two', 200, 300)).toBe(true);
    await store.release('n', 'one');
    expect(await store.lease('n', 'one', 250, 350)).toBe(false);
    await store.release('n', 'two');
    expect(await store.lease('n', 'one', 250, 350)).toBe(true);
  });

  describe('a call', () => {
    const claim = (key: string, perNumberPerDay = 2) =>
      claimCall(store, { record: dialling(key), day: '2026-03-02', perNumberPerDay });

    it('is claimed once, and counts for its number on its day', async () => {
      expect(await claim('spring.1.1')).toBe('claimed');
      expect(await claim('spring.1.1')).toBe('taken');
      expect(await claim('autumn.7.1')).toBe('claimed');
      expect(await claim('winter.3.1')).toBe('capped');
      expect(await claimedCall(store, 'winter.3.1')).toBeUndefined();
      expect(await claimedCall(store, 'spring.1.1')).toEqual(dialling('spring.1.1'));
    });

    it('does not count when it was certainly not placed', async () => {
      await claim('spring.1.1', 1);
      await noteFact(store, 'spring.1.1', { type: 'not_placed', cause: 'throttled' }, 2);
      expect(await claim('spring.1.2', 1)).toBe('claimed');
      expect(await claim('autumn.1.1', 1)).toBe('capped');
      expect((await latestCallTo(store, '+4915790000001', '2026-03-02'))?.key).toBe('spring.1.2');
    });

    it('is not claimed twice by many who try at once', async () => {
      const results = await Promise.all(Array.from({ length: 20 }, () => claim('spring.1.1', 100)));
      expect(results.filter((result) => result === 'claimed')).toHaveLength(1);
      const all = await Promise.all(Array.from({ length: 20 }, (_each, n) => claim(`spring.1.${n + 2}`, 5)));
      expect(all.filter((result) => result === 'claimed')).toHaveLength(4);
    });
  });
});

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
});
