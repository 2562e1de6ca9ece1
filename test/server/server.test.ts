import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningServer } from '../../src/server';
import { callEvent, dial, post, startServer, upgradeStatus } from '../support/call-server';

const EVENTS = 'sample-requests/sipgate';

let server: RunningServer;
afterEach(() => server?.close());

describe('the one port', () => {
  test('/healthz says that the process lives; everything else is 404 with advice', async () => {
    server = await startServer();
    const health = await fetch(`http://127.0.0.1:${server.port}/healthz`);
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }]);
    const nothing = await fetch(`http://127.0.0.1:${server.port}/`);
    expect(nothing.status).toBe(404);
    expect(nothing.headers.get('x-powered-by')).toBeNull();
    expect(await nothing.json()).toEqual({
      error: 'Nothing here. Events go to /sipgate, /audiocodes',
      code: 'DOOR_NOT_FOUND',
    });
  });

  test('the WebSocket is at /sipgate only', async () => {
    server = await startServer();
    expect(await upgradeStatus(server.port, '/sipgate')).toBe(101);
    expect(await upgradeStatus(server.port, '/sipgate?tenant=1')).toBe(101);
    expect(await upgradeStatus(server.port, '/')).toBe(404);
  });

  test('a secret guards webhook and upgrade', async () => {
    server = await startServer({ AIFLOW_API_KEY: 'open sesame' });
    const event = callEvent('guarded', 'session_start');
    expect((await post(server.port, event)).status).toBe(401);
    expect((await post(server.port, 'not even JSON', { 'X-API-TOKEN': 'wrong' })).status).toBe(401);
    expect((await post(server.port, event, { 'x-api-token': 'open sesame' })).status).toBe(200);
    expect(await upgradeStatus(server.port, '/sipgate')).toBe(401);
    expect(await upgradeStatus(server.port, '/sipgate', { 'X-API-TOKEN': 'open sesame' })).toBe(101);
  });

  test('a port that is taken stops the start with advice', async () => {
    server = await startServer();
    await expect(startServer({ PORT: String(server.port) })).rejects.toThrow(/^PORT: \d+ is in use/);
  });

  test('an address of another machine stops the start with advice', async () => {
    await expect(startServer({ HOST: '203.0.113.7' })).rejects.toThrow(
      /^HOST: expected an address of this machine/,
    );
  });
});

describe('every sample request', () => {
  test.each(readdirSync(EVENTS))('%s gets a valid answer', async (file) => {
    server = await startServer();
    const body = readFileSync(join(EVENTS, file), 'utf8');
    const { status, json, text } = await post(server.port, body);
    expect([200, 204]).toContain(status);
    expect(text === '' ? 204 : 200).toBe(status);
    for (const action of [json ?? []].flat()) {
      expect(action).toMatchObject({ type: expect.any(String), session_id: JSON.parse(body).session.id });
    }
  });
});

describe('who answers', () => {
  test('German by default, English under the English number', async () => {
    server = await startServer();
    const german = await post(server.port, callEvent('de', 'session_start'));
    expect(german.json).toMatchObject({ type: 'speak', tts: { language: 'de-DE' } });
    const english = await post(server.port, callEvent('en', 'session_start', {}, '442079460123'));
    expect(english.json).toMatchObject({ type: 'speak', tts: { language: expect.stringMatching(/^en/) } });
  });

  test('a call survives that its first event is not its start', async () => {
    server = await startServer();
    const { status, json } = await post(server.port, callEvent('late', 'user_speak', { text: 'Guten Tag' }));
    expect(status).toBe(200);
    expect(json).toMatchObject({ type: 'speak' });
  });
});

describe('on a WebSocket', () => {
  test('events that ask for nothing get silence', async () => {
    server = await startServer();
    const line = await dial(server.port);
    for (const type of [
      'user_speech_started',
      'assistant_speak',
      'assistant_speech_ended',
      'call_quality_report',
    ]) {
      line.send(callEvent('quiet', type));
    }
    line.send(callEvent('quiet', 'session_start'));
    await line.action(({ type }) => type === 'speak');
    expect(line.frames).toHaveLength(1);
    line.close();
  });

  test('a key stops the voice, then gets an answer, in one frame', async () => {
    server = await startServer();
    const line = await dial(server.port);
    line.send(callEvent('keys', 'dtmf_received', { digit: '5' }));
    await line.action(({ type }) => type === 'speak');
    expect(line.frames.map(({ type }) => type)).toEqual(['barge_in', 'speak']);
    line.close();
  });
});
