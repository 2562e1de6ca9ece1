import { type DialStore, PostgresStore } from '@jovo-telephony/dialer';
import pg from 'pg';
import { dialStoreConformance } from '../packages/dialer/test/support/dial-store-conformance';
import { type RunningPostgres, startPostgres } from './support/postgres';

let server: RunningPostgres;
beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(() => server?.stop());

/** An empty one of its own, and a second process at the same. */
async function databases(): Promise<string> {
  const name = `calls_${Math.random().toString(36).slice(2)}`;
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  return server.url.replace(/\/[^/]*$/, `/${name}`);
}

dialStoreConformance('PostgreSQL', async () => PostgresStore.open(await databases()));

describe('a database with several processes at once', () => {
  it('shows records in their order, however many write, and gives each claim once', async () => {
    const url = await databases();
    const open = () => PostgresStore.open(url);
    const stores = await Promise.all([open(), open(), open()]);
    const [reader, ...writers] = stores;
    const seen: number[] = [];
    let after = 0;
    const look = async () => {
      for (const { seq } of await reader.read('a', after)) {
        seen.push(seq);
        after = seq;
      }
    };
    let granted = 0;
    const write = async (store: DialStore) => {
      for (let n = 0; n < 40; n += 1) {
        const claimed = await store.append('a', { type: 'paused', atMs: n }, [`claim/${n}`]);
        if (claimed.appended) granted += 1;
        await look();
      }
    };
    await Promise.all([...writers, ...writers].map(write));
    await look();
    expect(granted).toBe(40);
    const all = (await reader.read('a')).map(({ seq }) => seq);
    expect(all).toHaveLength(40);
    // Whoever has read along has missed nothing.
    expect([...new Set(seen)].sort((a, b) => a - b)).toEqual(all);
    await Promise.all(stores.map((store) => store.close()));
  });
});
