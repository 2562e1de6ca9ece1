import { randomBytes } from 'node:crypto';
import { Sealing } from '../../src/journal/sealing';
import { PostgresStore } from '../../src/journal/stores/postgres';
import { type RunningPostgres, startPostgres } from '../support/postgres';
import { storeConformance } from './store-conformance';

let server: RunningPostgres | undefined;

afterAll(() => server?.stop());

storeConformance('PostgreSQL', async () => {
  server = await startPostgres();
  const { url } = server;
  // Both at once: they must not trip over each other when they create the tables.
  const [one, two] = await Promise.all([PostgresStore.open(url), PostgresStore.open(url)]);
  return { one, two };
});

test('an id that holds what no text of PostgreSQL can hold is as good as any other', async () => {
  const store = await PostgresStore.open(server?.url ?? '');
  const callId = new Sealing([randomBytes(32)]).idOf({ network: 'sipgate', callId: 'a\0b' });
  expect(await store.begin(callId, { holder: 'h', leaseMs: 1 })).toMatchObject({ result: 'begun' });
  await store.close();
});
