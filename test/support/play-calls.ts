import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  type CallEntry,
  type CallScript,
  playScript,
  readScript,
  type ScriptResult,
  transportsOf,
} from '@jovo-telephony/phone-simulator';

type Kind = 'http' | 'websocket';

export interface Playing {
  urlOf(transport: Kind): string;
  /** How much faster than life. */
  speed?: number;
  token?: string;
  /** Transports that are played; what a script names besides is left out. */
  transports?: readonly Kind[];
}

/** Most of a call is waiting, so that many can be held at once; too many, and they wait for the processor. */
const AT_ONCE = 16;

interface Play {
  script: CallScript;
  transport: Kind;
  playing: Playing;
  done(result: ScriptResult): void;
  failed(error: unknown): void;
  result: Promise<ScriptResult>;
}

/** Plays scripts, many at a time, each as a test of its own. */
export class CallPlayer {
  private readonly plays: Play[] = [];
  private readonly waiting: Play[] = [];

  constructor(private readonly atOnce = AT_ONCE) {}

  /** Declares a test for every script of a folder on each transport that it names. */
  folder(folder: string, port: () => number | undefined, speed?: number): void {
    const urlOf = (kind: Kind) => `${kind === 'http' ? 'http' : 'ws'}://127.0.0.1:${port()}/sipgate`;
    this.scripts(scriptsIn(folder), { urlOf, speed });
  }

  scripts(files: readonly string[], playing: Playing): void {
    const { transports = ['http', 'websocket'] } = playing;
    for (const file of files) {
      const script = readScript(file);
      for (const transport of transportsOf(script) as Kind[]) {
        if (!transports.includes(transport)) continue;
        const play = newPlay(script, transport, playing);
        this.plays.push(play);
        test(`${basename(file)}: ${script.title} (${transport})`, async () => {
          const { failures, violations, entries } = await play.result;
          const faults = [...failures, ...violations];
          const heard = faults.length > 0 ? transcript(entries) : [];
          expect({ faults, transcript: heard }).toEqual({ faults: [], transcript: [] });
        }, 120_000);
      }
    }
  }

  /** Begins with all of them. The servers must be there. */
  start(): void {
    // The slow ones first: nobody should have to wait for them at the end.
    this.waiting.push(...this.plays.toSorted((a, b) => (a.playing.speed ?? 20) - (b.playing.speed ?? 20)));
    const { waiting } = this;
    const worker = async () => {
      for (let play = waiting.shift(); play; play = waiting.shift()) {
        const { script, transport, playing } = play;
        const { speed = 20, token } = playing;
        const url = playing.urlOf(transport);
        // Where the script does not mind who calls it is somebody else each time: what a caller may do is limited.
        const call = { from: `49157920${String(this.plays.indexOf(play)).padStart(5, '0')}` };
        await playScript(script, { url, transport, speed, token, call }).then(play.done, play.failed);
      }
    };
    for (let workers = 0; workers < this.atOnce; workers += 1) void worker();
  }

  /** Begins with no other call. */
  stop(): void {
    this.waiting.length = 0;
  }
}

/** Plays scripts one after the other, as `npm run phone -- --script` does, once what is around them is set up. */
export function playScripts(files: readonly string[], playing: Playing): void {
  const player = new CallPlayer(1);
  beforeAll(() => player.start());
  player.scripts(files, playing);
}

export function scriptsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => join(folder, file));
}

function newPlay(script: CallScript, transport: Kind, playing: Playing): Play {
  let done: Play['done'] = () => {};
  let failed: Play['failed'] = () => {};
  const result = new Promise<ScriptResult>((resolve, reject) => {
    done = resolve;
    failed = reject;
  });
  // Told by its test, which may come much later.
  result.catch(() => {});
  return { script, transport, playing, done, failed, result };
}

/** What was said and done, for a look at a call that failed. */
function transcript(entries: readonly CallEntry[]): string[] {
  return entries.map((entry) => JSON.stringify(entry)).filter((line) => !line.includes('"kind":"event"'));
}
