// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of profiles are written like this
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PacedClock, SimulatedCall } from '@jovo-telephony/phone-simulator';
import { WebSocket } from 'ws';
import type { RunningServer } from '../../src/server';
import { startServer, upgradeStatus } from '../support/call-server';
import { keptLog } from '../support/kept-log';
import { webhookServer } from '../support/webhook-server';

/** The whole server, called by a gateway. What the platform does with each message is tested in its package. */
const SAMPLES = 'sample-requests/audiocodes';
const GERMAN = '+4921163550';

let server: RunningServer;
afterEach(() => server?.close());

interface Activity {
  type: string;
  name?: string;
  text?: string;
  sessionParams?: Record<string, unknown>;
}

async function send(path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`http://127.0.0.1:${server.port}/audiocodes${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const json = (await response.json()) as { activities?: Activity[]; error?: string };
  return { status: response.status, headers: response.headers, json, activities: json.activities ?? [] };
}

const create = (conversation: string, headers = {}) => send('', { conversation }, headers);
const tell = (conversation: string, activity: object, headers = {}) =>
  send(`/conversation/${conversation}/activities`, { conversation, activities: [activity] }, headers);
const says = (conversation: string, text: string) => tell(conversation, { type: 'message', text });
const start = (callee = GERMAN, more = {}) => ({
  type: 'event',
  name: 'start',
  parameters: { caller: '+4915790000001', callee, ...more },
});
const words = ({ activities }: { activities: Activity[] }) =>
  activities.map(({ text, name }) => text ?? name ?? '').join(' ');

async function called(conversation: string, callee?: string) {
  await create(conversation);
  return tell(conversation, start(callee));
}

/** A folder with one profile that answers everything. */
function agents(more: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'agents-'));
  const common = [
    'name: Bank',
    'default: true',
    'language: en-GB',
    'voice: { provider: azure, voice: en-GB-SoniaNeural }',
    'instructions: You are the bank.',
  ];
  writeFileSync(join(folder, 'bank.yaml'), [...common, more].join('\n'));
  return folder;
}

describe('every sample request', () => {
  const routes = { create: '', refresh: '/refresh', disconnect: '/disconnect' } as Record<string, string>;
  const inOrder = ['create', 'start', 'message', 'play-finished', 'dtmf', 'no-user-input', 'transfer-status'];

  test('is answered as the network wants it, in the order of a call', async () => {
    server = await startServer();
    const names = [...inOrder, 'refresh', 'disconnect'];
    expect(readdirSync(SAMPLES).sort()).toEqual(names.map((name) => `${name}.json`).sort());
    for (const name of names) {
      const body = readFileSync(join(SAMPLES, `${name}.json`), 'utf8');
      const path = name === 'create' ? '' : `/conversation/sample${routes[name] ?? '/activities'}`;
      const { status, activities } = await send(path, body);
      expect([name, status]).toEqual([name, 200]);
      for (const activity of activities) expect(activity.type).toMatch(/^(message|event)$/);
    }
  });

  test('greets, and answers a question', async () => {
    server = await startServer();
    expect(words(await called('abc'))).toMatch(/^Praxis Doktor Sommer, guten Tag/);
    expect(words(await says('abc', 'Wann haben Sie geöffnet?'))).toContain('acht bis siebzehn Uhr');
    expect(words(await called('def', '+442079460123'))).toMatch(/^Northgate Cycles/);
  });
});

describe('a connection that dies with the greeting in it', () => {
  test.each(['http+ws', 'ws'] as const)(
    'is replaced, and the caller is greeted: %s',
    async (wire) => {
      server = await startServer();
      const call = new SimulatedCall({
        url: `http://127.0.0.1:${server.port}/audiocodes`,
        network: 'audiocodes',
        wire,
        clock: new PacedClock(20),
      });
      await call.start();
      call.breakConnection();
      await call.agentFinished();
      await call.says('Wann haben Sie geöffnet?');
      await call.agentFinished();
      await call.hangUp();
      await call.closed();
      const heard = call.log.of('hears').map(({ utterance }) => utterance.text);
      expect(heard.slice(0, 2)).toEqual([
        expect.stringMatching(/^Praxis Doktor Sommer, guten Tag/),
        expect.stringContaining('acht bis siebzehn Uhr'),
      ]);
      expect(call.violations).toEqual([]);
    },
    20_000,
  );
});

