import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LLMock } from '@copilotkit/aimock';
import type { CallReport } from '../src/agent/after-call/call-report';
import { SIGNATURE_HEADER, verifyWebhook } from '../src/agent/after-call/webhook-signature';
import type { RunningServer } from '../src/server';
import { callEvent, dial, post, startServer } from './support/call-server';
import { keptLog } from './support/kept-log';
import {
  type Reaction,
  type ReceivedPost,
  type WebhookServer,
  webhookServer,
} from './support/webhook-server';

const SECRET = 'a secret of some length';
const FIXTURE = join(__dirname, 'fixtures/agents-after-call');
const QUIET = '4921163570';
const WHOLE = '4921163580';
const CALLER = '4915790000001';

let receiver: WebhookServer;
let server: RunningServer | undefined;
let folder: string | undefined;
let kept = keptLog();

afterEach(async () => {
  await server?.close();
  await receiver?.close();
  if (folder) rmSync(folder, { recursive: true });
  server = undefined;
  folder = undefined;
});

/** The profiles of the fixture in a folder of their own, with the receiver's address in them. */
function agentsFor(url: string): string {
  folder = mkdtempSync(join(tmpdir(), 'agents-after-call-'));
  cpSync(FIXTURE, folder, { recursive: true });
  for (const file of readdirSync(folder)) {
    const path = join(folder, file);
    writeFileSync(path, readFileSync(path, 'utf8').replace('WEBHOOK_URL', url));
  }
  return folder;
}

async function begin(reactions: Reaction[] = [204], environment: Record<string, string> = {}) {
  receiver = await webhookServer(...reactions);
  kept = keptLog();
  server = await startServer(
    { AGENTS_DIR: agentsFor(receiver.url), WEBHOOK_SECRET: SECRET, ...environment },
    { log: kept.log },
  );
  return server;
}

/** What the log says of faults. */
function faults(): object[] {
  return kept.lines.filter(({ code }) => code).map(({ level, time, msg, ...fields }) => fields);
}

/** A whole call over HTTP; the caller hangs up at the end. Returns how long the end took. */
async function call(id: string, to: string, ...said: string[]): Promise<number> {
  const { port } = server as RunningServer;
  await post(port, callEvent(id, 'session_start', {}, to));
  for (const text of said) await post(port, callEvent(id, 'user_speak', { text }, to));
  return hangUp(id, to);
}

async function hangUp(id: string, to: string): Promise<number> {
  const sinceMs = performance.now();
  const { status } = await post((server as RunningServer).port, callEvent(id, 'session_end', {}, to));
  expect(status).toBe(204);
  return performance.now() - sinceMs;
}

