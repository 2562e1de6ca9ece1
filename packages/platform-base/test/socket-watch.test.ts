import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { type SocketLimits, type WebSocketDoor, webSocketDoor } from '../src';

const server = createServer();
let door: WebSocketDoor;
const raw: Socket[] = [];

beforeAll(async () => {
  server.on('upgrade', (request, socket, head) => door.upgrade(request, socket, head));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  door.close();
  for (const socket of raw.splice(0)) socket.destroy();
});
afterAll(() => server.close());

const port = () => (server.address() as AddressInfo).port;

async function dial(limits: Partial<SocketLimits>, sends = ''): Promise<WebSocket> {
  door = webSocketDoor({
    limits,
    opened(socket) {
      for (let frame = 0; sends && frame < 300; frame += 1) socket.send(sends, () => {});
    },
  });
  const socket = new WebSocket(`ws://127.0.0.1:${port()}/`);
  socket.on('error', () => {});
  await once(socket, 'open');
  return socket;
}

async function untilEmpty(): Promise<void> {
  for (const deadline = Date.now() + 10_000; door.size > 0; ) {
    if (Date.now() > deadline) throw new Error(`${door.size} sockets are still open`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A peer that has upgraded and does nothing more of its own, not even answer pings. */
async function mute(): Promise<Socket> {
  const socket = connect(port(), '127.0.0.1');
  raw.push(socket);
  socket.write(
    'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await once(socket, 'data');
  return socket;
}

test('between two messages of one socket everybody else gets their turn, however many come at once', async () => {
  let turns = 0;
  let counting = true;
  const count = () => {
    turns += 1;
    if (counting) setImmediate(count);
  };
  const seenIn: number[] = [];
  door = webSocketDoor({
    opened(socket) {
      socket.on('message', () => seenIn.push(turns));
    },
  });
  const socket = new WebSocket(`ws://127.0.0.1:${port()}/`);
  await once(socket, 'open');
  count();
  for (let frame = 0; frame < 200; frame += 1) socket.send('{}');
  for (const deadline = Date.now() + 5_000; seenIn.length < 200 && Date.now() < deadline; ) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  counting = false;
  expect(new Set(seenIn).size).toBe(200);
  socket.terminate();
});

test('who opens a socket and says nothing is sent away', async () => {
  const socket = await dial({ firstMessageMs: 50 });
  expect((await once(socket, 'close'))[0]).toBe(1008);
});

test('who has said something may be silent for as long as it likes', async () => {
  const socket = await dial({ firstMessageMs: 50, pingEveryMs: 30 });
  socket.send('{}');
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect([socket.readyState, door.size]).toEqual([socket.OPEN, 1]);
  socket.terminate();
});

test('who does not answer is gone, also one that is in the middle of a frame', async () => {
  const answering = await dial({ pingEveryMs: 40 });
  const silent = await mute();
  const dribbling = await mute();
  // A frame of 100 bytes is announced, one of them comes.
  dribbling.write(Buffer.from([0x81, 0x80 | 100, 1, 2, 3, 4, 5]));
  await Promise.all([once(silent, 'close'), once(dribbling, 'close')]);
  expect(answering.readyState).toBe(answering.OPEN);
  answering.terminate();
  await untilEmpty();
});

test('who does not read what is sent is cut off, even if it goes on talking', async () => {
  const socket = await dial({ pingEveryMs: 40, maxBufferedBytes: 1_000_000 }, 'x'.repeat(64 * 1024));
  expect(door.size).toBe(1);
  socket.pause();
  const talking = setInterval(() => socket.send('{}', () => {}), 5);
  await untilEmpty();
  clearInterval(talking);
  socket.terminate();
});