describe('who may come in', () => {
  test('whoever has the token, on every route and on the sockets', async () => {
    server = await startServer({ AUDIOCODES_TOKEN: 'new,old' });
    const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
    expect((await create('abc')).status).toBe(401);
    for (const token of ['new', 'old']) expect((await create('abc', bearer(token))).status).toBe(200);
    for (const route of ['activities', 'refresh', 'disconnect', 'websocket'])
      expect([route, (await send(`/conversation/abc/${route}`, '{')).status]).toEqual([route, 401]);
    const socket = '/audiocodes/conversation/abc/websocket';
    for (const path of ['/audiocodes', socket]) {
      expect(await upgradeStatus(server.port, path)).toBe(401);
      expect(await upgradeStatus(server.port, path, bearer('old'))).toBe(101);
    }
    expect(await upgradeStatus(server.port, '/audiocodes/conversation/other/websocket', bearer('new'))).toBe(
      404,
    );
    expect((await tell('abc', start(), bearer('new'))).status).toBe(200);
  });

  test('wrong tokens are counted and told once, without the token', async () => {
    const { log, lines } = keptLog();
    server = await startServer({ AUDIOCODES_TOKEN: 'right' }, { log });
    for (let tries = 0; tries < 5; tries += 1) await create('abc', { Authorization: 'Bearer guess' });
    const refused = lines.filter(({ code }) => code === 'DOOR_UNAUTHORIZED');
    expect(refused).toHaveLength(1);
    expect(JSON.stringify(refused)).not.toContain('guess');
    expect(await server.operations.metrics.text()).toContain(
      'telephony_door_refusals_total{network="audiocodes",code="DOOR_UNAUTHORIZED"} 5',
    );
  });
});

