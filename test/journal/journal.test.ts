import { randomBytes } from 'node:crypto';
import type { CallHold, KeptCall, NotedEvent } from '@jovo-telephony/platform-base';
import { VirtualClock } from '@jovo-telephony/telephony/testing';
import type { Conversation } from '../../src/agent/conversation';
import { entriesOf, type JournalEntry } from '../../src/journal/entries';
import { Journal } from '../../src/journal/journal';
import { JournalRecords } from '../../src/journal/journal-records';
import { Sealing } from '../../src/journal/sealing';
import type { StoredCall } from '../../src/journal/store';
import { MemoryStore } from '../../src/journal/stores/memory';
import { faultyStore } from '../support/faulty-store';

const REF = { network: 'sipgate', callId: 'c1' };
const KEY = randomBytes(32);
/** A profile that keeps everything. */
const KEPT = { startedAtMs: 0, profile: 'p', keep: 'everything', keepMs: 86_400_000 } as const;

/** Two processes on one store, in one test. */
function fleet() {
  const clock = new VirtualClock();
  const epochMs = () => 1_700_000_000_000 + clock.nowMs();
  const memory = new MemoryStore(epochMs);
  const warnings: string[] = [];
  const known = new Sealing([KEY]);
  const started = (holder: string, sealing = known) => {
    const line = faultyStore(memory, clock);
    const journal = new Journal({
      store: line.store,
      sealing,
      clock,
      epochMs,
      holder,
      warn: (warning) => warnings.push(warning),
      describe: () => ({
        facts: KEPT,
        redacted: false,
        started: { facts: {}, words: undefined },
        ended: () => ({}),
      }),
    });
    journal.keepSession(REF, { session: {} });
    return { journal, faults: line.faults, asked: line.asked };
  };
  const stored = async (): Promise<StoredCall> => {
    for await (const call of memory.read({})) return call;
    throw new Error('nothing is stored');
  };
  const entries = async (): Promise<JournalEntry[]> =>
    (await stored()).pages.flatMap((page) => entriesOf(page, (sealed) => known.open('sipgate/c1', sealed)));
  return { clock, memory, warnings, entries, stored, started, a: started('a'), b: started('b') };
}

const event = (text: string, key?: string): NotedEvent => ({
  type: 'TEXT',
  event: { type: 'user_speak', text },
  atEpochMs: 1_700_000_000_000,
  key,
});
const kept = (revision: number, over: Partial<KeptCall> = {}): KeptCall =>
  ({ version: 1, state: { revision, info: { id: 'c1' } }, handled: [], ended: false, ...over }) as KeptCall;
const taking = (noted?: NotedEvent, withinMs = 10_000) => ({
  event: noted,
  withinMs,
  signal: new AbortController().signal,
});
const revision = (hold: CallHold) => hold.kept?.state.revision;

/** Moves the time until it is done, and fails where that takes three seconds. */
async function inTime(work: unknown, clock: VirtualClock): Promise<void> {
  let done = false;
  Promise.resolve(work).then(() => {
    done = true;
  });
  for (let ms = 0; !done && ms < 3_000; ms += 50) await clock.pass(50);
  expect(done).toBe(true);
}

