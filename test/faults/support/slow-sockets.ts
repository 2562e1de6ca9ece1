import { connect, type Socket } from 'node:net';

const UPGRADE =
  'GET /sipgate HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

/** How a peer takes up a connection and gives nothing for it: what it sends at first, then a byte now and then. */
export const SLOW_KINDS = {
  silent: { first: '', next: '' },
  'a head that never ends': { first: 'POST /sipgate HTTP/1.1\r\nHost: x\r\n', next: 'X' },
  'a body that never ends': {
    first: 'POST /sipgate HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n{"type":"',
    next: 'x',
  },
  'a socket without a word': { first: UPGRADE, next: '' },
  // A frame of 1,000 bytes is announced, masked; they come one by one.
  'a frame that never ends': { first: UPGRADE, next: Buffer.from([0x81, 0xfe, 0x03, 0xe8, 1, 2, 3, 4]) },
} as const;

export type SlowKind = keyof typeof SLOW_KINDS;

export interface SlowSocket {
  kind: SlowKind;
  /** The server has got rid of it. */
  closed: boolean;
  destroy(): void;
}

const DRIBBLE_EVERY_MS = 1_000;

/** Opens a connection of that kind and keeps it as long as the server lets it. */
export function slowSocket(port: number, kind: SlowKind): Promise<SlowSocket> {
  const { first, next } = SLOW_KINDS[kind];
  const socket: Socket = connect(port, '127.0.0.1');
  const slow: SlowSocket = { kind, closed: false, destroy: () => socket.destroy() };
  let started = false;
  let dribble: NodeJS.Timeout | undefined;
  const drip = () => {
    // A masked frame begins once; what follows is its payload.
    if (next.length > 1 && started) socket.write('x');
    else if (next.length > 0) socket.write(next);
    started = true;
  };
  socket.on('error', () => {});
  socket.on('data', () => {});
  socket.on('close', () => {
    clearInterval(dribble);
    slow.closed = true;
  });
  return new Promise((resolve) => {
    socket.once('connect', () => {
      if (first) socket.write(first);
      // Not before: to be taken up may last longer than a second, and what is slow has to begin in its right order.
      dribble = setInterval(drip, DRIBBLE_EVERY_MS);
      resolve(slow);
    });
    socket.once('error', () => resolve(slow));
  });
}
