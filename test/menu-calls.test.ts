import { join } from 'node:path';
import type { RunningServer } from '../src/server';
import { startServer } from './support/call-server';
import { playCalls } from './support/play-calls';

const log: string[] = [];
let server: RunningServer;

beforeAll(async () => {
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    jest.spyOn(console, method).mockImplementation((...parts: unknown[]) => log.push(parts.join(' ')));
  }
  server = await startServer({ AGENTS_DIR: join(__dirname, 'fixtures/agents-menu') });
});
afterAll(async () => {
  await server.close();
  jest.restoreAllMocks();
});

describe('calls to agents with a menu, with the offline brain', () => {
  playCalls(join(__dirname, 'calls-menu'), () => server.port);
});

test('no digit of an entry was logged', () => {
  expect(log.filter((line) => /7391|12345|sieben drei|seven three/.test(line))).toEqual([]);
});
