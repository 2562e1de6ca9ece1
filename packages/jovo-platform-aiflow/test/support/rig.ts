import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { App } from '@jovotech/framework';
import { WebSocket } from 'ws';
import { type HttpDoorOptions, httpDoor, type WebSocketDoorOptions, webSocketDoor } from '../../src';

/** A real server on loopback with both doors open, and the two ways in. */
export interface Rig {
  url: string;
  post(body: unknown, init?: { headers?: Record<string, string>; method?: string }): Promise<Reply>;
  dial(headers?: Record<string, string>): Promise<Line>;
  close(): Promise<void>;
}

export interface Reply {
  status: number;
  text: string;
  json: unknown;
  headers: Headers;
}

/** A socket and everything that came out of it, frame by frame. */
export interface Line {
  socket: WebSocket;
  frames: unknown[];
  send(event: unknown): void;
  /** Resolves when so many frames have come; rejects after a generous while. */
  frame(count: number): Promise<unknown>;
  /** Waits until the server has had time to answer anything it was going to. */
  settle(): Promise<void>;
}

export async function rig(app: App, options: HttpDoorOptions & WebSocketDoorOptions = {}): Promise<Rig> {
  await app.initialize();
  const http = httpDoor(app, options);
  const ws = webSocketDoor(app, options);
  const server = createServer(http);
  server.on('upgrade', ws.upgrade);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sipgate`;

  return {
    url,
    async post(body, { headers = {}, method = 'POST' } = {}) {
      const raw = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
      const response = await fetch(url, {
        method,
        headers: { 'Content-Type': 'application/json', ...headers },
        body: method === 'GET' || method === 'HEAD' ? undefined : (raw as string),
      });
      const text = await response.text();
      return {
        status: response.status,
        text,
        json: text ? JSON.parse(text) : undefined,
        headers: response.headers,
      };
    },
    async dial(headers = {}) {
      const socket = new WebSocket(url.replace('http', 'ws'), { headers });
      const frames: unknown[] = [];
      socket.on('message', (data) => frames.push(JSON.parse(data.toString())));
      await once(socket, 'open');
      return {
        socket,
        frames,
        send: (event) => socket.send(typeof event === 'string' ? event : JSON.stringify(event)),
        async frame(count) {
          const deadline = Date.now() + 10_000;
          while (frames.length < count) {
            if (Date.now() > deadline) throw new Error(`only ${frames.length} of ${count} frames came`);
            await new Promise((resolve) => setTimeout(resolve, 2));
          }
          return frames[count - 1];
        },
        settle: () => new Promise((resolve) => setTimeout(resolve, 60)),
      };
    },
    async close() {
      ws.close();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