describe('a call that is not taken', () => {
  const initiate = (conversationId: string) => ({
    type: 'session.initiate',
    conversationId,
    expectAudioMessages: false,
    supportedMediaFormats: ['raw/lpcm16'],
  });

  async function session(conversationId: string) {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/audiocodes`);
    const heard: { type: string }[] = [];
    socket.on('message', (data) => heard.push(JSON.parse(String(data))));
    const closed = once(socket, 'close');
    await once(socket, 'open');
    socket.send(JSON.stringify(initiate(conversationId)));
    while (heard.length === 0) await once(socket, 'message');
    return { socket, heard, closed };
  }

  test('too many a minute: 429 with the time to wait, or an error of the session', async () => {
    server = await startServer({ CALLS_PER_MINUTE_PER_ADDRESS: '2' });
    expect([(await create('1')).status, (await create('1')).status, (await create('2')).status]).toEqual([
      200, 200, 200,
    ]);
    const refused = await create('3');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
    const { heard, closed } = await session('4');
    expect((await closed)[0]).toBe(1013);
    const refusal = { type: 'session.error', conversationId: '4', reason: expect.any(String) };
    expect(heard.at(-1)).toMatchObject(refusal);
    expect((await tell('1', start())).status).toBe(200);
  });

  test('a server that is about to stop: 503, and those that run go on to their end', async () => {
    server = await startServer();
    await called('abc');
    const { socket } = await session('def');
    const stopped = server.stop();
    expect((await create('new')).status).toBe(503);
    expect(words(await says('abc', 'Wann haben Sie geöffnet?'))).toContain('acht');
    expect((await send('/conversation/abc/disconnect', { conversation: 'abc' })).status).toBe(200);
    socket.send(JSON.stringify({ type: 'session.end', conversationId: 'def' }));
    await stopped;
  });

  test('at the limit of a stop a call without a socket hears the goodbye with its next event', async () => {
    server = await startServer({ DRAIN_SECONDS: '0.2' });
    await called('abc');
    const stopped = server.stop();
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(words(await tell('abc', { type: 'event', name: 'playFinished', value: {} }))).toMatch(
      /^abortPrompts Ich muss unser Gespräch leider unterbrechen.* hangup$/,
    );
    await send('/conversation/abc/disconnect', { conversation: 'abc' });
    await stopped;
  });

  test('all lines busy: it is told so, and ended, in one answer', async () => {
    server = await startServer({ CONCURRENT_CALLS: '1' });
    await called('first');
    expect(words(await called('second'))).toMatch(/alle Leitungen belegt.* hangup$/);
  });
});

describe('text messages', () => {
  const ask = async (conversation: string) => {
    await called(conversation);
    await says(conversation, 'Wie ist Ihre Adresse?');
    return says(conversation, 'Schicken Sie mir das bitte per SMS');
  };

  test('leave by a gateway of ours', async () => {
    const gateway = await webhookServer(200);
    server = await startServer({ SMS_GATEWAY_URL: gateway.url, SMS_GATEWAY_TOKEN: 'secret' });
    expect(words(await ask('abc'))).toMatch(/Kurznachricht/);
    while (gateway.posts.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const [{ headers, body }] = gateway.posts as [(typeof gateway.posts)[0]];
    expect(JSON.parse(body)).toEqual({ to: '+4915790000001', text: expect.stringContaining('Lindenstraße') });
    expect(headers).toMatchObject({ authorization: 'Bearer secret', 'idempotency-key': expect.any(String) });
    expect(gateway.posts).toHaveLength(1);
    await gateway.close();
  });

  test('that such a gateway does not take are told of', async () => {
    const gateway = await webhookServer(503);
    server = await startServer({ SMS_GATEWAY_URL: gateway.url });
    await ask('abc');
    while (gateway.posts.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const next = await tell('abc', { type: 'event', name: 'playFinished', value: { status: 'finished' } });
    expect(words(next)).toMatch(/leider nicht zustellen/);
    expect(gateway.posts).toHaveLength(1);
    await gateway.close();
  });

  test('are refused without one', async () => {
    server = await startServer();
    expect(words(await ask('abc'))).toMatch(/^Von dieser Leitung .*SMS|SMS kann ich/);
  });
});

describe('what a profile knows of such a call', () => {
  test('headers, attributes and metadata', async () => {
    const greeting = 'greeting: "Hello ${header.X-Name}, ${metadata.order.id|no order} at ${header.bot}."';
    server = await startServer({ AGENTS_DIR: agents(greeting) });
    await send('?bot=desk', { conversation: 'abc' });
    const metadata = { dialoutMetadata: { order: { id: 7 } } };
    expect(words(await tell('abc', start('bank', { 'X-Name': 'Ada', ...metadata })))).toBe(
      'Hello Ada, 7 at desk.',
    );
  });

  test('its own section leaves before anything is said', async () => {
    const section =
      'greeting: Hello.\naudiocodes: { voiceName: Libby, sttContextPhrases: [loan], extra: { x: 1 } }';
    server = await startServer({ AGENTS_DIR: agents(section), PUBLIC_URL: 'https://calls.example.com' });
    const created = await create('abc');
    expect(created.json).toMatchObject({
      activitiesURL: 'https://calls.example.com/audiocodes/conversation/abc/activities',
      websocketURL: 'wss://calls.example.com/audiocodes/conversation/abc/websocket',
    });
    const { activities } = await tell('abc', start());
    expect(activities.map(({ name, text }) => name ?? text)).toEqual(['config', 'Hello.']);
    expect(activities[0]?.sessionParams).toMatchObject({
      voiceName: 'Libby',
      sttContextPhrases: ['loan'],
      x: 1,
    });
  });

  test('a mistake in it stops the start', async () => {
    const section = 'greeting: Hello.\naudiocodes:\n  bargeIn: maybe';
    await expect(startServer({ AGENTS_DIR: agents(section) })).rejects.toThrow(
      /bank\.yaml:8: audiocodes\.bargeIn: expected true or false/,
    );
  });
});
