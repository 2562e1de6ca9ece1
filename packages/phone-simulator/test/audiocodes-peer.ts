/** A scripted AudioCodes bot on the loopback, all wires: no application, only what a test tells it to answer. */
import { randomUUID } from 'node:crypto';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

export type Json = Record<string, unknown>;
/** Activities without `id` and `timestamp`, which the peer fills in. */
export type Reply = Json | Json[] | undefined;

export interface BotTurn {
  activity: Json & { type: string; name?: string; text?: string; value?: unknown; parameters?: Json };
  /** Every activity of this conversation so far, this one included. */
  activities: BotTurn['activity'][];
  conversation: string;
  /** Sends now, over the asynchronous WebSocket or the WebSocket. */
  push(reply: Reply): void;
  /** HTTP only: set to answer anything, then return undefined. */
  response?: http.ServerResponse;
  /** WebSocket mode only. */
  socket?: WebSocket;
}

export type Bot = (turn: BotTurn) => Reply | Promise<Reply>;

export interface BotOptions {
  token?: string;
  /** Offers W1a. */
  websocket?: boolean;
  absolute?: boolean;
  expiresSeconds?: number;
  /** Changes the answer to the creation. */
  creation?: (body: Json) => unknown;
  refresh?: () => { status: number; body: unknown };
  health?: unknown;
  /** W2: what is said to `session.initiate` and `session.resume`; default `session.accepted`. */
  session?: (frame: Json, socket: WebSocket) => Json | undefined;
  /** W2: every other frame. */
  frame?: (frame: Json, send: (frame: Json) => void) => void;
}

export interface Received {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: Json | undefined;
}

export interface BotPeer {
  httpUrl: string;
  wsUrl: string;
  /** Every HTTP request and upgrade, in order. */
  requests: Received[];
  /** W2: every frame received. */
  frames: Json[];
  activities: BotTurn['activity'][];
  /** Names of events, `message` for messages. */
  names(): string[];
  /** Bodies of disconnects and `session.end` frames. */
  ends(): Json[];
  socketsOpened: number;
  close(): Promise<void>;
}

export const filled = (reply: Reply): Json[] =>
  [reply ?? []].flat().map((each) => ({ id: randomUUID(), timestamp: new Date().toISOString(), ...each }));

