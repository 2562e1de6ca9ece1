import { PacedClock, realClock, sleep, VirtualClock } from '../src';

describe('the virtual clock', () => {
  test('runs timers in the order they fall due, and of their age', () => {
    const clock = new VirtualClock();
    const ran: string[] = [];
    clock.setTimeout(() => ran.push('b'), 20);
    clock.setTimeout(() => ran.push('a'), 10);
    clock.setTimeout(() => ran.push('c'), 20);
    clock.tick(19);
    expect(ran).toEqual(['a']);
    clock.tick(1);
    expect(ran).toEqual(['a', 'b', 'c']);
    expect(clock.now()).toBe(20);
  });

  test('a timer that sets a timer is seen at the right time; a cleared one is not', () => {
    const clock = new VirtualClock();
    const at: number[] = [];
    clock.setTimeout(() => clock.setTimeout(() => at.push(clock.now()), 5), 10);
    clock.clearTimeout(clock.setTimeout(() => at.push(-1), 1));
    clock.tick(100);
    expect(at).toEqual([15]);
  });

  test('advance lets promises get on', async () => {
    const clock = new VirtualClock();
    const at: number[] = [];
    void (async () => {
      for (let i = 0; i < 3; i++) {
        await sleep(clock, 10);
        at.push(clock.now());
      }
    })();
    await clock.advance(100);
    expect(at).toEqual([10, 20, 30]);
  });
});

describe('the paced clock', () => {
  test('hurries only while it is told to', async () => {
    const clock = new PacedClock(50);
    clock.hurry(true);
    const realStartMs = performance.now();
    await sleep(clock, 5000);
    expect(performance.now() - realStartMs).toBeLessThan(1000);
    expect(clock.now()).toBeGreaterThanOrEqual(4900);

    clock.hurry(false);
    const beforeMs = clock.now();
    await sleep(realClock, 50);
    expect(clock.now() - beforeMs).toBeLessThan(1000);
  });

  test('a machine that stalls does not make timers pass each other unseen', async () => {
    const clock = new PacedClock(100);
    clock.hurry(true);
    const seen: string[] = [];
    const chain = (async () => {
      for (let i = 1; i <= 3; i++) {
        await sleep(clock, 100);
        seen.push(`step ${i} at ${Math.round(clock.now())}`);
      }
    })();
    const long = sleep(clock, 1000).then(() => seen.push('long'));
    const untilMs = performance.now() + 60;
    while (performance.now() < untilMs) {}
    await Promise.all([chain, long]);
    expect(seen.map((line) => line.split(' at')[0])).toEqual(['step 1', 'step 2', 'step 3', 'long']);
  });

  test('a pending timer follows a change of pace', async () => {
    const clock = new PacedClock(100);
    const realStartMs = performance.now();
    const late = sleep(clock, 20_000);
    clock.hurry(true);
    await late;
    expect(performance.now() - realStartMs).toBeLessThan(2000);
  });
});
