import { connect } from 'node:net';
import { bad, badNames, event, eventNames } from './support/fixtures';
import { recordingApp } from './support/recording-app';
import { type Reply, type Rig, rig } from './support/rig';

let open: Rig | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});

async function answering(...[handler, config, doors]: [...Parameters<typeof recordingApp>, object?]) {
  const recorded = recordingApp(handler, config);
  open = await rig(recorded.app, doors);
  return { ...recorded, server: open };
}

/** Spec 3.2: never `[]`, `{}`, null or an empty 200, and nothing of our insides. */
function expectValid({ status, text, json }: Reply): void {
  expect(text).not.toMatch(/\.[jt]s\b|node_modules|\bat \w+.*:\d+|stack|\/work\//i);
  if (status === 200) {
    const actions = [json].flat() as Record<string, unknown>[];
    expect(actions.length).toBeGreaterThan(0);
    for (const action of actions) {
      expect(typeof action.type).toBe('string');
      expect(action.session_id).toBeTruthy();
    }
  } else if (status === 204) expect(text).toBe('');
  else expect(json).toEqual({ error: expect.any(String), code: expect.stringMatching(/^DOOR_/) });
}

const SILENT = [
  'user_speech_started',
  'session_end',
  'session_end_with_undocumented_fields',
  'unknown_future_event',
];

describe('every event over both transports', () => {
  test.each(eventNames)('%s', async (name) => {
    const { server, seen } = await answering();
    const expected = SILENT.includes(name) ? [] : [expect.objectContaining({ type: 'speak' })];

    const reply = await server.post(event(name, 'http-call'));
    expectValid(reply);
    expect(reply.status).toBe(expected.length ? 200 : 204);
    expect([reply.json ?? []].flat()).toEqual(expected);

    const line = await server.dial();
    line.send(event(name, 'ws-call'));
    await line.settle();
    expect(line.frames).toEqual(expected);
    expect(seen).toHaveLength(2);
    expect({ ...seen[0], sessionId: '' }).toEqual({ ...seen[1], sessionId: '' });
  });
});

describe('malformed input gets its stated answer and the server goes on', () => {
  /** Status over HTTP; how many times a handler was called; 200 and 204 leave the body to the app. */
  const table: Record<string, [status: number, handled: number]> = {
    'not_json.txt': [400, 0],
    'truncated.json.txt': [400, 0],
    'empty_body.txt': [400, 0],
    'json_null.json': [400, 0],
    'json_string.json': [400, 0],
    'event_array.json': [400, 0],
    'missing_type.json': [400, 0],
    'type_not_string.json': [400, 0],
    'missing_session.json': [400, 0],
    'session_null.json': [400, 0],
    'missing_session_id.json': [400, 0],
    'session_id_empty.json': [400, 0],
    'session_id_number.json': [400, 0],
    'session_id_not_uuid.json': [200, 1],
    'user_speak_no_text.json': [204, 0],
    'user_speak_blank_text.json': [204, 0],
    'user_speak_text_not_string.json': [204, 0],
    'user_speak_barged_in_string.json': [200, 1],
    'dtmf_no_digit.json': [204, 0],
    'dtmf_invalid_digit.json': [204, 0],
    'dtmf_many_digits.json': [200, 3],
    'dtmf_number_digit.json': [200, 1],
    'event_for_unknown_session.json': [200, 1],
    'event_after_session_end.json': [204, 0],
    'proto_pollution.json': [204, 1],
    'n8n_style_body_wrapper.json': [400, 0],
    // Not a request: a response that must never be sent. As a request it lacks everything.
    'non_action_success.json.txt': [400, 0],
  };

  test('the table names every file', () => expect(Object.keys(table).sort()).toEqual([...badNames].sort()));

  test.each(Object.entries(table))('%s', async (file, [status, handled]) => {
    const { server, seen } = await answering();
    const line = await server.dial();
    if (file === 'event_after_session_end.json') {
      await server.post(event('session_end'));
      seen.length = 0;
    }
    const reply = await server.post(bad(file));
    expectValid(reply);
    expect(reply.status).toBe(status);
    expect(seen).toHaveLength(handled);

    line.send(bad(file));
    await line.settle();
    expect(seen).toHaveLength(2 * handled);
    expect(line.frames.length > 0).toBe(status === 200);

    // A normal call afterwards.
    const answers = line.frames.length;
    line.send(event('session_start', 'next-ws'));
    expect(await line.frame(answers + 1)).toMatchObject({ session_id: 'next-ws', text: 'LAUNCH' });
    expect((await server.post(event('session_start', 'next-http'))).status).toBe(200);
  });

  test('several keys are handled one by one, in order', async () => {
    const { server, seen } = await answering();
    await server.post(bad('dtmf_many_digits.json'));
    expect(seen.map(({ digit }) => digit)).toEqual([...JSON.parse(bad('dtmf_many_digits.json')).digit]);
  });
});

describe('the door', () => {
  const apiKey = 'secret';

  test.each([
    ['guarded by the door', {}, { apiKey }],
    ['guarded by the platform', { apiKey }, {}],
    ['guarded by both', { apiKey }, { apiKey }],
  ])('%s: 401 before anything is parsed, on both transports', async (_name, config, doors) => {
    const { server, seen } = await answering(undefined, config, doors);
    for (const headers of [{}, { 'X-API-TOKEN': 'wrong' }, { 'X-API-TOKEN': '' }]) {
      for (const body of [event('session_start'), 'not json', 'x'.repeat(64 * 1024)]) {
        const reply = await server.post(body, { headers: headers as Record<string, string> });
        expectValid(reply);
        expect(reply.status).toBe(401);
      }
      await expect(server.dial(headers as Record<string, string>)).rejects.toThrow('401');
    }
    expect(seen).toEqual([]);

    for (const name of ['X-API-TOKEN', 'x-api-token', 'X-Api-Token']) {
      expect((await server.post(event('session_start'), { headers: { [name]: apiKey } })).status).toBe(200);
      const line = await server.dial({ [name]: apiKey });
      line.send(event('user_speak'));
      await line.frame(1);
    }
  });

  test('the header can have another name', async () => {
    const { server } = await answering(undefined, { apiKey, apiKeyHeader: 'X-API-Key' });
    expect((await server.post(event('session_start'), { headers: { 'x-api-key': apiKey } })).status).toBe(
      200,
    );
    expect((await server.post(event('session_start'), { headers: { 'x-api-token': apiKey } })).status).toBe(
      401,
    );
  });

  test('a peer that resets a refused upgrade does not take the process down', async () => {
    const { server } = await answering(undefined, {}, { apiKey });
    const { port, hostname } = new URL(server.url);
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => {});
      socket.write(
        'GET /sipgate HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
          'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      );
      socket.resetAndDestroy();
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await server.post(event('session_start'))).status).toBe(401);
  });

  test.each(['GET', 'HEAD', 'PUT', 'DELETE'])('%s is 405 and reaches no handler', async (method) => {
    const { server, seen } = await answering();
    const reply = await server.post(event('session_start'), { method });
    expect(reply.status).toBe(405);
    expect(reply.headers.get('allow')).toBe('POST');
    expect(seen).toEqual([]);
  });

  const padded = (bytes: number) => {
    const bare = JSON.stringify({ ...event('session_start'), pad: '' });
    return bare.replace('"pad":""', `"pad":"${'x'.repeat(bytes - bare.length)}"`);
  };

  test.each([
    [1024 * 1024, 200],
    [1024 * 1024 + 1, 413],
  ])('a body of %d bytes: %d', async (bytes, status) => {
    const { server } = await answering();
    const reply = await server.post(padded(bytes));
    expectValid(reply);
    expect(reply.status).toBe(status);
  });

  test('a body that does not announce its size is measured as it comes', async () => {
    const { server } = await answering();
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(padded(1024 * 1024 + 1)));
        controller.close();
      },
    });
    const init = { method: 'POST', body: stream, duplex: 'half' } as RequestInit;
    expect((await fetch(server.url, init)).status).toBe(413);
    expect((await server.post(event('session_start'))).status).toBe(200);
  });

  test.each([
    [256 * 1024, undefined],
    [256 * 1024 + 1, 1009],
  ])('a message of %d bytes closes the socket with %p', async (bytes, code) => {
    const { server } = await answering();
    const line = await server.dial();
    const closed = new Promise((resolve) => line.socket.on('close', resolve));
    line.send(padded(bytes));
    if (code) expect(await closed).toBe(code);
    else await line.frame(1);
    expect((await server.post(event('session_start', 'other'))).status).toBe(200);
  });

  test('binary frames are read too; frames that do not parse are dropped', async () => {
    const { server, seen, warnings } = await answering();
    const line = await server.dial();
    line.send('{"type":');
    line.socket.send(Buffer.from([0xff, 0x00, 0x80]));
    line.socket.send(Buffer.from(JSON.stringify(event('session_start'))));
    await line.frame(1);
    expect(seen).toHaveLength(1);
    expect(line.socket.readyState).toBe(line.socket.OPEN);
    expect(warnings).toEqual(Array(2).fill('event dropped: the event must be a JSON object'));
  });

  test('pings are answered', async () => {
    const { server } = await answering();
    const { socket } = await server.dial();
    const pong = new Promise((resolve) => socket.once('pong', resolve));
    socket.ping();
    await pong;
  });
});
