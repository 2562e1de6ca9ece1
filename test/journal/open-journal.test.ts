import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JournalOpenError, openStore, sealingOf } from '../../src/journal/open-journal';
import { readDynamoUrl } from '../../src/journal/stores/dynamodb-table';
import { MemoryStore } from '../../src/journal/stores/memory';
import { SqliteStore } from '../../src/journal/stores/sqlite';

const folder = mkdtempSync(join(tmpdir(), 'journal-'));
const dataDir = join(folder, 'data');

afterAll(() => rmSync(folder, { recursive: true }));

const open = (url?: string, dir = dataDir) => openStore({ url, dataDir: dir, key: undefined });

test('without JOURNAL_URL it is a file in the data folder', async () => {
  const store = await open();
  expect(store).toBeInstanceOf(SqliteStore);
  expect(existsSync(join(dataDir, 'journal.db'))).toBe(true);
  await store.close();
});

test('the file may be somewhere else, or nowhere', async () => {
  const file = join(folder, 'elsewhere.db');
  await (await open(`sqlite:${file}`)).close();
  expect(existsSync(file)).toBe(true);
  expect(await open('memory:')).toBeInstanceOf(MemoryStore);
});

test.each([
  ['mysql://localhost/x', /^JOURNAL_URL: expected memory:, sqlite:/],
  ['journal.db', /^JOURNAL_URL: expected memory:, sqlite:/],
  ['postgres://journal:secret@127.0.0.1:1/x', /^JOURNAL_URL: expected a PostgreSQL database.*ECONNREFUSED/],
])('%s is refused with advice, and without the password', async (url, advice) => {
  const opened = open(url);
  await expect(opened).rejects.toThrow(JournalOpenError);
  await expect(opened).rejects.toThrow(advice);
  await expect(opened).rejects.not.toThrow(/secret/);
});

test('a folder that cannot be written to is told by its variable', async () => {
  const file = join(folder, 'a-file');
  writeFileSync(file, '');
  await expect(open(undefined, file)).rejects.toThrow(
    /^DATA_DIR: expected a folder that this process may write to/,
  );
});

test('the table of a DynamoDB is read from the address, with its case', () => {
  const url = 'dynamodb://Calls_Of-All?region=eu-central-1&endpoint=http://localhost:8000';
  expect(readDynamoUrl(url)).toMatchObject({
    table: 'Calls_Of-All',
    region: 'eu-central-1',
    endpoint: 'http://localhost:8000',
  });
});

test('without JOURNAL_KEY all processes of a store seal with the same key', async () => {
  const store = new MemoryStore();
  const [one, two] = await Promise.all([sealingOf(undefined, store), sealingOf(undefined, store)]);
  expect(two?.open('a', one?.seal('a', 'Guten Tag') ?? Buffer.alloc(0))).toBe('Guten Tag');
  await expect(sealingOf('too short', store)).rejects.toThrow(/^JOURNAL_KEY: expected a key of 32 bytes/);
});
