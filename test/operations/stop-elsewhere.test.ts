import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningServer } from '../../src/server';
import { callEvent, post, startServer } from '../support/call-server';
import { type WebhookServer, webhookServer } from '../support/webhook-server';

/* Calls that a stop need not wait for: they go on, or have ended, where this process hears nothing of them. */

const FIXTURE = join(__dirname, '..', 'fixtures', 'agents-after-call');
const TO = '4921163570';
/** A stop waits for its calls for a minute, and 15 seconds more. */
const WITHIN_MS = 20_000;

const folder = mkdtempSync(join(tmpdir(), 'stop-elsewhere-'));
let receiver: WebhookServer;
const servers: RunningServer[] = [];

beforeAll(async () => {
  receiver = await webhookServer(204);
  cpSync(FIXTURE, join(folder, 'agents'), { recursive: true });
  for (const file of readdirSync(join(folder, 'agents'))) {
    const path = join(folder, 'agents', file);
    writeFileSync(path, readFileSync(path, 'utf8').replace('WEBHOOK_URL', receiver.url));
  }
});
afterAll(async () => {
  for (const server of servers) await server.close();
  await receiver.close();
  rmSync(folder, { recursive: true });
});

/** One of several servers that share a journal. */
async function start(): Promise<RunningServer> {
  const server = await startServer({
    AGENTS_DIR: join(folder, 'agents'),
    WEBHOOK_SECRET: 'a secret of some length',
    JOURNAL_URL: `sqlite:${join(folder, 'journal.db')}`,
  });
  servers.push(server);
  return server;
}

const tell = (server: RunningServer, id: string, type: string, fields = {}) =>
  post(server.port, callEvent(id, type, fields, TO));

async function stopTakesMs(server: RunningServer): Promise<number> {
  const sinceMs = performance.now();
  await server.stop();
  return performance.now() - sinceMs;
}

const reportsOf = (callId: string) =>
  receiver.posts.map(({ body }) => JSON.parse(body)).filter((report) => report.callId === callId);

test('a call over HTTP that was transferred is not waited for, and reported as such', async () => {
  const server = await start();
  await tell(server, 'moved', 'session_start');
  await tell(server, 'moved', 'assistant_speech_ended');
  await tell(server, 'moved', 'user_speak', { text: 'Verbinden Sie mich mit der Anmeldung' });
  let answer = '';
  for (let tries = 0; tries < 20 && !answer.includes('"transfer"'); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    answer = (await tell(server, 'moved', 'assistant_speech_ended')).text;
  }
  expect(answer).toContain('"transfer"');
  expect(server.calls()).toBe(1);
  expect(await stopTakesMs(server)).toBeLessThan(WITHIN_MS);
  expect(reportsOf('moved')).toMatchObject([{ outcome: 'transferred' }]);
}, 120_000);

test('one that another process has ended is neither waited for nor reported again', async () => {
  const [here, there] = [await start(), await start()];
  await tell(here, 'ended', 'session_start');
  await tell(there, 'ended', 'session_end');
  expect([here.calls(), there.calls()]).toEqual([1, 0]);
  expect(await stopTakesMs(here)).toBeLessThan(WITHIN_MS);
  await there.stop();
  expect(reportsOf('ended')).toHaveLength(1);
}, 120_000);
