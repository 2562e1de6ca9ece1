import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Begun, CallFacts, JournalStore, Lease, Page, StoredCall } from '../../src/journal/store';
import { sealed } from '../support/sealable';

/** Stores that see the same calls, as two processes do. */
export interface StoreUnderTest {
  one: JournalStore;
  two: JournalStore;
}

const SEED = Number(process.env.SEED ?? 20_260_504);
const LEASE_MS = 60_000;
const DAY_MS = 86_400_000;

const opened = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString('utf8');
const page = (text: string, words?: string): Page => ({
  atMs: 1_000,
  facts: JSON.stringify([{ kind: text }]),
  ...(words !== undefined && { words: sealed(words) }),
});
const kinds = ({ pages }: StoredCall) => pages.map(({ facts }) => JSON.parse(facts)[0].kind);
const about = (over: Partial<CallFacts> = {}): CallFacts => ({
  startedAtMs: 1_000,
  profile: 'praxis',
  keep: 'events',
  keepMs: 30 * DAY_MS,
  ...over,
});

/** What every engine of the journal must do, whatever it is made of. */
export function storeConformance(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name}: a store of the journal`, () => {
    let one: JournalStore;
    let two: JournalStore;
    let call: string;

    beforeAll(async () => {
      ({ one, two } = await open());
    });
    afterAll(async () => {
      await one.close();
      if (two !== one) await two.close();
    });
    beforeEach(() => {
      call = randomUUID();
    });

    const begin = async (store: JournalStore, holder: string, over = {}): Promise<Begun> =>
      store.begin(call, { holder, leaseMs: LEASE_MS, ...over });
    const taken = async (store: JournalStore, holder: string, over = {}) => {
      const begun = await begin(store, holder, over);
      if (begun.result !== 'begun') throw new Error(`expected the call, got "${begun.result}"`);
      return begun;
    };
    const stored = async (store = one): Promise<StoredCall | undefined> => {
      for await (const found of store.read({ callIds: [call] })) return found;
      return undefined;
    };

    test('a call begins empty, and the next turn finds what the one before has left', async () => {
      const first = await taken(one, 'a');
      expect(first).toMatchObject({ lease: { callId: call, version: 0 }, claimCount: 0, unfinished: [] });
      expect(first.state).toBeUndefined();
      expect(
        await one.commit(first.lease, { state: sealed('hello'), page: page('first', 'Guten Tag') }),
      ).toBe(true);
      const second = await taken(two, 'b');
      expect(opened(second.state)).toBe('hello');
      expect(second.lease.version).toBe(1);
      expect(second.lease.fence).toBeGreaterThan(first.lease.fence);
    });

    test('how calls stand is told without a trace', async () => {
      const other = randomUUID();
      expect(await one.standings([call, other])).toEqual([undefined, undefined]);
      expect(await stored()).toBeUndefined();
      const { lease } = await taken(one, 'a');
      expect(await two.standings([other, call])).toEqual([undefined, 'live']);
      await one.commit(lease, { state: sealed('bye'), about: about(), ended: true });
      expect(await two.standings([call])).toEqual(['ended']);
      const again = await taken(two, 'b');
      await two.commit(again.lease, { state: sealed('hello') });
      expect(await one.standings([call])).toEqual(['live']);
    });

    test('whether it can be written to can be tried again and again', async () => {
      for (const store of [one, two, one]) await store.probe();
    });

    test('a state and words may be large', async () => {
      const state = sealed(Buffer.alloc(900_000, 'state '));
      const words = Buffer.alloc(900_000, 'words ');
      const { lease } = await taken(one, 'a', { event: sealed('x'.repeat(300_000)) });
      await Promise.resolve(one.note(lease, sealed('y'.repeat(300_000)))).catch(() => {});
      const facts = about({ keep: 'everything' });
      const large = { state, page: { ...page('large'), words }, about: facts };
      expect(await one.commit(lease, large)).toBe(true);
      const second = await taken(two, 'b');
      expect(Buffer.from(second.state ?? []).equals(state)).toBe(true);
      const kept = await stored();
      expect(Buffer.from(kept?.state ?? []).equals(state)).toBe(true);
      expect(Buffer.from(kept?.pages[0]?.words ?? []).equals(words)).toBe(true);
      // Smaller again, then over: nothing of it is left to be found.
      expect(await two.commit(second.lease, { state: sealed('small') })).toBe(true);
      const third = await taken(one, 'a');
      expect(opened(third.state)).toBe('small');
      expect(await one.commit(third.lease, { state: sealed('over'), ended: true })).toBe(true);
      expect(opened((await taken(two, 'b')).state)).toBe('over');
    });

    test('a state that is at hand is not read again', async () => {
      const { lease } = await taken(one, 'a');
      await one.commit(lease, { state: sealed('hello') });
      expect((await taken(one, 'a', { knownVersion: 1 })).state).toBeUndefined();
      expect(opened((await taken(one, 'a', { knownVersion: 0 })).state)).toBe('hello');
    });

    test('one at a time: the lease is busy, but not for its holder, nor when it is given back or has run out', async () => {
      const { lease } = await taken(one, 'a');
      expect(await begin(two, 'b')).toEqual({ result: 'busy' });
      const again = await taken(one, 'a');
      expect(await one.commit(lease, { state: sealed('too old') })).toBe(false);
      expect(await one.commit(again.lease, { state: sealed('hello') })).toBe(true);
      await taken(two, 'b', { leaseMs: 1 });
      await new Promise((resolve) => setTimeout(resolve, 20));
      await taken(one, 'a');
    });

    test('whoever is overtaken changes nothing any more, but its page is kept', async () => {
      const slow = await taken(one, 'a');
      const quick = await taken(two, 'b', { force: true });
      expect(quick.lease.fence).toBeGreaterThan(slow.lease.fence);
      expect(await one.claim(slow.lease, { claims: sealed('x'), expectedCount: 0, counters: [] })).toBe(
        'stale',
      );
      expect(await two.commit(quick.lease, { state: sealed('quick'), page: page('quick') })).toBe(true);
      expect(await one.commit(slow.lease, { state: sealed('slow'), page: page('slow') })).toBe(false);
      const found = await stored();
      expect(opened(found?.state)).toBe('quick');
      expect(found && kinds(found).sort()).toEqual(['quick', 'slow']);
    });

    test('what came is kept until its turn has come to its end', async () => {
      await taken(one, 'a', { event: sealed('hello') });
      const second = await taken(two, 'b', { event: sealed('are you there?'), force: true });
      expect(second.unfinished).toEqual(['hello']);
      const third = await taken(one, 'a', { event: sealed('hello again'), force: true });
      // Each of them once: an event that kills whoever handles it must not come back for ever.
      expect(third.unfinished).toEqual(['are you there?']);
      await one.note(third.lease, sealed('and a key'));
      const fourth = await taken(two, 'b', { force: true });
      expect(fourth.unfinished).toEqual(['hello again', 'and a key']);
      await one.note(third.lease, sealed('from the past'));
      // The turn goes on, and so does the lease.
      expect(await two.commit(fourth.lease, { state: sealed('x'), leaseMs: LEASE_MS })).toBe(true);
      expect(await begin(one, 'a')).toEqual({ result: 'busy' });
      const later = { ...fourth.lease, version: fourth.lease.version + 1 };
      await two.note(later, sealed('one more'));
      expect((await taken(two, 'b')).unfinished).toEqual(['one more']);
      expect(await two.commit(later, { state: sealed('x') })).toBe(false);
      const last = await taken(two, 'b');
      expect(await two.commit(last.lease, { state: sealed('x') })).toBe(true);
      expect((await taken(one, 'a')).unfinished).toEqual([]);
    });

    test('no update is lost, however many count at the same time', async () => {
      const rounds = 8;
      const count = async (store: JournalStore, holder: string) => {
        for (let round = 0; round < rounds; ) {
          const begun = await begin(store, holder);
          if (begun.result !== 'begun') {
            await new Promise((resolve) => setTimeout(resolve, 2));
            continue;
          }
          const before = Number(opened(begun.state) ?? 0);
          if (await store.commit(begun.lease, { state: sealed(String(before + 1)) })) round += 1;
        }
      };
      await Promise.all([count(one, 'a'), count(two, 'b'), count(one, 'c'), count(two, 'd')]);
      expect(opened((await stored())?.state)).toBe(String(4 * rounds));
    });

    test('of many that claim the same, one is told yes', async () => {
      const { lease } = await taken(one, 'a');
      const claims = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          (index % 2 ? one : two).claim(lease, {
            claims: sealed(`run ${index}`),
            expectedCount: 0,
            counters: [],
          }),
        ),
      );
      expect(claims.filter((claim) => claim === 'granted')).toHaveLength(1);
      expect(claims.filter((claim) => claim === 'stale')).toHaveLength(7);
      const winner = claims.indexOf('granted');
      const after = await taken(two, 'b', { force: true });
      expect(opened(after.claims)).toBe(`run ${winner}`);
      expect(after.claimCount).toBe(1);
      const second = { claims: sealed('two runs'), expectedCount: 1, counters: [] };
      expect(await two.claim(after.lease, second)).toBe('granted');
      // How they went is told at the end of the turn.
      await two.commit(after.lease, { state: sealed('x'), claims: sealed('both sent') });
      expect(await taken(one, 'a')).toMatchObject({ claimCount: 2, claims: expect.anything() });
      expect(opened((await taken(one, 'a')).claims)).toBe('both sent');
    });

    test('a budget is never exceeded, and what it refuses is not counted elsewhere', async () => {
      const caller = {
        key: `day caller ${call}`,
        callerKey: `caller-${call}`,
        limit: 100,
        untilMs: Date.now() + DAY_MS,
      };
      const day = { key: `day ${call}`, limit: 5, untilMs: Date.now() + DAY_MS };
      const leases = await Promise.all(
        Array.from({ length: 12 }, async (_, index): Promise<Lease> => {
          const begun = await one.begin(`${call}-${index}`, { holder: 'a', leaseMs: LEASE_MS });
          if (begun.result !== 'begun') throw new Error(begun.result);
          return begun.lease;
        }),
      );
      const claims = await Promise.all(
        leases.map((lease, index) =>
          (index % 2 ? one : two).claim(lease, {
            claims: sealed('x'),
            expectedCount: 0,
            counters: [caller, day],
          }),
        ),
      );
      expect(claims.filter((claim) => claim === 'granted')).toHaveLength(5);
      expect(claims.filter((claim) => typeof claim === 'object')).toEqual(
        Array(7).fill({ exhausted: day.key }),
      );
      expect(await two.counts([caller, day, { key: 'nobody' }])).toEqual([5, 5, 0]);
      const refused = leases[claims.findIndex((claim) => claim !== 'granted')] as Lease;
      const none = { ...day, key: `none ${call}`, limit: 0 };
      const claim = { claims: sealed('x'), expectedCount: 0, counters: [none] };
      expect(await one.claim(refused, claim)).toEqual({ exhausted: none.key });
      expect(await one.claim(refused, { ...claim, counters: [caller] })).toBe('granted');
    });

    test('an interruption is seen by whoever works on the call, and so is being overtaken', async () => {
      const { lease, interrupts } = await taken(one, 'a', { leaseMs: 1 });
      expect(await one.look([lease])).toEqual([{ callId: call, holds: true, interrupts }]);
      await two.interrupt(call);
      expect(await one.look([lease], LEASE_MS)).toEqual([
        { callId: call, holds: true, interrupts: interrupts + 1 },
      ]);
      // The look has renewed the lease.
      expect(await begin(two, 'b')).toEqual({ result: 'busy' });
      const next = await taken(two, 'b', { force: true });
      expect(next.interrupts).toBe(interrupts + 1);
      expect(await one.look([lease], LEASE_MS)).toEqual([
        { callId: call, holds: false, interrupts: interrupts + 1 },
      ]);
      expect(await two.look([next.lease])).toMatchObject([{ holds: true }]);
      expect(await two.look([])).toEqual([]);
    });

    test.each([
      ['nothing', 0, []],
      ['events', 2, [undefined, undefined]],
      ['everything', 2, ['Guten Tag', 'Tschüss']],
    ] as const)(
      'of a call that is over, a profile that keeps %s leaves %d pages',
      async (keep, count, words) => {
        const first = await taken(one, 'a');
        await one.commit(first.lease, {
          state: sealed('secret'),
          page: page('start', 'Guten Tag'),
          about: about({ keep }),
        });
        const { lease } = await taken(one, 'a');
        await one.claim(lease, { claims: sealed('secret'), expectedCount: 0, counters: [] });
        const last = {
          state: sealed('over'),
          page: page('end', 'Tschüss'),
          about: about({ keep }),
          ended: true,
        };
        expect(await one.commit(lease, last)).toBe(true);
        const found = await stored(two);
        expect(found).toMatchObject({ claimCount: 0, endedAtMs: expect.any(Number) });
        expect(opened(found?.state)).toBe('over');
        expect(found?.pages).toHaveLength(count);
        expect(found?.pages.map((each) => opened(each.words))).toEqual(words);

        expect(await one.commit(lease, { state: sealed('late') })).toBe(false);
        await one.append(call, [page('late', 'noch etwas')]);
        const late = await stored();
        expect(late?.pages).toHaveLength(count === 0 ? 0 : 3);
        expect(opened(late?.pages[2]?.words)).toBe(keep === 'everything' ? 'noch etwas' : undefined);
        // A late event finds out that it is late, and the call stays what it was.
        const after = await taken(two, 'b', { event: sealed('too late') });
        expect(after).toMatchObject({ ended: true, claimCount: 0, unfinished: [] });
        expect(opened(after.state)).toBe('over');
        expect(after.claims).toBeUndefined();
        const endedAtMs = late?.endedAtMs;
        expect(await two.commit(after.lease, { state: sealed('over'), ended: true })).toBe(true);
        expect(await stored()).toMatchObject({ endedAtMs });
        // The same id may begin anew.
        const anew = await taken(one, 'a');
        expect(anew).toMatchObject({ ended: true, unfinished: [] });
        expect(await one.commit(anew.lease, { state: sealed('anew') })).toBe(true);
        expect((await stored())?.endedAtMs).toBeUndefined();
        expect(await taken(one, 'a')).toMatchObject({ ended: false });
      },
    );

    test('pages come back in the order in which they were written', async () => {
      const wanted: string[] = [];
      for (let turn = 0; turn < 12; turn += 1) {
        const { lease } = await taken(turn % 2 ? one : two, 'a');
        await one.commit(lease, { state: sealed('x'), page: page(`turn ${turn}`, `words ${turn}`) });
        await one.append(call, [page(`then ${turn}`), page(`and ${turn}`)]);
        wanted.push(`turn ${turn}`, `then ${turn}`, `and ${turn}`);
      }
      const found = await stored(two);
      expect(found && kinds(found)).toEqual(wanted);
      expect(opened(found?.pages[3]?.words)).toBe('words 1');
      await one.append(randomUUID(), [page('of nobody')]);
    });

    test('a caller is known from another call with the same profile only', async () => {
      const callerKey = `caller-${call}`;
      const { lease } = await taken(one, 'a');
      expect(await two.hasCalled(callerKey, 'praxis', 'new')).toBe(false);
      await one.commit(lease, { state: sealed('x'), about: about({ callerKey }) });
      expect(await two.hasCalled(callerKey, 'praxis', 'new')).toBe(true);
      expect(await two.hasCalled(callerKey, 'praxis', call)).toBe(false);
      expect(await two.hasCalled(callerKey, 'werkstatt', 'new')).toBe(false);
      expect(await two.hasCalled('somebody', 'praxis', 'new')).toBe(false);
    });

    test('a caller who is erased leaves nothing, and the others everything', async () => {
      const callerKey = `caller-${call}`;
      const counter = { key: `sms ${call}`, callerKey, limit: 3, untilMs: Date.now() + DAY_MS };
      const other = `${call}-other`;
      const begun = await one.begin(other, { holder: 'a', leaseMs: LEASE_MS });
      if (begun.result !== 'begun') throw new Error(begun.result);
      await one.commit(begun.lease, {
        state: sealed('x'),
        page: page('other'),
        about: about({ callerKey: other }),
      });
      const first = await taken(one, 'a');
      await one.claim(first.lease, { claims: sealed('x'), expectedCount: 0, counters: [counter] });
      await one.commit(first.lease, {
        state: sealed('x'),
        page: page('mine', 'words'),
        about: about({ callerKey }),
      });
      const running = await taken(one, 'a');
      const calls: string[] = [];
      for await (const { callId } of two.read({ callerKeys: [callerKey] })) calls.push(callId);
      expect(calls).toEqual([call]);
      expect(await two.erase([callerKey, 'nobody'])).toBe(1);
      expect(await stored()).toBeUndefined();
      expect(await one.counts([counter])).toEqual([0]);
      expect(await one.hasCalled(callerKey, 'praxis', 'new')).toBe(false);
      // What still runs does not bring it back.
      expect(await one.commit(running.lease, { state: sealed('x'), page: page('mine', 'words') })).toBe(
        false,
      );
      expect(await stored()).toBeUndefined();
      expect(await one.hasCalled(other, 'praxis', 'new')).toBe(true);
    });

    test('what is due is deleted, and a call that fell silent is ended', async () => {
      const nowMs = Date.now();
      const { lease } = await taken(one, 'a', { event: sealed('something') });
      await one.commit(lease, {
        state: sealed('x'),
        page: page('start', 'Guten Tag'),
        about: about({ keepMs: DAY_MS }),
      });
      await one.purge(nowMs, 4 * 3_600_000);
      expect(await stored()).toMatchObject({ version: 1, endedAtMs: undefined });
      expect(await two.purge(nowMs + 5 * 3_600_000, 4 * 3_600_000)).toBeGreaterThanOrEqual(1);
      const silent = await stored();
      expect(silent?.endedAtMs).toBeDefined();
      expect(silent?.state).toBeUndefined();
      expect(silent?.pages.map(({ words }) => words)).toEqual([undefined]);
      await one.purge((silent?.endedAtMs ?? 0) + DAY_MS - 1, 4 * 3_600_000);
      expect(await stored()).toBeDefined();
      await one.purge((silent?.endedAtMs ?? 0) + DAY_MS, 4 * 3_600_000);
      expect(await stored()).toBeUndefined();
    });

    test('a common value is what the first has proposed', async () => {
      const values = await Promise.all(
        ['1', '2', '3', '4'].map((value, at) => (at % 2 ? one : two).shared(call, value)),
      );
      expect(new Set(values).size).toBe(1);
      expect(await one.shared(call, 'late')).toBe(values[0]);
    });

    test(`any order of steps leaves what a simple model says (seed ${SEED})`, async () => {
      const step = fc.record({
        by: fc.constantFrom('a', 'b'),
        do: fc.constantFrom('begin', 'force', 'commit', 'claim', 'interrupt'),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
          call = randomUUID();
          const model = { holder: '', fence: 0, version: 0, claims: 0, interrupts: 0, pages: 0 };
          const leases = new Map<string, Lease>();
          for (const { by, do: what } of steps) {
            const store = by === 'a' ? one : two;
            const lease = leases.get(by);
            if (what === 'begin' || what === 'force') {
              const begun = await begin(store, by, { force: what === 'force' });
              const free = model.holder === '' || model.holder === by || what === 'force';
              expect(begun.result).toBe(free ? 'begun' : 'busy');
              if (begun.result !== 'begun') continue;
              expect(begun.lease.version).toBe(model.version);
              expect(begun.claimCount).toBe(model.claims);
              expect(begun.interrupts).toBe(model.interrupts);
              model.holder = by;
              model.fence = begun.lease.fence;
              leases.set(by, begun.lease);
            } else if (what === 'commit' && lease) {
              const current = lease.fence === model.fence && lease.version === model.version;
              const committed = await store.commit(lease, { state: sealed('x'), page: page('page') });
              expect(committed).toBe(current);
              model.pages += 1;
              if (current) Object.assign(model, { holder: '', version: model.version + 1 });
            } else if (what === 'claim' && lease) {
              const claim = { claims: sealed('x'), expectedCount: model.claims, counters: [] };
              const current = lease.fence === model.fence;
              expect(await store.claim(lease, claim)).toBe(current ? 'granted' : 'stale');
              if (current) model.claims += 1;
            } else if (what === 'interrupt' && model.fence > 0) {
              await store.interrupt(call);
              model.interrupts += 1;
            }
          }
          const found = await stored();
          expect(found?.pages.length ?? 0).toBe(model.pages);
          expect(found?.version ?? 0).toBe(model.version);
        }),
        { seed: SEED, numRuns: 15 },
      );
    });
  });
}
