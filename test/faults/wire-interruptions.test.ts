import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import type { RunningServer } from '../../src/server';
import { callEvent, dial, post, startServer } from '../support/call-server';
import { chunk, type HostileModel, hostileModel, startStream } from '../support/model-server';
import { randomOf } from '../support/quick-clock';

const CALLS = 10;
const INTERRUPTIONS = 20;
const SEED = Number(process.env.SEED ?? 20_260_506);
const random = randomOf(SEED);

let model: HostileModel;
/** What the model was asked. */
const seen = new Set<string>();
let server: RunningServer;
beforeAll(async () => {
  // Answers with what it was asked, in many pieces, at its own pace.
  model = await hostileModel(async (response, body) => {
    const { messages } = JSON.parse(body) as { messages: { content: string }[] };
    const asked = messages.at(-1)?.content ?? '';
    seen.add(asked);
    startStream(response);
    for (let piece = 1; piece <= 12 && !response.destroyed; piece += 1) {
      response.write(chunk({ content: `${asked} hat Teil ${piece}. ` }));
      await setTimeout(random() * 12);
    }
    response.write(chunk({}, 'stop'));
    response.end('data: [DONE]\n\n');
  });
  server = await startServer({ OPENAI_API_KEY: 'test', OPENAI_BASE_URL: model.url });
});
afterAll(async () => {
  await server.close();
  await model.close();
});

/** The turn that a piece belongs to. */
const turnOf = (text: unknown): number => Number(/Frage (\d+)/.exec(String(text))?.[1] ?? Number.NaN);
const question = (call: number, turn: number) => `Frage ${turn} von Anruf ${call}`;
const ask = (call: number, turn: number) =>
  callEvent(`wire-${call}`, 'user_speak', { text: question(call, turn), barged_in: turn > 1 });

/** Until the model answers, and then for a random while. */
async function untilAnswering(call: number, turn: number, upToMs: number): Promise<void> {
  for (let tries = 0; tries < 1_000 && !seen.has(question(call, turn)); tries += 1) await setTimeout(5);
  await setTimeout(random() * upToMs);
}

/** On a socket: behind the pong to a ping that was sent with an interruption, nothing older may come. */
async function overSocket(call: number): Promise<{ pieces: number; stale: string[] }> {
  const line = await dial(server.port);
  line.send(callEvent(`wire-${call}`, 'session_start'));
  await line.action(({ type }) => type === 'speak');
  const stale: string[] = [];
  let current = 0;
  let pieces = 0;
  line.socket.on('message', (data) => {
    for (const { text } of [JSON.parse(data.toString())].flat()) {
      const turn = turnOf(text);
      if (turn < current) stale.push(`call ${call}: "${text}" in turn ${current}`);
      if (turn >= 1) pieces += 1;
    }
  });
  for (let turn = 1; turn <= INTERRUPTIONS; turn += 1) {
    line.send(ask(call, turn));
    line.socket.ping();
    await once(line.socket, 'pong');
    current = turn;
    // Now and then before the model knows of it.
    if (random() < 0.8) await untilAnswering(call, turn, 80);
    else await setTimeout(random() * 5);
  }
  line.send(callEvent(`wire-${call}`, 'session_end'));
  line.close();
  return { pieces, stale };
}

/** Over HTTP: once a question was answered, no answer to an earlier request may hold anything older. */
async function overHttp(call: number): Promise<{ pieces: number; stale: string[] }> {
  await post(server.port, callEvent(`wire-${call}`, 'session_start'));
  const stale: string[] = [];
  let answered = 0;
  let pieces = 0;
  const asked: Promise<void>[] = [];
  for (let turn = 1; turn <= INTERRUPTIONS; turn += 1) {
    asked.push(
      post(server.port, ask(call, turn)).then(({ json }) => {
        for (const { text } of [json ?? []].flat() as { text?: string }[]) {
          if (turnOf(text) < answered) stale.push(`call ${call}: "${text}" after turn ${answered}`);
          pieces += 1;
        }
        answered = Math.max(answered, turn);
      }),
    );
    // Requests on different connections overtake one another; one that the model knows of has arrived.
    await untilAnswering(call, turn, 250);
  }
  await Promise.all(asked);
  await post(server.port, callEvent(`wire-${call}`, 'session_end'));
  return { pieces, stale };
}

test.each([
  ['a socket', overSocket, 0],
  ['HTTP', overHttp, CALLS],
] as const)(
  `${CALLS * INTERRUPTIONS} interruptions over %s at random moments: nothing stale (seed ${SEED})`,
  async (_, talk, first) => {
    const before = model.requests;
    const calls = await Promise.all(Array.from({ length: CALLS }, (__, call) => talk(first + call)));
    expect(calls.flatMap(({ stale }) => stale)).toEqual([]);
    // It was no silence that was interrupted, and every answer was asked for.
    expect(calls.reduce((sum, { pieces }) => sum + pieces, 0)).toBeGreaterThan(CALLS * INTERRUPTIONS * 0.1);
    expect(model.requests - before).toBeGreaterThan(CALLS * INTERRUPTIONS * 0.5);
    expect(model.closedEarly).toBeGreaterThan(0);
  },
  60_000,
);
