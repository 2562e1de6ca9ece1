import { randomBytes } from 'node:crypto';
import { setImmediate as nextTurnOfTheLoop } from 'node:timers/promises';
import type { KeptCall, NotedEvent } from '@jovo-telephony/platform-base';
import { VirtualClock } from '@jovo-telephony/telephony/testing';
import { Journal } from '../../src/journal/journal';
import { Sealing } from '../../src/journal/sealing';
import { MemoryStore } from '../../src/journal/stores/memory';

const REF = { network: 'sipgate', callId: 'c1' };
const sealing = new Sealing([randomBytes(32)]);
const kept = { version: 1, state: { revision: 1, info: { id: 'c1' } }, handled: [], ended: false };
const words = (text: string): NotedEvent => ({
  type: 'TEXT',
  event: { type: 'user_speak', text },
  atEpochMs: 0,
});

/** Processes on one store that is near: it answers at once. */
function fleet() {
  const clock = new VirtualClock();
  const store = new MemoryStore(() => clock.nowMs());
  const notes = jest.spyOn(store, 'note');
  // Each has a clock of its own: that of a process that was killed stands still.
  const process = (holder: string, own: VirtualClock) =>
    new Journal({ store, sealing, clock: own, epochMs: () => clock.nowMs(), holder });
  const take = (journal: Journal, event: NotedEvent) =>
    journal.take(REF, { event, withinMs: 10_000, signal: new AbortController().signal });
  return { clock, notes, take, a: process('a', new VirtualClock()), b: process('b', clock) };
}

const soon = async () => {
  for (let turns = 0; turns < 4; turns += 1) await nextTurnOfTheLoop();
};

test('what a turn was begun for is noted while the turn runs, and is not lost with its process', async () => {
  const { clock, notes, take, a, b } = fleet();
  await take(a, words('Ich möchte einen Termin'));
  expect(notes).not.toHaveBeenCalled();
  await soon();
  expect(notes).toHaveBeenCalledTimes(1);
  // Nobody has heard of process a since then.
  await clock.pass(2_000);
  const { missed } = await take(b, words('Hallo?'));
  expect(missed?.map(({ event }) => event)).toEqual([
    { type: 'user_speak', text: 'Ich möchte einen Termin' },
  ]);
});

test('nothing answers before what it answers is noted, and events are noted in their order', async () => {
  const { notes, clock, take, a, b } = fleet();
  const hold = await take(a, words('eins'));
  hold.beforeAnswer?.();
  expect(notes).toHaveBeenCalledTimes(1);
  hold.beforeAnswer?.();
  await soon();
  expect(notes).toHaveBeenCalledTimes(1);
  await hold.release(kept as unknown as KeptCall);

  const next = await take(a, words('zwei'));
  next.noteEvent(words('drei'));
  await soon();
  expect(notes).toHaveBeenCalledTimes(3);
  await clock.pass(2_000);
  const { missed } = await take(b, words('vier'));
  expect(missed?.map(({ event }) => (event as { text: string }).text)).toEqual(['zwei', 'drei']);
});

test('a turn that has ended by then has written all of it', async () => {
  const { notes, take, a, b } = fleet();
  const hold = await take(a, words('Danke'));
  // As behind an answer over HTTP.
  await nextTurnOfTheLoop();
  await hold.release(kept as unknown as KeptCall);
  await soon();
  expect(notes).not.toHaveBeenCalled();
  expect((await take(b, words('Hallo?'))).missed).toEqual([]);
});
