import { evenEpochMs } from '../src/system-clock';

test('time runs evenly from now on, whatever small corrections the wall clock gets', () => {
  let wallMs = 1_700_000_000_000;
  let monotonicMs = 500;
  const nowMs = evenEpochMs(
    () => wallMs,
    () => monotonicMs,
  );
  expect(nowMs()).toBe(1_700_000_000_000);
  wallMs += 900;
  monotonicMs += 1_000;
  expect(nowMs()).toBe(1_700_000_001_000);
  // It was set, or the process was frozen.
  wallMs += 3_600_000;
  expect(nowMs()).toBe(wallMs);
  wallMs += 10;
  monotonicMs += 10;
  expect(nowMs()).toBe(wallMs);
});
