import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallHold, KeptCall, NotedEvent } from '@jovo-telephony/platform-base';
import { VirtualClock } from '@jovo-telephony/telephony/testing';
import type { JournalHold } from '../../src/journal/hold';
import { Journal } from '../../src/journal/journal';
import { Sealing } from '../../src/journal/sealing';
import { SqliteStore } from '../../src/journal/stores/sqlite';
import type { ProcessTimes } from '../../src/journal/stores/sqlite-processes';
import { abandoned } from '../support/abandoned-store';
import { stopped } from '../support/stopped-times';

const REF = { network: 'sipgate', callId: 'c1' };
const folder = mkdtempSync(join(tmpdir(), 'passed-'));
const sealing = new Sealing([Buffer.alloc(32, 'a key')]);
const about = { startedAtMs: 1, profile: 'p', keep: 'events', keepMs: 1 } as const;
const description = { facts: about, redacted: false, started: { facts: {}, words: {} }, ended: () => ({}) };
const key = (digit: string): NotedEvent => ({
  type: 'DTMF',
  event: { type: 'dtmf', digit } as NotedEvent['event'],
  key: `key-${digit}`,
  atEpochMs: 1,
});
const digits = (missed: readonly NotedEvent[] = []) =>
  missed.map(({ event }) => (event as unknown as { digit: string }).digit);

let path: string;
let clock: ReturnType<typeof stopped>;
let digitsSoFar: string;
let open: (() => unknown)[];

beforeEach(() => {
  path = join(folder, `${randomUUID()}.db`);
  clock = stopped();
  digitsSoFar = '';
  open = [];
});
afterEach(async () => {
  for (const close of open) await close();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A process with a journal in the file. Its clock never moves: nothing is looked after in between. */
async function process(holder: string, by: Partial<ProcessTimes> = clock.times) {
  const store = await SqliteStore.open(path, by);
  await store.sealWith(sealing);
  const options = {
    store,
    sealing,
    clock: new VirtualClock(),
    epochMs: () => 1,
    holder,
    describe: () => description,
  };
  const journal = new Journal(options);
  open.push(() => journal.close(0));
  const take = async (event: NotedEvent) =>
    (await journal.take(REF, { event, withinMs: 0, signal: new AbortController().signal })) as JournalHold;
  /** An event that does nothing but to be remembered, or one that is answered. */
  const turn = async (digit: string, answer?: string): Promise<CallHold> => {
    const hold = await take(key(digit));
    if (hold.kept) digitsSoFar = (hold.kept.state as unknown as { digits: string }).digits;
    digitsSoFar += digit;
    journal.keepSession(REF, { session: {} });
    if (answer) hold.noteActions([{ type: answer }]);
    const state = { revision: 1, info: { id: 'c1' }, digits: digitsSoFar };
    await hold.release({ version: 1, state, handled: [`key-${digit}`], ended: false } as unknown as KeptCall);
    return hold;
  };
  const die = () => {
    open.pop();
    abandoned(store);
    clock.pass(2_000);
  };
  return { store, journal, take, turn, die };
}

/** The versions of the call's state and what its pages tell, without words. */
async function record(store: SqliteStore) {
  for await (const { version, pages } of store.read({})) {
    const kinds = pages.flatMap(({ facts }) => JSON.parse(facts).map(({ kind }: { kind: string }) => kind));
    return { version, kinds };
  }
  throw new Error('no call');
}

test('an event that does nothing is noted, and its turn has no result of its own', async () => {
  const { store, turn } = await process('a');
  await turn('1', 'speak');
  await turn('2');
  await turn('3');
  expect(await record(store)).toEqual({ version: 1, kinds: ['call_started', 'event', 'action'] });
  await turn('4', 'speak');
  // In their order, with the next one that has.
  expect(await record(store)).toEqual({
    version: 2,
    kinds: ['call_started', 'event', 'action', 'event', 'event', 'event', 'action'],
  });
});

test('a process that takes the call over from one that has died handles them again, once', async () => {
  const first = await process('a');
  await first.turn('1', 'speak');
  await first.turn('2');
  await first.turn('3');
  first.die();
  const second = await process('b');
  const hold = await second.take(key('4'));
  expect(digits(hold.missed)).toEqual(['2', '3']);
  expect(hold.kept).toMatchObject({ state: { digits: '1' } });
  expect(hold.novelty).toBe('new');
});

test('what the next result knows is not handled again', async () => {
  const first = await process('a');
  await first.turn('1', 'speak');
  await first.turn('2');
  await first.turn('3', 'speak');
  first.die();
  const second = await process('b');
  const hold = await second.take(key('2'));
  expect(digits(hold.missed)).toEqual([]);
  expect(hold.kept).toMatchObject({ state: { digits: '123' } });
  // Its key is known, too.
  expect(hold.novelty).toBe('handled');
});

test('so many of them pass in a row, and the process itself misses nothing', async () => {
  const { store, turn } = await process('a');
  await turn('0', 'speak');
  for (let digit = 1; digit <= 8; digit += 1) {
    const hold = await turn(String(digit));
    expect(hold.kept).toBeUndefined();
    expect(hold.missed).toEqual([]);
  }
  expect(await record(store)).toMatchObject({ version: 1 });
  await turn('9');
  expect(await record(store)).toMatchObject({ version: 2 });
  expect(digitsSoFar).toBe('0123456789');
});

test('where a second process has come, each turn has its result', async () => {
  const first = await process('a', { beatMs: 5 });
  await first.turn('1', 'speak');
  await first.turn('2');
  await process('b', { beatMs: 5 });
  await first.turn('3');
  expect(await record(first.store)).toMatchObject({ version: 2 });
  await first.turn('4');
  expect(await record(first.store)).toMatchObject({ version: 3 });
});
