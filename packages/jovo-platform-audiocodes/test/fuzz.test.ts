import { callOutput, say } from '@jovo-telephony/telephony';
import { randomFrom } from '@jovo-telephony/telephony/testing';
import { audiocodesDoor } from '../src';
import { writeActivity } from '../src/activities/write-activity';
import { readActivities } from '../src/events/read-activities';
import type { Activity, Fields } from '../src/wire';
import { activitiesOf, bad, badManifest, json, manifest } from './support/fixtures';
import { type Gateway, gatewayFor } from './support/gateway';
import { mutated, mutatedText } from './support/mutate';
import { recordingApp } from './support/recording-app';

/*
 * Mutated requests and frames at the door: no crash, no unhandled rejection, and always an answer of a valid shape.
 * FUZZ_SEED repeats a run.
 */
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000_000);
const good = manifest.filter(({ direction }) => direction === 'gateway->bot');
const files = [
  ...good.map(({ file, wire }) => ({ wire, body: json(file) })),
  ...badManifest
    .filter(({ file }) => file.endsWith('.json') && !file.startsWith('auth-'))
    .map(({ file, wire }) => ({ wire, body: bad(file) })),
];
const bodies = files.filter(({ wire }) => wire === 'W1').map(({ body }) => body);
const frames = files.filter(({ wire }) => wire === 'W2').map(({ body }) => body);
const list = [...bodies, ...frames].flatMap((body) =>
  Array.isArray(body) || !body ? [] : activitiesOf(body),
);

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
let open: Gateway | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(escaped).toEqual([]);
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as Fields).direction).toBeUndefined();
});

/** An app that fails now and then. */
const app = () =>
  recordingApp(async function (this, { type, text }) {
    if (text === '?') throw new Error('a handler that fails');
    if (type !== 'SESSION_END') await this.$send(callOutput(say(text ?? type)));
  });

function expectActivities(given: unknown, sent: string): void {
  for (const activity of given as Activity[]) {
    const { faults } = writeActivity(activity as never, { id: () => 'id', epochMs: () => 0 });
    const stamped = typeof activity.id === 'string' && !Number.isNaN(Date.parse(activity.timestamp));
    if (faults.length > 0 || !stamped)
      throw new Error(`seed ${seed}: ${sent.slice(0, 500)} -> ${JSON.stringify(activity)} ${faults}`);
  }
}

test('100,000 activities: what is handled has the types it says', () => {
  const random = randomFrom(seed);
  for (let count = 0; count < 100_000; count += 1) {
    const raw = [mutated(random.pick(list), random), mutated(random.pick(list), random)];
    const { events } = readActivities(raw);
    for (const { type, value, activity } of events) {
      const { text, keys, caller, dialoutMetadata } = value as Fields;
      const vouched =
        typeof type === 'string' &&
        typeof activity === 'object' &&
        [text, caller].every((one) => ['string', 'undefined'].includes(typeof one)) &&
        (keys === undefined || /^[0-9*#]{1,64}$/.test(String(keys))) &&
        ['object', 'undefined'].includes(typeof dialoutMetadata) &&
        Object.getPrototypeOf(value) === Object.prototype;
      if (!vouched) throw new Error(`seed ${seed}: ${JSON.stringify(raw).slice(0, 500)}`);
    }
  }
});

test('50,000 requests through the whole app: always a valid answer, and nothing is left behind', async () => {
  const random = randomFrom(seed + 1);
  const { app: fuzzed, platform } = app();
  await fuzzed.initialize();
  const door = audiocodesDoor(fuzzed);
  const ids = Array.from({ length: 100 }, (_, index) => `call-${index}`);
  const post = (path: string, text: string) =>
    door.http({
      method: 'POST',
      path: `/audiocodes${path}`,
      query: '',
      headers: {},
      body: async () => Buffer.from(text),
    });
  const once = async () => {
    const id = random.pick(ids);
    const route = random.pick([...Array(9).fill('activities'), 'refresh', 'disconnect', '', '']);
    const whole = { ...(random.pick(bodies) as object), conversation: id };
    const body = random.below(3) === 0 ? JSON.stringify(whole) : mutatedText(whole, random);
    const { status, body: given } = await post(route && `/conversation/${id}/${route}`, body);
    const answer = JSON.parse(JSON.stringify(given)) as Fields;
    if (status === 200) return expectActivities(answer.activities ?? [], body);
    const told = typeof answer.error === 'string' && !/node_modules|\.[jt]s\b|\n\s*at /.test(answer.error);
    if (![400, 404].includes(status) || !told)
      throw new Error(`seed ${seed}: ${body.slice(0, 500)} -> ${status} ${JSON.stringify(given)}`);
  };
  for (let batch = 0; batch < 500; batch += 1) await Promise.all(Array.from({ length: 100 }, once));
  const { calls } = platform.receiver;
  for (const id of ids) {
    await post(`/conversation/${id}/disconnect`, JSON.stringify({ conversation: id }));
    expect(calls.find(id)).toBeUndefined();
  }
}, 180_000);

test('4,000 frames over real sockets: whoever is well goes on', async () => {
  const random = randomFrom(seed + 2);
  const { app: fuzzed } = app();
  const gateway = await gatewayFor(fuzzed);
  open = gateway;
  const dial = async (conversationId: string) => {
    const line = await gateway.dial();
    line.send({ ...json<object>('ws-session-initiate-text.json'), conversationId });
    await line.frame(1);
    return line;
  };
  const well = await dial('well');
  for (let socket = 0; socket < 40; socket += 1) {
    const line = await dial(`call-${random.below(20)}`);
    for (let count = 0; count < 100; count += 1) {
      if (line.socket.readyState !== line.socket.OPEN) break;
      line.send(mutatedText(random.pick(frames), random));
    }
    line.socket.close();
    await line.closed();
    for (const { type, activities } of line.frames) {
      expect(type).toEqual(expect.any(String));
      if (type === 'activities') expectActivities(activities, `a frame of socket ${socket}`);
    }
  }
  well.send({ type: 'activities', activities: [{ type: 'message', text: 'Still there?' }] });
  expect(await well.activities(1)).toMatchObject([{ type: 'message', text: 'Still there?' }]);
}, 60_000);
