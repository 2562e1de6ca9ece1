import { SIGNATURE_HEADER, verifyWebhook } from '../../src/agent/after-call/webhook-signature';
import type { RunningServer } from '../../src/server';
import { startServer } from '../support/call-server';
import { keptLog } from '../support/kept-log';
import { type WebhookServer, webhookServer } from '../support/webhook-server';

const SECRET = 'a secret of some length';

let receiver: WebhookServer;
let server: RunningServer | undefined;
afterEach(async () => {
  await server?.close();
  await receiver.close();
});

const until = async (condition: () => boolean) => {
  for (const deadline = Date.now() + 10_000; !condition(); ) {
    if (Date.now() > deadline) throw new Error('It did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

async function begin(...reactions: number[]) {
  receiver = await webhookServer(...reactions);
  const kept = keptLog('info');
  const settings = { ALARM_WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: SECRET };
  server = await startServer(settings, { log: kept.log });
  return { alarms: server.operations.alarms, ...kept };
}

test('alarms are told in their order, signed, and again until they are taken', async () => {
  const { alarms, lines } = await begin(500, 204);
  alarms.set('journal_degraded', true);
  alarms.set('journal_degraded', false);
  await until(() => receiver.posts.length === 3);
  const bodies = receiver.posts.map(({ body }) => JSON.parse(body));
  expect(bodies.map(({ state }) => state)).toEqual(['raised', 'raised', 'cleared']);
  expect(bodies[0]).toEqual({
    version: 1,
    id: expect.any(String),
    alarm: 'journal_degraded',
    code: 'ALARM_JOURNAL_DEGRADED',
    severity: 'critical',
    state: 'raised',
    at: expect.stringMatching(/Z$/),
    since: bodies[0].at,
  });
  expect(bodies[2].since).toBe(bodies[0].at);
  for (const { headers, body } of receiver.posts) {
    const signature = String(headers[SIGNATURE_HEADER.toLowerCase()]);
    expect(verifyWebhook(signature, body, SECRET, { epochMs: Date.now(), toleranceMs: 60_000 })).toBe(true);
    expect(headers['idempotency-key']).toBe(JSON.parse(body).id);
  }
  expect(lines.map(({ msg, severity }) => [msg, severity])).toEqual([
    ['Alarm raised', 'critical'],
    ['Alarm cleared', 'critical'],
  ]);
});

test('one that is not wanted is logged as such', async () => {
  const { alarms, lines } = await begin(400);
  alarms.set('memory_high', true);
  await until(() => lines.some(({ code }) => code === 'ALARM_NOT_DELIVERED'));
  expect(lines.at(-1)).toMatchObject({ alarm: 'memory_high', result: 'refused', status: 400 });
});

test('a stop does not wait for a receiver that is not there', async () => {
  const { alarms } = await begin(500);
  alarms.set('memory_high', true);
  await until(() => receiver.posts.length > 0);
  await server?.close();
});
