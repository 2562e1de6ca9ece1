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
  /** Who calls, where the script does not mind. */
  from?: string;
  /** Transports that are played; what a script names besides is left out. */
  transports?: readonly Kind[];
  /** Without what a script demands of the time until something is heard: where processes start, that is theirs. */
  unhurried?: boolean;
}

/** How much faster than life, unless told. */
const SPEED = 20;

/** Most of a call is waiting, so that many can be held at once; too many, and they wait for the processor. */
const AT_ONCE = 16;

interface Play {
  script: CallScript;
  transport: Kind;
  playing: Playing;
  done(result: Played): void;
  failed(error: unknown): void;
  result: Promise<Played>;
}

/** What was not as the script says, and what was said and done in such a call. */
interface Played {
  faults: object[];
  transcript: string[];
}

/** Plays scripts, many at a time, each as a test of its own. */
export class CallPlayer {
  private readonly plays: Play[] = [];
  private readonly waiting: Play[] = [];

  /** Declares a test for every script of a folder on each transport that it names. */
  folder(folder: string, port: () => number | undefined, speed?: number): void {
    const urlOf = (kind: Kind) => `${kind === 'http' ? 'http' : 'ws'}://127.0.0.1:${port()}/sipgate`;
    for (const file of scriptsIn(folder)) {
      const script = readScript(file);
      for (const transport of kindsOf(script)) {
        // Somebody else each time: what one caller may do is limited.
        const from = `49157920${String(this.plays.length).padStart(5, '0')}`;
        const play = newPlay(script, transport, { urlOf, speed, from });
        this.plays.push(play);
        test(`${basename(file)}: ${script.title} (${transport})`, async () => {
          expect(await play.result).toEqual({ faults: [], transcript: [] });
        }, 120_000);
      }
    }
  }

  /** Begins with all of them. The servers must be there. */
  start(): void {
    // The slow ones first: nobody should have to wait for them at the end.
    const { waiting, plays } = this;
    waiting.push(...plays.toSorted((a, b) => (a.playing.speed ?? SPEED) - (b.playing.speed ?? SPEED)));
    const worker = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift())
        await play(next.script, next.transport, next.playing).then(next.done, next.failed);
    };
    for (let workers = 0; workers < AT_ONCE; workers += 1) void worker();
  }

  /** Begins with no other call. */
  stop(): void {
    this.waiting.length = 0;
  }
}

/** Plays scripts at the same time, and says what was not as they say; nothing if all went well. */
export async function playTogether(files: readonly string[], playing: Playing): Promise<object[]> {
  const calls = files.flatMap((file) => {
    const script = readScript(file);
    return kindsOf(script, playing.transports).map(async (transport) => {
      const { faults, transcript } = await play(script, transport, playing);
      return faults.length > 0 ? [{ file: basename(file), transport, faults, transcript }] : [];
    });
  });
  return (await Promise.all(calls)).flat();
}

export function scriptsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => join(folder, file));
}

function kindsOf(script: CallScript, among: readonly Kind[] = ['websocket', 'http']): Kind[] {
  return transportsOf(script).filter((kind): kind is Kind => among.includes(kind as Kind));
}

async function play(
  script: CallScript,
  transport: Kind,
  { urlOf, speed = SPEED, from, unhurried }: Playing,
): Promise<Played> {
  const played = unhurried ? withoutLimits(script) : script;
  const call = from === undefined ? {} : { from };
  const { failures, violations, entries }: ScriptResult = await playScript(played, {
    url: urlOf(transport),
    transport,
    speed,
    call,
  });
  const faults = [...failures, ...violations];
  return { faults, transcript: faults.length > 0 ? transcriptOf(entries) : [] };
}

function newPlay(script: CallScript, transport: Kind, playing: Playing): Play {
  let done: Play['done'] = () => {};
  let failed: Play['failed'] = () => {};
  const result = new Promise<Played>((resolve, reject) => {
    done = resolve;
    failed = reject;
  });
  // Told by its test, which may come much later.
  result.catch(() => {});
  return { script, transport, playing, done, failed, result };
}

function withoutLimits(script: CallScript): CallScript {
  return { ...script, limits: {}, steps: script.steps.map((step) => ({ ...step, withinMs: undefined })) };
}

/** What was said and done, for a look at a call that failed. */
function transcriptOf(entries: readonly CallEntry[]): string[] {
  return entries.map((entry) => JSON.stringify(entry)).filter((line) => !line.includes('"kind":"event"'));
}
