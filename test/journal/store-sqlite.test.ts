import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteStore } from '../../src/journal/stores/sqlite';
import { storeConformance } from './store-conformance';

const folder = mkdtempSync(join(tmpdir(), 'journal-'));
const file = join(folder, 'deep', 'journal.db');

afterAll(() => rmSync(folder, { recursive: true }));

storeConformance('SQLite', async () => ({
  one: await SqliteStore.open(file),
  two: await SqliteStore.open(file),
}));
