import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '@jovo-telephony/telephony';
import { WebSocketServer as Acceptor, type WebSocket } from 'ws';
import { SYSTEM_CLOCK } from '../system-clock';
import type { Guard } from './guard';
import { SOCKET_LIMITS, type SocketLimits, watchSocket } from './socket-watch';

export interface WebSocketDoorOptions {
  guard?: Guard;
  /** Bytes of one message; a larger one closes the socket with 1009. */
  maxMessageBytes?: number;
  limits?: Partial<SocketLimits>;
  /** Told of every upgrade that the guard has turned away. */
  onUnauthorized?(): void;
  clock?: Clock;
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
  /** Closes all of them: at once, or with the code 1001 and a moment for the other side to do so, too. */
  close(gently?: boolean): void;
}

export const MAX_MESSAGE_BYTES = 256 * 1024;

const GOING_AWAY = 1001;

/** How long a call outlives its socket before it counts as ended. */
export const SOCKET_GRACE_MS = 60_000;

/** The socket's side of a network: authenticates the upgrade, limits messages, hands the socket over. */
export function webSocketDoor(options: WebSocketDoorOptions): WebSocketDoor {
  const { guard, statusOf, opened, maxMessageBytes = MAX_MESSAGE_BYTES } = options;
  const { clock = SYSTEM_CLOCK } = options;
  const limits = { ...SOCKET_LIMITS, ...options.limits };
  const acceptor = new Acceptor({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: maxMessageBytes,
    // What comes at once on one socket must not keep all others waiting until the last of it is handled.
    allowSynchronousEvents: false,
  });

  function accept(request: IncomingMessage, socket: Duplex, head: Buffer, allowed: boolean): void {
    const status = allowed ? (statusOf?.(request) ?? 101) : 401;
    if (!allowed) options.onUnauthorized?.();
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
      watchSocket(webSocket, limits, clock);
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
      // ws terminates a peer that does not answer a close within half a minute.
      for (const client of acceptor.clients) gently ? client.close(GOING_AWAY) : client.terminate();
      acceptor.close();
    },
  };
}

function refuse(socket: Duplex, status: number): void {
  const reason = STATUS_CODES[status] ?? 'Refused';
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
