import { Conversation, newTally } from './support/conversation';
import { closeHttpLines, httpLine, webSocketLine } from './support/lines';
import { type ServerProcess, serverProcess, type Vitals } from './support/server-process';

/*
 * Call after call against a server in a process of its own, and what each leaves behind, by regression. SOAK is how many
 * are measured.
 */
const SOAK = Number(process.env.SOAK ?? 50_000);
/** Until the process is warm, and remembers no more calls than it may. */
const WARM_UP = 1_500;
const AT_ONCE = 25;
const SAMPLES = 20;
/** With few calls the memory of the process says more of the collector than of them: the heap is what counts then. */
const ENOUGH_FOR_RSS = 50_000;
const LIMIT_KB = 0.1;

let server: ServerProcess;
beforeAll(async () => {
  server = await serverProcess();
}, 30_000);
afterAll(async () => {
  closeHttpLines();
  server.kill('SIGKILL');
  await server.exited;
});

const tally = newTally();
let nth = 0;

/** A whole call: greeting, a question, a key, the end. */
async function call(): Promise<void> {
  nth += 1;
  const own = nth;
  const line = own % 4 === 0 ? await webSocketLine(server.port) : httpLine(server.port);
  const conversation = new Conversation(line, `soak-${own}`, tally);
  if (await conversation.begin()) await conversation.say(`c${own}`);
  else tally.lost.push(`soak-${own}: the greeting`);
  await conversation.end();
  await line.close();
}

async function calls(count: number): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await call();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** What grows with each call, by the method of least squares. */
function slope(points: readonly (readonly [calls: number, bytes: number])[]): number {
  const mean = (pick: 0 | 1) => points.reduce((sum, point) => sum + point[pick], 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const over = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return over / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}

test(`${SOAK} calls leave at most ${LIMIT_KB} KB each behind, and no timer and no socket`, async () => {
  await calls(WARM_UP);
  const before = await server.vitals();
  const vitals: [calls: number, Vitals][] = [];
  for (let sample = 1; sample <= SAMPLES; sample += 1) {
    await calls(SOAK / SAMPLES);
    vitals.push([(sample * SOAK) / SAMPLES, await server.vitals()]);
  }
  const of = (pick: (vitals: Vitals) => number) => slope(vitals.map(([x, y]) => [x, pick(y)])) / 1024;
  const [rssKb, heapKb] = [of(({ rssBytes }) => rssBytes), of(({ heapBytes }) => heapBytes)];
  process.stdout.write(
    `${SOAK} calls: heap ${heapKb.toFixed(3)} KB, process ${rssKb.toFixed(3)} KB for each, ` +
      `${(before.rssBytes / 1e6).toFixed(0)} MB at the start\n`,
  );
  expect(tally).toMatchObject({ lost: [], doubled: [], faults: [] });
  expect(heapKb).toBeLessThanOrEqual(LIMIT_KB);
  if (SOAK >= ENOUGH_FOR_RSS) expect(rssKb).toBeLessThanOrEqual(LIMIT_KB);

  closeHttpLines();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const { calls: alive, escaped, resources } = await server.vitals();
  expect({ alive, escaped }).toEqual({ alive: 0, escaped: [] });
  expect(resources.TCPSocketWrap ?? 0).toBe(0);
  expect(resources.Timeout ?? 0).toBeLessThanOrEqual(before.resources.Timeout ?? 0);
}, 3_600_000);
