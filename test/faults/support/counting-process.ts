import { newHolder } from '../../../src/journal/holder';
import { Sealing } from '../../../src/journal/sealing';
import { SqliteStore } from '../../../src/journal/stores/sqlite';

/** What a process tells of itself. Times are microseconds of one clock for all processes. */
export type Told =
  | { type: 'turn'; call: string; value: number; fence: number; fromUs: number; toUs: number }
  | { type: 'busy' | 'overtaken'; call: string }
  | { type: 'wrong'; call: string; value: number; version: number };

const LEASE_MS = 1_800;
const LINES = 3;

/** Counts turns of a few calls in their states, as often as it can, until its time is over. */
async function main(): Promise<void> {
  const [path = '', calls = '', lifeMs = ''] = process.argv.slice(2);
  const untilMs = performance.now() + Number(lifeMs);
  const store = await SqliteStore.open(path);
  const sealing = new Sealing([Buffer.alloc(32, 'one for all')]);
  await store.sealWith(sealing);
  const holder = newHolder();
  const known = new Map<string, number>();
  const working = new Set<string>();
  const tell = (told: Told) => process.send?.(told);
  const nowUs = () => Number(process.hrtime.bigint() / 1_000n);
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  const turn = async (call: string): Promise<unknown> => {
    const begun = store.begin(call, { holder, leaseMs: LEASE_MS, knownVersion: known.get(call) });
    if (begun.result === 'busy') {
      tell({ type: 'busy', call });
      return wait(5);
    }
    const fromUs = nowUs();
    const { lease, state } = begun;
    const { fence, version } = lease;
    const before = known.get(call) === version ? version : Number(state ? sealing.open(call, state) : 0);
    if (before !== version) tell({ type: 'wrong', call, value: before, version });
    await wait(Math.random() * 6);
    const toUs = nowUs();
    const value = before + 1;
    if (store.commit(lease, { state: sealing.text(call, String(value)) })) {
      known.set(call, value);
      tell({ type: 'turn', call, value, fence, fromUs, toUs });
    } else {
      known.delete(call);
      tell({ type: 'overtaken', call });
    }
  };
  const line = async (): Promise<void> => {
    while (performance.now() < untilMs) {
      const call = `c${Math.floor(Math.random() * Number(calls))}`;
      if (working.has(call)) {
        await wait(1);
        continue;
      }
      working.add(call);
      // A process that was stopped in the middle of a write keeps the others from writing.
      await turn(call).catch(() => wait(20));
      working.delete(call);
    }
  };
  await Promise.all(Array.from({ length: LINES }, line));
  await store.close();
  process.disconnect?.();
}

void main();
