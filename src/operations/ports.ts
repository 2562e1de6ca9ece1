import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import express, { type ErrorRequestHandler } from 'express';
import { SettingsError } from '../settings';
import type { AddressList } from './addresses';
import type { DoorWatch } from './door-watch';
import type { ErrorCodeName } from './error-codes';
import { kindOf, type Log } from './log';
import type { Probes } from './probes';

/** Where a network's bytes enter. */
export interface Door {
  network: string;
  path: string;
  /** Whether paths below are the door's, too. */
  below?: true;
  /** Where they may come from; undefined: from anywhere. */
  allowFrom: AddressList | undefined;
  http: RequestListener;
  webSocket: {
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
    /** Sockets that are open. */
    readonly size: number;
    close(gently?: boolean): void;
  };
  calls: DoorCalls;
}

/** The calls behind a door. */
export interface DoorCalls {
  calls: { readonly size: number; readonly expected: number };
  /** Ends those that have fallen silent, and forgets those that another process has ended. */
  sweep(): Promise<void>;
  /** Tells each that it has to come to its end. */
  stopCalls(): void;
  /** Ends each without a word. */
  endCalls(): Promise<void>;
}

/** Something else at the port, in the notation of Express. It checks for itself who asks. */
export interface SideRoute {
  path: string;
  http: RequestListener;
}

export interface PortOptions {
  doors: readonly Door[];
  sideRoutes?: readonly SideRoute[];
  watch: DoorWatch;
  probes: Probes;
  log: Log;
}

/** What is at which path of the one port: the doors, and what tells how the server is. */
export function routes({ doors, sideRoutes = [], watch, probes, log }: PortOptions): RequestListener {
  const http = express();
  http.disable('x-powered-by');
  http.disable('etag');
  for (const { path, below, network, allowFrom, http: door } of doors) {
    const guarded = watch.http(network, allowFrom, door);
    if (below) http.use(path, guarded);
    else http.all(path, guarded);
  }
  for (const { path, http: side } of sideRoutes) http.all(path, side);
  for (const [path, answer] of probes.public) http.get(path, answer);
  const paths = doors.map(({ path }) => path).join(', ');
  http.use((_request, response) => {
    response
      .status(404)
      .json({ error: `Nothing here. Events go to ${paths}`, code: 'DOOR_NOT_FOUND' satisfies ErrorCodeName });
  });
  const failed: ErrorRequestHandler = (error, _request, response, _next) => {
    log.error({ code: 'DOOR_FAILED', ...kindOf(error) }, 'Request failed');
    if (response.headersSent) response.destroy();
    else response.status(500).json({ error: 'The request could not be handled', code: 'DOOR_FAILED' });
  };
  http.use(failed);
  return http;
}

/** The same for WebSockets. */
export function upgrades({ doors, watch }: PortOptions) {
  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    // A peer that resets the connection while it is turned away must not end the process.
    socket.on('error', () => socket.destroy());
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const door = doors.find((one) => one.path === path || (one.below && path.startsWith(`${one.path}/`)));
    if (!door) socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    else if (watch.upgrade(door.network, door.allowFrom, request, socket))
      door.webSocket.upgrade(request, socket, head);
  };
}

/**
 * Connections that may wait to be taken up: those beyond are asked to come again a second later, which callers hear.
 * The system may allow fewer (`net.core.somaxconn`).
 */
const BACKLOG = 4_096;

/** Listens, or rejects with a `SettingsError` that names the variable. Resolves with the port. */
export function listen(
  server: Server,
  at: { port: number; host: string; variable: string },
): Promise<number> {
  const { port, host, variable } = at;
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
        return reject(new SettingsError('HOST: expected an address of this machine, for example 127.0.0.1'));
      if (error.code !== 'EADDRINUSE') return reject(error);
      const advice = `${variable}: ${port} is in use by another program; choose another one`;
      reject(new SettingsError(advice, 'PORT_IN_USE'));
    });
    server.listen({ port, host, backlog: BACKLOG }, () => resolve((server.address() as AddressInfo).port));
  });
}
