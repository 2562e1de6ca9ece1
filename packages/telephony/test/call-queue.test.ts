import fc from 'fast-check';
import { CallQueue, type Clock } from '../src';

const settle = async () => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

/** Time that moves when told to. */
function handClock(): Clock & { pass(ms: number): void; pending(): number } {
  let now = 0;
  let timers: { at: number; run: () => void }[] = [];
  return {
    nowMs: () => now,
    after(delayMs, run) {
      const timer = { at: now + delayMs, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    pass(ms) {
      now += ms;
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { run } of due) run();
    },
    pending: () => timers.length,
  };
}

test('tasks run one at a time, in the order they came', async () => {
  const queue = new CallQueue();
  const log: string[] = [];
  const task = (name: string) =>
    queue.run(async () => {
      log.push(`${name} begins`);
      await settle();
      log.push(`${name} ends`);
      return name;
    });
  expect(await Promise.all(['a', 'b', 'c'].map(task))).toEqual(['a', 'b', 'c']);
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  await settle();
  expect(queue.length).toBe(0);
});

test('a task that fails, at once or later, stops nobody', async () => {
  const queue = new CallQueue();
  const thrown = queue.run(() => {
    throw new Error('at once');
  });
  const rejected = queue.run(async () => {
    throw new Error('later');
  });
  const fine = queue.run(() => 'fine');
  await expect(thrown).rejects.toThrow('at once');
  await expect(rejected).rejects.toThrow('later');
  expect(await fine).toBe('fine');
});

test('an interruption aborts what runs and what waits, and what comes after starts afresh', async () => {
  const queue = new CallQueue();
  const seen: boolean[] = [];
  const task = () => queue.run((signal) => seen.push(signal.aborted));
  const early = [task(), task()];
  queue.interrupt('new words');
  const late = task();
  await Promise.all([...early, late]);
  expect(seen).toEqual([true, true, false]);
});

test('a signal says why', () => {
  const queue = new CallQueue();
  const { signal } = queue;
  queue.interrupt('new words');
  expect(signal.reason).toMatchObject({ name: 'AbortError', message: 'new words' });
  expect(queue.signal.aborted).toBe(false);
});

describe('a task that hangs', () => {
  test('holds up the rest for ever without a clock', async () => {
    const queue = new CallQueue();
    void queue.run(() => new Promise(() => {}));
    let ran = false;
    void queue.run(() => (ran = true));
    queue.interrupt();
    await settle();
    expect(ran).toBe(false);
  });

  test('is left behind some time after it was aborted, not before', async () => {
    const clock = handClock();
    const queue = new CallQueue({ clock, patienceMs: 100 });
    void queue.run(() => new Promise(() => {}));
    let ran = 0;
    const next = queue.run(() => (ran += 1));
    await settle();
    clock.pass(10_000);
    await settle();
    expect(ran).toBe(0);
    queue.interrupt();
    clock.pass(99);
    await settle();
    expect(ran).toBe(0);
    clock.pass(1);
    await next;
    expect(ran).toBe(1);
    await settle();
    expect(clock.pending()).toBe(0);
  });

  test('gets the same patience when it was aborted while it waited', async () => {
    const clock = handClock();
    const queue = new CallQueue({ clock, patienceMs: 100 });
    let end = () => {};
    void queue.run(() => new Promise<void>((resolve) => (end = resolve)));
    void queue.run(() => new Promise(() => {}));
    let ran = false;
    void queue.run(() => (ran = true));
    await settle();
    queue.interrupt();
    end();
    await settle();
    clock.pass(99);
    await settle();
    expect(ran).toBe(false);
    clock.pass(1);
    await settle();
    expect(ran).toBe(true);
  });

  test('leaves no listener behind on a signal that lives as long as the call', async () => {
    const queue = new CallQueue({ clock: handClock(), patienceMs: 100 });
    const added = jest.spyOn(queue.signal, 'addEventListener');
    const removed = jest.spyOn(queue.signal, 'removeEventListener');
    for (let turn = 0; turn < 20; turn += 1) await queue.run(() => settle());
    await settle();
    expect(added).toHaveBeenCalledTimes(20);
    expect(removed).toHaveBeenCalledTimes(20);
  });
});

/** What can happen to a queue: a task that takes so many ticks and may fail, or an interruption. */
type Step = { ticks: number; fails: boolean } | 'interrupt';

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ ticks: fc.nat(3), fails: fc.boolean() }) },
    { weight: 1, arbitrary: fc.constant<Step>('interrupt') },
  ),
  { maxLength: 8 },
);

describe.each([
  ['without a clock', 50_000, () => new CallQueue()],
  ['with a clock', 50_000, () => new CallQueue({ clock: handClock(), patienceMs: 1 })],
])('whatever happens, %s', (_name, numRuns, make) => {
  test('every task runs once, alone and in order, and knows whether it is stale', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        const queue = make();
        const ran: number[] = [];
        const results: Promise<unknown>[] = [];
        let running = 0;
        let interruptions = 0;
        for (const [index, step] of (script as Step[]).entries()) {
          if (step === 'interrupt') {
            queue.interrupt();
            interruptions += 1;
            continue;
          }
          const queuedAt = interruptions;
          results.push(
            queue.run(async (signal) => {
              running += 1;
              if (running !== 1) throw new Error('two tasks at a time');
              ran.push(index);
              for (let tick = 0; tick < step.ticks; tick += 1) await Promise.resolve();
              running -= 1;
              if (signal.aborted !== interruptions > queuedAt) throw new Error('the signal is wrong');
              if (step.fails) throw 'as told';
              return index;
            }),
          );
        }
        const outcomes = await Promise.allSettled(results);
        const wanted = [...script.keys()].filter((index) => script[index] !== 'interrupt');
        // Plain comparisons: an `expect` in each of 100,000 cases takes longer than the cases.
        if (ran.join() !== wanted.join()) throw new Error(`ran ${ran} instead of ${wanted}`);
        for (const [at, outcome] of outcomes.entries()) {
          const { fails } = script[wanted[at] as number] as Exclude<Step, 'interrupt'>;
          const right = fails
            ? outcome.status === 'rejected' && outcome.reason === 'as told'
            : outcome.status === 'fulfilled' && outcome.value === wanted[at];
          if (!right) throw new Error(`task ${wanted[at]}: ${JSON.stringify(outcome)}`);
        }
        for (let tick = 0; tick < 4; tick += 1) await Promise.resolve();
        return queue.length === 0;
      }),
      { numRuns },
    );
  }, 60_000);
});
