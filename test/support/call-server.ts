import { once } from 'node:events';
import { WebSocket } from 'ws';
import { type RunningServer, serve } from '../../src/server';
import { readSettings } from '../../src/settings';
import type { Surroundings } from '../../src/start';

/** The real server on a free port of loopback, with the shipped profiles. */
export function startServer(
  environment: Record<string, string> = {},
  surroundings: Partial<Surroundings> = {},
): Promise<RunningServer> {
  const settings = readSettings({
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'silent',
    JOURNAL_URL: 'memory:',
    // All calls of a test come from one caller.
    CALLS_PER_MINUTE_PER_CALLER: '0',
    ...environment,
  });
  return serve(settings, surroundings);
}

export interface Answer {
  status: number;
  json: unknown;
  text: string;
}

export async function post(
  port: number,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${port}/sipgate`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, text, json: text ? JSON.parse(text) : undefined };
}

/** The status of a refused upgrade, or 101. */
export async function upgradeStatus(
  port: number,
  path: string,
  headers: Record<string, string> = {},
): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
  const status = await new Promise<number>((resolve, reject) => {
    socket.once('open', () => resolve(101));
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.once('error', reject);
  });
  socket.on('error', () => {});
  socket.terminate();
  return status;
}

/** An open socket whose frames can be awaited one by one. */
export async function dial(port: number, headers: Record<string, string> = {}) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/sipgate`, { headers });
  const frames: Record<string, unknown>[] = [];
  let arrived: () => void = () => {};
  socket.on('message', (data) => {
    frames.push(...[JSON.parse(data.toString())].flat());
    arrived();
  });
  await once(socket, 'open');
  return {
    socket,
    frames,
    send: (event: unknown) => socket.send(JSON.stringify(event)),
    /** Resolves with the first action that fits; rejects after a generous while. */
    async action(fits: (action: Record<string, unknown>) => boolean, withinMs = 10_000) {
      const deadline = Date.now() + withinMs;
      for (;;) {
        const found = frames.find(fits);
        if (found) return found;
        const leftMs = deadline - Date.now();
        if (leftMs <= 0) throw new Error(`It did not come; what came: ${JSON.stringify(frames)}`);
        await Promise.race([
          new Promise<void>((resolve) => {
            arrived = resolve;
          }),
          new Promise((resolve) => setTimeout(resolve, Math.min(leftMs, 250))),
        ]);
      }
    },
    close: () => socket.terminate(),
  };
}

/** An event of a call to the German practice. */
export function callEvent(id: string, type: string, fields: Record<string, unknown> = {}, to = '4921163550') {
  return {
    type,
    ...fields,
    session: {
      id,
      account_id: '1',
      phone_number: to,
      direction: 'inbound',
      from_phone_number: '4915790000001',
      to_phone_number: to,
    },
  };
}
