import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningServer } from '../../src/server';
import { callEvent, dial, post, startServer } from '../support/call-server';
import { keptLog } from '../support/kept-log';

/* 2,000 events at once on one call, with the journal in a file: whoever else calls is answered. */

const FRAMES = 2_000;
/** Generous: alone it takes some milliseconds. */
const OTHERS_WITHIN_MS = 2_000;

const folder = mkdtempSync(join(tmpdir(), 'flood-'));
const kept = keptLog();
let server: RunningServer;

beforeAll(async () => {
  server = await startServer({ JOURNAL_URL: `sqlite:${join(folder, 'journal.db')}` }, { log: kept.log });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** Calls, asks, and is answered; how long the longest wait was. */
async function anotherCaller(id: string): Promise<number> {
  const waits: number[] = [];
  const said: string[] = [];
  for (const [type, fields] of [
    ['session_start', {}],
    ['user_speak', { text: 'Wann haben Sie geöffnet?' }],
  ] as const) {
    const sinceMs = performance.now();
    said.push((await post(server.port, callEvent(id, type, fields))).text);
    waits.push(performance.now() - sinceMs);
  }
  expect(said[0]).toContain('Praxis Doktor Sommer');
  expect(said[1]).toContain('montags bis freitags');
  await post(server.port, callEvent(id, 'session_end'));
  return Math.max(...waits);
}

/** One body, on one of a few connections. */
function send(agent: Agent, event: object): Promise<void> {
  return new Promise((resolve, reject) => {
    const at = { port: server.port, path: '/sipgate', method: 'POST', agent };
    const sent = request({ ...at, headers: { 'Content-Type': 'application/json' } }, (answer) => {
      answer.resume();
      answer.once('end', resolve);
    });
    sent.on('error', reject);
    sent.end(JSON.stringify(event));
  });
}

const dropped = () =>
  kept.lines.filter(({ code, reason }) => code === 'EVENT_DROPPED' && String(reason).includes('too many'));

test('on a WebSocket', async () => {
  const line = await dial(server.port);
  line.send(callEvent('flood', 'session_start'));
  await line.action(({ type }) => type === 'speak');
  for (let nth = 0; nth < FRAMES; nth += 1) {
    line.send(callEvent('flood', 'user_speak', { text: `Haben Sie am ${nth}. geöffnet?` }));
  }
  expect(await anotherCaller('calm')).toBeLessThan(OTHERS_WITHIN_MS);
  line.send(callEvent('flood', 'session_end'));
  for (let tries = 0; server.calls() > 0 && tries < 600; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(server.calls()).toBe(0);
  expect(dropped()).toHaveLength(1);
  line.close();
}, 60_000);

test('over HTTP, also with keys, which interrupt nothing', async () => {
  await post(server.port, callEvent('bodies', 'session_start'));
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  const bodies = Array.from({ length: FRAMES }, (_, nth) =>
    send(agent, callEvent('bodies', 'dtmf_received', { digit: String(nth % 10) })),
  );
  const [waitedMs] = await Promise.all([anotherCaller('calm too'), ...bodies]);
  agent.destroy();
  expect(waitedMs).toBeLessThan(OTHERS_WITHIN_MS);
  await post(server.port, callEvent('bodies', 'session_end'));
  expect(server.calls()).toBe(0);
}, 60_000);
