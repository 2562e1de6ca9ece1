import { join } from 'node:path';
import type { RunningServer } from '../src/server';
import { startServer } from './support/call-server';
import { playCalls } from './support/play-calls';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

describe('calls to the shipped agents, with the offline brain', () => {
  playCalls(join(__dirname, 'calls'), () => server.port);
});
