import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { App } from '@jovotech/framework';
import { httpDoor, type WebSocketDoor, webSocketDoor } from '@lautmaler/jovo-platform-aiflow';
import express, { type ErrorRequestHandler } from 'express';
import { reportFault } from './agent/after-call/after-call';
import { type ProfileWatch, watchProfiles } from './agent/profiles/profile-watch';
import { ProfileError } from './agent/profiles/profiles';
import { keepHouse } from './journal/housekeeping';
import { readSettings, type Settings, SettingsError } from './settings';
import { report, type Started, start } from './start';
import { systemClock } from './system-clock';

/** Where a network's bytes enter. */
interface Door {
  network: string;
  path: string;
  http: ReturnType<typeof httpDoor>;
  webSocket: WebSocketDoor;
}

/** One line per network. */
function openDoors(app: App, { aiflowApiKey: apiKey }: Settings): Door[] {
  return [
    {
      network: 'sipgate',
      path: '/sipgate',
      http: httpDoor(app, { apiKey }),
      webSocket: webSocketDoor(app, { apiKey }),
    },
  ];
}

/** How long a stop waits for the reports of calls that are over. */
const REPORTS_WITHIN_MS = 10_000;

export interface RunningServer extends Started {
  port: number;
  close(): Promise<void>;
}

/** Opens every door on one port and answers calls until closed. */
export async function serve(settings: Settings): Promise<RunningServer> {
  const started = await start(settings);
  const doors = openDoors(started.app, settings);
  const server = createServer(routes(doors));
  server.on('upgrade', (request, socket, head) => {
    const path = (request.url ?? '').split('?')[0];
    const door = doors.find((candidate) => candidate.path === path);
    // A peer that resets the connection while it is turned away must not end the process.
    socket.on('error', () => socket.destroy());
    if (door) door.webSocket.upgrade(request, socket, head);
    else socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  await listen(server, settings);
  const stopHousekeeping = keepHouse(started.journal, systemClock, (error) => report('purge failed', error));
  const watch = settings.watchAgents ? watchAgents(started, settings) : undefined;
  return {
    ...started,
    port: (server.address() as AddressInfo).port,
    async close() {
      watch?.close();
      for (const door of doors) door.webSocket.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await started.mcp.close();
      if (!(await started.reporter.settled(REPORTS_WITHIN_MS))) await started.reporter.abort();
      stopHousekeeping();
      await started.journal.close();
    },
  };
}

/** Calls go on with what was written last, as long as it is sound. */
function watchAgents({ profiles }: Started, { agentsDir, webhookSecret }: Settings): ProfileWatch {
  const refuse = (advice: string) =>
    console.error(`Agents were not read again; calls go on with the last good ones.\n${advice}`);
  return watchProfiles(
    agentsDir,
    (next) => {
      const fault = reportFault(next, webhookSecret);
      if (fault) return refuse(fault);
      profiles.replaceWith(next);
      console.log('Agents were read again');
    },
    ({ message }) => refuse(message),
  );
}

function routes(doors: readonly Door[]): express.Express {
  const http = express();
  http.disable('x-powered-by');
  http.disable('etag');
  for (const door of doors) http.all(door.path, door.http);
  http.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  http.use((_request, response) => {
    response
      .status(404)
      .json({ error: `Nothing here. Events go to ${doors.map(({ path }) => path).join(', ')}` });
  });
  const failed: ErrorRequestHandler = (error, _request, response, _next) => {
    report('request failed', error);
    response.status(500).json({ error: 'The request could not be handled' });
  };
  http.use(failed);
  return http;
}

function listen(server: Server, { port, host }: Settings): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(
        taken ? new SettingsError(`PORT: ${port} is in use by another program; choose another one`) : error,
      );
    });
    server.listen(port, host, resolve);
  });
}

/** Says in a few lines what a newcomer wants to know. */
function announce({ port, profiles, brain }: RunningServer, settings: Settings): void {
  const names = [...profiles.all.values()].map(({ name }) => name).join(', ');
  console.log(`Answering calls for ${names}`);
  console.log(`  webhook    http://localhost:${port}/sipgate`);
  console.log(`  websocket  ws://localhost:${port}/sipgate`);
  console.log(
    settings.openai
      ? `  brain      ${brain.name}`
      : '  brain      offline: answers from the profiles only (set OPENAI_API_KEY for a language model)',
  );
  if (!settings.aiflowApiKey) {
    console.log('  open door  AIFLOW_API_KEY is not set: anyone who finds this address can send events');
  }
  console.log('Call it from another terminal: npm run phone');
}

async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const settings = readSettings(process.env);
  const running = await serve(settings);
  announce(running, settings);
  const stop = () => {
    running.close().then(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    const advice = error instanceof SettingsError || error instanceof ProfileError;
    console.error(advice ? (error as Error).message : error);
    process.exit(1);
  });
}
