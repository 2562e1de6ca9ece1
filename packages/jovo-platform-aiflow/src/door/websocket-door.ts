import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { App } from '@jovotech/framework';
import { WebSocketServer as Acceptor, type RawData, type WebSocket } from 'ws';
import { SipgateAiflowPlatform } from '../SipgateAiflowPlatform';
import { WebSocketServer } from '../server/WebSocketServer';
import { type DoorOptions, hasToken, withPlatformKey } from './door';

export interface WebSocketDoorOptions extends DoorOptions {
  /** Bytes of one message; a larger one closes the socket with 1009. */
  maxMessageBytes?: number;
  /** How long a call outlives its socket before it counts as ended (spec 4.1). */
  graceMs?: number;
}

export interface WebSocketDoor {
  /** Takes over an HTTP upgrade: `server.on('upgrade', door.upgrade)`. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Sockets that are open. */
  readonly size: number;
  /** Closes all of them. */
  close(): void;
}

export const MAX_MESSAGE_BYTES = 256 * 1024;
export const SOCKET_GRACE_MS = 60_000;

/** The socket's side of the network: one connection usually carries one call, but neither is relied on. */
export function webSocketDoor(app: App, given: WebSocketDoorOptions = {}): WebSocketDoor {
  const options = withPlatformKey(app, given);
  const acceptor = new Acceptor({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: options.maxMessageBytes ?? MAX_MESSAGE_BYTES,
  });
  return {
    upgrade(request, socket, head) {
      if (!hasToken(request.headers, options)) {
        // A raw socket without a listener would take the process down when the peer resets it.
        socket.on('error', () => socket.destroy());
        socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      acceptor.handleUpgrade(request, socket, head, (opened) => serve(app, opened, request, options));
    },
    get size() {
      return acceptor.clients.size;
    },
    close() {
      for (const client of acceptor.clients) client.terminate();
      acceptor.close();
    },
  };
}

function serve(app: App, socket: WebSocket, request: IncomingMessage, options: WebSocketDoorOptions): void {
  socket.on('message', (data: RawData) => {
    // A failure here has nobody to answer; the app's own listeners have heard of it.
    app.handle(new WebSocketServer(socket, data, request.headers)).catch(() => {});
  });
  // ws reports a broken frame here and closes the socket itself.
  socket.on('error', () => {});
  socket.on('close', () => {
    const platform = app.plugins.SipgateAiflowPlatform;
    if (platform instanceof SipgateAiflowPlatform) {
      platform.receiver.connectionLost(socket, options.graceMs ?? SOCKET_GRACE_MS);
    }
  });
}
