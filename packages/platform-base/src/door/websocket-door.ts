import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '@jovo-telephony/telephony';
import { WebSocketServer as Acceptor, type WebSocket } from 'ws';
import { SYSTEM_CLOCK } from '../system-clock';
import type { Guard } from './guard';

export interface WebSocketDoorOptions {
  guard?: Guard;
  /** Bytes of one message; a larger one closes the socket with 1009. */
  maxMessageBytes?: number;
  /**
   * A socket is pinged so often, and closed if it has not answered until the next time: a peer that has gone without a
   * word is noticed only so. 0 switches it off.
   */
  pingEveryMs?: number;
  /** Bytes that may wait for a peer that does not read; with more it is closed at the next ping. */
  maxBufferedBytes?: number;
  /** From the upgrade to the first message: who opens a socket and says nothing is closed with 1008. 0: no limit. */
  firstMessageMs?: number;
  clock?: Clock;
  /** Told of every upgrade that the guard has turned away. */
  onUnauthorized?(): void;
  /**
   * Asked after the guard, before the socket is opened: a status other than 101 turns the request away with it, for
   * example 404 for a call that nobody knows.
   */
  statusOf?(request: IncomingMessage): number | Promise<number>;
  /** A socket is open. Whoever gets it listens to it. */
  opened(socket: WebSocket, request: IncomingMessage): void;
}

export interface WebSocketDoor {
  /** Takes over an HTTP upgrade: `server.on('upgrade', door.upgrade)`. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Sockets that are open. */
  readonly size: number;
  /** Closes all of them: at once, or with the code 1001 and a moment for the other side to close, too. */
  close(gently?: boolean): void;
}

export const MAX_MESSAGE_BYTES = 256 * 1024;

export const PING_EVERY_MS = 30_000;
export const MAX_BUFFERED_BYTES = 1024 * 1024;
export const FIRST_MESSAGE_MS = 10_000;

const GOING_AWAY = 1001;
const POLICY_VIOLATION = 1008;
const CLOSE_WITHIN_MS = 2_000;

/** How long a call outlives its socket before it counts as ended. */
export const SOCKET_GRACE_MS = 60_000;

/** The socket's side of a network: authenticates the upgrade, limits messages, hands the socket over. */
export function webSocketDoor(options: WebSocketDoorOptions): WebSocketDoor {
  const { guard, statusOf, opened, maxMessageBytes = MAX_MESSAGE_BYTES } = options;
  const { firstMessageMs = FIRST_MESSAGE_MS, clock = SYSTEM_CLOCK } = options;
  const { pingEveryMs = PING_EVERY_MS, maxBufferedBytes = MAX_BUFFERED_BYTES } = options;
  const acceptor = new Acceptor({ noServer: true, perMessageDeflate: false, maxPayload: maxMessageBytes });

  function accept(request: IncomingMessage, socket: Duplex, head: Buffer, allowed: boolean): void {
    if (!allowed) options.onUnauthorized?.();
    const status = allowed ? (statusOf?.(request) ?? 101) : 401;
    if (typeof status === 'number') open(request, socket, head, status);
    else status.then((value) => open(request, socket, head, value)).catch(() => socket.destroy());
  }

  function open(request: IncomingMessage, socket: Duplex, head: Buffer, status: number): void {
    if (status !== 101) {
      refuse(socket, status);
      return;
    }
    acceptor.handleUpgrade(request, socket, head, (webSocket) => {
      // ws reports a broken frame here and closes the socket itself.
      webSocket.on('error', () => {});
      if (pingEveryMs > 0) keepAlive(webSocket, { pingEveryMs, maxBufferedBytes, clock });
      if (firstMessageMs > 0) expectMessage(webSocket, firstMessageMs, clock);
      opened(webSocket, request);
    });
  }

  return {
    upgrade(request, socket, head) {
      // A raw socket without a listener would take the process down when the peer resets it.
      socket.on('error', () => socket.destroy());
      const allowed = guard?.(request.headers) ?? true;
      if (typeof allowed === 'boolean') return accept(request, socket, head, allowed);
      allowed.then((value) => accept(request, socket, head, value)).catch(() => socket.destroy());
    },
    get size() {
      return acceptor.clients.size;
    },
    close(gently = false) {
      for (const client of acceptor.clients) {
        if (gently) client.close(GOING_AWAY);
        else client.terminate();
      }
      acceptor.close();
    },
  };
}

function refuse(socket: Duplex, status: number): void {
  const reason = STATUS_CODES[status] ?? 'Refused';
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** Who opens a socket has something to say. */
function expectMessage(socket: WebSocket, withinMs: number, clock: Clock): void {
  const stop = clock.after(withinMs, () => {
    socket.close(POLICY_VIOLATION);
    // Who is in the middle of a frame will not answer.
    clock.after(CLOSE_WITHIN_MS, () => socket.terminate());
  });
  socket.once('message', stop);
  socket.once('close', stop);
}

interface KeepAliveOptions {
  pingEveryMs: number;
  maxBufferedBytes: number;
  clock: Clock;
}

/** Notices a peer that has gone without a word, or that lets what it is sent pile up. */
function keepAlive(socket: WebSocket, { pingEveryMs, maxBufferedBytes, clock }: KeepAliveOptions): void {
  let answered = true;
  let stop = () => {};
  const ping = () => {
    if (!answered || socket.bufferedAmount > maxBufferedBytes) {
      socket.terminate();
      return;
    }
    answered = false;
    socket.ping();
    stop = clock.after(pingEveryMs, ping);
  };
  // Whatever comes is a sign of life.
  for (const sign of ['pong', 'message', 'ping']) {
    socket.on(sign, () => {
      answered = true;
    });
  }
  socket.once('close', () => stop());
  stop = clock.after(pingEveryMs, ping);
}
