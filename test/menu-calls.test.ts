import { join } from 'node:path';
import type { RunningServer } from '../src/server';
import { startServer } from './support/call-server';
import { keptLog } from './support/kept-log';
import { playCalls } from './support/play-calls';

const { log, lines } = keptLog('debug');
let server: RunningServer;

beforeAll(async () => {
  server = await startServer({ AGENTS_DIR: join(__dirname, 'fixtures/agents-menu') }, { log });
});
afterAll(async () => {
  await server.close();
});

describe('calls to agents with a menu, with the offline brain', () => {
  playCalls(join(__dirname, 'calls-menu'), () => server.port);
});

test('no digit of an entry was logged', () => {
  // Otherwise nothing was looked at.
  expect(lines.length).toBeGreaterThan(10);
  const texts = lines.map(({ time, ...line }) => JSON.stringify(line));
  expect(texts.filter((line) => /7391|12345|sieben drei|seven three/.test(line))).toEqual([]);
});
