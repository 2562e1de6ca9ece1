import {
  SOCKET_GRACE_MS,
  type WebSocketDoorOptions as SocketDoorOptions,
  webSocketDoor as socketDoor,
  type WebSocketDoor,
} from '@jovo-telephony/platform-base';
import type { App } from '@jovotech/framework';
import { WebSocketServer } from '../server/WebSocketServer';
import { type DoorOptions, guardOf, platformOf } from './door-options';

export type { WebSocketDoor };

export interface WebSocketDoorOptions
  extends DoorOptions,
    Pick<
      SocketDoorOptions,
      'maxMessageBytes' | 'pingEveryMs' | 'maxBufferedBytes' | 'firstMessageMs' | 'onUnauthorized'
    > {
  /** How long a call outlives its socket before it counts as ended (spec 4.1). */
  graceMs?: number;
}

/** The socket's side of the network: one connection usually carries one call, but neither is relied on. */
export function webSocketDoor(app: App, options: WebSocketDoorOptions = {}): WebSocketDoor {
  const { graceMs = SOCKET_GRACE_MS } = options;
  return socketDoor({
    ...options,
    guard: guardOf(app, options),
    opened(socket, { headers }) {
      socket.on('message', (data) => {
        // A failure here has nobody to answer; the app's own listeners have heard of it.
        app.handle(new WebSocketServer(socket, data, headers)).catch(() => {});
      });
      socket.on('close', () => platformOf(app)?.receiver.connectionLost(socket, graceMs));
    },
  });
}
