import { VirtualClock } from '@jovo-telephony/telephony/testing';
import fc from 'fast-check';
import { Call, type CallWorld, type KeptCall } from '../src';
import { type Toy, toyWire } from './support/toy-wire';

/*
 * A call may be handed from process to process between any two events. Each process has a clock of its own, so the
 * times of a call must mean the same on all of them. FUZZ_SEED repeats a run.
 */
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000_000);
beforeAll(() => {
  process.stdout.write(`call state seed ${seed}\n`);
});

const WALL_MS = 1_700_000_000_000;

/** The same moments on the clock of a process that started at another time. */
function worldOf(clock: VirtualClock, startedMsAgo = 0): CallWorld<Toy> {
  return {
    wire: toyWire,
    clock: { nowMs: () => clock.nowMs() + startedMsAgo, after: (ms, run) => clock.after(ms, run) },
    epochMs: () => WALL_MS + clock.nowMs(),
  };
}

const overTheWire = (kept: KeptCall): KeptCall => JSON.parse(JSON.stringify(kept));

type Step = { name: string; run(call: Call<Toy>): unknown };

const actions = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant('say' as const), text: fc.string({ maxLength: 60 }) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('stop', 'bye', 'forward', 'connect') }) },
  ),
  { minLength: 1, maxLength: 3 },
) as fc.Arbitrary<Toy['action'][]>;

const event = fc.record(
  {
    type: fc.constantFrom('start', 'words', 'key', 'heard', 'silence', 'back', 'sound', 'unknown', 'end'),
    call: fc.constant('c'),
    text: fc.constantFrom('!stop', 'hello'),
  },
  { requiredKeys: ['type', 'call'] },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  event.map((given) => ({ name: JSON.stringify(given), run: (call: Call<Toy>) => call.arrive(given) })),
  actions.map((given) => ({
    name: `late ${JSON.stringify(given)}`,
    run: (call: Call<Toy>) => call.keepLate(given),
  })),
  actions.map((given) => ({
    name: `defer ${JSON.stringify(given)}`,
    run: (call: Call<Toy>) => call.defer(given),
  })),
  actions.map((given) => ({
    name: `hold back ${JSON.stringify(given)}`,
    run: (call: Call<Toy>) => call.holdBack({ actions: given, afterSpeech: [] }),
  })),
  actions.map((given) => ({
    name: `push ${JSON.stringify(given)}`,
    run: (call: Call<Toy>) => {
      const pushed: Toy['action'][] = [];
      call.connect({ push: (leaving: readonly Toy['action'][]) => void pushed.push(...leaving) });
      call.pushNow(given);
      return pushed;
    },
  })),
  fc.constantFrom<Step>(
    {
      name: 'send what is late',
      run: (call: Call<Toy>) => {
        const leaving = call.upToFarewell(call.takeLate());
        call.sent(leaving);
        return leaving;
      },
    },
    {
      name: 'send what was deferred',
      run: (call: Call<Toy>) => {
        const leaving = call.upToFarewell(call.takeDeferred());
        call.sent(leaving);
        return leaving;
      },
    },
    { name: 'sound', run: (call: Call<Toy>) => call.hearSound() },
    { name: 'noise', run: (call: Call<Toy>) => call.soundWasNoise() },
  ),
);

const script = fc.array(
  fc.record({ step, thenMs: fc.constantFrom(0, 1, 400, 1_999, 2_000, 6_000, 60_000) }),
  {
    maxLength: 25,
  },
);

/** Everything that the rest of the platform asks a call. */
const seenOf = (call: Call<Toy>) => ({
  nowMs: call.nowMs,
  deferredForMs: call.deferredForMs,
  soundForMs: call.soundForMs,
  endsAtMs: call.speech.endsAtMs,
  speaking: call.speech.speaking,
  // Two states of one call differ in how often they were kept.
  state: { ...call.state, revision: 0 },
});

test('kept, restored and kept again a call is the same', async () => {
  await fc.assert(
    fc.asyncProperty(script, fc.integer({ min: -1e6, max: 1e6 }), async (steps, startedMsAgo) => {
      const clock = new VirtualClock();
      const call = new Call('c', worldOf(clock));
      for (const { step: next, thenMs } of steps) {
        next.run(call);
        await clock.pass(thenMs);
      }
      const kept = overTheWire(call.keep(false));
      const restored = new Call('c', worldOf(clock, startedMsAgo));
      restored.restore(overTheWire(kept));
      expect(seenOf(restored)).toEqual(seenOf(call));
      const { state, ...rest } = overTheWire(restored.keep(false));
      expect({ ...rest, state: { ...state, revision: state.revision - 1 } }).toEqual(kept);
    }),
    { seed, numRuns: 150 },
  );
}, 60_000);

test('a call that is handed on between any two steps behaves as one that is not', async () => {
  const relays = fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(script, relays, async (steps, starts) => {
      const clock = new VirtualClock();
      const settled = new Call('c', worldOf(clock));
      let moving = new Call('c', worldOf(clock));
      for (const [index, { step: next, thenMs }] of steps.entries()) {
        expect([next.name, next.run(moving)]).toEqual([next.name, next.run(settled)]);
        await clock.pass(thenMs);
        const kept = overTheWire(moving.keep(false));
        moving = new Call('c', worldOf(clock, starts[index % starts.length]));
        moving.restore(kept);
        expect(seenOf(moving)).toEqual(seenOf(settled));
      }
    }),
    { seed, numRuns: 150 },
  );
}, 60_000);

test('of a call that is over nothing is kept but that it is over', () => {
  const clock = new VirtualClock();
  const call = new Call('c', worldOf(clock));
  call.arrive({ type: 'words', call: 'c', text: 'secret' });
  call.keepLate([{ do: 'say', text: 'secret' }]);
  call.state.answered = { key: 'k', actions: [{ do: 'say', text: 'secret' }] };
  call.arrive({ type: 'end', call: 'c' });
  const kept = overTheWire(call.keep(true));
  expect(JSON.stringify(kept)).not.toMatch('secret');
  expect(kept).toMatchObject({ ended: true, state: { ended: true } });
});
