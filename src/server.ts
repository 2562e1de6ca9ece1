import { existsSync } from 'node:fs';
import { inspect } from 'node:util';
import type { DialingServer } from '@jovo-telephony/dialer';
import { audiocodesDoor } from '@jovo-telephony/jovo-platform-audiocodes';
import { httpDoor as nodeDoor } from '@jovo-telephony/platform-base';
import type { App } from '@jovotech/framework';
import { httpDoor, webSocketDoor } from '@lautmaler/jovo-platform-aiflow';
import { reportFault } from './agent/after-call/after-call';
import { ToolFileError } from './agent/author-tools';
import { type ProfileWatch, watchProfiles } from './agent/profiles/profile-watch';
import { ProfileError } from './agent/profiles/profiles';
import { openDialer } from './dialer';
import { keepHouse } from './journal/housekeeping';
import { audiocodes, sipgate } from './networks';
import { CallLimits } from './operations/call-limits';
import type { DoorWatch } from './operations/door-watch';
import { Front } from './operations/front';
import { kindOf, type Log } from './operations/log';
import { Operations } from './operations/operations';
import { createLog } from './operations/pino-log';
import type { Door } from './operations/ports';
import { readSettings, type Settings, SettingsError } from './settings';
import { type Started, type Surroundings, start } from './start';
import { systemClock } from './system-clock';

/** One entry per network. */
function openDoors(app: App, settings: Settings, watch: DoorWatch): Door[] {
  const { SipgateAiflowPlatform, AudiocodesPlatform } = app.plugins;
  if (!SipgateAiflowPlatform || !AudiocodesPlatform)
    throw new Error('The app has no platform for sipgate, or none for AudioCodes');
  const { aiflowApiKey: apiKey, aiflowAllowFrom: allowFrom, publicUrl: publicBaseUrl } = settings;
  const audiocodesAt = audiocodesDoor(app, {
    path: '/audiocodes',
    publicBaseUrl,
    onUnauthorized: () => watch.unauthorized('audiocodes'),
  });
  return [
    {
      network: 'sipgate',
      path: '/sipgate',
      allowFrom,
      http: httpDoor(app, { apiKey }),
      webSocket: webSocketDoor(app, { apiKey, onUnauthorized: () => watch.unauthorized('sipgate') }),
      calls: SipgateAiflowPlatform.receiver,
    },
    {
      network: 'audiocodes',
      path: '/audiocodes',
      below: true,
      allowFrom: settings.audiocodesAllowFrom,
      http: nodeDoor(audiocodesAt.http),
      webSocket: audiocodesAt.webSocket,
      calls: AudiocodesPlatform.receiver,
    },
  ];
}

/** How long a stop waits for the reports of calls that are over. */
const REPORTS_WITHIN_MS = 10_000;

export interface RunningServer extends Started {
  port: number;
  /** Where the figures have a port of their own. */
  metricsPort: number | undefined;
  operations: Operations;
  log: Log;
  /** Calls that are running. */
  calls(): number;
  /** Takes no new calls, waits for those that run, then closes. Asked again meanwhile, it waits for nothing. */
  stop(): Promise<void>;
  /** Closes at once, whatever runs. */
  close(): Promise<void>;
}

/** Opens every door on one port and answers calls until stopped. */
export async function serve(settings: Settings, given: Partial<Surroundings> = {}): Promise<RunningServer> {
  const clock = systemClock;
  const log = given.log ?? createLog(settings.log);
  const operations = new Operations({ settings, log, clock });
  const front = new Front({ settings, log, clock, operations });
  const limits = new CallLimits(settings.limits, clock);
  let dialer: DialingServer | undefined;
  try {
    dialer = settings.dialer && (await openDialer(settings.dialer, log));
    const started = await start(settings, {
      networks: [sipgate, audiocodes],
      log,
      outbound: dialer?.join,
      observe: (seen) => {
        limits.observe(seen);
        operations.observe(seen);
      },
      limits,
      onReportLost: (lost) => operations.reportLost(lost),
      ...given,
      platform: (network) => ({ ...front.platform(network), ...given.platform?.(network) }),
    });
    const ports = await front.open(openDoors(started.app, settings, front.watch), dialer?.routes);
    const watch = settings.watchAgents ? watchAgents(started, settings, log) : undefined;
    const stopHousekeeping = keepHouse(started.journal, clock, (error) =>
      log.warn({ code: 'JOURNAL_TROUBLE', ...kindOf(error) }, 'Old calls could not be erased'),
    );
    const closed = async () => {
      watch?.close();
      const { reporter, mcp, journal } = started;
      await mcp.close();
      if (!(await reporter.settled(REPORTS_WITHIN_MS))) await reporter.abort();
      stopHousekeeping();
      await journal.close();
      await dialer?.close();
      await operations.close();
    };
    return {
      ...started,
      ...ports,
      operations,
      log,
      calls: () => front.calls,
      stop: () => front.stop().then(closed),
      close: () => front.close().then(closed),
    };
  } catch (error) {
    await front.close();
    await dialer?.close();
    await operations.close();
    throw error;
  }
}

