import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { DialledCall } from '@jovo-telephony/dialer';
import { phoneDigits } from '@jovo-telephony/telephony';
import { readSettings, SettingsError } from '../settings';
import { DialledCalls } from './dialled-calls';
import { type ExportedCall, exportedCall, type Words } from './exported-call';
import { SILENT_MS } from './journal';
import { JournalOpenError, openStore, sealingOf } from './open-journal';
import type { Sealing } from './sealing';
import type { CallFilter, JournalStore } from './store';

const HELP = `npm run journal -- <command> [options]

  show <call>              one call: when, with whom, what was said, what was done
  export                   every call as one line of JSON (JSON Lines), oldest first
  erase --caller <number>  everything of one caller, now
  purge                    what is due by the rules of the profiles, now

  --caller <number>        only calls of this caller: the number with its country code, for example +4915790000001
  --call <call>            only this call: its id, with or without the network in front (sipgate/...)
  --words all|redacted|none
                           texts as they are kept (all), without numbers and e-mail addresses (redacted), or not at all.
                           Default: redacted
  --help                   this text

The journal is the one that DATA_DIR, JOURNAL_URL and JOURNAL_KEY name, from the environment or from .env.`;

/** What was asked for cannot be done. The message says what to do. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

interface Asked {
  store: JournalStore;
  sealing: Sealing;
  filter: CallFilter;
  callerKeys: readonly string[] | undefined;
  call: string | undefined;
  words: Words;
  dialled: Pick<DialledCalls, 'of'>;
  print(line: string): void;
}

const COMMANDS: Readonly<Record<string, (asked: Asked) => Promise<void>>> = {
  export: async ({ print, ...asked }) => {
    for await (const call of reportsOf(asked)) print(JSON.stringify(call));
  },
  show: async ({ print, ...asked }) => {
    if (!asked.call)
      throw new UsageError('show: which call? Its id comes next, for example: show sipgate/0b1f...');
    let found = false;
    for await (const call of reportsOf(asked)) {
      found = true;
      print(shown(call));
    }
    if (!found)
      throw new UsageError(
        'There is no such call. It may be over and forgotten by the rules of its profile.',
      );
  },
  erase: async ({ store, callerKeys, print }) => {
    if (!callerKeys)
      throw new UsageError('erase: whose calls? --caller and the number with its country code');
    print(`${await store.erase(callerKeys)} calls erased`);
  },
  purge: async ({ store, print }) =>
    print(`${await store.purge(Date.now(), SILENT_MS)} calls purged or ended`),
};

/** Runs one command on the journal that the environment names. Returns the exit code. */
export async function runJournalCli(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  print: (line: string) => void,
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      caller: { type: 'string' },
      call: { type: 'string' },
      words: { type: 'string', default: 'redacted' },
      help: { type: 'boolean', default: false },
    },
  });
  const [name = '', call = values.call] = positionals;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (values.help || name === '') {
    print(HELP);
    return values.help ? 0 : 1;
  }
  if (!command)
    throw new UsageError(
      `"${name}" is not a command; there are ${Object.keys(COMMANDS).join(', ')}. See --help`,
    );
  const { words } = values;
  if (words !== 'all' && words !== 'redacted' && words !== 'none') {
    throw new UsageError('--words: expected all, redacted or none');
  }
  const { journal: settings } = readSettings(environment);
  const store = await openStore(settings);
  const dialled = new DialledCalls(environment);
  try {
    const sealing = await sealingOf(settings.key, store);
    const callerKeys = values.caller === undefined ? undefined : sealing.callerKeys(digitsOf(values.caller));
    const kept = call && keptAs(call, sealing);
    const filter = { callerKeys, ...(kept?.includes('/') && { callIds: [kept] }) };
    await command({ store, sealing, filter, callerKeys, call: kept, words, dialled, print });
    return 0;
  } finally {
    await dialled.close();
    await store.close();
  }
}

function digitsOf(number: string): string {
  const digits = phoneDigits(number);
  if (digits === undefined) throw new UsageError('--caller: expected a number with its country code');
  return digits;
}

/** The id of a call as it was given, in the way the journal keeps it. */
function keptAs(call: string, sealing: Sealing): string {
  const [, network, callId = call] = /^([^/]+)\/(.+)$/s.exec(call) ?? [];
  const kept = sealing.idOf({ network: network ?? '', callId });
  return network === undefined ? kept.slice(1) : kept;
}

/** What is asked for, each call with what the dialer knows of it. */
async function* reportsOf(asked: Omit<Asked, 'print'>): AsyncGenerator<ExportedCall> {
  const { store, filter, call, sealing, words } = asked;
  for await (const stored of store.read(filter)) {
    if (call && stored.callId !== call && !stored.callId.endsWith(`/${call}`)) continue;
    const report = exportedCall(stored, sealing, words);
    const dialled = await asked.dialled.of(report.dialerCall);
    yield dialled ? { ...report, dialled } : report;
  }
}

/** A call for people. */
function shown(report: ExportedCall): string {
  const { entries, transcript, actions, dialled, ...facts } = report;
  const lines = Object.entries(facts).map(([name, value]) => `${name.padEnd(14)}${String(value)}`);
  const said = transcript?.map(({ role, text }) => `  ${role.padEnd(10)} ${text}`) ?? [
    '  (no words are kept)',
  ];
  const done = actions.map(
    ({ action, allowed, reason }) => `  ${action} ${allowed ? 'allowed' : `refused: ${reason}`}`,
  );
  if (done.length === 0) done.push('  (none)');
  const happened = entries.map(
    ({ kind, at, words: _, ...more }) => `  ${at}  ${kind} ${JSON.stringify(more)}`,
  );
  const atDialer = dialled ? ['', 'at the dialer', ...factsOf(dialled)] : [];
  const sections = ['', 'said', ...said, '', 'risky actions', ...done, '', 'entries', ...happened];
  return [...lines, ...atDialer, ...sections].join('\n');
}

function factsOf(dialled: DialledCall): string[] {
  return Object.entries(dialled).map(([name, value]) => `  ${name.padEnd(17)}${[value].flat().join(', ')}`);
}

if (require.main === module) {
  if (existsSync('.env')) process.loadEnvFile('.env');
  // Whoever reads may have seen enough.
  process.stdout.on('error', () => process.exit(0));
  runJournalCli(process.argv.slice(2), process.env, (line) => process.stdout.write(`${line}\n`)).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      const isAdvice =
        error instanceof UsageError || error instanceof SettingsError || error instanceof JournalOpenError;
      const isUsage = (error as NodeJS.ErrnoException)?.code?.startsWith('ERR_PARSE_ARGS');
      console.error(isAdvice || isUsage ? (error as Error).message : error);
      process.exitCode = 1;
    },
  );
}