/** Starts a bot; it is asked for each activity. */
export async function startBot(bot: Bot, options: BotOptions = {}): Promise<BotPeer> {
  const requests: Received[] = [];
  const frames: Json[] = [];
  const activities: BotTurn['activity'][] = [];
  const asyncSockets = new Map<string, WebSocket>();
  const allowed = (request: http.IncomingMessage) =>
    !options.token || request.headers.authorization === `Bearer ${options.token}`;
  const ask = async (list: unknown, conversation: string, more: Partial<BotTurn>) => {
    const given: Json[] = [];
    for (const activity of list as BotTurn['activity'][]) {
      activities.push(activity);
      const reply = await bot({
        activity,
        activities: [...activities],
        conversation,
        push: () => undefined,
        ...more,
      });
      given.push(...filled(reply));
    }
    return given;
  };

  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const body = text ? (JSON.parse(text) as Json) : undefined;
    const path = request.url ?? '';
    requests.push({ method: request.method ?? '', path, headers: request.headers, body });
    const answer = (status: number, json: unknown) => {
      if (response.writableEnded || response.destroyed) return;
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(json));
    };
    if (!allowed(request)) return answer(401, {});
    if (request.method === 'GET') return answer(200, options.health ?? { type: 'ac-bot-api', success: true });
    const [, conversation = '', what] = /\/conversation\/([^/]+)\/(\w+)$/.exec(path) ?? [];
    if (what === 'activities') {
      const push = (reply: Reply) =>
        asyncSockets.get(conversation)?.send(JSON.stringify({ conversation, activities: filled(reply) }));
      const given = await ask(body?.activities, conversation, { push, response });
      return answer(200, given.length > 0 ? { activities: given } : {});
    }
    if (what === 'refresh') {
      const { status, body: json } = options.refresh?.() ?? {
        status: 200,
        body: { expiresSeconds: options.expiresSeconds ?? 120 },
      };
      return answer(status, json);
    }
    if (what === 'disconnect') return answer(200, {});
    const id = String(body?.conversation);
    const base = options.absolute ? `${peer.httpUrl}/` : '';
    const urls = ['activities', 'refresh', 'disconnect'].map((each) => [
      `${each}URL`,
      `${base}conversation/${id}/${each}`,
    ]);
    const created = {
      ...Object.fromEntries(urls),
      ...(options.websocket ? { websocketURL: `conversation/${id}/websocket` } : {}),
      expiresSeconds: options.expiresSeconds ?? 120,
    };
    answer(200, options.creation?.(created) ?? created);
  });

  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const converse = (client: WebSocket) => {
    let conversation = '';
    const send = (frame: Json) => client.send(JSON.stringify({ conversationId: conversation, ...frame }));
    const push = (reply: Reply) => send({ type: 'activities', activities: filled(reply) });
    client.on('message', async (data) => {
      const frame = JSON.parse(String(data)) as Json;
      frames.push(frame);
      if (frame.type === 'connection.validate')
        return client.send('{"type":"connection.validated","success":true}');
      if (frame.type === 'session.initiate' || frame.type === 'session.resume') {
        conversation = String(frame.conversationId);
        const mediaFormat = (frame.supportedMediaFormats as string[] | undefined)?.[0] ?? 'raw/lpcm16';
        const answer = options.session
          ? options.session(frame, client)
          : { type: 'session.accepted', mediaFormat };
        if (answer) send(answer);
        return;
      }
      if (frame.type !== 'activities') return options.frame?.(frame, send);
      const given = await ask(frame.activities, conversation, { push, socket: client });
      if (given.length > 0 && client.readyState === client.OPEN)
        send({ type: 'activities', activities: given });
    });
  };
  server.on('upgrade', (request: http.IncomingMessage, socket: Duplex, head: Buffer) => {
    requests.push({ method: 'UPGRADE', path: request.url ?? '', headers: request.headers, body: undefined });
    if (!allowed(request)) {
      socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      peer.socketsOpened++;
      const [, id] = /\/conversation\/([^/]+)\/websocket$/.exec(request.url ?? '') ?? [];
      if (id) asyncSockets.set(id, client);
      else converse(client);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const peer: BotPeer = {
    httpUrl: `http://127.0.0.1:${port}/ac/bot`,
    wsUrl: `ws://127.0.0.1:${port}/ac/bot`,
    requests,
    frames,
    activities,
    names: () => activities.map((each) => each.name ?? each.type),
    ends: () => [
      ...requests.filter(({ path }) => path.endsWith('/disconnect')).map(({ body }) => body ?? {}),
      ...frames.filter(({ type }) => type === 'session.end'),
    ],
    socketsOpened: 0,
    close: async () => {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return peer;
}

export const message = (text: string, more: Json = {}): Json => ({ type: 'message', text, ...more });
export const event = (name: string, more: Json = {}): Json => ({ type: 'event', name, ...more });
export const config = (sessionParams: Json): Json => event('config', { sessionParams });
export const transferTo = (transferTarget: string): Json =>
  event('transfer', { activityParams: { transferTarget } });

/** What a bot that can be talked to says first, and a small but complete dialogue behind it. */
export const receptionBot: Bot = ({ activity, activities }) => {
  switch (activity.name ?? activity.type) {
    case 'start':
      return [
        config({
          bargeIn: true,
          bargeInOnDTMF: true,
          sendDTMF: true,
          sendEventsToBot: ['noUserInput', 'playFinished'],
        }),
        message('Praxis Sommer, guten Tag.'),
      ];
    case 'DTMF':
      return activity.value === '#' ? message('Danke für die Eingabe.') : undefined;
    case 'noUserInput':
      return message('Sind Sie noch da?');
    case 'transferStatus':
      return (activity.value as Json).status === 'failed' ? message('Da ist leider niemand.') : undefined;
    case 'playFinished': {
      const said = activities.filter(({ type }) => type === 'message').at(-1);
      return /tschüss/i.test(said?.text ?? '') ? event('hangup') : undefined;
    }
    case 'message':
      return answerTo(activity.text ?? '');
    default:
      return undefined;
  }
};

function answerTo(text: string): Reply {
  if (/tschüss/i.test(text)) return message('Auf Wiederhören!');
  if (/anmeldung/i.test(text)) return [message('Ich verbinde Sie.'), transferTo('tel:+4921163551')];
  if (/sms/i.test(text)) return message('Hier gibt es leider keine SMS.');
  if (/kundennummer/i.test(text)) {
    return message('Bitte tippen Sie.', { activityParams: { userNoInputTimeoutMS: 2000 } });
  }
  if (/lang/i.test(text)) return message('Das ist eine recht lange Auskunft, die man gern unterbricht.');
  return message(`Sie sagten: ${text}`);
}
