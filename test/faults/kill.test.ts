import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteStore } from '../../src/journal/stores/sqlite';
import { callEvent } from '../support/call-server';
import { randomOf } from '../support/quick-clock';
import { bundle, ROOT } from './support/bundle';

/* SEED repeats a run, as far as the moments go at which processes die. */
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000_000);
const KILLS = Number(process.env.KILLS ?? 200);
/** Of a server that is alone on its journal: everything waits until it is there again. */
const KILLS_ALONE = Math.ceil(KILLS / 4);
/** Calls at a time. */
const LINES = 4;
const EVENTS = 14;

const folder = mkdtempSync(join(tmpdir(), 'killed-'));
const program = join(folder, 'server.cjs');
const random = randomOf(SEED);
const errors: string[] = [];
let stopped = false;
/** Events whose server has died before it had answered. */
let cutOff = 0;

/** Whichever dies is started again. */
let servers: (Server | undefined)[] = [];
let dataDir: string;

interface Server {
  child: ChildProcess;
  port: number;
}

async function start(): Promise<Server> {
  const child = fork(program, [dataDir, join(ROOT, 'test/fixtures/agents-kill')], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.on('message', ({ error }: { error?: string }) => error && errors.push(error));
  const died = once(child, 'exit').then(() => {
    throw new Error('A server has died before it could be reached');
  });
  const [{ port }] = (await Promise.race([once(child, 'message'), died])) as [{ port: number }];
  died.catch(() => {});
  return { child, port };
}

async function kill(index: number): Promise<void> {
  const server = servers[index];
  if (!server) return;
  servers[index] = undefined;
  const gone = once(server.child, 'exit');
  server.child.kill('SIGKILL');
  await gone;
  if (!stopped) servers[index] = await start();
}

beforeAll(async () => {
  await bundle('test/faults/support/killed-server.ts', program);
}, 60_000);

afterEach(() => {
  stopped = true;
  for (const server of servers) server?.child.kill('SIGKILL');
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Answer {
  actions: Record<string, unknown>[];
  /** From the first try on: what a caller would have waited. */
  tookMs: number;
}

/** Sends an event to either server until one of them has answered it, as a network does that tries again. */
async function send(event: object): Promise<Answer> {
  const sinceMs = performance.now();
  for (let attempt = 0; ; attempt += 1) {
    const server = servers[Math.floor(random() * servers.length)];
    try {
      if (!server) throw new Error('it is being started');
      const response = await fetch(`http://127.0.0.1:${server.port}/sipgate`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(event),
        signal: AbortSignal.timeout(10_000),
      });
      const text = await response.text();
      if (response.status >= 500) errors.push(`${response.status} ${text}`);
      const actions = text === '' ? [] : [JSON.parse(text)].flat();
      return { actions, tookMs: performance.now() - sinceMs };
    } catch (error) {
      if (attempt > 3_000 || stopped) throw error;
      if (server) cutOff += 1;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

test.each([
  ['one of two servers', 2, KILLS, 0, 60],
  // Time for what the one before has left: that is handed to one process only.
  ['a server that is alone', 1, KILLS_ALONE, 500, 500],
])(
  `after kill -9 of %s at random moments calls go on with their history, and nothing risky happens twice (seed ${SEED})`,
  async (name, count, wanted, leastMs, mostMs) => {
    stopped = false;
    cutOff = 0;
    dataDir = join(folder, name);
    servers = await Promise.all(Array.from({ length: count }, start));
    const sent = new Map<string, number>();
    const faults: string[] = [];
    const waits: number[] = [];
    let calls = 0;
    let kills = 0;

    const note = ({ actions, tookMs }: Answer): void => {
      waits.push(tookMs);
      for (const { type, message } of actions) {
        if (type === 'send_sms') sent.set(String(message), (sent.get(String(message)) ?? 0) + 1);
      }
    };
    const line = async (): Promise<void> => {
      while (kills < wanted && !stopped) {
        calls += 1;
        const number = calls;
        const id = `c${number}`;
        const say = (text: string) => send(callEvent(id, 'user_speak', { text }));
        note(await send(callEvent(id, 'session_start')));
        const told: string[] = [];
        for (let index = 0; index < EVENTS; index += 1) {
          const word = `${index % 3 === 0 ? 'm' : 'n'}${number}x${index}`;
          const answer = await say(index % 3 === 0 ? `message ${word}` : `note ${word}`);
          note(answer);
          told.push(word);
          // An event that is only remembered.
          note(await send(callEvent(id, 'assistant_speech_ended')));
          if (answer.actions.length === 0) faults.push(`${word}: silence`);
        }
        let history = '';
        // What was left of a turn that died may be said first.
        for (let tries = 0; tries < 3 && !/So far/.test(history); tries += 1) {
          const answer = await say('everything');
          note(answer);
          history = answer.actions.map(({ text }) => text).join(' ');
        }
        faults.push(
          ...told.filter((word) => !history.includes(word)).map((word) => `${id}: ${word} is forgotten`),
        );
        note(await send(callEvent(id, 'session_end')));
      }
    };
    const killer = async (): Promise<void> => {
      for (; kills < wanted && !stopped; kills += 1) {
        await new Promise((resolve) => setTimeout(resolve, leastMs + random() * mostMs));
        await kill(kills % count);
      }
    };
    await Promise.all([killer(), ...Array.from({ length: LINES }, line)]);

    const twice = [...sent].filter(([, count]) => count > 1).map(([text]) => text);
    const longestMs = Math.max(...waits);
    process.stdout.write(
      `${name}: ${kills} kills, ${calls} calls, ${waits.length} answers, ${cutOff} cut off, ${sent.size} messages, longest wait ${longestMs.toFixed(0)} ms\n`,
    );
    expect({ faults, twice, errors }).toEqual({ faults: [], twice: [], errors: [] });
    // Against hanging: a dead process is not waited for, the machine may be slow.
    expect(longestMs).toBeLessThan(8_000);

    // What waits to be written is: only then may the last one go.
    await new Promise((resolve) => setTimeout(resolve, 500));
    // Nothing is left of calls that are over but that they were.
    const store = await SqliteStore.open(join(dataDir, 'journal.db'));
    const orphans: string[] = [];
    for await (const { callId, endedAtMs, claimCount } of store.read({})) {
      if (endedAtMs === undefined || claimCount > 0) orphans.push(callId);
      const again = await store.begin(callId, { holder: 'test', leaseMs: 1 });
      if (again.result === 'busy' || again.unfinished.length > 0) orphans.push(`${callId} ${again.result}`);
    }
    await store.close();
    expect(orphans).toEqual([]);
  },
  300_000,
);
