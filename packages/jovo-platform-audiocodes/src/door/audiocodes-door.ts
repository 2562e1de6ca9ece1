import {
  type HttpAnswerer,
  MAX_BODY_BYTES,
  SOCKET_GRACE_MS,
  type WebSocketDoor,
  webSocketDoor,
} from '@jovo-telephony/platform-base';
import type { App } from '@jovotech/framework';
import type { RawData, WebSocket } from 'ws';
import { AudiocodesPlatform } from '../AudiocodesPlatform';
import { routeOf } from '../conversation/urls';
import type { Speech } from '../session/speech';
import { attributesOf, HttpRoutes } from './http-routes';
import { Lines } from './lines';
import { SocketSession } from './socket-session';

export interface AudiocodesDoorOptions {
  /** Path of the bot's own address. Default `/audiocodes`. */
  path?: string;
  /** Address under which the gateway reaches this process, for example `https://bot.example.com`; none: relative. */
  publicBaseUrl?: string;
  /** Whether gateways in HTTP mode are offered a socket on which we can speak at any time. Default true. */
  asyncSocket?: boolean;
  maxBodyBytes?: number;
  /** Bytes of one frame; a first chunk of audio may be large. */
  maxMessageBytes?: number;
  /** How long a call in WebSocket mode outlives its socket. */
  graceMs?: number;
  /** Ears and voice of our own, for sessions whose audio comes to us. */
  speech?: Speech;
}

/** Where AudioCodes comes in: HTTP mode with its child routes, and the sockets of both modes. */
export interface AudiocodesDoor {
  /** For `httpDoor` or `lambdaDoor`; takes the bot's own path and everything below it. */
  http: HttpAnswerer;
  webSocket: WebSocketDoor;
}

/** Frames as large as a request body. */
const MAX_FRAME_BYTES = MAX_BODY_BYTES;

/** The doors of an app that has the {@link AudiocodesPlatform}. Who comes in is the platform's `auth`. */
export function audiocodesDoor(app: App, options: AudiocodesDoorOptions = {}): AudiocodesDoor {
  const platform = app.plugins.AudiocodesPlatform;
  if (!(platform instanceof AudiocodesPlatform)) {
    throw new Error('The app has no AudiocodesPlatform: add it to the plugins of the app');
  }
  const lines = new Lines(platform.receiver);
  const { path = '/audiocodes', publicBaseUrl, asyncSocket = true, graceMs = SOCKET_GRACE_MS } = options;
  const routes = new HttpRoutes({
    app,
    platform,
    lines,
    path,
    publicBaseUrl,
    asyncSocket,
    maxBodyBytes: options.maxBodyBytes ?? MAX_BODY_BYTES,
  });
  const webSocket = webSocketDoor({
    guard: platform.guard,
    maxMessageBytes: options.maxMessageBytes ?? MAX_FRAME_BYTES,
    async statusOf({ url = '' }) {
      const [at = ''] = url.split('?');
      if (!at.includes('/conversation/')) return 101;
      const address = routeOf(at);
      if (address?.route !== 'websocket') return 404;
      return (await platform.receiver.known(address.id)) ? 101 : 404;
    },
    opened(socket, { url = '', headers }) {
      const [at = '', query = ''] = url.split(/\?(.*)/s);
      const address = routeOf(at);
      if (address) return offerLine(platform, lines, address.id, socket);
      const session = new SocketSession(socket, {
        app,
        platform,
        lines,
        speech: options.speech,
        attributes: attributesOf(query),
        headers,
        graceMs,
        warn: platform.receiver.options.rules.warn,
      });
      socket.on('message', (data: RawData, isBinary: boolean) => {
        if (!isBinary) session.received(textOf(data));
      });
      socket.on('close', () => session.closed());
    },
  });
  return { http: routes.answer, webSocket };
}

/** The socket of HTTP mode: we speak, nobody listens to what comes (spec 1.10). */
function offerLine(platform: AudiocodesPlatform, lines: Lines, id: string, socket: WebSocket): void {
  const line = lines.open(id, socket, (activities) => ({ conversation: id, activities }));
  socket.on('close', () => lines.closed(id, socket));
  platform.receiver.known(id).then((call) => {
    if (call) platform.receiver.connected(call, line);
    else lines.end(id);
  });
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return data instanceof ArrayBuffer ? Buffer.from(data).toString('utf8') : data.toString();
}