describe('a call between two processes', () => {
  test('each finds what the other has left, and what is in memory already is not read again', async () => {
    const { a, b } = fleet();
    const first = await a.journal.take(REF, taking(event('Guten Tag')));
    expect(first).toMatchObject({ novelty: 'new', degraded: false, missed: [] });
    expect(first.kept).toBeUndefined();
    await first.release(kept(1));
    const again = await a.journal.take(REF, taking());
    expect(again.kept).toBeUndefined();
    await again.release(kept(2));
    const other = await b.journal.take(REF, taking());
    expect(revision(other)).toBe(2);
    await other.release(kept(3));
    const back = await a.journal.take(REF, taking());
    expect(revision(back)).toBe(3);
  });

  test('one waits for the other, and gets the call as soon as it is free', async () => {
    const { a, b, clock } = fleet();
    const first = await a.journal.take(REF, taking());
    const waits = b.journal.take(REF, taking());
    await clock.pass(1_000);
    await first.release(kept(1));
    await clock.pass(100);
    expect(revision(await waits)).toBe(1);
  });

  test('a process that was killed is not waited for longer than its lease; what came to it is not lost', async () => {
    const { a, b, clock } = fleet();
    const first = await a.journal.take(REF, taking(event('Guten Tag')));
    await first.release(kept(1));
    const killed = await a.journal.take(REF, taking(event('Ich heiße Meier')));
    killed.noteEvent(event('Hören Sie mich?'));
    a.journal.close();
    const waits = b.journal.take(REF, taking(event('Hallo?')));
    await clock.pass(1_900);
    const next = await waits;
    expect(revision(next)).toBe(1);
    expect(next.missed?.map((missed) => missed.event)).toEqual([
      { type: 'user_speak', text: 'Ich heiße Meier' },
      { type: 'user_speak', text: 'Hören Sie mich?' },
    ]);
    await next.release(kept(2));
    expect((await b.journal.take(REF, taking())).missed).toEqual([]);
  });

  test('one that lives is waited for as long as agreed; then the call is taken from it, and it hears of that', async () => {
    const { a, b, clock, entries } = fleet();
    const slow = await a.journal.take(REF, taking(event('Guten Tag')));
    const waits = b.journal.take(REF, taking(event('Hallo?'), 5_000));
    await clock.pass(4_900);
    expect(slow.interrupted?.aborted).toBe(false);
    await clock.pass(300);
    const quick = await waits;
    await clock.pass(200);
    expect(slow.interrupted?.aborted).toBe(true);
    slow.noteActions([{ type: 'speak', text: 'zu spät' }]);
    await slow.release(kept(7));
    await quick.release(kept(8));
    await clock.pass(10);
    expect(revision(await a.journal.take(REF, taking()))).toBe(8);
    // What it has said is in the record all the same.
    const kinds = (await entries()).map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['action', 'event', 'event', 'overtaken']));
  });

  test('an interruption is heard of by whoever works on the call, within a tenth of a second', async () => {
    const { a, b, clock } = fleet();
    const speaking = await a.journal.take(REF, taking());
    b.journal.interrupt(REF);
    const waits = b.journal.take(REF, taking(event('Moment!')));
    await clock.pass(150);
    expect(speaking.interrupted?.aborted).toBe(true);
    await speaking.release(kept(4));
    await clock.pass(100);
    const next = await waits;
    expect(revision(next)).toBe(4);
    expect(next.interrupted?.aborted).toBe(false);
    await clock.pass(500);
    expect(next.interrupted?.aborted).toBe(false);
  });

  test('an event that comes twice is known, whichever process it comes to', async () => {
    const { a, b } = fleet();
    const first = await a.journal.take(REF, taking(event('ja', 'k1')));
    expect(first.noteEvent(event('ja', 'k2'))).toBe('new');
    expect(first.noteEvent(event('ja', 'k2'))).toBe('handled');
    await first.release(kept(1, { handled: ['k1', 'k2'] }));
    const second = await b.journal.take(REF, taking(event('ja', 'k1')));
    expect(second.novelty).toBe('handled');
    expect(second.noteEvent(event('ja', 'k2'))).toBe('handled');
    expect(second.noteEvent(event('ja', 'k3'))).toBe('new');
    await second.release(kept(2));
    expect((await a.journal.take(REF, taking(event('ja', 'k1')))).novelty).toBe('handled');
  });

  test('a call that is over is found to be, and may begin anew', async () => {
    const { a, b, stored } = fleet();
    const first = await a.journal.take(REF, taking());
    await first.release(kept(1, { ended: true }));
    expect(await stored()).toMatchObject({ endedAtMs: expect.any(Number) });
    const late = await b.journal.take(REF, taking());
    expect(late.kept).toMatchObject({ ended: true });
    await late.release(kept(1));
    expect((await a.journal.take(REF, taking())).kept).toMatchObject({ ended: false });
  });

  test('a turn may be kept halfway, and goes on', async () => {
    const { a, b, clock } = fleet();
    const turn = await a.journal.take(REF, taking(event('Guten Tag')));
    await turn.keep(kept(1));
    const waits = b.journal.take(REF, taking());
    await clock.pass(3_000);
    await turn.release(kept(2));
    await clock.pass(100);
    const next = await waits;
    expect(revision(next)).toBe(2);
    expect(next.missed).toEqual([]);
  });

  test('whoever has stopped waiting does not have the call', async () => {
    const { a, b, clock } = fleet();
    const gone = new AbortController();
    const first = a.journal.take(REF, { withinMs: 1_000, signal: gone.signal });
    gone.abort();
    await first;
    await clock.pass(1);
    expect(await b.journal.take(REF, taking())).toMatchObject({ degraded: false });
    expect(clock.nowMs()).toBeLessThan(100);
  });
});

