import type { HttpAnswer } from '@jovo-telephony/platform-base';
import { randomFrom } from '@jovo-telephony/telephony/testing';
import { answerWebhook } from '../src/door/door-options';
import { readEvents } from '../src/events';
import { event, eventNames } from './support/fixtures';
import { mutated, mutatedText } from './support/mutate';
import { recordingApp } from './support/recording-app';
import { type Rig, rig } from './support/rig';

/*
 * Mutated events at the door: no crash, no unhandled rejection, and always an answer of a valid shape.
 * FUZZ_SEED repeats a run.
 */
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000_000);
const fixtures = eventNames.map((name) => event(name));

const escaped: unknown[] = [];
const noteEscape = (reason: unknown) => escaped.push(reason);
beforeAll(() => {
  process.stdout.write(`fuzz seed ${seed}\n`);
  process.on('unhandledRejection', noteEscape);
  process.on('uncaughtException', noteEscape);
});
afterAll(() => {
  process.off('unhandledRejection', noteEscape);
  process.off('uncaughtException', noteEscape);
});
let open: Rig | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(escaped).toEqual([]);
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as Record<string, unknown>).direction).toBeUndefined();
});

function expectValid({ status, body }: HttpAnswer, sent: string): void {
  const json = body === undefined ? undefined : JSON.parse(JSON.stringify(body));
  const actions = [json].flat();
  const valid =
    (status === 204 && json === undefined) ||
    (status === 400 &&
      typeof json?.error === 'string' &&
      !/node_modules|\.[jt]s\b|\n\s*at /.test(json.error)) ||
    (status === 200 && actions.length > 0 && actions.every((action) => action?.type && action.session_id));
  if (!valid) throw new Error(`seed ${seed}: ${sent.slice(0, 500)} -> ${status} ${JSON.stringify(json)}`);
}

test('100,000 events at the event switch: a verdict, and what is handled has the types it says', () => {
  const random = randomFrom(seed);
  for (let count = 0; count < 100_000; count += 1) {
    const raw = mutated(random.pick(fixtures), random);
    const reading = readEvents(raw);
    if (reading.verdict !== 'handle') continue;
    for (const read of reading.events) {
      const { id } = read.session;
      const vouched =
        typeof read.type === 'string' &&
        typeof id === 'string' &&
        id !== '' &&
        ['string', 'undefined'].includes(typeof read.text) &&
        ['boolean', 'undefined'].includes(typeof read.barged_in) &&
        (read.digit === undefined || /^[0-9*#]$/.test(read.digit)) &&
        Object.getPrototypeOf(read) === Object.prototype;
      if (!vouched) throw new Error(`seed ${seed}: ${JSON.stringify(raw).slice(0, 500)}`);
    }
  }
});

test('100,000 bodies through the whole app: always a valid answer, and nothing is left behind', async () => {
  const random = randomFrom(seed + 1);
  const { app, platform } = recordingApp(function ({ type, text }) {
    if (text === '?') throw new Error('a handler that fails');
    return type === 'SESSION_END' ? undefined : this.$send(text ?? type);
  });
  await app.initialize();
  const webhook = answerWebhook(app, {});
  const post = (text: string) =>
    webhook({ method: 'POST', path: '', query: '', headers: {}, body: async () => Buffer.from(text) });
  for (let batch = 0; batch < 1_000; batch += 1) {
    const bodies = Array.from({ length: 100 }, () => mutatedText(random.pick(fixtures), random));
    const answers = await Promise.all(bodies.map(post));
    answers.forEach((answer, index) => {
      expectValid(answer, String(bodies[index]));
    });
  }
  const { calls } = platform.receiver;
  const ids = Array.from({ length: 500 }, (_, id) => `call-${id}`);
  for (const id of ids) {
    await post(JSON.stringify(event('session_end', id)));
    expect(calls.find(id)).toBeUndefined();
  }
}, 180_000);

test('4,000 over real sockets, half of them on WebSockets', async () => {
  const random = randomFrom(seed + 2);
  const { app } = recordingApp();
  const server = await rig(app);
  open = server;
  const lines = await Promise.all([server.dial(), server.dial(), server.dial(), server.dial()]);
  for (let batch = 0; batch < 100; batch += 1) {
    const posts = Array.from({ length: 20 }, () => mutatedText(random.pick(fixtures), random));
    const replies = await Promise.all(posts.map((body) => server.post(body)));
    replies.forEach(({ status, json }, index) => {
      expectValid({ status, body: json }, String(posts[index]));
    });
    for (const line of lines) {
      for (let frame = 0; frame < 5; frame += 1) line.send(mutatedText(random.pick(fixtures), random));
    }
  }
  for (const [index, line] of lines.entries()) {
    const id = `after-${index}`;
    line.send(event('session_start', id));
    const answered = () =>
      line.frames.flat().some((action) => (action as { session_id: string }).session_id === id);
    while (!answered()) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(line.socket.readyState).toBe(line.socket.OPEN);
    for (const action of line.frames.flat() as Record<string, unknown>[]) {
      expect(action).toMatchObject({ type: 'speak', session_id: expect.any(String) });
    }
  }
}, 60_000);
