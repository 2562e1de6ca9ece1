import { randomUUID } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import Database from 'libsql';
import { Sealing } from '../../src/journal/sealing';
import type { BeginRequest, StoredCall } from '../../src/journal/store';
import { SqliteStore } from '../../src/journal/stores/sqlite';
import { abandoned } from '../support/abandoned-store';
import { stopped } from '../support/stopped-times';

const folder = mkdtempSync(join(tmpdir(), 'turn-log-'));
const sealing = new Sealing([Buffer.alloc(32, 'a key')]);
/** Names of networks may be anything. */
const CALL = 'sipgate/"1"\u2028\n';
const about = { startedAtMs: 1, profile: 'p', keep: 'everything', keepMs: 1 } as const;

let path: string;
let clock: ReturnType<typeof stopped>;
const closers: (() => unknown)[] = [];

beforeEach(() => {
  path = join(folder, `${randomUUID()}.db`);
  clock = stopped();
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function opened(by: Sealing = sealing): Promise<SqliteStore> {
  const store = await SqliteStore.open(path, clock.times);
  await store.sealWith(by);
  closers.push(() => store.close());
  return store;
}

/** The store of a process that is killed. It is believed a moment later. */
function kill(store: SqliteStore): void {
  closers.pop();
  abandoned(store);
  clock.pass(2_000);
}

function taken(store: SqliteStore, over: Partial<BeginRequest> = {}) {
  const begun = store.begin(CALL, { holder: 'a', leaseMs: 60_000, ...over });
  if (begun.result !== 'begun') throw new Error('busy');
  return begun;
}

const page = (number: number) => ({
  atMs: number,
  facts: `["${number}\u2028"]`,
  words: sealing.seal(CALL, `said ${number}`),
});
const result = (number: number) => ({ state: sealing.text(CALL, `state ${number}`), page: page(number) });
const note = (text: string) => sealing.text(CALL, text);
const openedTexts = (events: readonly string[]) =>
  events.map((event) => sealing.open(CALL, Buffer.from(event, 'base64')));

/** A call whose first turn the file knows. */
function begunCall(store: SqliteStore): void {
  store.commit(taken(store).lease, { ...result(1), about });
}

/** One more turn, of which the file knows nothing yet. */
function turn(store: SqliteStore, number: number): void {
  const { lease } = taken(store, { knownVersion: number - 1 });
  expect(lease).toMatchObject({ fence: 1, version: number - 1 });
  expect(store.commit(lease, result(number))).toBe(true);
}

const logs = () => readdirSync(folder).filter((name) => name.startsWith(`${basename(path)}-turns-`));
const log = () => join(folder, logs()[0] as string);

/** What the file says, without asking a store. */
function inFile(): { version: number; pages: number; notes: number } {
  const db = new Database(path);
  try {
    const sql = `SELECT version, (SELECT count(*) FROM pages) AS pages, (SELECT count(*) FROM notes) AS notes FROM calls`;
    return db.prepare(sql).get([]) as { version: number; pages: number; notes: number };
  } finally {
    db.close();
  }
}

async function stored(store: SqliteStore): Promise<StoredCall> {
  for await (const call of store.read({})) return call;
  throw new Error('no call');
}

/** State, pages and words of a call after so many turns. */
async function expectTurns(store: SqliteStore, count: number): Promise<void> {
  const { version, state, pages } = await stored(store);
  const numbers = Array.from({ length: count }, (_, at) => at + 1);
  expect(version).toBe(count);
  expect(sealing.open(CALL, state ?? Buffer.of())).toBe(`state ${count}`);
  expect(pages.map(({ facts }) => facts)).toEqual(numbers.map((number) => `["${number}\u2028"]`));
  const words = pages.map((each) => sealing.open(CALL, each.words ?? Buffer.of()));
  expect(words).toEqual(numbers.map((number) => `said ${number}`));
}

test('a turn stands in the log at once, and in the file a moment later', async () => {
  const store = await opened();
  begunCall(store);
  turn(store, 2);
  turn(store, 3);
  expect(inFile()).toMatchObject({ version: 1, pages: 1 });
  expect(readFileSync(log(), 'latin1')).not.toMatch(/state|said/);
  const sinceMs = performance.now();
  while (inFile().version < 3 && performance.now() - sinceMs < 5_000)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(inFile()).toMatchObject({ version: 3, pages: 3 });
  await expectTurns(store, 3);
});

test('whoever asks the file is told everything', async () => {
  const store = await opened();
  begunCall(store);
  turn(store, 2);
  await expectTurns(store, 2);
  turn(store, 3);
  await store.append(CALL, [page(4)]);
  expect(inFile()).toMatchObject({ version: 3, pages: 4 });
  turn(store, 4);
  // Somebody else in the same process, who knows nothing.
  expect(sealing.open(CALL, taken(store).state ?? Buffer.of())).toBe('state 4');
});

test('of a process that was killed, turns that nobody was told of are there, and what came during the last one', async () => {
  const killed = await opened();
  begunCall(killed);
  turn(killed, 2);
  const finished = taken(killed, { knownVersion: 2 }).lease;
  await killed.note(finished, note('of a turn that has ended'));
  expect(killed.commit(finished, result(3))).toBe(true);
  const { lease } = taken(killed, { knownVersion: 3 });
  await killed.note(lease, note('one'));
  await killed.note(lease, note('two'));
  kill(killed);
  expect(inFile()).toMatchObject({ version: 1, pages: 1, notes: 0 });

  const next = await opened();
  await expectTurns(next, 3);
  const begun = taken(next, {});
  expect(openedTexts(begun.unfinished)).toEqual(['one', 'two']);
  expect(begun.lease).toMatchObject({ fence: 2, version: 3 });
  expect(logs()).toEqual([]);
  // Once.
  expect(taken(next).unfinished).toEqual([]);
});

test('a process that is killed between telling and forgetting has told nothing twice', async () => {
  const killed = await opened();
  begunCall(killed);
  const finished = taken(killed, { knownVersion: 1 }).lease;
  await killed.note(finished, note('of a turn that has ended'));
  expect(killed.commit(finished, result(2))).toBe(true);
  const { lease } = taken(killed, { knownVersion: 2 });
  await killed.note(lease, note('what came'));
  copyFileSync(log(), `${path}.copy`);
  const name = log();
  await expectTurns(killed, 2);
  expect(inFile()).toMatchObject({ version: 2, pages: 2, notes: 1 });
  kill(killed);
  copyFileSync(`${path}.copy`, name);

  const next = await opened();
  await expectTurns(next, 2);
  expect(openedTexts(taken(next).unfinished)).toEqual(['what came']);
});

test('what was cut off is not made up, what stands before it holds', async () => {
  const killed = await opened();
  begunCall(killed);
  turn(killed, 2);
  const whole = readFileSync(log()).length;
  turn(killed, 3);
  kill(killed);
  writeFileSync(log(), readFileSync(log()).subarray(0, whole + 30));
  await expectTurns(await opened(), 2);
});

test('a log whose key is not known stays until it is', async () => {
  const killed = await opened();
  begunCall(killed);
  turn(killed, 2);
  kill(killed);
  const stranger = await opened(new Sealing([Buffer.alloc(32, 'another key')]));
  expect(logs()).toHaveLength(1);
  await closers.pop()?.();
  expect(stranger).toBeDefined();
  clock.pass(2_000);
  await expectTurns(await opened(), 2);
  expect(logs()).toEqual([]);
});

test('whoever comes is told before it begins, and from then on the file is written', async () => {
  const first = await SqliteStore.open(path, { beatMs: 5 });
  await first.sealWith(sealing);
  closers.push(() => first.close());
  begunCall(first);
  turn(first, 2);
  const second = await SqliteStore.open(path, { beatMs: 5 });
  await second.sealWith(sealing);
  closers.push(() => second.close());
  expect(inFile()).toMatchObject({ version: 2, pages: 2 });
  expect(logs()).toEqual([]);
  const { lease } = taken(first, { knownVersion: 2 });
  expect(first.commit(lease, result(3))).toBe(true);
  expect(inFile()).toMatchObject({ version: 3, pages: 3 });
  await expectTurns(second, 3);
});

test('a process that was taken for dead changes nothing any more, and says so', async () => {
  const asleep = await opened();
  begunCall(asleep);
  turn(asleep, 2);
  const { lease } = taken(asleep, { knownVersion: 2 });
  clock.pass(2_000);
  const next = await opened();
  // What the other one has told its log counts.
  await expectTurns(next, 2);
  const begun = taken(next, { holder: 'b', force: true });
  expect(next.commit(begun.lease, result(3))).toBe(true);
  expect(asleep.commit(lease, { state: sealing.text(CALL, 'late') })).toBe(false);
  await expectTurns(next, 3);
});

test('a process that sleeps in the very moment in which it writes finds out behind it', async () => {
  const store = await opened();
  begunCall(store);
  const { lease } = taken(store, { knownVersion: 1 });
  const state = {
    ...sealing.text(CALL, ''),
    sealed: Buffer.from('late'),
    get text() {
      const db = new Database(path);
      db.exec(`UPDATE calls SET fence = fence + 1, version = version + 1, state = x'01'`);
      db.close();
      clock.pass(2_000);
      return 'late';
    },
  };
  expect(store.commit(lease, { state })).toBe(false);
  expect(inFile()).toMatchObject({ version: 2 });
});

test('what was noted in such a moment is noted once', async () => {
  const store = await opened();
  begunCall(store);
  const { lease } = taken(store, { knownVersion: 1 });
  const { sealed, sealedText } = note('what came');
  const event = {
    sealed,
    sealedText,
    get text() {
      clock.pass(2_000);
      return 'what came';
    },
  };
  await store.note(lease, event);
  expect(inFile()).toMatchObject({ version: 1, notes: 1 });
  expect(openedTexts(taken(store).unfinished)).toEqual(['what came']);
});

test('where the log cannot be written, or a state is too long for it, the file is', async () => {
  const store = await opened();
  begunCall(store);
  const { lease } = taken(store, { knownVersion: 1 });
  const long = sealing.text(CALL, 'x'.repeat(200_000));
  expect(store.commit(lease, { ...result(2), state: long })).toBe(true);
  expect(inFile()).toMatchObject({ version: 2, pages: 2 });
  const name = log();
  await store.close();
  closers.pop();
  expect(existsSync(name)).toBe(false);

  const full = await opened();
  const { name: process } = (full as unknown as { processes: { name: string } }).processes;
  // Somebody else's file is in the way.
  writeFileSync(`${path}-turns-${encodeURIComponent(process)}`, '');
  full.commit(taken(full).lease, result(3));
  const next = taken(full, { knownVersion: 3 });
  await full.note(next.lease, note('something'));
  expect(full.commit(next.lease, result(4))).toBe(true);
  expect(inFile()).toMatchObject({ version: 4, pages: 4 });
});

test('a call that was erased is not brought back', async () => {
  const killed = await opened();
  killed.commit(taken(killed).lease, { ...result(1), about: { ...about, callerKey: 'somebody' } });
  turn(killed, 2);
  expect(await killed.erase(['somebody'])).toBe(1);
  begunCall(killed);
  kill(killed);
  await expectTurns(await opened(), 1);
});