describe('a call that the store does not take', () => {
  const OTHER = { network: 'sipgate', callId: 'c2' };
  const callOf = ([first]: readonly unknown[]) => JSON.stringify(first);

  test('goes on alone: the others are kept, and so is this one as soon as that is possible', async () => {
    const { a, b, clock, warnings } = fleet();
    const first = await a.journal.take(REF, taking(event('eins')));
    await first.release(kept(1));
    a.faults.refuses = (name, given) => name === 'commit' && callOf(given).includes('c1');
    for (let turn = 2; turn <= 6; turn += 1) {
      const hold = await a.journal.take(REF, taking(event('zu groß')));
      expect(hold.degraded).toBe(false);
      expect(hold.kept).toBeUndefined();
      await hold.release(kept(turn));
      const other = await a.journal.take(OTHER, taking());
      expect(other.degraded).toBe(false);
      await other.release(kept(turn));
      await clock.pass(3_000);
    }
    expect(a.journal.behind).toBe(0);
    expect(a.journal.line.isUp).toBe(true);
    expect(warnings.join()).not.toContain('away');
    expect(warnings.filter((warning) => warning.includes('does not take'))).toHaveLength(5);
    // The lease was given back all the same.
    expect(revision(await b.journal.take(OTHER, taking()))).toBe(6);
    const here = await b.journal.take(REF, taking());
    expect(revision(here)).toBe(1);
    await here.release(kept(1));
    a.faults.refuses = undefined;
    const last = await a.journal.take(REF, taking(event('sieben')));
    await last.release(kept(9));
    expect(revision(await b.journal.take(REF, taking()))).toBe(9);
  });

  test('one that waits for the store is given up, and nothing waits behind it', async () => {
    const { a, clock } = fleet();
    a.faults.down = true;
    await (await a.journal.take(REF, taking())).release(kept(1, { ended: true }));
    await (await a.journal.take(OTHER, taking())).release(kept(1));
    a.faults.refuses = (name, given) => name === 'commit' && callOf(given).includes('c1');
    a.faults.down = false;
    await clock.pass(4_000);
    expect(a.journal.behind).toBe(0);
    expect(a.journal.fileOf(REF)).toBeUndefined();
    expect(a.journal.line.isUp).toBe(true);
  });
});

describe('how a call stands', () => {
  test('is told without a trace; what this process has of one that is over is forgotten', async () => {
    const { a, b, memory } = fleet();
    expect(await a.journal.standings([REF])).toEqual([undefined]);
    expect(await memory.standings(['sipgate/c1'])).toEqual([undefined]);
    await (await a.journal.take(REF, taking())).release(kept(1));
    expect(await b.journal.standings([REF])).toEqual(['live']);
    await (await b.journal.take(REF, taking())).release(kept(2, { ended: true }));
    expect(a.journal.fileOf(REF)).toBeDefined();
    expect(await a.journal.standings([REF])).toEqual(['ended']);
    expect(a.journal.fileOf(REF)).toBeUndefined();
    b.faults.down = true;
    expect(await b.journal.standings([REF])).toEqual([]);
  });

  test('what is not written yet is newer than what the store says', async () => {
    const { a, b } = fleet();
    await (await b.journal.take(REF, taking())).release(kept(1, { ended: true }));
    a.faults.down = true;
    await (await a.journal.take(REF, taking())).release(kept(1));
    a.faults.down = false;
    expect(await a.journal.standings([REF])).toEqual([undefined]);
  });
});

