import { Conversation, newTally } from './support/conversation';
import { closeHttpLines, httpLine, webSocketLine } from './support/lines';
import { type ServerProcess, serverProcess } from './support/server-process';
import { SLOW_KINDS, type SlowKind, type SlowSocket, slowSocket } from './support/slow-sockets';

/*
 * 1,000 peers that take up connections and give nothing for them, while callers go on calling. SOCKETS changes the
 * size.
 */
const SOCKETS = Number(process.env.SOCKETS ?? 1_000);
const CALLERS = 20;
/** Longer than the longest patience with a peer: 15 s for a body, looked at every second. */
const GONE_WITHIN_MS = 60_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let server: ServerProcess;
let slow: SlowSocket[] = [];
beforeAll(async () => {
  server = await serverProcess();
}, 30_000);
afterAll(async () => {
  for (const socket of slow) socket.destroy();
  closeHttpLines();
  server.kill('SIGKILL');
  await server.exited;
});

test(`${SOCKETS} slow sockets: normal traffic is served, and they are closed`, async () => {
  const kinds = Object.keys(SLOW_KINDS) as SlowKind[];
  slow = await Promise.all(
    Array.from({ length: SOCKETS }, (_, nth) =>
      slowSocket(server.port, kinds[nth % kinds.length] as SlowKind),
    ),
  );
  expect(slow.filter(({ closed }) => closed)).toEqual([]);

  let stop = false;
  const turns = { tried: 0, served: 0 };
  const faults: string[] = [];
  const caller = async (nth: number) => {
    for (let call = 0; !stop; call += 1) {
      const tally = newTally();
      const line = nth % 2 === 0 ? httpLine(server.port) : await webSocketLine(server.port);
      const conversation = new Conversation(line, `slow-${nth}-${call}`, tally);
      turns.tried += 1;
      if (await conversation.begin()) turns.served += 1;
      for (let turn = 0; turn < 3; turn += 1) {
        const before = tally.lost.length;
        turns.tried += 1;
        await conversation.say(`c${nth} n${turn}`);
        if (tally.lost.length === before) turns.served += 1;
        await pause(100);
      }
      await conversation.end();
      await line.close();
      faults.push(...tally.lost, ...tally.faults);
    }
  };
  const callers = Array.from({ length: CALLERS }, (_, nth) => caller(nth));
  const deadlineMs = Date.now() + GONE_WITHIN_MS;
  while (slow.some(({ closed }) => !closed) && Date.now() < deadlineMs) await pause(200);
  stop = true;
  await Promise.all(callers);

  process.stdout.write(`${turns.served} of ${turns.tried} turns served\n`);
  const left = slow.filter(({ closed }) => !closed).map(({ kind }) => kind);
  expect({ left: [...new Set(left)], faults: faults.slice(0, 5) }).toEqual({ left: [], faults: [] });
  expect(turns.tried).toBeGreaterThan(100);
  expect(turns.served / turns.tried).toBeGreaterThanOrEqual(0.95);
  expect(await server.vitals()).toMatchObject({ calls: 0, escaped: [] });
}, 180_000);
