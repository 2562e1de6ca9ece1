import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomOf } from '../support/quick-clock';
import { bundle } from './support/bundle';
import type { Told } from './support/counting-process';

/* SEED repeats a run, as far as the moments go at which processes come, stop and die. */
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000_000);
const LAST_MS = Number(process.env.LAST_MS ?? 12_000);
const CALLS = 6;

const folder = mkdtempSync(join(tmpdir(), 'one-file-'));
const program = join(folder, 'process.cjs');
const random = randomOf(SEED);
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

beforeAll(() => bundle('test/faults/support/counting-process.ts', program), 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

type Turn = Extract<Told, { type: 'turn' }>;

test(`processes come to one file, are stopped, killed, and go: no call is worked on twice at once, no turn is lost (seed ${SEED})`, async () => {
  const untilMs = performance.now() + LAST_MS;
  const told: Told[] = [];
  const faults: unknown[] = [];
  const fates = { ended: 0, stopped: 0, killed: 0 };

  /** One process after the other, with or without a pause in which the other one is alone. */
  const place = async (lifeMs: number, pauseMs: number): Promise<void> => {
    while (performance.now() < untilMs) {
      const forMs = lifeMs * (0.3 + random());
      const child = fork(program, [join(folder, 'journal.db'), String(CALLS), String(forMs)]);
      child.on('message', (message: Told) => told.push(message));
      const gone = once(child, 'exit');
      const fate = random();
      await wait(300 + random() * forMs * 0.5);
      if (fate < 0.3) {
        child.kill('SIGKILL');
        fates.killed += 1;
      } else if (fate < 0.7) {
        child.kill('SIGSTOP');
        fates.stopped += 1;
        // Some are taken for dead meanwhile, and others are alone when they wake up.
        await wait(500 + random() * 2_500);
        child.kill('SIGCONT');
      } else fates.ended += 1;
      const [code] = await gone;
      if (code) faults.push(`a process has ended with ${code}`);
      await wait(random() * pauseMs);
    }
  };
  await Promise.all([place(4_000, 0), place(1_500, 2_500)]);

  const turns = told.filter((each): each is Turn => each.type === 'turn');
  const count = (type: Told['type']) => told.filter((each) => each.type === type).length;
  faults.push(...told.filter(({ type }) => type === 'wrong'));
  let fromMemory = 0;
  for (let index = 0; index < CALLS; index += 1) {
    const ofCall = turns.filter(({ call }) => call === `c${index}`).sort((a, b) => a.value - b.value);
    for (const [at, turn] of ofCall.entries()) {
      const before = ofCall[at - 1];
      if (!before) continue;
      const isAfter = turn.value > before.value && turn.fence >= before.fence && turn.fromUs >= before.toUs;
      if (!isAfter) faults.push([before, turn]);
      if (turn.fence === before.fence) fromMemory += 1;
    }
  }
  process.stdout.write(
    `${turns.length} turns, ${fromMemory} from memory, ${count('busy')} busy, ${count('overtaken')} overtaken, ${JSON.stringify(fates)}\n`,
  );
  expect(faults).toEqual([]);
  // Only a process that was stopped loses what it works on: three calls at a time.
  expect(count('overtaken')).toBeLessThanOrEqual(3 * fates.stopped);
  expect(fromMemory).toBeGreaterThan(0);
  expect(count('busy')).toBeGreaterThan(0);
}, 120_000);
