import { once } from 'node:events';
import { request } from 'node:http';
import { WebSocket } from 'ws';
import type { AlarmChange } from '../../src/operations/alarms';
import type { RunningServer } from '../../src/server';
import { callEvent, dial, post, startServer, upgradeStatus } from '../support/call-server';
import { keptLog } from '../support/kept-log';

const ENGLISH = '442079460123';

let server: RunningServer;
afterEach(() => server?.close());

const get = (path: string, headers: Record<string, string> = {}, port = server.port) =>
  fetch(`http://127.0.0.1:${port}${path}`, { headers });
const said = ({ json }: { json: unknown }) =>
  ([json].flat() as { text?: string; type: string }[])
    .filter(({ type }) => type === 'speak')
    .map(({ text }) => text);

describe('how the server is', () => {
  test('/healthz lives, /readyz takes calls', async () => {
    server = await startServer();
    const health = await get('/healthz');
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }]);
    const ready = await get('/readyz');
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready' }]);
  });

  test('/metrics counts what has happened, for this machine only', async () => {
    server = await startServer();
    await post(server.port, callEvent('counted', 'session_start'));
    await post(server.port, callEvent('counted', 'session_end'));
    const figures = await get('/metrics');
    expect(figures.headers.get('content-type')).toMatch(/^text\/plain/);
    const text = await figures.text();
    expect(text).toContain(
      'telephony_calls_total{network="sipgate",direction="inbound",profile="praxis-sommer"} 1',
    );
    expect(text).toContain('telephony_calls_ended_total{network="sipgate",outcome="caller_hung_up"} 1');
    expect(text).toContain('telephony_calls_active{network="sipgate"} 0');
    expect(text).toContain('telephony_door_answers_total{network="sipgate",status="204"} 1');
    const passedOn = await get('/metrics', { 'X-Forwarded-For': '203.0.113.9' });
    expect(passedOn.status).toBe(403);
  });

  test('a token opens /metrics and /alarms, and nothing else does', async () => {
    server = await startServer({ METRICS_TOKEN: 'new,old' });
    for (const path of ['/metrics', '/alarms']) {
      expect((await get(path)).status).toBe(401);
      expect((await get(path, { Authorization: 'Bearer wrong' })).status).toBe(401);
      for (const token of ['new', 'old']) {
        expect((await get(path, { Authorization: `Bearer ${token}` })).status).toBe(200);
      }
    }
  });

  test('figures with a port of their own are not to be found on the other one', async () => {
    server = await startServer({ METRICS_PORT: '0' });
    expect((await get('/metrics')).status).toBe(404);
    expect((await get('/metrics', {}, server.metricsPort)).status).toBe(200);
    expect((await get('/readyz', {}, server.metricsPort)).status).toBe(200);
    expect((await get('/sipgate', {}, server.metricsPort)).status).toBe(404);
  });

  test('/alarms shows what is on and what was', async () => {
    server = await startServer();
    server.operations.alarms.set('journal_degraded', true);
    server.operations.alarms.set('memory_high', true);
    server.operations.alarms.set('memory_high', false);
    const { active, history } = (await (await get('/alarms')).json()) as Record<string, AlarmChange[]>;
    expect(active?.map(({ alarm }) => alarm)).toEqual(['journal_degraded']);
    expect(history?.map(({ state }) => state)).toEqual(['raised', 'raised', 'cleared']);
  });
});

