import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  type CallEntry,
  type CallScript,
  type Network,
  playScript,
  readScript,
  type ScriptResult,
  type Wire,
  wiresOf,
} from '@jovo-telephony/phone-simulator';

/** A way in which calls come. Scripts know none of them: each is played on all that it does not exclude, unchanged. */
export interface Way {
  network: Network;
  wire: Wire;
}

export const WAYS: readonly Way[] = [
  { network: 'sipgate', wire: 'ws' },
  { network: 'sipgate', wire: 'http' },
  { network: 'audiocodes', wire: 'http' },
  { network: 'audiocodes', wire: 'http+ws' },
  { network: 'audiocodes', wire: 'ws' },
];

/** Where calls of a network are taken on this machine. */
export function urlOf({ network, wire }: Way, port: number | undefined): string {
  return `${wire === 'ws' ? 'ws' : 'http'}://127.0.0.1:${port}/${network}`;
}

/** The ways of sipgate, for whoever knows no other network. */
export const SIPGATE = WAYS.filter(({ network }) => network === 'sipgate');

export interface Playing {
  urlOf(way: Way): string;
  /** How much faster than life. */
  speed?: number;
  /** What the network sends along. */
  token?: string;
  /** Who calls, where the script does not mind. */
  from?: string;
  /** Ways that are played; what a script names besides is left out. */
  ways?: readonly Way[];
  /** Without deadlines: those of the script, and the network's own. Where processes start, time is the machine's. */
  unhurried?: boolean;
}

/** How much faster than life, unless told. */
const SPEED = 20;

/** What the network waits for an answer of a process that is only just starting on a busy machine. */
const UNHURRIED_WEBHOOK_MS = 20_000;

/** Most of a call is waiting, so that many can be held at once; too many, and they wait for the processor. */
const AT_ONCE = 20;

interface Play {
  script: CallScript;
  way: Way;
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

  /** Declares a test for every script of a folder on each way that it does not exclude. */
  folder(folder: string, port: () => number | undefined, speed?: number): void {
    for (const file of scriptsIn(folder)) {
      const script = readScript(file);
      for (const way of waysOf(script)) {
        // Somebody else each time: what one caller may do is limited.
        const from = `49157920${String(this.plays.length).padStart(5, '0')}`;
        const play = newPlay(script, way, { urlOf: (each) => urlOf(each, port()), speed, from });
        this.plays.push(play);
        test(`${basename(file)}: ${script.title} (${way.network}, ${way.wire})`, async () => {
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
        await play(next.script, next.way, next.playing).then(next.done, next.failed);
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
    return waysOf(script, playing.ways ?? SIPGATE).map(async (way) => {
      const { faults, transcript } = await play(script, way, playing);
      return faults.length > 0 ? [{ file: basename(file), way, faults, transcript }] : [];
    });
  });
  return (await Promise.all(calls)).flat();
}

export function scriptsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => join(folder, file));
}

/** A script that is about a network, a webhook or a socket is played on all that are of the kind. */
export function waysOf(script: CallScript, among: readonly Way[] = WAYS): readonly Way[] {
  const { network: only } = script.call;
  return among.filter(
    ({ network, wire }) => (only ?? network) === network && wiresOf(script, network).includes(wire),
  );
}

async function play(
  script: CallScript,
  way: Way,
  { urlOf, speed = SPEED, token, from, unhurried }: Playing,
): Promise<Played> {
  const played = unhurried ? withoutLimits(script) : script;
  const call = {
    ...(from !== undefined && { from }),
    ...(unhurried && { webhookTimeoutMs: UNHURRIED_WEBHOOK_MS }),
  };
  const { failures, violations, entries }: ScriptResult = await playScript(played, {
    url: urlOf(way),
    ...way,
    speed,
    token,
    call,
  });
  const faults = [...failures, ...violations];
  return { faults, transcript: faults.length > 0 ? transcriptOf(entries) : [] };
}

function newPlay(script: CallScript, way: Way, playing: Playing): Play {
  let done: Play['done'] = () => {};
  let failed: Play['failed'] = () => {};
  const result = new Promise<Played>((resolve, reject) => {
    done = resolve;
    failed = reject;
  });
  // Told by its test, which may come much later.
  result.catch(() => {});
  return { script, way, playing, done, failed, result };
}

function withoutLimits(script: CallScript): CallScript {
  return { ...script, limits: {}, steps: script.steps.map((step) => ({ ...step, withinMs: undefined })) };
}

/** What was said and done, for a look at a call that failed. */
function transcriptOf(entries: readonly CallEntry[]): string[] {
  return entries.map((entry) => JSON.stringify(entry)).filter((line) => !line.includes('"kind":"event"'));
}