/** Calls go on with what was written last, as long as it is sound. */
function watchAgents({ profiles }: Started, settings: Settings, log: Log): ProfileWatch {
  const refuse = (advice: string) =>
    log.error({ code: 'PROFILES_NOT_RELOADED', advice }, 'Agents were not read again');
  return watchProfiles(
    settings.agentsDir,
    (next) => {
      const fault = reportFault(next, settings.webhookSecret);
      if (fault) return refuse(fault);
      profiles.replaceWith(next);
      log.info({ agents: namesOf(next) }, 'Agents were read again');
    },
    ({ message }) => refuse(message),
  );
}

function namesOf({ all }: Started['profiles']): string[] {
  return [...all.values()].map(({ name }) => name);
}

/** Says what an operator, or a newcomer at a terminal, wants to know. */
function announce({ port, profiles, brain, log }: RunningServer, settings: Settings): void {
  const agents = namesOf(profiles);
  const { openai, aiflowApiKey, audiocodesAuth } = settings;
  log.info({ port, agents, brain: openai ? brain.name : 'offline' }, 'Answering calls');
  if (!aiflowApiKey) {
    log.warn({ network: 'sipgate', advice: 'Set AIFLOW_API_KEY' }, 'The door is open to anybody');
  }
  if (Object.values(audiocodesAuth).every((proof) => proof === undefined)) {
    log.warn({ network: 'audiocodes', advice: 'Set AUDIOCODES_TOKEN' }, 'The door is open to anybody');
  }
  if (!process.stdout.isTTY || settings.log.format === 'json') return;
  process.stdout.write(
    [
      '',
      `  sipgate    http://localhost:${port}/sipgate     ws://localhost:${port}/sipgate`,
      `  audiocodes http://localhost:${port}/audiocodes  ws://localhost:${port}/audiocodes`,
      openai
        ? `  brain      ${brain.name}`
        : '  brain      offline: answers from the profiles only (set OPENAI_API_KEY for a language model)',
      '  call it    npm run phone, in another terminal',
      '',
      '',
    ].join('\n'),
  );
}

/** Starts the server of this process, and stops it when it is told to. */
export async function main(given: Partial<Surroundings> = {}): Promise<RunningServer> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const settings = readSettings(process.env);
  const running = await serve(settings, given);
  announce(running, settings);
  const { log } = running;
  const stop = (signal: NodeJS.Signals) => {
    const calls = running.calls();
    const advice = calls > 0 ? 'The same signal again ends these calls at once' : undefined;
    log.info({ signal, calls, advice }, 'Stopping');
    running.stop().then(() => process.exit(0), fail);
  };
  // The second one forces: `stop` knows.
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // One turn of one call has gone wrong in a way that nobody thought of. The other calls have not.
  process.on('unhandledRejection', (error) => {
    log.error({ code: 'PROCESS_FAULT', ...kindOf(error) }, 'Nobody has caught an error');
  });
  return running;
}

/** No call has begun yet: whatever it says, it says nothing about a caller. */
function fail(error: unknown): void {
  const code =
    error instanceof SettingsError
      ? error.code
      : error instanceof ProfileError || error instanceof ToolFileError
        ? 'PROFILE_INVALID'
        : 'START_FAILED';
  const text = code === 'START_FAILED' ? inspect(error) : (error as Error).message;
  process.stderr.write(`${code}\n${text}\n`);
  process.exit(1);
}

if (require.main === module) main().catch(fail);
