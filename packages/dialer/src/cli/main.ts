import { writeFileSync } from 'node:fs';
import { loadCampaign } from '../campaign/open-campaign';
import { reportCsv, reportOf, reportTable } from '../campaign/report';
import { DialerError } from '../errors';
import { type DialerSettings, readDialerSettings } from '../settings';
import type { DialStore } from '../store/dial-store';
import { openDialStore } from '../store/open-store';
import { checkCampaign } from './check-campaign';
import { type Io, line } from './io';
import { listDoNotCall, placeOneCall } from './one-call';
import { type CliOptions, EXIT, EXIT_OF, HELP, readArguments } from './options';
import { runCampaign } from './run-campaign';

/** Runs the command line; returns the exit code and never throws for a fault of the user or of a network. */
export async function main(argv: string[], io: Io): Promise<number> {
  try {
    const options = readArguments(argv);
    if (options.command === 'help') {
      io.stdout.write(HELP);
      return EXIT.ok;
    }
    return await carryOut(options, readDialerSettings(io.env), io);
  } catch (cause) {
    if (!(cause instanceof DialerError)) throw cause;
    line(io.stderr, cause.message);
    return EXIT_OF[cause.code];
  }
}

function carryOut(options: CliOptions, settings: DialerSettings, io: Io): Promise<number> | number {
  const [subject = ''] = options.subjects;
  switch (options.command) {
    case 'check':
      return checkCampaign(subject, settings, io);
    case 'run':
      return runCampaign(subject, settings, io, { listen: options.listen });
    case 'pause':
    case 'resume':
    case 'cancel':
      return tell(subject, options.command, settings, io);
    case 'report':
      return report(subject, options, settings, io);
    case 'call':
      return placeOneCall(options, settings, io);
    case 'do-not-call':
      return listDoNotCall(options.subjects, settings, io);
    case 'help':
      return EXIT.ok;
  }
}

const RECORDS = {
  pause: { type: 'paused', told: 'Paused: no further calls are placed.' },
  resume: { type: 'resumed', told: 'Resumed.' },
  cancel: { type: 'cancelled', told: 'Cancelled: nobody else is called.' },
} as const;

/** Written into the records: a running campaign sees it within a moment, another one when it is run. */
async function tell(
  name: string,
  command: keyof typeof RECORDS,
  settings: DialerSettings,
  io: Io,
): Promise<number> {
  return withCampaign(name, settings, async (store) => {
    const { type, told } = RECORDS[command];
    await store.append(name, { type, atMs: io.wallMs() });
    line(io.stdout, told);
    return EXIT.ok;
  });
}

async function report(
  name: string,
  { csv, numbers }: CliOptions,
  settings: DialerSettings,
  io: Io,
): Promise<number> {
  return withCampaign(name, settings, async (_store, schedule) => {
    const made = reportOf(schedule);
    if (csv === '-') {
      io.stdout.write(reportCsv(made, { numbers }));
      return EXIT.ok;
    }
    line(io.stdout, reportTable(made));
    if (csv === undefined) return EXIT.ok;
    try {
      // It may hold numbers: for its owner alone.
      writeFileSync(csv, reportCsv(made, { numbers }), { mode: 0o600 });
    } catch {
      throw new DialerError('DIALER_USAGE', [
        `--csv: ${csv} cannot be written; name a file in a folder that may be.`,
      ]);
    }
    return EXIT.ok;
  });
}

async function withCampaign(
  name: string,
  settings: DialerSettings,
  run: (store: DialStore, schedule: Parameters<typeof reportOf>[0]) => Promise<number>,
): Promise<number> {
  const store = await openDialStore(settings.store);
  try {
    const loaded = await loadCampaign(store, name);
    if (!loaded) {
      throw new DialerError('DIALER_USAGE', [
        `There is no campaign "${name}" in the records. Its name is the one in its file.`,
      ]);
    }
    return await run(store, loaded.schedule);
  } finally {
    await store.close();
  }
}
