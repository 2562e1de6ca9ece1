import { Conversation, newTally } from './support/conversation';
import { closeHttpLines, httpLine, webSocketLine } from './support/lines';
import { type ServerProcess, serverProcess } from './support/server-process';

/*
 * SIGTERM while 200 calls run and 20 new ones come every second. Whoever has been greeted is served to the end; whoever
 * comes later is told so, in the words of the network. CALLS changes the size.
 */
const CALLS = Number(process.env.CALLS ?? 200);
const NEW_PER_SECOND = 20;
const TURNS = 6;
/** Calls come until the server has gone, but no longer than this. */
const ARRIVALS_WITHIN_MS = 60_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What became of one caller. */
type Fate = 'served' | 'turned away' | 'nobody there' | { dropped: string };

let server: ServerProcess;
beforeAll(async () => {
  server = await serverProcess({ DRAIN_SECONDS: '120' });
}, 30_000);
afterAll(async () => {
  closeHttpLines();
  server.kill('SIGKILL');
  await server.exited;
});

async function caller(nth: number, thinkingMs: number): Promise<Fate> {
  const tally = newTally();
  const line = nth % 2 === 0 ? httpLine(server.port) : await webSocketLine(server.port);
  const conversation = new Conversation(line, `stop-${nth}`, tally);
  if (!(await conversation.begin())) return fateOf(line.faults[0] ?? 'no greeting');
  for (let turn = 0; turn < TURNS && line.faults.length === 0; turn += 1) {
    await pause(thinkingMs);
    if (turn === 2) await conversation.message(`c${nth} n${turn}`);
    else await conversation.say(`c${nth} n${turn}`);
  }
  await conversation.end();
  const wrong = [...tally.lost, ...tally.doubled, ...tally.faults];
  await line.close();
  return wrong.length === 0 ? 'served' : { dropped: wrong.join('; ') };
}

/** A caller who was not greeted: refused while the server drains, or there is no server any more. */
function fateOf(fault: string): Fate {
  if (fault === 'status 503' || fault === 'closed 1013') return 'turned away';
  // 1001: the server closed in the moment the socket had opened. Nothing had been said on it.
  if (fault === 'status 0' || fault === 'closed 1006' || fault === 'closed 1001') return 'nobody there';
  return { dropped: fault };
}

test(`SIGTERM with ${CALLS} calls running and ${NEW_PER_SECOND} new ones a second: none is dropped`, async () => {
  const running = Array.from({ length: CALLS }, (_, nth) => caller(nth, 500 + (nth % 10) * 100));
  let gone = false;
  void server.exited.then(() => {
    gone = true;
  });
  const later: Promise<Fate>[] = [];
  const sinceMs = Date.now();
  const stopAfterMs = 1_500;
  let told = false;
  for (let nth = CALLS; !gone && Date.now() - sinceMs < ARRIVALS_WITHIN_MS; nth += 1) {
    await pause(1_000 / NEW_PER_SECOND);
    if (!told && Date.now() - sinceMs > stopAfterMs) {
      told = true;
      server.kill('SIGTERM');
    }
    later.push(caller(nth, 300));
  }
  const fates = [await Promise.all(running), await Promise.all(later)].flat();
  const count = (fate: Fate) => fates.filter((other) => other === fate).length;
  const dropped = fates.filter((fate) => typeof fate === 'object');
  process.stdout.write(
    `${count('served')} served, ${count('turned away')} turned away, ${count('nobody there')} too late, ${dropped.length} dropped\n`,
  );
  expect(dropped.slice(0, 5)).toEqual([]);
  expect(count('served')).toBeGreaterThanOrEqual(CALLS);
  // Otherwise nothing was tried.
  expect(count('turned away')).toBeGreaterThan(10);
  expect(await server.exited).toBe(0);
}, 180_000);
