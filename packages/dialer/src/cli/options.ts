/** The command line of `npm run dial`: commands, options, help, exit codes. */
import { parseArgs } from 'node:util';
import { DialerError, type DialerErrorCode } from '../errors';
import { MACHINE_DETECTION, type MachineDetection } from '../network/dialout-fields';
import { type NetworkName, OUTBOUND_NETWORKS } from '../network/networks';

/** Exit codes, as documented in `--help`. */
export const EXIT = { ok: 0, failed: 1, usage: 2, halted: 3 } as const;

export const EXIT_OF: Readonly<Record<DialerErrorCode, number>> = {
  DIALER_REQUEST: EXIT.usage,
  DIALER_CAMPAIGN: EXIT.usage,
  DIALER_SETTINGS: EXIT.usage,
  DIALER_USAGE: EXIT.usage,
  DIALER_IN_USE: EXIT.failed,
  DIALER_STORE: EXIT.failed,
};

export const HELP = `npm run dial -- COMMAND [options]

Places calls of our own: one, or a whole campaign. docs/outbound.md explains campaign files and rules.

Commands
  check FILE             read a campaign file and say what would happen; nobody is called
  run FILE               run a campaign, or go on where it was left
  pause NAME             no further calls; those that are going on go on
  resume NAME            go on
  cancel NAME            nobody else is called, ever
  report NAME            how everybody ended
  call NUMBER            one call, to a number with its plus and country code
  do-not-call NUMBER...  never call these numbers again, whatever the campaign

Options
      --listen PORT      run, call: take the network's reports here. Without it they are expected at the
                         running server (npm start), which uses the same records
      --dry-run          run: the same as check
      --csv FILE         report: one line per target ("-" writes to the terminal)
      --numbers          report: with the phone numbers
      --bot NAME         call: who talks (AudioCodes)
      --network NAME     call: audiocodes, sipgate (default: the one that is configured)
      --caller NUMBER    call: what the person called sees
      --metadata KEY=VALUE  call: told to the conversation; repeatable
      --detect MODE      call: machine detection: disabled, disconnect, detect
      --any-time         call: at night, too
  -h, --help             this text

Ctrl-C places no further calls and waits for those that are going on; a second one leaves at once. A campaign that
was left, or killed, goes on with "run". Nobody is dialled twice.

Settings come from the environment or from .env: DIALER_STORE, DIALER_PUBLIC_URL, AUDIOCODES_API_*, SIPGATE_*

Examples
  npm run dial -- check examples/outbound/campaign.yaml
  npm run dial -- run reminders.yaml --listen 8080
  npm run dial -- report reminders --csv reminders.csv

Exit codes
  0  done; of a campaign: everybody is settled, or it was stopped by hand
  1  the call was not placed, or the records cannot be used
  2  the command line, a file or a setting is not understood
  3  the network will have none of it: look into it, then run again
`;

export const COMMANDS = [
  'check',
  'run',
  'pause',
  'resume',
  'cancel',
  'report',
  'call',
  'do-not-call',
] as const;
export type Command = (typeof COMMANDS)[number];

/** What the command line asks for. */
export interface CliOptions {
  command: Command | 'help';
  /** File, name or numbers. */
  subjects: string[];
  listen?: number;
  csv?: string;
  numbers: boolean;
  bot?: string;
  network?: NetworkName;
  caller?: string;
  metadata: Record<string, string>;
  detect?: MachineDetection;
  anyTime: boolean;
}

const usage = (fault: string) => new DialerError('DIALER_USAGE', [fault, 'See npm run dial -- --help']);

/** Reads the command line; throws a `DialerError` that says what is wrong. */
export function readArguments(argv: string[]): CliOptions {
  const { values, positionals } = parse(argv);
  const [command = 'help', ...subjects] = positionals;
  const shared = {
    subjects,
    listen: portOf(values.listen),
    csv: values.csv,
    numbers: values.numbers ?? false,
    bot: values.bot,
    network: oneOf('--network', values.network, OUTBOUND_NETWORKS),
    caller: values.caller,
    metadata: Object.fromEntries((values.metadata ?? []).map(pairOf)),
    detect: oneOf('--detect', values.detect, MACHINE_DETECTION),
    anyTime: values['any-time'] ?? false,
  };
  if (values.help || command === 'help') return { command: 'help', ...shared };
  const known = COMMANDS.find((each) => each === command);
  if (!known) throw usage(`"${command}" is not a command; there are ${COMMANDS.join(', ')}.`);
  if (subjects.length === 0) throw usage(`${command} needs ${SUBJECT[known]}.`);
  if (subjects.length > 1 && known !== 'do-not-call') throw usage(`${command} takes only ${SUBJECT[known]}.`);
  return { command: known === 'run' && values['dry-run'] ? 'check' : known, ...shared };
}

const SUBJECT: Readonly<Record<Command, string>> = {
  check: 'a campaign file',
  run: 'a campaign file',
  pause: 'the name of a campaign',
  resume: 'the name of a campaign',
  cancel: 'the name of a campaign',
  report: 'the name of a campaign',
  call: 'a phone number',
  'do-not-call': 'a phone number',
};

function parse(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        listen: { type: 'string' },
        'dry-run': { type: 'boolean' },
        csv: { type: 'string' },
        numbers: { type: 'boolean' },
        bot: { type: 'string' },
        network: { type: 'string' },
        caller: { type: 'string' },
        metadata: { type: 'string', multiple: true },
        detect: { type: 'string' },
        'any-time': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (cause) {
    throw usage((cause as Error).message.split('. To specify')[0] as string);
  }
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw usage(`--listen must be a port number from 0 to 65535, got "${text}".`);
}

function pairOf(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw usage(`--metadata must be KEY=VALUE, got "${text}".`);
}

function oneOf<T extends string>(
  option: string,
  value: string | undefined,
  allowed: readonly T[],
): T | undefined {
  const found = allowed.find((each) => each === value);
  if (value === undefined || found !== undefined) return found;
  throw usage(`${option} must be one of ${allowed.join(', ')}, got "${value}".`);
}
