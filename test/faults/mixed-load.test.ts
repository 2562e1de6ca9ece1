import { randomOf } from '../support/quick-clock';
import { Conversation, newTally, type Tally } from './support/conversation';
import { closeHttpLines, httpLine, webSocketLine } from './support/lines';
import { type ServerProcess, serverProcess } from './support/server-process';

/*
 * 100,000 events of 200 calls, half of them over HTTP and half on WebSockets, all at the same time, against a server in a
 * process of its own. EVENTS and CALLS change the size, SEED repeats a run.
 */
const EVENTS = Number(process.env.EVENTS ?? 100_000);
const CALLS = Number(process.env.CALLS ?? 200);
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);

let server: ServerProcess;
beforeAll(async () => {
  process.stdout.write(`mixed load seed ${SEED}\n`);
  server = await serverProcess();
}, 30_000);
afterAll(async () => {
  closeHttpLines();
  server.kill('SIGKILL');
  await server.exited;
});

/** One call that goes on until its share of the events has been sent. */
async function call(nth: number, share: number, tally: Tally): Promise<void> {
  const random = randomOf(SEED + nth);
  const line = nth % 2 === 0 ? httpLine(server.port) : await webSocketLine(server.port);
  const own = newTally();
  const conversation = new Conversation(line, `load-${nth}`, own);
  if (await conversation.begin()) {
    for (let turn = 0; own.events < share - 1; turn += 1) {
      const words = `c${nth} n${turn}`;
      switch (Math.floor(random() * 6)) {
        case 0:
          if (line.kind === 'websocket') await conversation.event('user_speech_started');
          await conversation.say(words);
          break;
        case 1:
          await conversation.message(words);
          break;
        case 2:
          // Events that ask for nothing stand between those that do.
          await conversation.event('assistant_speak', { duration_ms: 900 });
          await conversation.event('assistant_speech_ended');
          await conversation.say(words);
          break;
        case 3:
          // Two at once: over HTTP they overlap on two connections.
          await Promise.all([
            conversation.event('call_quality_report', { quality: 'good' }),
            conversation.event('assistant_speak'),
          ]);
          break;
        default:
          await conversation.say(words);
      }
    }
  } else own.lost.push(`load-${nth}: the greeting`);
  await conversation.end();
  await line.close();
  tally.events += own.events;
  for (const kind of ['lost', 'doubled', 'faults'] as const) tally[kind].push(...own[kind]);
}

test(`${EVENTS} events, ${CALLS} calls, HTTP and WebSocket mixed: nothing lost, nothing doubled`, async () => {
  const tally = newTally();
  const share = Math.ceil(EVENTS / CALLS);
  const sinceMs = performance.now();
  await Promise.all(Array.from({ length: CALLS }, (_, nth) => call(nth, share, tally)));
  const seconds = (performance.now() - sinceMs) / 1000;
  process.stdout.write(`${tally.events} events in ${seconds.toFixed(1)} s\n`);
  const { lost, doubled, faults, events } = tally;
  expect({ lost: lost.slice(0, 5), doubled: doubled.slice(0, 5), faults: faults.slice(0, 5) }).toEqual({
    lost: [],
    doubled: [],
    faults: [],
  });
  expect(events).toBeGreaterThanOrEqual(EVENTS);
  const { calls, escaped, cpuMs } = await server.vitals();
  process.stdout.write(`${(cpuMs / events).toFixed(2)} ms of the server's processor for each\n`);
  expect({ calls, escaped }).toEqual({ calls: 0, escaped: [] });
}, 3_600_000);
