import { once } from 'node:events';
import { createServer, type Server as NodeServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type AnyObject,
  App,
  BaseComponent,
  Component,
  Global,
  Handle,
  Intents,
  Server,
} from '@jovotech/framework';
import { ExpressJs, Webhook } from '@jovotech/server-express';
import express, { type Request, type Response } from 'express';
import { WebSocketServer as Acceptor, WebSocket } from 'ws';
import {
  HangupOutput,
  InputType,
  type SipgateAiflowConfig,
  SipgateAiflowPlatform,
  SpeakOutput,
  WebSocketServer,
} from '../src';
import { event } from './support/fixtures';
import { gist } from './support/phone-line';
import { quiet } from './support/quiet';

/* The servers of the published package's README, on real sockets. */
beforeAll(quiet);
const closers: (() => unknown)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

@Global()
@Component()
class Talk extends BaseComponent {
  async LAUNCH() {
    await this.$send(SpeakOutput, { message: 'Hello', sessionId: this.$session.sessionInfo?.id });
  }
  @Handle({ types: [InputType.USER_SPEAK] })
  async bye() {
    await this.$send(SpeakOutput, { message: 'Goodbye!' });
    return this.$send(HangupOutput);
  }
  @Handle({ types: [InputType.SESSION_END] })
  end() {
    return this.$send('{}');
  }
  @Intents('HelpIntent')
  help() {
    return this.$send('help');
  }
}

const appOf = (config: Partial<SipgateAiflowConfig> = {}) =>
  new App({ components: [Talk], plugins: [new SipgateAiflowPlatform(config)] });

/** `new WebSocket.Server({ port })` as in the README; `headers` says whether the upgrade's headers are handed on. */
async function socketServer(app: App, headers: boolean): Promise<string> {
  const wss = new Acceptor({ port: 0, host: '127.0.0.1' });
  closers.push(() => wss.close());
  wss.on('connection', (ws, req) => {
    ws.on('message', async (data) => {
      await app.handle(headers ? new WebSocketServer(ws, data, req.headers) : new WebSocketServer(ws, data));
    });
  });
  await once(wss, 'listening');
  return `ws://127.0.0.1:${(wss.address() as AddressInfo).port}`;
}

async function dial(url: string, headers = {}) {
  const socket = new WebSocket(url, { headers });
  closers.push(() => socket.terminate());
  const frames: unknown[] = [];
  socket.on('message', (data) => frames.push(JSON.parse(data.toString())));
  await once(socket, 'open');
  return {
    frames,
    async says(...names: string[]) {
      for (const name of names) {
        const answered = new Promise((resolve) => socket.once('message', resolve));
        socket.send(JSON.stringify(event(name, 'c')));
        await Promise.race([answered, pause(1_000)]);
        // What else might come.
        await pause(30);
      }
      return frames.splice(0).map(gist);
    },
  };
}

async function listening(server: NodeServer): Promise<string> {
  closers.push(() => server.close().closeAllConnections());
  if (!server.listening) await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`;
}

async function post(url: string, body: unknown, headers = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, said: text && response.ok ? gist(JSON.parse(text)) : text };
}

describe('WebSocketServer on a plain ws server', () => {
  test('each output leaves at once, though nobody has initialized the app', async () => {
    const { says } = await dial(await socketServer(appOf(), false));
    expect(await says('session_start', 'user_speak', 'session_end')).toEqual([
      ['say: Hello'],
      ['say: Goodbye!'],
      ['hangup'],
    ]);
  });

  test('the token of the upgrade is checked if its headers are given', async () => {
    const url = await socketServer(appOf({ apiKey: 'secret' }), true);
    expect(await (await dial(url, { 'X-API-TOKEN': 'secret' })).says('session_start')).toEqual([
      ['say: Hello'],
    ]);
    expect(await (await dial(url, { 'X-API-TOKEN': 'wrong' })).says('session_start')).toEqual([]);
    const without = await socketServer(appOf({ apiKey: 'secret' }), false);
    expect(await (await dial(without, { 'X-API-TOKEN': 'secret' })).says('session_start')).toEqual([]);
  });

  test.each([
    [undefined, [['say: Goodbye!'], ['hangup']]],
    [true, [['say: Goodbye!'], ['hangup']]],
    [false, [['say: Goodbye!', 'hangup']]],
  ])('asyncOutput: %p', async (asyncOutput, frames) => {
    const { says } = await dial(await socketServer(appOf({ asyncOutput }), false));
    expect(await says('user_speak')).toEqual(frames);
  });
});

/** The README's own Express adapter, without the members that it lacks. */
class ExpressJsExt extends (Server as unknown as new () => object) {
  constructor(
    public req: Request,
    public res: Response,
  ) {
    super();
  }
  fail(error: Error): void {
    if (!this.res.headersSent) this.res.status(500).json({ code: 500, msg: error.message });
  }
  getRequestObject(): AnyObject {
    return this.req.body;
  }
  setResponse(response: unknown): Promise<void> {
    return new Promise((resolve) => {
      if (!this.res.headersSent) this.res.json(response);
      resolve();
    });
  }
}

describe.each([
  [
    "Jovo's Webhook and ExpressJs",
    (req: Request, res: Response) => new ExpressJs(req as never, res as never),
    true,
  ],
  ['ExpressJsExt', (req: Request, res: Response) => new ExpressJsExt(req, res) as unknown as Server, false],
])('%s', (_name, serverOf, handsOnHeaders) => {
  async function served(config: Partial<SipgateAiflowConfig> = {}): Promise<string> {
    const app = appOf(config);
    await app.initialize();
    const http = express();
    http.use(express.json());
    http.post('/webhook', async (req, res) => {
      await app.handle(serverOf(req, res));
    });
    return listening(createServer(http).listen(0, '127.0.0.1'));
  }

  test.each([
    [undefined, ['say: Goodbye!', 'hangup']],
    [true, ['say: Goodbye!', 'hangup']],
    [false, ['say: Goodbye!', 'hangup']],
  ])('asyncOutput: %p is one answer over HTTP', async (asyncOutput, said) => {
    expect(await post(await served({ asyncOutput }), event('user_speak'))).toEqual({ status: 200, said });
  });

  test('nothing is 204, never an empty array', async () => {
    const url = await served();
    expect(await post(url, event('session_end'))).toEqual({ status: 204, said: '' });
    expect(await post(url, event('user_speech_started'))).toEqual({ status: 204, said: '' });
  });

  test('malformed events are 400, those of nobody 500', async () => {
    const url = await served();
    expect((await post(url, { type: 'user_speak', session: { id: '' } })).status).toBe(400);
    expect((await post(url, { hello: 'world' })).status).toBe(500);
  });

  test('a token, where the server hands on the headers', async () => {
    const url = await served({ apiKey: 'secret' });
    expect((await post(url, event('session_start'))).status).toBe(401);
    expect((await post(url, event('session_start'), { 'x-api-token': 'wrong' })).status).toBe(401);
    const right = await post(url, event('session_start'), { 'x-api-token': 'secret' });
    expect(right.status).toBe(handsOnHeaders ? 200 : 401);
  });
});

test("Jovo's Webhook is an Express app of its own", async () => {
  const app = appOf();
  await app.initialize();
  Webhook.post('/webhook', async (req, res) => {
    await app.handle(new ExpressJs(req, res));
  });
  const url = await listening(Webhook.listen(0, '127.0.0.1'));
  expect(await post(url, event('session_start'))).toEqual({ status: 200, said: ['say: Hello'] });
});
