import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket } from 'ws';
import {
  answerEvents,
  bearerGuard,
  type EventDoorOptions,
  type Guard,
  type HttpAnswerer,
  httpDoor,
  JSON_LIMITS,
  lambdaDoor,
  MAX_BODY_BYTES,
  MAX_MESSAGE_BYTES,
  parseFrame,
  readJsonText,
  tokenGuard,
  type WebSocketDoorOptions,
  webSocketDoor,
} from '../src';
import { keeperThat, ToyHttpServer, toyProcess } from './support/toy-platform';

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close().closeAllConnections();
});

async function listen(server: Server): Promise<string> {
  open.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function toyWebhook(options?: EventDoorOptions) {
  const process = await toyProcess(function ({ text }) {
    return this.$send(text ?? 'hello');
  });
  const answerer = answerEvents(
    process.app,
    (event, headers, send) => new ToyHttpServer(event, headers, send),
    options,
  );
  return { ...process, answerer };
}

const event = { type: 'words', call: 'c', text: 'hi' };

/** An event of exactly so many bytes, or with so many levels or keys. */
const padded = (bytes: number) => {
  const bare = JSON.stringify({ ...event, pad: '' }).length;
  return JSON.stringify({ ...event, pad: 'x'.repeat(bytes - bare) });
};
const deep = (levels: number) =>
  `${JSON.stringify(event).slice(0, -1)},"pad":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
const wide = (keys: number) => {
  const more = Array.from({ length: keys - Object.keys(event).length }, (_, key) => [`key ${key}`, ':{"[']);
  return JSON.stringify({ ...event, ...Object.fromEntries(more) });
};

describe('who may come in', () => {
  const ask = (guard: Guard | undefined, headers: Record<string, string>) => guard?.(headers);

  test('each of several tokens, while one is being replaced', () => {
    const guard = tokenGuard({ tokens: ['old', 'new'], header: 'X-Token' });
    expect(['old', 'new', 'other', ''].map((token) => ask(guard, { 'x-token': token }))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(ask(guard, {})).toBe(false);
  });

  test('everybody where no secret is set, and a blank one is none', () => {
    expect(tokenGuard({ tokens: [], header: 'X-Token' })).toBeUndefined();
    expect(tokenGuard({ tokens: [''], header: 'X-Token' })).toBeUndefined();
    expect(bearerGuard([''])).toBeUndefined();
  });

  test.each([
    ['Bearer secret', true],
    ['bearer secret', true],
    ['BEARER   secret ', true],
    ['Bearer other', false],
    ['Bearer', false],
    ['Bearer secret more', false],
    ['Basic secret', false],
    ['secret', false],
    ['', false],
  ])('as a bearer: %p', (authorization, allowed) => {
    expect(ask(bearerGuard(['secret']), { Authorization: authorization })).toBe(allowed);
  });

  test('a guard may take its time; nothing is read before it has answered', async () => {
    const guard: Guard = async (headers) => headers.authorization === 'yes';
    const { answerer, heard } = await toyWebhook({ guard });
    const url = await listen(createServer(httpDoor(answerer)));
    const post = (authorization: string) =>
      fetch(url, { method: 'POST', body: JSON.stringify(event), headers: { authorization } });
    expect((await post('no')).status).toBe(401);
    expect(heard).toEqual([]);
    expect((await post('yes')).status).toBe(200);
  });
});

describe('a request', () => {
  const echo: HttpAnswerer = async ({ method, path, query, body }) => ({
    status: 200,
    body: { method, path, query, text: (await body(100))?.toString() },
    headers: { 'X-Extra': 'yes' },
  });

  test('is the same thing on Node and on Lambda', async () => {
    const url = await listen(createServer(httpDoor(echo)));
    const response = await fetch(`${url}/a/b?x=1&y=?`, { method: 'PUT', body: 'ä' });
    expect(await response.json()).toEqual({ method: 'PUT', path: '/a/b', query: '?x=1&y=?', text: 'ä' });
    expect(response.headers.get('x-extra')).toBe('yes');

    const door = lambdaDoor(echo);
    const answers = [
      await door({
        requestContext: { http: { method: 'PUT' } },
        rawPath: '/a/b',
        rawQueryString: 'x=1',
        body: Buffer.from('ä').toString('base64'),
        isBase64Encoded: true,
      }),
      await door({ httpMethod: 'PUT', path: '/a/b', queryStringParameters: { x: '1' }, body: 'ä' }),
    ];
    for (const { statusCode, headers, body } of answers) {
      expect(statusCode).toBe(200);
      expect(headers).toEqual({ 'Content-Type': 'application/json', 'X-Extra': 'yes' });
      expect(JSON.parse(String(body))).toEqual({ method: 'PUT', path: '/a/b', query: '?x=1', text: 'ä' });
    }
    expect(await lambdaDoor(async () => ({ status: 204 }))({})).toEqual({ statusCode: 204 });
  });

  test('that fails ends without an answer and does no harm to others', async () => {
    const url = await listen(
      createServer(
        httpDoor(async ({ path }) => {
          if (path === '/bad') throw new Error('a fault of ours');
          return { status: 204 };
        }),
      ),
    );
    await expect(fetch(`${url}/bad`)).rejects.toThrow();
    expect((await fetch(url)).status).toBe(204);
  });
});

describe('limits of an event over HTTP', () => {
  test.each([
    ['bytes', padded(MAX_BODY_BYTES), 200],
    ['bytes', padded(MAX_BODY_BYTES + 1), 413],
    ['levels', deep(JSON_LIMITS.maxDepth), 200],
    ['levels', deep(JSON_LIMITS.maxDepth + 1), 400],
    ['keys', wide(JSON_LIMITS.maxKeys), 200],
    ['keys', wide(JSON_LIMITS.maxKeys + 1), 400],
  ])('%s', async (_what, body, status) => {
    const { answerer, heard } = await toyWebhook();
    const url = await listen(createServer(httpDoor(answerer)));
    expect((await fetch(url, { method: 'POST', body })).status).toBe(status);
    expect(heard).toHaveLength(status === 200 ? 1 : 0);
  });

  test('are options', async () => {
    const { answerer } = await toyWebhook({ maxBodyBytes: 80, json: { maxDepth: 2, maxKeys: 4 } });
    const url = await listen(createServer(httpDoor(answerer)));
    const statusOf = async (body: string) => (await fetch(url, { method: 'POST', body })).status;
    expect(await Promise.all([padded(80), padded(81)].map(statusOf))).toEqual([200, 413]);
    expect(await Promise.all([deep(2), deep(3)].map(statusOf))).toEqual([200, 400]);
    expect(await Promise.all([wide(4), wide(5)].map(statusOf))).toEqual([200, 400]);
  });
});

describe('limits of JSON', () => {
  const read = (text: string) => readJsonText(Buffer.from(text), { maxDepth: 2, maxKeys: 2 });

  test.each([
    ['{"a":{"b":1}}', true],
    ['{"a":{"b":{}}}', false],
    ['[[],[],[]]', true],
    ['{"a":1,"b":2,"c":3}', false],
    ['{"a":"[[[{{{ ::: \\" ]]]","b":"\\\\"}', true],
    ['{"a":"\\\\","b":"x","c":":"}', false],
    ['"unfinished [[[', false],
    ['', false],
    [' 1 ', true],
  ])('%s', (text, fits) => {
    expect('json' in read(text)).toBe(fits);
  });

  test('what fits is read as it is, and what is hostile costs nothing', () => {
    expect(read('{"a":"ä\\u00e4"}')).toEqual({ json: { a: 'ää' } });
    expect(read('['.repeat(1_000_000))).toEqual({ fault: 'An event has at most 2 levels' });
    expect(parseFrame(`${'['.repeat(100)}${']'.repeat(100)}`)).toBeNull();
    expect(parseFrame([Buffer.from('{"a"'), Buffer.from(':1}')])).toEqual({ a: 1 });
    expect(parseFrame(new TextEncoder().encode('[1]').buffer as ArrayBuffer)).toEqual([1]);
  });
});

describe('a WebSocket', () => {
  async function socketServer(options: Partial<WebSocketDoorOptions> = {}) {
    const received: number[] = [];
    const door = webSocketDoor({
      opened: (socket) => socket.on('message', (data: Buffer) => received.push(data.length)),
      ...options,
    });
    const server = createServer();
    server.on('upgrade', door.upgrade);
    const url = (await listen(server)).replace('http', 'ws');
    return { door, received, url };
  }

  const dial = async (url: string, options = {}) => {
    const socket = new WebSocket(url, options);
    await once(socket, 'open');
    return socket;
  };

  test.each<[string, Partial<WebSocketDoorOptions>, string]>([
    ['its token is wrong', { guard: () => false }, '401'],
    ['its token is wrong, which takes a while to say', { guard: async () => false }, '401'],
    ['its call is unknown', { statusOf: () => 404 }, '404'],
    ['its call is unknown, but its token is wrong', { guard: () => false, statusOf: () => 404 }, '401'],
  ])('is not opened when %s', async (_why, options, status) => {
    const { url, door } = await socketServer(options);
    await expect(dial(url)).rejects.toThrow(status);
    expect(door.size).toBe(0);
  });

  test.each([
    [MAX_MESSAGE_BYTES, undefined],
    [MAX_MESSAGE_BYTES + 1, 1009],
  ])('of %d bytes in a message closes with %p', async (bytes, code) => {
    const { url, received, door } = await socketServer();
    const socket = await dial(url);
    const closed = once(socket, 'close');
    socket.send('x'.repeat(bytes));
    if (code) {
      expect((await closed)[0]).toBe(code);
    } else {
      while (received.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
      expect(received).toEqual([bytes]);
      door.close();
    }
  });

  test('that answers pings stays open; one whose peer has gone without a word is closed', async () => {
    const { url, door } = await socketServer({ limits: { pingEveryMs: 30 } });
    const silent = await dial(url, { autoPong: false });
    const alive = await dial(url);
    expect(door.size).toBe(2);
    await once(silent, 'close');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([silent.readyState, alive.readyState]).toEqual([WebSocket.CLOSED, WebSocket.OPEN]);
    door.close();
  });

  test('is not pinged where that is switched off', async () => {
    const { url, door } = await socketServer({ limits: { pingEveryMs: 0 } });
    const socket = await dial(url);
    const ping = jest.fn();
    socket.on('ping', ping);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(ping).not.toHaveBeenCalled();
    door.close();
  });
});

test('a function answers when its call is kept: its host stops it then', async () => {
  const kept: string[] = [];
  const keeper = keeperThat(async () => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    kept.push('kept');
  });
  const { app } = await toyProcess(
    async function ({ text = '' }) {
      await this.$send(text);
    },
    { keeper },
  );
  const door = lambdaDoor(
    answerEvents(app, (event, headers, send) => new ToyHttpServer(event, headers, send)),
  );
  const answer = await door({
    httpMethod: 'POST',
    body: JSON.stringify({ type: 'words', call: 'c', text: 'hi' }),
  });
  expect(answer.statusCode).toBe(200);
  expect(kept).toEqual(['kept']);
});