describe('the report of a call', () => {
  const over = { network: 'sipgate', callId: 'c1', startedAtMs: 5 } as Conversation;

  test('is for one process only, of all that have seen the end of the call', async () => {
    const { a, b, clock } = fleet();
    const records = [a, b].map(({ journal }) => new JournalRecords(journal, () => 1_700_000_000_000));
    const mine: (boolean | undefined)[] = [];
    for (const [index, { journal }] of [a, b].entries()) {
      const hold = await journal.take(REF, taking());
      mine.push(await records[index]?.claimReport(over));
      await hold.release(kept(index + 1));
    }
    expect(mine).toEqual([true, false]);
    // Another call has been given the same id.
    const hold = await a.journal.take(REF, taking());
    expect(await records[0]?.claimReport({ ...over, startedAtMs: 6 })).toBe(true);
    await hold.release(kept(3));
    // Better twice than never: a report has an id.
    a.faults.down = true;
    const alone = await a.journal.take(REF, taking());
    expect(await records[0]?.claimReport(over)).toBe(true);
    await alone.release(kept(4));
    await clock.pass(10);
  });
});

describe('what is written', () => {
  test('events, actions and notes, in order; words apart and sealed', async () => {
    const { a, entries, stored } = fleet();
    const hold = await a.journal.take(REF, taking(event('Ich heiße Meier')));
    hold.noteActions([{ type: 'speak', text: 'Guten Tag, Herr Meier' }]);
    hold.note({ kind: 'brain', facts: { name: 'offline', firstMs: 3 } });
    await hold.release(kept(1));
    expect(await entries()).toMatchObject([
      { kind: 'call_started' },
      { kind: 'event', facts: { type: 'TEXT' }, words: { text: 'Ich heiße Meier' } },
      { kind: 'action', facts: { type: 'speak' }, words: { text: 'Guten Tag, Herr Meier' } },
      { kind: 'brain', facts: { name: 'offline', firstMs: 3 } },
    ]);
    const { pages } = await stored();
    expect(pages[0]?.facts).not.toContain('Meier');
    expect(Buffer.from(pages[0]?.words ?? []).toString('latin1')).not.toContain('Meier');
  });

  test('the session is kept with the call', async () => {
    const { a, b } = fleet();
    const hold = await a.journal.take(REF, taking());
    const conversation = { messages: [{ role: 'caller', text: 'Guten Tag' }] };
    const session = { session: { data: { conversation } } };
    a.journal.keepSession(REF, session);
    await hold.release(kept(1));
    await b.journal.take(REF, taking());
    expect(b.journal.sessionOf(REF)).toEqual(session);
  });
});

