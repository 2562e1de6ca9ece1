import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { httpDoor } from '@jovo-telephony/platform-base';
import type { App } from '@jovotech/framework';
import { type ClientOptions, WebSocket } from 'ws';
import { type AudiocodesDoorOptions, audiocodesDoor } from '../../src';
import type { Activity, Fields } from '../../src/wire';

/** A real server on loopback with the doors open, and a gateway that talks to it. */
export interface Gateway {
  /** Address of the bot, as an administrator would configure it. */
  botUrl: string;
  request(url: string, init?: RequestInit): Promise<Reply>;
  post(url: string, body: unknown, headers?: Record<string, string>): Promise<Reply>;
  /** Creates a conversation and resolves its addresses. */
  create(id?: string, headers?: Record<string, string>): Promise<Conversation>;
  /** Opens a socket on the bot's own address, or another one. */
  dial(url?: string, options?: ClientOptions): Promise<Line>;
  close(): Promise<void>;
}

export interface Reply {
  status: number;
  json: Fields;
  headers: Headers;
}

export interface Conversation {
  id: string;
  urls: Record<'activities' | 'refresh' | 'disconnect' | 'websocket', string>;
  created: Fields;
  /** Sends activities as they are; ids are added where there are none. */
  send(...activities: Fields[]): Promise<Reply>;
  event(name: string, fields?: Fields): Promise<Reply>;
  says(text: string, fields?: Fields): Promise<Reply>;
  refresh(): Promise<Reply>;
  disconnect(fields?: Fields): Promise<Reply>;
}

/** A socket and everything that came out of it, frame by frame. */
export interface Line {
  socket: WebSocket;
  frames: Fields[];
  send(frame: unknown): void;
  /** Resolves with frame number `count`; rejects after a generous while. */
  frame(count: number): Promise<Fields>;
  /** All activities so far, once there are so many. */
  activities(count: number): Promise<Activity[]>;
  /** Resolves with the close code. */
  closed(): Promise<number>;
}

export async function gatewayFor(app: App, options: AudiocodesDoorOptions = {}): Promise<Gateway> {
  await app.initialize();
  const door = audiocodesDoor(app, options);
  const server = createServer(httpDoor(door.http));
  server.on('upgrade', door.webSocket.upgrade);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const botUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/audiocodes`;

  const gateway: Gateway = {
    botUrl,
    async request(url, init) {
      const response = await fetch(url, init);
      const text = await response.text();
      return {
        status: response.status,
        json: text ? JSON.parse(text) : undefined,
        headers: response.headers,
      };
    },
    post: (url, body, headers = {}) =>
      gateway.request(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body:
          typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
      }),
    async create(id = randomUUID(), headers) {
      const { json: created } = await gateway.post(botUrl, { conversation: id }, headers);
      const resolve = (name: string) => new URL(String(created[name]), botUrl).href;
      const urls = {
        activities: resolve('activitiesURL'),
        refresh: resolve('refreshURL'),
        disconnect: resolve('disconnectURL'),
        websocket: resolve('websocketURL').replace(/^http/, 'ws'),
      };
      const conversation: Conversation = {
        id,
        urls,
        created,
        send: (...activities) =>
          gateway.post(
            urls.activities,
            { conversation: id, activities: activities.map((one) => ({ id: randomUUID(), ...one })) },
            headers,
          ),
        event: (name, fields) => conversation.send({ type: 'event', name, ...fields }),
        says: (text, fields) => conversation.send({ type: 'message', text, ...fields }),
        refresh: () => gateway.post(urls.refresh, { conversation: id }, headers),
        disconnect: (fields) => gateway.post(urls.disconnect, { conversation: id, ...fields }, headers),
      };
      return conversation;
    },
    dial: (url = botUrl, dialling) => lineTo(url.replace(/^http/, 'ws'), dialling),
    async close() {
      door.webSocket.close();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return gateway;
}

async function lineTo(url: string, options?: ClientOptions): Promise<Line> {
  const socket = new WebSocket(url, options);
  const frames: Fields[] = [];
  socket.on('message', (data) => frames.push(JSON.parse(data.toString())));
  const over = new Promise<number>((resolve) => socket.once('close', resolve));
  await once(socket, 'open');
  const until = async <T>(what: string, look: () => T | undefined): Promise<T> => {
    const deadline = Date.now() + 8_000;
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (Date.now() > deadline) throw new Error(`${what} did not come; got ${JSON.stringify(frames)}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };
  return {
    socket,
    frames,
    send: (frame) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    frame: (count) => until(`frame ${count}`, () => frames[count - 1]),
    activities: (count) =>
      until(`activity ${count}`, () => {
        const all = frames.flatMap(({ activities }) => (activities ?? []) as Activity[]);
        return all.length >= count ? all : undefined;
      }),
    closed: () => over,
  };
}

/** What was said, or the name of what was done. */
export function gist(given: unknown): string[] {
  const { activities = [] } = (Array.isArray(given) ? { activities: given } : given) as {
    activities?: Activity[];
  };
  return activities.map(({ type, name, text }) => (type === 'message' ? `say: ${text}` : String(name)));
}