describe('who may come to a door', () => {
  test('addresses of the allow-list; a header is believed only from a trusted proxy', async () => {
    server = await startServer({ AIFLOW_ALLOW_FROM: '203.0.113.0/24', TRUST_PROXY: '127.0.0.0/8' });
    const event = callEvent('guarded', 'session_start');
    const from = (address: string) => ({ 'X-Forwarded-For': address });
    expect((await post(server.port, event, from('203.0.113.9'))).status).toBe(200);
    expect((await post(server.port, event, from('203.0.113.9, 198.51.100.1'))).status).toBe(403);
    expect((await post(server.port, event)).status).toBe(403);
    expect(await upgradeStatus(server.port, '/sipgate', from('203.0.113.9'))).toBe(101);
    expect(await upgradeStatus(server.port, '/sipgate', from('198.51.100.1'))).toBe(403);
    await server.close();
    server = await startServer({ AIFLOW_ALLOW_FROM: '203.0.113.0/24' });
    expect((await post(server.port, event, from('203.0.113.9'))).status).toBe(403);
  });

  test('two secrets while one replaces the other', async () => {
    server = await startServer({ AIFLOW_API_KEY: 'new,old' });
    const status = async (token: string) =>
      (await post(server.port, callEvent(token, 'session_start'), { 'X-API-TOKEN': token })).status;
    expect([await status('new'), await status('old'), await status('new,old')]).toEqual([200, 200, 401]);
    expect(await upgradeStatus(server.port, '/sipgate', { 'X-API-TOKEN': 'old' })).toBe(101);
    expect(await upgradeStatus(server.port, '/sipgate', { 'X-API-TOKEN': 'older' })).toBe(401);
  });

  test('a flood of wrong tokens is counted, and told once', async () => {
    const { log, lines } = keptLog();
    server = await startServer({ AIFLOW_API_KEY: 'right' }, { log });
    for (let tries = 0; tries < 20; tries += 1) await post(server.port, 'x', { 'X-API-TOKEN': 'wrong' });
    await upgradeStatus(server.port, '/sipgate');
    expect(lines.filter(({ code }) => code === 'DOOR_UNAUTHORIZED')).toHaveLength(1);
    const text = await server.operations.metrics.text();
    expect(text).toContain('telephony_door_refusals_total{network="sipgate",code="DOOR_UNAUTHORIZED"} 21');
  });

  test('so many new calls a minute from one address; those that run go on', async () => {
    server = await startServer({ CALLS_PER_MINUTE_PER_ADDRESS: '2', TRUST_PROXY: '1' });
    const start = (id: string, address = '203.0.113.9') =>
      fetch(`http://127.0.0.1:${server.port}/sipgate`, {
        method: 'POST',
        body: JSON.stringify(callEvent(id, 'session_start')),
        headers: { 'X-Forwarded-For': address },
      });
    expect([(await start('1')).status, (await start('2')).status]).toEqual([200, 200]);
    const refused = await start('3');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
    expect((await start('4', '203.0.113.10')).status).toBe(200);
    const goesOn = await post(server.port, callEvent('1', 'user_speak', { text: 'Wann haben Sie auf?' }), {
      'X-Forwarded-For': '203.0.113.9',
    });
    expect(goesOn.status).toBe(200);
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/sipgate`, {
      headers: { 'X-Forwarded-For': '203.0.113.9' },
    });
    await once(socket, 'open');
    socket.send(JSON.stringify(callEvent('5', 'session_start')));
    expect((await once(socket, 'close'))[0]).toBe(1013);
    expect(server.operations.alarms.isOn('calls_refused')).toBe(true);
  });
});

describe('a call that a limit turns away', () => {
  const fill = async () => {
    server = await startServer({ CONCURRENT_CALLS: '1' });
    await post(server.port, callEvent('first', 'session_start'));
  };

  test('is told so, in the language of the profile, and ended', async () => {
    await fill();
    const german = await post(server.port, callEvent('second', 'session_start'));
    expect(said(german)).toEqual([
      'Im Moment sind leider alle Leitungen belegt. Bitte rufen Sie später noch einmal an. Auf Wiederhören!',
    ]);
    const ended = await post(server.port, callEvent('second', 'assistant_speech_ended'));
    expect(ended.json).toMatchObject({ type: 'hangup' });
    const english = await post(server.port, callEvent('third', 'session_start', {}, ENGLISH));
    expect(said(english)).toEqual([
      'I am afraid all our lines are busy at the moment. Please call again later. Goodbye!',
    ]);
    expect(server.operations.alarms.isOn('calls_refused')).toBe(true);
  });

  test('ends, whatever the caller says to it', async () => {
    await fill();
    await post(server.port, callEvent('second', 'session_start'));
    for (const [type, fields] of [
      ['user_speak', { text: 'Moment, ich habe eine Frage!' }],
      ['user_speak', { text: 'Hallo?', barged_in: true }],
      ['dtmf_received', { digit: '1' }],
      ['session_start', {}],
      ['user_input_timeout', {}],
    ] as const) {
      const { json } = await post(server.port, callEvent('second', type, fields));
      expect([type, json]).toEqual([type, { type: 'hangup', session_id: 'second' }]);
      // A network that did not hang up goes on: the call is heard as one that is there again.
      await post(server.port, callEvent('second', 'session_end'));
      await post(server.port, callEvent('second', 'session_start'));
    }
  });

  test('leaves its place when another one ends', async () => {
    await fill();
    await post(server.port, callEvent('first', 'session_end'));
    const next = await post(server.port, callEvent('second', 'session_start'));
    expect(said(next)[0]).toMatch(/^Praxis Doktor Sommer/);
  });
});

describe('what a request may cost', () => {
  const raw = (path: string, headers: Record<string, string>) =>
    new Promise<number>((resolve, reject) => {
      const outgoing = request({ host: '127.0.0.1', port: server.port, path, headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      outgoing.on('error', reject);
      outgoing.end();
    });

  test('headers', async () => {
    server = await startServer();
    const filler = (bytes: number) => ({ 'X-Filler': 'x'.repeat(bytes) });
    expect(await raw('/healthz', filler(15 * 1024))).toBe(200);
    expect(await raw('/healthz', filler(17 * 1024))).toBe(431);
  });

  test('bodies: bytes, depth, fields', async () => {
    server = await startServer();
    const event = (extra: unknown) => ({ ...callEvent('costly', 'user_speak', { text: 'Hallo' }), extra });
    const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
    const wide = Object.fromEntries(Array.from({ length: 2_001 }, (_, nth) => [`k${nth}`, nth]));
    expect((await post(server.port, event(nested(31)))).status).toBe(200);
    expect(await post(server.port, event(nested(32)))).toMatchObject({
      status: 400,
      json: { error: 'An event has at most 32 levels' },
    });
    expect(await post(server.port, event(wide))).toMatchObject({
      status: 400,
      json: { error: 'An event has at most 2000 keys' },
    });
    expect((await post(server.port, 'x'.repeat(1024 * 1024 + 1))).status).toBe(413);
  });

  test('a frame that is too deep is dropped, one that is too long closes the socket', async () => {
    server = await startServer();
    const line = await dial(server.port);
    line.socket.send(`${'['.repeat(100_000)}`);
    line.send(callEvent('deep', 'session_start'));
    await line.action(({ type }) => type === 'speak');
    line.socket.send('x'.repeat(256 * 1024 + 1));
    expect((await once(line.socket, 'close'))[0]).toBe(1009);
  });
});

describe('a stop', () => {
  test('refuses new calls, by 503 and by close 1013, and lets those that run come to their end', async () => {
    server = await startServer();
    const line = await dial(server.port);
    line.send(callEvent('socket', 'session_start'));
    await line.action(({ type }) => type === 'speak');
    await post(server.port, callEvent('webhook', 'session_start'));
    const idle = await dial(server.port);

    const stopped = server.stop();
    const ready = await get('/readyz');
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'draining' }]);
    expect((await get('/healthz')).status).toBe(200);

    const refused = await post(server.port, callEvent('late', 'session_start'));
    expect(refused).toMatchObject({
      status: 503,
      json: { error: 'This server is about to stop and takes no new call' },
    });
    idle.send(callEvent('later', 'session_start'));
    expect((await once(idle.socket, 'close'))[0]).toBe(1013);
    // A socket that carries a call is not closed because of another one.
    line.send(callEvent('latest', 'session_start'));

    const question = { text: 'Wann haben Sie geöffnet?' };
    expect((await post(server.port, callEvent('webhook', 'user_speak', question))).status).toBe(200);
    line.frames.length = 0;
    line.send(callEvent('socket', 'user_speak', question));
    expect(await line.action(({ type }) => type === 'speak')).toMatchObject({ session_id: 'socket' });

    expect((await post(server.port, callEvent('webhook', 'session_end'))).status).toBe(204);
    const closed = once(line.socket, 'close');
    line.send(callEvent('socket', 'session_end'));
    expect((await closed)[0]).toBe(1001);
    await stopped;
    await expect(get('/healthz')).rejects.toThrow();
  });

  test('at its limit says goodbye: at once where it can, else with the next event', async () => {
    server = await startServer({ DRAIN_SECONDS: '0.2' });
    const line = await dial(server.port);
    line.send(callEvent('socket', 'session_start', {}, ENGLISH));
    await line.action(({ type }) => type === 'speak');
    await post(server.port, callEvent('webhook', 'session_start'));
    line.frames.length = 0;

    const stopped = server.stop();
    const goodbye = await line.action(({ type }) => type === 'speak');
    expect(goodbye.text).toBe(
      'I am afraid I have to break off our call. Please call again in a moment. Goodbye!',
    );
    line.send(callEvent('socket', 'assistant_speech_ended', {}, ENGLISH));
    await line.action(({ type }) => type === 'hangup');
    line.send(callEvent('socket', 'session_end', {}, ENGLISH));

    const next = await post(server.port, callEvent('webhook', 'assistant_speech_ended'));
    expect(said(next)).toEqual([
      'Ich muss unser Gespräch leider unterbrechen. Bitte rufen Sie gleich noch einmal an. Auf Wiederhören!',
    ]);
    const last = await post(server.port, callEvent('webhook', 'assistant_speech_ended'));
    expect(last.json).toMatchObject({ type: 'hangup' });
    await post(server.port, callEvent('webhook', 'session_end'));
    await stopped;
  });

  test('that is asked for twice waits for nothing', async () => {
    const { log, lines } = keptLog();
    server = await startServer({}, { log });
    const line = await dial(server.port);
    line.send(callEvent('socket', 'session_start'));
    await line.action(({ type }) => type === 'speak');
    const first = server.stop();
    await server.stop();
    await first;
    expect(lines.filter(({ code }) => code === 'CALL_ENDED_BY_STOP')).toHaveLength(1);
  });
});