async function until(condition: () => boolean, withinMs = 8_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('It did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function reported(count = 1): Promise<CallReport> {
  await until(() => receiver.posts.length >= count);
  return JSON.parse(receiver.posts[count - 1]?.body ?? '') as CallReport;
}

describe('the report of a call', () => {
  test('arrives signed, and holds neither words nor numbers by default', async () => {
    await begin();
    await call('quiet', QUIET, 'Wann haben Sie geöffnet?');
    const report = await reported();
    expect(report).toEqual({
      version: 1,
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      callId: 'quiet',
      network: 'sipgate',
      direction: 'inbound',
      startedAt: expect.stringMatching(/^20\d\d-.*Z$/),
      endedAt: expect.stringMatching(/^20\d\d-.*Z$/),
      durationSeconds: expect.any(Number),
      profile: 'Praxis Leise',
      language: 'de',
      outcome: 'caller_hung_up',
      actions: [],
      transfers: [],
    });
    expect(Math.abs(Date.parse(report.startedAt) - Date.now())).toBeLessThan(10_000);
    const { body, headers } = receiver.posts[0] as ReceivedPost;
    const signature = String(headers[SIGNATURE_HEADER.toLowerCase()]);
    const fresh = { epochMs: Date.now(), toleranceMs: 10_000 };
    expect(verifyWebhook(signature, body, SECRET, fresh)).toBe(true);
    expect(verifyWebhook(signature, body, 'another secret, as long', fresh)).toBe(false);
    expect(headers['idempotency-key']).toBe(report.id);
    for (const number of [CALLER, QUIET, '4921163571', 'siebzehn']) expect(body).not.toContain(number);
  });

  test('holds the words and numbers that the profile asks for', async () => {
    await begin();
    await call('whole', WHOLE, 'Wann haben Sie geöffnet?');
    const report = await reported();
    expect(report).toMatchObject({ from: `+${CALLER}`, to: `+${WHOLE}`, profile: 'Praxis Laut' });
    expect(report.transcript?.slice(0, 3)).toEqual([
      { role: 'assistant', text: 'Praxis Laut, guten Tag.' },
      { role: 'caller', text: 'Wann haben Sie geöffnet?' },
      { role: 'assistant', text: expect.stringContaining('siebzehn Uhr') },
    ]);
  });

  test('says what the policy has judged, and that the call was transferred', async () => {
    await begin();
    for (const to of [QUIET, WHOLE]) {
      const line = await dial((server as RunningServer).port);
      line.send(callEvent(`moved ${to}`, 'session_start', {}, to));
      await line.action(({ type }) => type === 'speak');
      line.send(callEvent(`moved ${to}`, 'assistant_speech_ended', {}, to));
      line.send(callEvent(`moved ${to}`, 'user_speak', { text: 'Verbinden Sie mich mit der Anmeldung' }, to));
      await line.action(({ text }) => String(text).includes('Ich verbinde Sie'));
      line.send(callEvent(`moved ${to}`, 'assistant_speech_ended', {}, to));
      await line.action(({ type }) => type === 'transfer');
      line.send(callEvent(`moved ${to}`, 'session_end', {}, to));
      await until(() => receiver.posts.some(({ body }) => body.includes(`moved ${to}`)));
      line.close();
    }
    const judged = { type: 'transfer', verdict: 'allowed', reason: expect.any(String) };
    expect(await reported(1)).toMatchObject({ outcome: 'transferred', actions: [judged] });
    expect((await reported(1)).actions).toEqual([judged]);
    expect((await reported(2)).actions).toEqual([{ ...judged, number: '+4921163581' }]);
  });

  test('a caller who leaves during the announcement was not transferred', async () => {
    await begin();
    await call('left', QUIET, 'Verbinden Sie mich mit der Anmeldung');
    expect((await reported()).outcome).toBe('caller_hung_up');
  });

  test('says that the agent has hung up, and that silence was the end', async () => {
    await begin();
    await call('bye', QUIET, 'Auf Wiederhören!');
    expect((await reported(1)).outcome).toBe('agent_hung_up');
    const { port } = server as RunningServer;
    await post(port, callEvent('still', 'session_start', {}, QUIET));
    for (let silences = 0; silences < 3; silences += 1) {
      await post(port, callEvent('still', 'assistant_speech_ended', {}, QUIET));
      await post(port, callEvent('still', 'user_input_timeout', {}, QUIET));
    }
    await hangUp('still', QUIET);
    expect((await reported(2)).outcome).toBe('silence');
  });

  test('has a summary and a checked result where there is a language model', async () => {
    const model = new LLMock({ port: 0, logLevel: 'silent' });
    const answer = { summary: 'Eine Frage nach der Zeit.', result: { reason: 'other' } };
    model.onMessage(/"role":"caller"/, { content: JSON.stringify(answer) });
    model.onMessage('Wann haben', { content: 'Von acht bis siebzehn Uhr.' });
    await model.start();
    try {
      await begin([204], { OPENAI_API_KEY: 'test', OPENAI_BASE_URL: `${model.url}/v1` });
      await call('summed', WHOLE, 'Wann haben Sie auf?');
      expect(await reported()).toMatchObject({ ...answer, outcome: 'caller_hung_up' });
    } finally {
      await model.stop();
    }
  });

  test('says that the call has failed, if an apology was the last answer', async () => {
    const model = await webhookServer(500);
    await begin([204], { OPENAI_API_KEY: 'test', OPENAI_BASE_URL: model.url });
    await call('sorry-1', QUIET, 'Wann haben Sie auf?');
    const report = await reported();
    await model.close();
    expect(report.outcome).toBe('failed');
    expect(report).not.toHaveProperty('summary');
    expect(faults()).toEqual([
      {
        code: 'TURN_FAILED',
        network: 'sipgate',
        callId: 'sorry-1',
        kind: 'InternalServerError',
        status: 500,
      },
    ]);
  });

  test('a call that was never begun is not reported', async () => {
    await begin();
    await hangUp('never', QUIET);
    await call('known', QUIET);
    expect((await reported()).callId).toBe('known');
  });
});

describe('a receiver in trouble', () => {
  test('gets the same report again after a 500', async () => {
    await begin([500, 204]);
    await call('again', QUIET);
    const report = await reported(2);
    expect(report.callId).toBe('again');
    expect(receiver.posts[0]?.body).toBe(receiver.posts[1]?.body);
    expect(receiver.posts[0]?.headers['idempotency-key']).toBe(receiver.posts[1]?.headers['idempotency-key']);
  });

  test('delays no end of a call, and none that is still on', async () => {
    await begin([() => {}]);
    expect(await call('hung', QUIET)).toBeLessThan(500);
    await until(() => receiver.posts.length === 1);
    expect(await call('next', QUIET, 'Wann haben Sie geöffnet?')).toBeLessThan(500);
    // What never answers is let go, so that the test can end before the server's own ten seconds.
    await server?.reporter.abort();
  });

  test('is waited for when the server stops', async () => {
    await begin([500, 204]);
    await call('stop', QUIET);
    await server?.close();
    expect(receiver.posts).toHaveLength(2);
    server = undefined;
  });

  test('who does not want it is told of by kind only', async () => {
    await begin([400]);
    await call('unwanted', QUIET);
    await until(() => faults().length > 1);
    expect(faults()).toContainEqual({
      code: 'REPORT_NOT_DELIVERED',
      result: 'refused',
      attempts: 1,
      status: 400,
    });
  });
});

describe('profiles with afterCall', () => {
  test('stop the start without a secret, with a sentence that says what to do', async () => {
    receiver = await webhookServer(204);
    const start = startServer({ AGENTS_DIR: agentsFor(receiver.url) });
    await expect(start).rejects.toMatchObject({ name: 'SettingsError' });
    await expect(start).rejects.toThrow(/^WEBHOOK_SECRET: .*quiet\.yaml.*whole\.yaml.*set it/);
  });

  test('are read again while the server runs; what is faulty is told, and changes nothing', async () => {
    await begin([204], { AGENTS_WATCH: '1' });
    const path = join(folder ?? '', 'quiet.yaml');
    const before = readFileSync(path, 'utf8');
    const greeting = async (id: string) => {
      const { json } = await post((server as RunningServer).port, callEvent(id, 'session_start', {}, QUIET));
      return (json as { text: string }).text;
    };
    expect(await greeting('1')).toBe('Praxis Leise, guten Tag.');
    writeFileSync(path, before.replace('Praxis Leise, guten', 'Praxis Leise, schönen'));
    for (let tries = 2; (await greeting(String(tries))) !== 'Praxis Leise, schönen Tag.'; tries += 1) {
      if (tries > 100) throw new Error('The change did not arrive');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    writeFileSync(path, before.replace('language: de-DE', 'language: xx'));
    await until(() => faults().length > 0);
    expect(faults()[0]).toMatchObject({
      code: 'PROFILES_NOT_RELOADED',
      advice: expect.stringMatching(/quiet\.yaml.*language/),
    });
    expect(await greeting('last')).toBe('Praxis Leise, schönen Tag.');
  });
});

test('on Lambda the end of a call waits for its report', async () => {
  receiver = await webhookServer(204);
  const before = { ...process.env };
  Object.assign(process.env, { AGENTS_DIR: agentsFor(receiver.url), WEBHOOK_SECRET: SECRET });
  try {
    // A function starts when it is loaded.
    const { handler } = require('../src/lambda') as typeof import('../src/lambda');
    const send = (type: string) =>
      handler({
        requestContext: { http: { method: 'POST' } },
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(callEvent('lambda', type, {}, QUIET)),
        isBase64Encoded: false,
      });
    await send('session_start');
    expect(await send('session_end')).toEqual({ statusCode: 204 });
    expect(receiver.posts).toHaveLength(1);
  } finally {
    process.env = before;
  }
});
