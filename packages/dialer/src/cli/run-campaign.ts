import { randomUUID } from 'node:crypto';
import {
  type OpenedCampaign,
  type PreparedCampaign,
  prepareCampaign,
  readLists,
  storeCampaign,
} from '../campaign/prepare';
import { reportOf, reportTable } from '../campaign/report';
import { CampaignRunner, type RunnerTiming } from '../campaign/runner';
import { Schedule } from '../campaign/schedule';
import { DialerError } from '../errors';
import type { DialerSettings } from '../settings';
import type { DialStore } from '../store/dial-store';
import { openDialStore } from '../store/open-store';
import { type Io, line } from './io';
import { EXIT } from './options';
import { progressOn } from './progress';
import { openReceiver } from './receiver';

/** `run`: carries a campaign out, or goes on with it. */
export async function runCampaign(
  path: string,
  settings: DialerSettings,
  io: Io,
  { listen, timing }: { listen?: number; timing?: Partial<RunnerTiming> } = {},
): Promise<number> {
  const prepared = prepareCampaign(path, settings, toolsOf(io));
  if (listen !== undefined && settings.publicUrl === undefined) {
    throw new DialerError('DIALER_SETTINGS', [
      'DIALER_PUBLIC_URL: is missing; --listen needs the address at which the network reaches this port.',
    ]);
  }
  const store = await openDialStore(settings.store);
  try {
    const { schedule: stored, requestFor } = await storeCampaign(prepared, store, settings, io.wallMs);
    return await conduct(prepared, { path, store, stored, requestFor, io, listen, timing });
  } finally {
    await store.close();
  }
}

interface Conducting {
  path: string;
  store: DialStore;
  stored: Schedule;
  requestFor: OpenedCampaign['requestFor'];
  io: Io;
  listen?: number;
  timing?: Partial<RunnerTiming>;
}

async function conduct(
  { file, rules, network }: PreparedCampaign,
  { path, store, stored, requestFor, io, listen, timing }: Conducting,
): Promise<number> {
  // The runner reads everything from the records itself.
  const schedule = new Schedule(stored.name, rules);
  const progress = progressOn(io, stored.targets.length);
  const runner = new CampaignRunner({
    schedule,
    store,
    network,
    requestFor,
    clock: io.clock,
    wallMs: io.wallMs,
    random: io.random,
    holder: randomUUID(),
    listed: () => readLists(file),
    onBusy: () =>
      line(io.stderr, 'Waiting for another process that runs this campaign, or ran it a moment ago.'),
    onHalt: (advice) => line(io.stderr, `No further calls. ${advice}`),
    onListFault: (error) => line(io.stderr, error instanceof Error ? error.message : String(error)),
    onChange: (changed) => progress.show(changed),
    timing,
  });
  const receiver =
    listen === undefined ? undefined : await openReceiver(store, listen, io, () => runner.nudge());
  const [stop, leave] = [new AbortController(), new AbortController()];
  const offInterrupt = io.onInterrupt(() => {
    if (stop.signal.aborted) return leave.abort();
    line(io.stderr, '\nNo further calls. Waiting for those that are going on; Ctrl-C again leaves at once.');
    stop.abort();
  });
  if (stored.paused) {
    line(io.stderr, `Paused. Go on with: npm run dial -- resume ${file.name}`);
  }
  try {
    const result = await runner.run({ stop: stop.signal, leave: leave.signal });
    progress.stop();
    line(io.stdout, reportTable(reportOf(schedule)));
    if (result.result === 'halted') {
      line(io.stderr, `Halted. ${result.advice} Then run the campaign again.`);
      return EXIT.halted;
    }
    if (result.result === 'stopped') line(io.stderr, `Stopped. Go on with: npm run dial -- run ${path}`);
    return EXIT.ok;
  } finally {
    progress.stop();
    offInterrupt();
    await receiver?.close();
  }
}

export function toolsOf({ requestClock, wallMs }: Io) {
  return { clock: requestClock, wallMs };
}
