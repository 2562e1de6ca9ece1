/** The command line of `npm run phone`: options, help, exit codes. */
import { parseArgs } from 'node:util';
import type { TransferOutcome } from './call-log';
import {
  type CallOptions,
  DEFAULT_URLS,
  NETWORK_WIRES,
  NETWORKS,
  type Network,
  TRANSFER_OUTCOMES,
  WIRES,
  type Wire,
} from './call-options';
import { SimulatorError, type SimulatorErrorCode } from './errors';
import { freshCaller } from './fresh-caller';

/** Exit codes, as documented in `--help`. */
export const EXIT = { ok: 0, failed: 1, usage: 2, unreachable: 3 } as const;

export const EXIT_OF: Record<SimulatorErrorCode, number> = {
  SIM_REFUSED: EXIT.unreachable,
  SIM_UNAUTHORIZED: EXIT.unreachable,
  SIM_NOT_AN_AGENT: EXIT.unreachable,
  SIM_DECLINED: EXIT.unreachable,
  SIM_CALL_OVER: EXIT.failed,
  SIM_SCRIPT: EXIT.usage,
  SIM_USAGE: EXIT.usage,
};

export const HELP = `npm run phone -- [options]

A phone in your terminal: calls the agent, shows what the caller hears, says what you type.

  -u, --url URL          where the agent is (default ${DEFAULT_URLS.sipgate},
                         for AudioCodes ${DEFAULT_URLS.audiocodes})
      --network NAME     the telephone network to be: ${NETWORKS.join(', ')} (default sipgate)
      --wire WIRE        the way to the agent: ${WIRES.join(', ')} (default ws, for AudioCodes http)
      --http             the same as --wire http
      --from NUMBER      calling number (default: another one of the numbers that belong to nobody
                         for each call, so that no caller's daily limits are reached; "" is an
                         anonymous caller)
      --to NUMBER        called number (default 4921163550)
      --outbound         the agent has called, not the caller
      --token SECRET     secret of the agent (default: environment AIFLOW_API_KEY, for AudioCodes
                         AUDIOCODES_TOKEN)
      --language TAG     language that is spoken, decides the pace of speech (default de-DE)
      --transfer OUTCOME how transfers go: ${TRANSFER_OUTCOMES.join(', ')}
                         (default answered; several, with commas, are taken in turn)
      --sms OUTCOME      how text messages go: sent, failed (default sent)
  -s, --script FILE      play a call script, or every script of a folder; repeatable.
                         What a script says about its call beats these options
      --speed N          let speech and deliberate waiting pass N times faster; the time the agent
                         takes to answer still counts in full (default 1)
  -v, --verbose          show every event (->) and action (<-) on the wire
  -h, --help             this text

While the call lasts, type what the caller says. It is said when the agent has finished. Commands:
  /key 5                 press keys: 0-9, * and #          /interrupt TEXT  talk over the agent
  /silence [SECONDS]     say nothing for a while           /hangup          hang up
  /help                  these commands                    Ctrl-C           hang up and leave

Lines from a pipe are said one after another, each when the agent has answered the one before.

Examples
  npm run phone
  npm run phone -- --http --to 4921163551
  npm run phone -- --network audiocodes --wire http+ws
  printf 'Wann haben Sie auf?\\n/hangup\\n' | npm run phone
  npm run phone -- --script test/calls --speed 20
  npm run phone -- --transfer busy,answered --verbose

Exit codes
  0  the call was held; every expectation of every script was met
  1  an expectation of a script failed, or the agent broke the protocol
  2  the command line or a script is not understood
  3  nobody took the call: not running, wrong address, wrong secret
`;

/** What the command line asks for. */
export interface CliOptions {
  help: boolean;
  verbose: boolean;
  scripts: string[];
  speed: number;
  /** Chosen on the command line: beats the scripts. */
  wire: Wire | undefined;
  /** Options of every call; see {@link callOf}. */
  call: CallOptions;
}

const usage = (message: string) => new SimulatorError('SIM_USAGE', message, 'See npm run phone -- --help');

/** Reads the command line; throws a `SimulatorError` that says what is wrong. */
export function readArguments(argv: string[], env: NodeJS.ProcessEnv): CliOptions {
  const { values, positionals } = parse(argv);
  const network = oneOf('--network', values.network ?? 'sipgate', NETWORKS);
  const url = values.url ?? DEFAULT_URLS[network];
  if (!/^(ws|http)s?:\/\/./i.test(url) || !URL.canParse(url)) {
    throw usage(`--url must begin with ws://, wss://, http:// or https://, got "${url}".`);
  }
  const transfer = values.transfer
    ?.split(',')
    .map((each): TransferOutcome => oneOf('--transfer', each.trim(), TRANSFER_OUTCOMES));
  const sms = oneOf('--sms', values.sms ?? 'sent', ['sent', 'failed'] as const);
  const speed = Number(values.speed ?? 1);
  if (!(speed >= 1 && speed <= 1000))
    throw usage(`--speed must be a number from 1 to 1000, got "${values.speed}".`);
  const wire = readWire(network, values);
  return {
    help: values.help ?? false,
    verbose: values.verbose ?? false,
    scripts: [...(values.script ?? []), ...positionals],
    speed,
    wire,
    call: {
      url,
      wire,
      network,
      token: values.token ?? (env[TOKENS[network]] || undefined),
      from: values.from,
      to: values.to,
      direction: values.outbound ? 'outbound' : undefined,
      language: values.language,
      transfer,
      sms,
    },
  };
}

/** The options of the next call: whoever is not named by `--from` is somebody else each time. */
export function callOf({ call }: CliOptions): CallOptions {
  return { ...call, from: call.from ?? freshCaller() };
}

/** Where each network's secret stands by default. */
const TOKENS: Record<Network, string> = { sipgate: 'AIFLOW_API_KEY', audiocodes: 'AUDIOCODES_TOKEN' };

/** What was asked for in so many words; an address that is not of the network's usual kind asks, too. */
function readWire(
  network: Network,
  values: { wire?: string; http?: boolean; url?: string },
): Wire | undefined {
  if (values.wire) return oneOf('--wire', values.wire, NETWORK_WIRES[network]);
  if (values.http) return 'http';
  if (network === 'sipgate') return /^http/i.test(values.url ?? '') ? 'http' : undefined;
  return /^ws/i.test(values.url ?? '') ? 'ws' : undefined;
}

function parse(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        url: { type: 'string', short: 'u' },
        http: { type: 'boolean' },
        wire: { type: 'string' },
        network: { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string' },
        outbound: { type: 'boolean' },
        token: { type: 'string' },
        language: { type: 'string' },
        transfer: { type: 'string' },
        sms: { type: 'string' },
        script: { type: 'string', short: 's', multiple: true },
        speed: { type: 'string' },
        verbose: { type: 'boolean', short: 'v' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (cause) {
    throw usage((cause as Error).message.split('. To specify')[0] as string);
  }
}

function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  if ((allowed as readonly string[]).includes(value)) return value as T;
  throw usage(`${option} must be one of ${allowed.join(', ')}, got "${value}".`);
}