describe('the store is away', () => {
  test('calls go on from memory, and everything is written in order when it is back', async () => {
    const { a, b, clock, warnings, entries, memory } = fleet();
    const first = await a.journal.take(REF, taking(event('eins')));
    await first.release(kept(1));
    a.faults.down = true;
    for (const [index, text] of ['zwei', 'drei', 'vier', 'fünf', 'sechs'].entries()) {
      const startedAtMs = clock.nowMs();
      const hold = await a.journal.take(REF, taking(event(text)));
      expect(hold.degraded).toBe(true);
      expect(await hold.claim({ runs: [], tools: [] }, [])).toBe('down');
      hold.noteActions([{ type: 'speak', text }]);
      await hold.release(kept(2 + index));
      expect(clock.nowMs()).toBe(startedAtMs);
      await clock.pass(12_000);
    }
    expect(warnings[0]).toContain('away');
    expect(a.journal.behind).toBe(1);
    a.faults.down = false;
    await clock.pass(2_000);
    expect(a.journal.behind).toBe(0);
    expect(warnings.at(-1)).toContain('back');
    const said = (await entries()).filter(({ kind }) => kind === 'event').map(({ words }) => words);
    expect(said).toMatchObject(['eins', 'zwei', 'drei', 'vier', 'fünf', 'sechs'].map((text) => ({ text })));
    const other = await b.journal.take(REF, taking());
    expect(revision(other)).toBe(6);
    await other.release(kept(7));
    expect((await a.journal.take(REF, taking())).degraded).toBe(false);
    expect(await memory.counts([])).toEqual([]);
  });

  test('a slow store holds nobody up for longer than agreed, and is not waited for again and again', async () => {
    const { a, clock, stored } = fleet();
    a.faults.slowMs = 2_000;
    let waitedMs = 0;
    for (let turn = 1; turn <= 12; turn += 1) {
      const startedAtMs = clock.nowMs();
      const taken = a.journal.take(REF, taking(event(`turn ${turn}`)));
      await inTime(taken, clock);
      const hold = await taken;
      expect(clock.nowMs() - startedAtMs).toBeLessThanOrEqual(1_000);
      waitedMs += clock.nowMs() - startedAtMs;
      await inTime(hold.release(kept(turn)), clock);
      await clock.pass(500);
    }
    // Once it is known, nobody waits any more.
    expect(waitedMs).toBeLessThanOrEqual(4_000);
    await clock.pass(30_000);
    a.faults.slowMs = 0;
    await clock.pass(30_000);
    expect(a.journal.behind).toBe(0);
    const types = (await stored()).pages
      .flatMap((page) => entriesOf(page))
      .filter(({ kind }) => kind === 'event');
    expect(types).toHaveLength(12);
    const next = await a.journal.take(REF, taking());
    expect(next.degraded).toBe(false);
  });

  test('an answer that was lost is not taken for a write that was lost', async () => {
    const { a, b, clock, entries } = fleet();
    const first = await a.journal.take(REF, taking(event('eins')));
    await first.release(kept(1));
    const second = await a.journal.take(REF, taking(event('zwei')));
    a.faults.deaf = true;
    await second.release(kept(2));
    a.faults.deaf = false;
    const third = await a.journal.take(REF, taking(event('drei')));
    expect(third.degraded).toBe(false);
    await third.release(kept(3));
    await clock.pass(2_000);
    expect(revision(await b.journal.take(REF, taking()))).toBe(3);
    const events = (await entries()).filter(({ kind }) => kind === 'event');
    expect(events.map(({ words }) => (words as { text: string }).text)).toEqual(['eins', 'zwei', 'drei']);
  });

  test('a call that begins while the store is away is written when it is back', async () => {
    const { a, b, clock } = fleet();
    a.faults.down = true;
    const hold = await a.journal.take(REF, taking(event('Guten Tag')));
    await hold.release(kept(1));
    a.faults.down = false;
    await clock.pass(1_100);
    expect(revision(await b.journal.take(REF, taking()))).toBe(1);
  });

  test('if another process has gone on meanwhile, its version holds, and ours stays in the record', async () => {
    const { a, b, clock, entries, warnings } = fleet();
    const first = await a.journal.take(REF, taking(event('eins')));
    await first.release(kept(1));
    a.faults.down = true;
    const alone = await a.journal.take(REF, taking(event('allein')));
    await alone.release(kept(2));
    const other = await b.journal.take(REF, taking(event('anderswo')));
    await other.release(kept(5));
    a.faults.down = false;
    await clock.pass(2_000);
    expect(revision(await a.journal.take(REF, taking()))).toBe(5);
    expect(warnings.join()).toContain('another process has gone on');
    const events = (await entries()).filter(({ kind }) => kind === 'event');
    expect(events.map(({ words }) => (words as { text: string }).text).sort()).toEqual([
      'allein',
      'anderswo',
      'eins',
    ]);
  });

  test('a call that was sealed with a key that is not there goes on from memory, and is not written over', async () => {
    const { a, clock, warnings, started } = fleet();
    const first = await a.journal.take(REF, taking(event('eins')));
    await first.release(kept(3));
    const { journal } = started('other', new Sealing([randomBytes(32)]));
    const blind = await journal.take(REF, taking(event('zwei')));
    expect(blind).toMatchObject({ degraded: true, novelty: 'new' });
    expect(await blind.claim({ runs: [], tools: [] }, [])).toBe('down');
    await blind.release(kept(1));
    await clock.pass(3_000);
    expect(warnings.join()).toContain('JOURNAL_KEY');
    const next = await a.journal.take(REF, taking());
    expect(next.degraded).toBe(false);
    expect(next.lease).toMatchObject({ version: 1 });
  });

  test('what is granted too late counts as not done', async () => {
    const { a, b, clock } = fleet();
    const hold = await a.journal.take(REF, taking());
    a.faults.slowMs = 1_500;
    const run = { runId: '0', turnId: '1', type: 'send_sms' as const, content: 'x' };
    const asked = hold.claim({ runs: [run], tools: [] }, []);
    await clock.pass(1_100);
    expect(await asked).toBe('down');
    await clock.pass(1_000);
    a.faults.slowMs = 0;
    const released = hold.release(kept(1));
    await clock.pass(100);
    await released;
    const next = await b.journal.take(REF, taking());
    expect(next.file.claims.runs).toEqual([{ ...run, withdrawn: true }]);
  });

  test('what is granted while a turn is kept halfway is in what is kept', async () => {
    const { a, b, clock } = fleet();
    const run = (runId: string) => ({ runId, turnId: runId, type: 'transfer' as const, content: runId });
    const hold = await a.journal.take(REF, taking());
    expect(await hold.claim({ runs: [run('0')], tools: [] }, [])).toBe('granted');
    const outcome = { ok: false, detail: 'busy' };
    hold.file.claims = { runs: [{ ...run('0'), outcome }], tools: [] };
    hold.file.claimsChanged = true;
    a.faults.slowMs = 100;
    const asked = hold.claim({ runs: [{ ...run('0'), outcome }, run('1')], tools: [] }, []);
    const early = hold.keep(kept(1));
    await inTime(early, clock);
    expect(await asked).toBe('granted');
    // Killed here.
    a.journal.close();
    const waits = b.journal.take(REF, taking());
    await clock.pass(2_000);
    expect((await waits).file.claims.runs).toEqual([{ ...run('0'), outcome }, run('1')]);
  });

  test('an outcome that comes while a claim is asked for is not lost', async () => {
    const { a, b, clock } = fleet();
    const run = (runId: string) => ({ runId, turnId: runId, type: 'transfer' as const, content: runId });
    const outcome = { ok: false, detail: 'busy' };
    const hold = await a.journal.take(REF, taking());
    await hold.claim({ runs: [run('0')], tools: [] }, []);
    a.faults.slowMs = 100;
    const asked = hold.claim({ runs: [run('0'), run('1')], tools: [] }, []);
    hold.file.claims = { runs: [{ ...run('0'), outcome }], tools: [] };
    hold.file.claimsChanged = true;
    await inTime(asked, clock);
    await inTime(hold.release(kept(1)), clock);
    expect((await b.journal.take(REF, taking())).file.claims.runs).toEqual([
      { ...run('0'), outcome },
      run('1'),
    ]);
  });

  test('a write that can never be made does not stand in the way of the others', async () => {
    const { a, memory, clock } = fleet();
    const other = { ...REF, callId: 'c2' };
    const begin = memory.begin.bind(memory);
    jest.spyOn(memory, 'begin').mockImplementation((id, asked) => {
      if (id.endsWith('c1')) throw new Error('too large');
      return begin(id, asked);
    });
    a.faults.down = true;
    await (await a.journal.take(REF, taking())).release(kept(1));
    await (await a.journal.take(other, taking())).release(kept(1));
    a.faults.down = false;
    await clock.pass(4_000);
    expect(a.journal.behind).toBe(1);
  });

  test('a call that has ended meanwhile is not remembered once it is written', async () => {
    const { a, clock } = fleet();
    a.faults.down = true;
    await (await a.journal.take(REF, taking())).release(kept(1, { ended: true }));
    expect(a.journal.fileOf(REF)).toBeDefined();
    a.faults.down = false;
    await clock.pass(2_000);
    expect(a.journal.behind).toBe(0);
    expect(a.journal.fileOf(REF)).toBeUndefined();
  });

  test('what still waits is written before the process ends', async () => {
    const { a, b } = fleet();
    a.faults.down = true;
    const hold = await a.journal.take(REF, taking());
    await hold.release(kept(3));
    a.faults.down = false;
    await a.journal.close();
    expect(revision(await b.journal.take(REF, taking()))).toBe(3);
  });
});
