import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import Database from 'libsql';
import { Sealing } from '../../src/journal/sealing';
import type { BeginRequest, Lease, StoredCall } from '../../src/journal/store';
import { SqliteStore } from '../../src/journal/stores/sqlite';
import { KnownLeases } from '../../src/journal/stores/sqlite-alone';
import type { ProcessTimes } from '../../src/journal/stores/sqlite-processes';
import { abandoned } from '../support/abandoned-store';
import { sealed } from '../support/sealable';
import { stopped } from '../support/stopped-times';

const SEED = Number(process.env.SEED ?? 20_260_731);
const LEASE_MS = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'journal-alone-'));
const sealing = new Sealing([Buffer.alloc(32, 'a key')]);
const caller = (callerKey: string) =>
  ({ startedAtMs: 1, profile: 'p', callerKey, keep: 'events', keepMs: 1 }) as const;

let path: string;
const closers: (() => unknown)[] = [];

beforeEach(() => {
  path = join(folder, `${randomUUID()}.db`);
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function open(times: Partial<ProcessTimes> = { beatMs: 5 }): Promise<SqliteStore> {
  const store = await SqliteStore.open(path, times);
  closers.push(() => store.close());
  return store;
}

/** Another connection of which the stores know nothing. It sees by a number whether anybody has written. */
function onlooker() {
  const db = new Database(path);
  closers.push(() => db.close());
  const version = () => (db.pragma('data_version') as { data_version: number }[])[0]?.data_version;
  const row = (sql: string, ...values: unknown[]) => db.prepare(sql).get(values) as Record<string, unknown>;
  return { db, version, row };
}

function begin(store: SqliteStore, callId: string, over: Partial<BeginRequest> = {}, holder = 'a') {
  return store.begin(callId, { holder, leaseMs: LEASE_MS, ...over });
}

function taken(store: SqliteStore, callId: string, over: Partial<BeginRequest> = {}, holder = 'a') {
  const begun = begin(store, callId, over, holder);
  if (begun.result !== 'begun') throw new Error(`expected the call, got "${begun.result}"`);
  return begun;
}

/** One turn, and what the next one knows. */
function turn(store: SqliteStore, callId: string, over: Partial<BeginRequest> = {}, holder = 'a') {
  const { lease } = taken(store, callId, over, holder);
  expect(store.commit(lease, { state: sealed('x') })).toBe(true);
  return { knownVersion: lease.version + 1 };
}

async function until(what: () => boolean, withinMs = 5_000): Promise<void> {
  const sinceMs = performance.now();
  while (!what()) {
    if (performance.now() - sinceMs > withinMs) throw new Error('It has not come so far');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('a process that is alone on its file', () => {
  test('writes nothing when a turn begins, nor when it looks after its calls', async () => {
    const { times } = stopped();
    const store = await open(times);
    const { version, row } = onlooker();
    const known = turn(store, 'c1');
    const written = version();
    const { lease, ...begun } = taken(store, 'c1', known);
    expect(lease).toEqual({ callId: 'c1', fence: 1, version: 1 });
    expect(begun).toMatchObject({ ended: false, claimCount: 0, interrupts: 0, unfinished: [] });
    expect(await store.look([lease], LEASE_MS)).toEqual([{ callId: 'c1', holds: true, interrupts: 0 }]);
    expect(version()).toBe(written);
    expect(store.commit(lease, { state: sealed('y') })).toBe(true);
    expect(version()).not.toBe(written);
    expect(row('SELECT version, fence FROM calls')).toMatchObject({ version: 2, fence: 1 });
  });

  test('asks the file for what it does not know: another state, an event, a call taken twice', async () => {
    const { times } = stopped();
    const store = await open(times);
    turn(store, 'c1');
    const first = taken(store, 'c1');
    expect(first).toMatchObject({ state: expect.anything(), lease: { fence: 2 } });
    const second = taken(store, 'c1', { knownVersion: 1, event: sealed('hello') });
    expect(second.lease.fence).toBe(3);
    await store.note(second.lease, sealed('and a key'));
    // The turn has not come to its end.
    const third = taken(store, 'c1', { knownVersion: 1 });
    expect(third).toMatchObject({ lease: { fence: 4 }, unfinished: ['hello', 'and a key'] });
    expect(store.commit(second.lease, { state: sealed('late') })).toBe(false);
    expect(store.commit(third.lease, { state: sealed('x') })).toBe(true);
    expect(taken(store, 'c1', { knownVersion: 2, force: true }).lease.fence).toBe(5);
  });

  test('knows claims and interruptions', async () => {
    const { times } = stopped();
    const store = await open(times);
    const known = turn(store, 'c1');
    const { lease } = taken(store, 'c1', known);
    const claim = { claims: sealed('one'), expectedCount: 0, counters: [] };
    expect(await store.claim(lease, claim)).toBe('granted');
    expect(await store.claim(lease, claim)).toBe('stale');
    await store.interrupt('c1');
    expect(await store.look([lease])).toMatchObject([{ holds: true, interrupts: 1 }]);
    store.commit(lease, { state: sealed('x') });
    const next = taken(store, 'c1', { knownVersion: 2 });
    expect(next).toMatchObject({ claimCount: 1, claims: sealed('one'), interrupts: 1 });
    store.commit(next.lease, { state: sealed('x'), claims: sealed('done') });
    expect(taken(store, 'c1', { knownVersion: 3 }).claims).toEqual(sealed('done'));
  });

  test('tells turns from each other, though the file does not', async () => {
    const { times } = stopped();
    const store = await open(times);
    const known = turn(store, 'c1');
    const old = taken(store, 'c1', known);
    store.commit(old.lease, { state: sealed('x') });
    const now = taken(store, 'c1', { knownVersion: 2 });
    expect(now.lease.fence).toBe(old.lease.fence);
    await store.note(old.lease, sealed('from the past'));
    const claim = { claims: sealed('x'), expectedCount: 0, counters: [] };
    expect(await store.claim(old.lease, claim)).toBe('stale');
    expect(store.commit(old.lease, { state: sealed('late') })).toBe(false);
    expect(await store.look([old.lease, now.lease], 0)).toMatchObject([{ holds: false }, { holds: true }]);
    expect(taken(store, 'c1', { knownVersion: 2 }).unfinished).toEqual([]);
  });

  test('what comes behind the end of a turn is handed to the next one', async () => {
    const { times } = stopped();
    const store = await open(times);
    const known = turn(store, 'c1');
    const { lease } = taken(store, 'c1', known);
    store.commit(lease, { state: sealed('x') });
    await store.note(lease, sealed('too late for that one'));
    const next = taken(store, 'c1', { knownVersion: 2 });
    expect(next.unfinished).toEqual(['too late for that one']);
  });

  test('a turn may go on, and gives its call back in the end', async () => {
    const { times } = stopped();
    const store = await open(times);
    const known = turn(store, 'c1');
    const { lease } = taken(store, 'c1', known);
    expect(store.commit(lease, { state: sealed('x'), leaseMs: LEASE_MS })).toBe(true);
    expect(begin(store, 'c1', { knownVersion: 2 }, 'b')).toEqual({ result: 'busy' });
    const later = { ...lease, version: 2 };
    expect(await store.look([later])).toMatchObject([{ holds: true }]);
    expect(store.commit(later, { state: sealed('x') })).toBe(true);
    expect(taken(store, 'c1', { knownVersion: 3 }, 'b').lease.version).toBe(3);
  });

  test('another holder in the same process is told that the call is busy', async () => {
    const { times, pass } = stopped();
    const store = await open(times);
    const known = turn(store, 'c1');
    taken(store, 'c1', known);
    expect(begin(store, 'c1', known, 'b')).toEqual({ result: 'busy' });
    pass(LEASE_MS + 1);
    expect(begin(store, 'c1', known, 'b').result).toBe('begun');
  });

  test('what was given back, erased, or is over is not known any more', async () => {
    const { times } = stopped();
    const store = await open(times);
    const known = turn(store, 'given back');
    const { lease } = taken(store, 'given back', known);
    await store.look([lease], 0);
    expect(taken(store, 'given back', known, 'b').lease.fence).toBe(2);

    const facts = caller('somebody');
    const first = taken(store, 'erased');
    store.commit(first.lease, { state: sealed('x'), about: facts });
    const second = taken(store, 'erased', { knownVersion: 1 });
    expect(await store.erase(['somebody'])).toBe(1);
    expect(await store.look([second.lease])).toMatchObject([{ holds: false }]);
    expect(store.commit(second.lease, { state: sealed('x') })).toBe(false);
    expect(taken(store, 'erased', { knownVersion: 1 }).lease.version).toBe(0);

    const last = taken(store, 'over');
    store.commit(last.lease, { state: sealed('x'), about: facts, ended: true });
    expect(taken(store, 'over', { knownVersion: 1 })).toMatchObject({ ended: true, lease: { fence: 2 } });
  });

  test('a heartbeat that was missed is made up for before a turn begins', async () => {
    const { times, pass } = stopped();
    const store = await open(times);
    const { row } = onlooker();
    const known = turn(store, 'c1');
    const before = row('SELECT seen_at FROM processes');
    pass(5_000);
    expect(taken(store, 'c1', known).lease.fence).toBe(1);
    expect(row('SELECT seen_at FROM processes')).not.toEqual(before);
  });

  test('writes nothing while it has no calls, and comes anew with its next one', async () => {
    const store = await open({ beatMs: 2 });
    const { lease } = taken(store, 'c1');
    store.commit(lease, { state: sealed('x'), ended: true });
    const { version, row } = onlooker();
    const written = version();
    await new Promise((resolve) => setTimeout(resolve, 1_600));
    expect(version()).toBe(written);
    const other = await open();
    expect(row('SELECT count(*) AS count FROM processes').count).toBe(1);
    const theirs = taken(other, 'c2', {}, 'b');
    await until(() => {
      const begun = begin(store, 'c2');
      expect(begun.result).toBe('busy');
      return Number(row('SELECT count(*) AS count FROM processes').count) === 2;
    });
    expect(other.commit(theirs.lease, { state: sealed('y') })).toBe(true);
    await until(() => begin(store, 'c2').result === 'begun');
  });

  test('remembers no more than so many calls, and those that run in any case', () => {
    const leases = new KnownLeases(2);
    const moment = { nowMs: 0, epoch: 1 };
    const asked = { holder: 'a', leaseMs: 10 };
    const facts = { ended: false, claimCount: 0, interrupts: 0, unfinished: [] };
    const begun = (callId: string) => {
      const lease = { callId, fence: 1, version: 0 };
      leases.begun({ result: 'begun', lease, ...facts }, asked, moment);
      return lease;
    };
    const runs = begun('runs');
    leases.committed(begun('old'), { state: sealed('x') }, 0);
    leases.committed(begun('new'), { state: sealed('x') }, 0);
    expect([...leases.callIds()]).toEqual(['runs', 'new']);
    expect(leases.look(runs, moment)).toMatchObject({ holds: true });
    begun('newer');
    expect([...leases.callIds()]).toEqual(['runs', 'newer']);
  });
});

describe('a process that gets company', () => {
  test('tells what it works on before the other one begins, and is alone again when that one has gone', async () => {
    const one = await open();
    const known = turn(one, 'c1');
    const { lease } = taken(one, 'c1', known);
    turn(one, 'c2');
    const two = await open();
    expect(begin(two, 'c1', {}, 'b')).toEqual({ result: 'busy' });
    expect(taken(two, 'c2', {}, 'b').lease.version).toBe(1);
    expect(begin(one, 'c2', { knownVersion: 1 })).toEqual({ result: 'busy' });
    expect(one.commit(lease, { state: sealed('x') })).toBe(true);
    turn(two, 'c1', {}, 'b');
    await two.close();

    const { version } = onlooker();
    let now = { knownVersion: 3 };
    await until(() => {
      now = turn(one, 'c1', now);
      const written = version();
      const { lease } = taken(one, 'c1', now);
      const isAlone = version() === written;
      one.commit(lease, { state: sealed('x') });
      now = { knownVersion: now.knownVersion + 1 };
      return isAlone;
    });
  });

  test('is waited for, but not when it does not answer any more', async () => {
    const { times, pass } = stopped();
    const asleep = await open(times);
    const known = turn(asleep, 'c1');
    const { lease } = taken(asleep, 'c1', known);
    let isOpen = false;
    const opening = open({ ...times, beatMs: 5 }).then((store) => {
      isOpen = true;
      return store;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isOpen).toBe(false);
    pass(1_600);
    const awake = await opening;
    // It is like a process that was stopped while it had the call.
    const mine = taken(awake, 'c1', {}, 'b');
    expect(mine.lease.fence).toBeGreaterThan(lease.fence);
    await until(() => {
      pass(100);
      return begin(asleep, 'c2').result === 'begun';
    });
    expect(begin(asleep, 'c1', known)).toEqual({ result: 'busy' });
    expect(await asleep.look([lease])).toMatchObject([{ holds: false }]);
    const claim = { claims: sealed('x'), expectedCount: 0, counters: [] };
    expect(await asleep.claim(lease, claim)).toBe('stale');
    expect(asleep.commit(lease, { state: sealed('late') })).toBe(false);
    expect(awake.commit(mine.lease, { state: sealed('x') })).toBe(true);
  });

  test('takes nothing that the other one may work on when it wakes up', async () => {
    const { times, pass } = stopped();
    const asleep = await open(times);
    const known = turn(asleep, 'c1');
    const opening = open({ ...times, beatMs: 5 });
    await new Promise((resolve) => setTimeout(resolve, 30));
    pass(1_600);
    const awake = await opening;
    pass(1_100);
    // Now the other one is alone, and works on the call without a word.
    await until(() => {
      pass(50);
      const { knownVersion } = turn(awake, 'c1', {}, 'b');
      const { lease } = taken(awake, 'c1', { knownVersion }, 'b');
      const version = onlooker().row('SELECT lease_until FROM calls').lease_until;
      if (version === 0) return true;
      awake.commit(lease, { state: sealed('x') });
      return false;
    });
    expect(begin(asleep, 'c1', known)).toEqual({ result: 'busy' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    pass(1_100);
    expect(begin(asleep, 'c1', known)).toEqual({ result: 'busy' });
    await until(() => begin(asleep, 'c3').result === 'begun');
    expect(begin(asleep, 'c1', known)).toEqual({ result: 'busy' });
  });

  test('also shares with whoever writes without a word', async () => {
    const { times, pass } = stopped();
    const store = await open({ ...times, beatMs: 5 });
    const known = turn(store, 'c1');
    const { lease } = taken(store, 'c1', known);
    const { db, row } = onlooker();
    expect(row('SELECT lease_until FROM calls').lease_until).toBe(0);
    db.exec(`UPDATE calls SET interrupts = 7`);
    await until(() => row('SELECT lease_until FROM calls').lease_until !== 0);
    expect(await store.look([lease])).toMatchObject([{ holds: true, interrupts: 7 }]);
    pass(1);
  });
});

test('of a process that has died, the next one has everything at once', async () => {
  const gone = `${hostname()}:${spawnSync(process.execPath, ['-e', '']).pid}:1a2b3c`;
  const { times } = stopped();
  const store = await open(times);
  const known = turn(store, 'c1', {}, gone);
  const { lease } = taken(store, 'c1', known, gone);
  await store.note(lease, sealed('hello'));
  // As if it had been the dead one's.
  onlooker().db.exec(`UPDATE processes SET name = '${gone}'`);
  const next = await open({ ...times, monotonicMs: () => 0 });
  const begun = taken(next, 'c1', {}, 'b');
  expect(begun).toMatchObject({ lease: { version: 1 }, unfinished: ['hello'] });
  expect(begun.state).toEqual(sealed('x'));
  expect(begun.lease.fence).toBeGreaterThan(lease.fence);
  expect(store.commit(lease, { state: sealed('late') })).toBe(false);
});

test(`whoever opens, closes and works in any order, a call has one holder and loses nothing (seed ${SEED})`, async () => {
  const CALLS = ['c1', 'c2'];
  const step = fc.record({
    by: fc.constantFrom('a', 'b'),
    call: fc.constantFrom(...CALLS),
    what: fc.constantFrom(
      'turn',
      'turn',
      'turn',
      'turn',
      'begin',
      'begin',
      'commit',
      'go on',
      'note',
      'claim',
      'interrupt',
      'look',
    ),
  });
  const life = fc.record({
    by: fc.constantFrom('a', 'b'),
    call: fc.constantFrom(...CALLS),
    what: fc.constantFrom('open', 'close', 'close', 'die', 'erase', 'later', 'later'),
  });
  const steps = fc.array(fc.oneof({ weight: 8, arbitrary: step }, { weight: 1, arbitrary: life }), {
    minLength: 20,
    maxLength: 80,
    size: 'max',
  });
  interface Turn {
    by: string;
    lease: Lease;
    /** Its process was stopped before it had come to its end. */
    isLeft?: boolean;
    isDead?: boolean;
  }
  /** What is so of a call, whatever the stores do. */
  interface Model {
    fence: number;
    version: number;
    claims: number;
    interrupts: number;
    notes: string[];
    running?: Turn;
    /** What each process has seen last, as the journal does. */
    known: Map<string, number>;
    isThere: boolean;
  }
  const fresh = (): Model => ({
    fence: 0,
    version: 0,
    claims: 0,
    interrupts: 0,
    notes: [],
    known: new Map(),
    isThere: false,
  });
  let fromMemory = 0;
  await fc.assert(
    fc.asyncProperty(steps, async (played) => {
      path = join(folder, `${randomUUID()}.db`);
      let aheadMs = 0;
      const times = {
        nowMs: () => Date.now() + aheadMs,
        monotonicMs: () => performance.now() + aheadMs,
        beatMs: 2,
      };
      const opened = async () => {
        const store = await SqliteStore.open(path, times);
        await store.sealWith(sealing);
        return store;
      };
      const stores = new Map<string, SqliteStore>([['a', await opened()]]);
      const models = new Map(CALLS.map((call) => [call, fresh()]));
      const over: { call: string; lease: Lease }[] = [];
      const all = played.flatMap(({ what, ...who }) =>
        what === 'turn'
          ? [{ ...who, what: 'begin' } as const, { ...who, what: 'commit' } as const]
          : { ...who, what },
      );
      for (const { by: wanted, call, what } of all) {
        if (stores.size === 0) stores.set(wanted, await opened());
        // Who is not there leaves it to the other one.
        const by = what === 'open' || stores.has(wanted) ? wanted : ([...stores.keys()][0] as string);
        const store = stores.get(by);
        const model = models.get(call) as Model;
        const { running } = model;
        if (what === 'open' && !store) stores.set(by, await opened());
        // Long enough to be alone again.
        if (what === 'later') {
          aheadMs += 600;
          await new Promise((resolve) => setTimeout(resolve, 6));
          aheadMs += 600;
          await new Promise((resolve) => setTimeout(resolve, 6));
        }
        if (!store) continue;
        const lease = running?.by === by && !running.isLeft ? running.lease : undefined;
        if (what === 'close' || what === 'die') {
          if (what === 'close') await store.close();
          else {
            abandoned(store);
            // It is believed only then: the process itself goes on.
            aheadMs += 1_600;
          }
          stores.delete(by);
          // Its turns go on in nobody's hands, until somebody takes them.
          for (const each of models.values()) {
            each.known.delete(by);
            if (each.running?.by === by)
              Object.assign(each.running, { isLeft: true, isDead: what === 'die' });
          }
        } else if (what === 'begin') {
          const knownVersion = model.known.get(by);
          const begun = begin(store, call, { knownVersion }, by);
          if (running && running.by !== by) {
            // A process that was alone has told nobody of its lease: it dies with it.
            if (!running.isDead) expect(begun).toEqual({ result: 'busy' });
            if (begun.result === 'busy') continue;
          }
          // Whoever was asleep first lets the other one know.
          if (begun.result === 'busy' && stores.size === 2) continue;
          if (begun.result !== 'begun') throw new Error('nobody has it');
          expect(begun.lease.version).toBe(model.version);
          expect(begun.claimCount).toBe(model.claims);
          expect(begun.interrupts).toBe(model.interrupts);
          expect(begun.unfinished.map((note) => sealing.open(call, Buffer.from(note, 'base64')))).toEqual(
            model.notes,
          );
          if (begun.state) expect(sealing.open(call, begun.state)).toBe(`${call} ${model.version}`);
          if (running) over.push({ call, lease: running.lease });
          if (begun.lease.fence === model.fence) fromMemory += 1;
          else expect(begun.lease.fence).toBeGreaterThan(model.fence);
          const { lease } = begun;
          Object.assign(model, { running: { by, lease }, fence: lease.fence, notes: [], isThere: true });
        } else if ((what === 'commit' || what === 'go on') && lease) {
          const goesOn = what === 'go on';
          // Whose call it is goes to the file at once, and so does what comes with it.
          const about = model.version === 0 ? caller(call) : undefined;
          model.version += 1;
          const state = sealing.text(call, `${call} ${model.version}`);
          const page = { atMs: 1, facts: `["${model.version}"]`, words: sealed(`said ${model.version}`) };
          const turn = { state, about, page, ...(goesOn && { leaseMs: LEASE_MS }) };
          expect(store.commit(lease, turn)).toBe(true);
          model.notes = [];
          model.known.set(by, model.version);
          if (goesOn) lease.version += 1;
          else {
            over.push({ call, lease });
            model.running = undefined;
          }
        } else if (what === 'note' && lease) {
          model.notes.push(`note ${model.version}.${model.notes.length}`);
          await store.note(lease, sealing.text(call, model.notes.at(-1) as string));
        } else if (what === 'claim' && lease) {
          const claim = { claims: sealed('x'), expectedCount: model.claims, counters: [] };
          expect(await store.claim(lease, claim)).toBe('granted');
          expect(await store.claim(lease, claim)).toBe('stale');
          model.claims += 1;
        } else if (what === 'interrupt' && model.isThere) {
          await store.interrupt(call);
          model.interrupts += 1;
        } else if (what === 'look' && lease) {
          const [found] = await store.look([lease], LEASE_MS);
          expect(found?.holds).toBe(true);
        } else if (what === 'erase' && model.version > 0) {
          expect(await store.erase([call])).toBe(1);
          const { running } = model;
          models.set(call, fresh());
          const known = new Map(running && [[running.by, -1]]);
          Object.assign(models.get(call) as Model, { known });
          const worker = running && stores.get(running.by);
          if (worker) expect(worker.commit(running.lease, { state: sealed('late') })).toBe(false);
        }
        // What is over changes nothing any more, whoever tries.
        const last = over.at(-1);
        if (last && models.get(last.call)?.version !== last.lease.version) {
          for (const each of stores.values()) {
            expect(each.commit(last.lease, { state: sealed('late') })).toBe(false);
          }
        }
      }
      for (const store of stores.values()) await store.close();
      const reader = await opened();
      const left: StoredCall[] = [];
      for await (const found of reader.read({})) left.push(found);
      await reader.close();
      for (const [call, { isThere, version, claims }] of models) {
        const found = left.find(({ callId }) => callId === call);
        expect(found !== undefined).toBe(isThere);
        expect(found?.version ?? 0).toBe(version);
        expect(found?.claimCount ?? 0).toBe(claims);
        const numbers = Array.from({ length: version }, (_, at) => at + 1);
        expect(found?.pages.map(({ facts }) => facts) ?? []).toEqual(numbers.map((each) => `["${each}"]`));
        const words = found?.pages.map((each) => Buffer.from(each.words ?? []).toString()) ?? [];
        expect(words).toEqual(numbers.map((each) => `said ${each}`));
        if (found?.state) expect(sealing.open(call, found.state)).toBe(`${call} ${version}`);
      }
    }),
    { seed: SEED, numRuns: 40 },
  );
  expect(fromMemory).toBeGreaterThan(100);
}, 60_000);
