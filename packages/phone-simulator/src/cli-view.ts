/** What a call looks like in a terminal. */
import type { SimulatedCall } from './call';
import type { CallEntry, EntryKind, EntryOf } from './call-log';
import type { CutBy } from './playback';
import type { ScriptResult } from './script-play';

/** Everything the command line touches of the world. */
export interface Io {
  stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  stdout: NodeJS.WritableStream & { isTTY?: boolean };
  stderr: NodeJS.WritableStream;
  env: NodeJS.ProcessEnv;
  /** Calls `run` on Ctrl-C; returns how to stop it. */
  onInterrupt(run: () => void): () => void;
}

const STYLES = { agent: '36', you: '32', note: '2', bad: '31', good: '32' } as const;
type Style = keyof typeof STYLES;

interface Row {
  who?: string;
  text: string;
  style: Style;
}

const CUT: Record<CutBy, string> = {
  caller: 'you interrupt',
  barge_in: 'the agent stops',
  hangup: 'cut by its hang-up',
  transfer: 'cut by its transfer',
  call_end: 'cut',
};

const OUTCOMES = {
  answered: 'answered',
  no_answer: 'nobody answers',
  busy: 'busy',
  declined: 'declined',
} as const;

type Rows = { [K in EntryKind]?: (entry: EntryOf<K>) => Row | undefined };

/** One row per kind of entry; kinds that are missing are shown with --verbose only, or never. */
const ROWS: Rows = {
  connected: (e) => ({
    text: e.again ? 'the call comes back from the transfer' : 'connected',
    style: 'note',
  }),
  hears: ({ utterance }) => ({ who: 'AGENT', text: utterance.text, style: 'agent' }),
  heard: ({ utterance }) => {
    if (!utterance.cutBy) return undefined;
    const heard = `${CUT[utterance.cutBy]} after ${seconds(utterance.heardMs ?? 0)}`;
    return { text: `${heard}; heard: ${JSON.stringify(utterance.heardText)}`, style: 'note' };
  },
  says: ({ text }) => ({ who: 'YOU', text: text === '' ? '(noise)' : text, style: 'you' }),
  understood: ({ delivered }) =>
    delivered ? undefined : { text: 'that was not passed on to the agent', style: 'note' },
  presses: ({ digit }) => ({ who: 'YOU', text: `[key ${digit}]`, style: 'you' }),
  input_timeout: () => ({ text: 'no input in time; the agent is told', style: 'note' }),
  background: ({ on }) => ({
    text: on ? 'a background sound begins' : 'the background sound stops',
    style: 'note',
  }),
  transfer: ({ to }) => ({
    text: `the agent transfers the call to ${to}; it rings`,
    style: 'agent',
  }),
  transfer_result: ({ outcome }) => ({ text: `transfer: ${OUTCOMES[outcome]}`, style: 'note' }),
  sms: ({ phoneNumber, message, outcome }) => ({
    who: 'SMS',
    text: `to ${phoneNumber}: ${message}${outcome === 'failed' ? ' (fails)' : ''}`,
    style: 'agent',
  }),
  done: ({ what, details }) => ({ text: `${what}: ${shortened(JSON.stringify(details))}`, style: 'note' }),
  warning: ({ sentence }) => ({ who: 'WARNING', text: sentence, style: 'bad' }),
  violation: ({ violation }) => ({
    who: 'PROTOCOL',
    text: `${violation.sentence} (spec ${violation.spec})`,
    style: 'bad',
  }),
  ended: ({ by, reason }) => ({ text: by === 'agent' ? 'the agent hangs up' : reason, style: 'note' }),
};

const VERBOSE_ROWS: Rows = {
  event: ({ event }) => ({ who: '->', text: JSON.stringify(event), style: 'note' }),
  action: ({ action }) => ({ who: '<-', text: shortened(JSON.stringify(action)), style: 'note' }),
  response: ({ to, status, elapsedMs }) => ({
    who: '<-',
    text: `${status} to ${to} after ${Math.round(elapsedMs)} ms`,
    style: 'note',
  }),
};

/** Writes rows; keeps the prompt below them when there is one. */
export class View {
  readonly #io: Io;
  readonly #colours: boolean;
  readonly #verbose: boolean;
  /** Puts the prompt away and back, when somebody is typing. */
  around: (write: () => void) => void = (write) => write();

  constructor(io: Io, verbose: boolean) {
    this.#io = io;
    this.#colours = io.stdout.isTTY === true && !io.env.NO_COLOR;
    this.#verbose = verbose;
  }

  line(text: string, style?: Style): void {
    this.around(() => this.#io.stdout.write(`${style ? this.#paint(text, style) : text}\n`));
  }

  error(message: string, advice?: string): void {
    this.around(() => this.#io.stderr.write(`${message}\n${advice ? `${advice}\n` : ''}`));
  }

  entry(entry: CallEntry): void {
    const kind = entry.kind as 'hears';
    const row = (ROWS[kind] ?? (this.#verbose ? VERBOSE_ROWS[kind] : undefined))?.(entry as EntryOf<'hears'>);
    if (!row) return;
    const text = row.who ? `${row.who.padEnd(8)} ${row.text}` : `${' '.repeat(9)}(${row.text})`;
    this.line(`${clockTime(entry.atMs)}  ${this.#paint(text, row.style)}`);
  }

  /** What a listener would say about the call. */
  summary(call: SimulatedCall): void {
    const { longestSilenceMs, longestFirstSoundMs } = call.measures;
    this.line(
      `Call of ${seconds(call.nowMs)}: slowest answer ${seconds(longestFirstSoundMs)}, ` +
        `longest silence ${seconds(longestSilenceMs)}, protocol violations ${call.violations.length}.`,
    );
  }

  result(result: ScriptResult): void {
    const what = `${result.title} (${result.network}, ${result.wire}, ${seconds(result.durationMs)})`;
    this.line(`${result.passed ? 'PASS' : 'FAIL'}  ${what}`, result.passed ? 'good' : 'bad');
    for (const { file, line, message } of result.failures) {
      this.line(`      ${file}${line === undefined ? '' : `:${line}`}: ${message}`, 'bad');
    }
  }

  #paint(text: string, style: Style): string {
    return this.#colours ? `\u001b[${STYLES[style]}m${text}\u001b[0m` : text;
  }
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** `02:05.3` */
function clockTime(ms: number): string {
  const tenths = Math.floor(ms / 100);
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${pad(Math.floor(tenths / 600))}:${pad(Math.floor(tenths / 10) % 60)}.${tenths % 10}`;
}

const shortened = (text: string) => (text.length > 400 ? `${text.slice(0, 397)}...` : text);
