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
