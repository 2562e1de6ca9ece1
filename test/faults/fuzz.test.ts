import { connect } from 'node:net';
import { randomFrom } from '@jovo-telephony/telephony/testing';
import { event, eventNames } from '../../packages/jovo-platform-aiflow/test/support/fixtures';
import { mutatedText } from '../../packages/jovo-platform-aiflow/test/support/mutate';
import { callEvent } from '../support/call-server';
import { Conversation, newTally } from './support/conversation';
import { closeHttpLines, httpLine, type Line, rawPost, webSocketLine } from './support/lines';
import { type ServerProcess, serverProcess } from './support/server-process';

/*
 * Mutated events as bodies and as frames, and bytes that are neither, against the whole server in a process of its own:
 * no crash, nothing that nobody catches, valid answers only, and no more memory afterwards. FUZZ is how many (1,000,000
 * with `npm run test:night`), SEED repeats a run.
 */
const FUZZ = Number(process.env.FUZZ ?? 100_000);
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
const ROUNDS = 10;
/** What the first rounds leave behind belongs to a process that is warm. */
const WARM_ROUNDS = 3;
const POSTING = 40;
const SOCKETS = 10;
/** Frames on their way before the server is asked whether it has read them. */
const FRAMES_AT_ONCE = 50;

const random = randomFrom(SEED);
const fixtures = eventNames.map((name) => event(name));
/** Whatever may have become the id of a call. */
const ids = new Set<string>();

/** An event that something has happened to on its way. */
function mutated(): string {
  const text = mutatedText(random.pick(fixtures), random);
  for (const [, id = ''] of text.matchAll(/"id"\s*:\s*("(?:[^"\\]|\\.)*")/g)) ids.add(id);
  return text;
}

let server: ServerProcess;
beforeAll(async () => {
  process.stdout.write(`fuzz seed ${SEED}\n`);
  server = await serverProcess({ LOG_LEVEL: 'fatal' });
}, 30_000);
afterAll(async () => {
  closeHttpLines();
  server.kill('SIGKILL');
  await server.exited;
});

/** Statuses that say something about the request, and 204 or 200 with actions. */
function isValid(status: number, body: string): boolean {
  if (status === 204) return body === '';
  const json: unknown = JSON.parse(body);
  if (status === 400) {
    const { error } = json as { error?: unknown };
    return typeof error === 'string' && !/node_modules|\.[jt]s\b|\n\s*at /.test(error);
  }
  const actions = [json].flat() as { type?: unknown; session_id?: unknown }[];
  return status === 200 && actions.length > 0 && actions.every(({ type, session_id }) => type && session_id);
}

async function postBodies(count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 1) {
    const text = mutated();
    const { status, body } = await rawPost(server.port, text);
    if (!isValid(status, body)) throw new Error(`${text.slice(0, 300)} -> ${status} ${body.slice(0, 300)}`);
  }
}

async function sendFrames(line: Line, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 1) {
    await line.sendText(mutated());
    if (sent % FRAMES_AT_ONCE === 0) await line.read();
  }
  await line.read();
  for (const action of line.actions.splice(0)) {
    if (!action.type || !action.session_id)
      throw new Error(`a frame out of place: ${JSON.stringify(action)}`);
  }
  if (line.faults.length > 0) throw new Error(`a socket was closed: ${line.faults.join()}`);
}

/** Bytes that are no request, or a WebSocket that breaks the protocol. The server may close; it must not fall. */
function sendBytes(): Promise<void> {
  const upgrade =
    'GET /sipgate HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
  const starts = [
    '',
    'POST /sipgate HTTP/1.1\r\n',
    'POST /sipgate HTTP/1.1\r\nContent-Length: 5\r\n\r\n',
    upgrade,
  ];
  const noise = Buffer.from(Array.from({ length: random.below(300) }, () => random.below(256)));
  return new Promise((resolve) => {
    const socket = connect(server.port, '127.0.0.1', () => {
      socket.write(random.pick(starts));
      socket.end(noise);
    });
    const over = () => {
      clearTimeout(patience);
      resolve();
    };
    const patience = setTimeout(() => socket.destroy(), 1_000);
    socket.on('error', () => {});
    socket.on('close', over);
    socket.resume();
  });
}

/** The calls that the mutations have begun come to their end, so that only what is lost is left in memory. */
async function endCalls(): Promise<void> {
  const ended = [...ids].map((id) =>
    JSON.stringify(callEvent('ID', 'session_end')).replace('"ID"', () => id),
  );
  ids.clear();
  for (let nth = 0; nth < ended.length; nth += POSTING) {
    const some = ended.slice(nth, nth + POSTING);
    await Promise.all(some.map((event) => rawPost(server.port, event)));
  }
}

test(`${FUZZ} frames and bodies: no crash, nothing uncaught, no memory lost`, async () => {
  const lines = await Promise.all(Array.from({ length: SOCKETS }, () => webSocketLine(server.port)));
  const bodies = Math.ceil((FUZZ * 0.4) / ROUNDS / POSTING);
  const frames = Math.ceil((FUZZ * 0.6) / ROUNDS / SOCKETS);
  let warmBytes = 0;
  const sinceMs = performance.now();
  for (let round = 1; round <= ROUNDS; round += 1) {
    await Promise.all([
      ...Array.from({ length: POSTING }, () => postBodies(bodies)),
      ...lines.map((line) => sendFrames(line, frames)),
      ...Array.from({ length: 20 }, () => sendBytes()),
    ]);
    await endCalls();
    if (round === WARM_ROUNDS) warmBytes = (await server.vitals()).rssBytes;
  }
  const seconds = (performance.now() - sinceMs) / 1000;
  const { rssBytes, escaped } = await server.vitals();
  const growth = rssBytes / warmBytes - 1;
  process.stdout.write(
    `${FUZZ} in ${seconds.toFixed(1)} s, memory ${(warmBytes / 1e6).toFixed(0)} MB ${(growth * 100).toFixed(1)} %\n`,
  );
  expect(escaped).toEqual([]);
  expect(growth).toBeLessThan(0.05);

  await Promise.all(lines.map((line) => line.close()));
  const tally = newTally();
  for (const line of [httpLine(server.port), await webSocketLine(server.port)]) {
    const conversation = new Conversation(line, `after-${line.kind}`, tally);
    expect(await conversation.begin()).toBe(true);
    await conversation.say('still here');
    await conversation.end();
    await line.close();
  }
  expect(tally).toMatchObject({ lost: [], doubled: [], faults: [] });
}, 3_600_000);
