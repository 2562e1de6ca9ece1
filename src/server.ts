import { existsSync } from 'node:fs';
import { httpDoor, SipgateAiflowPlatform, webSocketDoor } from '@lautmaler/jovo-platform-aiflow';
import { reportFault } from './agent/after-call/after-call';
import { type ProfileWatch, watchProfiles } from './agent/profiles/profile-watch';
import { ProfileError } from './agent/profiles/profiles';
import { CallLimits } from './operations/call-limits';
import { DoorWatch } from './operations/door-watch';
import { Drain } from './operations/drain';
import { closeServer, limitedServer } from './operations/http-limits';
import { kindOf, type Log } from './operations/log';
import { Operations } from './operations/operations';
import { createLog } from './operations/pino-log';
import { type Door, listen, routes, upgrades } from './operations/ports';
import { Probes } from './operations/probes';
import { readSettings, type Settings, SettingsError } from './settings';
import { type Started, type Surroundings, start } from './start';
import { systemClock } from './system-clock';

/** One line per network. */
function openDoors({ app }: Started, { aiflowApiKey: apiKey, aiflowAllowFrom }: Settings): Door[] {
  return [
    {
      network: 'sipgate',
      path: '/sipgate',
      allowFrom: aiflowAllowFrom,
      http: httpDoor(app, { apiKey }),
      webSocket: webSocketDoor(app, { apiKey }),
      calls: receiverOf(app.plugins.SipgateAiflowPlatform),
    },
  ];
}

/** How long the goodbyes of a stop may take, and then the reports of the calls that are over. */
const GOODBYES_WITHIN_MS = 15_000;
const REPORTS_WITHIN_MS = 10_000;
/** How long answers that are on their way may take after the last call. */
const ANSWERS_WITHIN_MS = 1_000;

export interface RunningServer extends Started {
  port: number;
  /** Where the figures have a port of their own. */
  metricsPort: number | undefined;
  operations: Operations;
  log: Log;
  /** Calls that are running. */
  calls(): number;
  /** Takes no new calls, waits for those that run, then closes. Asked a second time, it waits for nothing. */
  stop(): Promise<void>;
  /** Closes at once, whatever runs. */
  close(): Promise<void>;
}

/** Opens every door on one port and answers calls until stopped. */
export async function serve(settings: Settings, given: Partial<Surroundings> = {}): Promise<RunningServer> {
  const log = given.log ?? createLog(settings.log);
  const operations = new Operations({ settings, log, clock: systemClock });
  try {
    return await open(settings, { ...given, log }, operations);
  } catch (error) {
    await operations.close();
    throw error;
  }
}
