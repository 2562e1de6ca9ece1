import { activities as drafts } from '../src';
import { writeActivity } from '../src/activities/write-activity';
import { readActivities } from '../src/events/read-activities';
import { speechSignal } from '../src/session/speech-signals';
import type { Activity, Fields } from '../src/wire';
import { json } from './support/fixtures';
import { type Gateway, gatewayFor, gist } from './support/gateway';
import { recordingApp } from './support/recording-app';

/*
 * Where sources disagree (specification, section 12), by its numbers. Not here: 3 is a setting of people
 * (docs/networks/audiocodes.md), 19 is the outbound agent's, 20 to 22 the dialer's, 34 the simulator's, 32 is
 * `play-streams.test.ts`.
 */
const open: Gateway[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((gateway) => gateway.close()));
});

async function call(config = {}) {
  const recorder = recordingApp(undefined, config);
  const gateway = await gatewayFor(recorder.app);
  open.push(gateway);
  return { ...recorder, gateway };
}

const read = (activity: Fields) => readActivities([activity]).events[0];
const event = (name: string, fields: Fields = {}) => read({ type: 'event', name, ...fields });
const written = (draft: unknown) =>
  writeActivity(draft as never, { id: () => 'id', epochMs: () => 0 }).activity as Activity;
const START = { type: 'event', name: 'start', parameters: { caller: '+12025550143' } };
const settings = async () => {
  const { gateway } = await call();
  const conversation = await gateway.create();
  const { json: body } = await conversation.send(START);
  return ((body.activities as Activity[])[0] as Activity).sessionParams ?? {};
};

test.each(['DTMF', 'dtmf', 'Dtmf'])('1: %s', (name) => {
  expect(event(name, { value: '5' })).toMatchObject({ type: 'key', value: { keys: '5' } });
});

test.each(['event', 'Event', 'EVENT'])('2: %s', (type) => {
  expect(read({ type, name: 'start' })?.type).toBe('start');
});

test.each([
  ['4, 11: the token', 'Bearer wrong', 401],
  ['33: a scheme in capitals', 'BEARER secret', 200],
  ['33: a scheme in small letters', 'bearer secret', 200],
])('%s', async (_name, authorization, status) => {
  const { gateway } = await call({ auth: { tokens: ['secret'] } });
  const headers = { authorization };
  expect((await gateway.request(gateway.botUrl, { headers })).status).toBe(status);
  const socket = gateway.dial(gateway.botUrl, { headers });
  if (status === 200) (await socket).socket.close();
  else await expect(socket).rejects.toThrow(String(status));
});

test('5: the validation has a body', async () => {
  const { gateway } = await call();
  expect((await gateway.request(gateway.botUrl)).json).toEqual(json('http-health-response.json'));
});

test('6, 7: what is pushed names its conversation; activities have ids and times on every wire', async () => {
  const { gateway } = await call();
  const conversation = await gateway.create('abc');
  const pushed = await gateway.dial(conversation.urls.websocket);
  await conversation.says('Hello');
  const line = await gateway.dial();
  line.send({ ...json<object>('ws-session-initiate-text.json'), conversationId: 'other' });
  line.send({ type: 'activities', activities: [{ type: 'message', text: 'Hello' }] });
  const stamp = { id: expect.any(String), timestamp: expect.stringMatching(/Z$/) };
  await pushed.activities(1);
  await line.activities(1);
  expect(pushed.frames).toEqual([{ conversation: 'abc', activities: [expect.objectContaining(stamp)] }]);
  expect(line.frames[1]).toEqual({
    type: 'activities',
    conversationId: 'other',
    activities: [expect.objectContaining(stamp)],
  });
});

test('8, 9: a second creation is as good as the first; a refresh tells the lifetime', async () => {
  const { gateway } = await call();
  const first = await gateway.create('abc');
  expect((await gateway.create('abc')).created).toEqual(first.created);
  expect((await first.refresh()).json).toEqual({ expiresSeconds: first.created.expiresSeconds });
});

test('10: a resumed session is told its format', async () => {
  const { gateway } = await call();
  const lost = await gateway.dial();
  lost.send({ ...json<object>('ws-session-initiate.json'), conversationId: 'abc' });
  const { mediaFormat } = await lost.frame(1);
  lost.socket.terminate();
  const line = await gateway.dial();
  line.send({ type: 'session.resume', conversationId: 'abc' });
  expect(await line.frame(1)).toEqual({ type: 'session.accepted', conversationId: 'abc', mediaFormat });
});

test('12, 13: a recognition is a list with a number, and names a participant', () => {
  const signal = { signal: 'recognition', text: 'yes', confidence: 0.9 } as const;
  expect(speechSignal('abc', signal, 'caller')).toEqual({
    type: 'userStream.speech.recognition',
    conversationId: 'abc',
    alternatives: [{ text: 'yes', confidence: 0.9 }],
    participant: 'caller',
  });
});

test.each([{}, { streamId: '1' }])('14: the end of a prompt, with %j', (more) => {
  const value = { status: 'finished', ...more };
  expect(event('playFinished', { value })).toMatchObject({ type: 'playFinished', value: { finished: true } });
});

test.each(['value', 'parameters'])('15: interim words in %s', (place) => {
  expect(event('speechHypothesis', { [place]: { text: 'and' } })?.value).toEqual({ text: 'and' });
});

test.each([{ order: 7 }, '{"order":7}'])('16: metadata as %j', (dialoutMetadata) => {
  expect(event('start', { parameters: { dialoutMetadata } })?.value).toMatchObject({
    dialoutMetadata: { order: 7 },
  });
});

test.each([
  { 'X-Tier': 'gold' },
  { sipHeaders: [{ name: 'X-Tier', value: 'gold' }] },
  { sipHeaders: { 'X-Tier': 'gold' } },
])('17: SIP headers as %j', (parameters) => {
  expect(event('start', { parameters })?.value).toMatchObject({ attributes: { 'X-Tier': 'gold' } });
});

test.each([
  'voicemail-prompt-end-beep-detected',
  'voicemail-prompt-end-beep-timeout',
  'voicemail-prompt-end',
])('18: %s', (value) => {
  expect(event('machineDetection', { value })?.value).toEqual({ machine: 'recording' });
});

test('23, 24, 25: what defaults are not agreed on is set', async () => {
  expect(await settings()).toMatchObject({
    bargeInOnDTMF: true,
    bargeInMinWordCount: 1,
    botNoInputGiveUpTimeoutMS: 0,
  });
});

test('26: silence is asked for in both ways', async () => {
  expect(await settings()).toMatchObject({
    sendEventsToBot: expect.arrayContaining(['noUserInput']),
    userNoInputSendEvent: true,
  });
});

test.each<[string, unknown, Fields]>([
  ['27: metadata', drafts.sendMetaData({ a: 1 }), { value: { a: 1 } }],
  ['28: keys', drafts.sendDtmf('12#'), { activityParams: { dtmfDigits: '12#' } }],
  ['29: settings', drafts.config({ bargeIn: false }), { sessionParams: { bargeIn: false } }],
  [
    '31: a level, under the name that is configured',
    drafts.config({ backgroundPlayGainDb: -6 }),
    { sessionParams: { backgroundPlayGainDb: -6 } },
  ],
  [
    '30: caching',
    drafts.playUrl({ playUrlUrl: 'https://x.example/a.wav', playUrlCaching: true }),
    { activityParams: { playUrlUrl: 'https://x.example/a.wav', playUrlCaching: true } },
  ],
  [
    '36: more follows',
    drafts.message('One moment', { activityParams: { expectAnotherBotMessage: true } }),
    { text: 'One moment', activityParams: { expectAnotherBotMessage: true } },
  ],
])('%s: where it stands', (_name, draft, expected) => {
  const { id: _id, timestamp: _timestamp, type: _type, name: _event, ...rest } = written(draft);
  expect(rest).toEqual(expected);
});

test.each(['conversationEnd', 'hangup', 'end'])('35: %s, then a disconnect: one end', async (name) => {
  const { gateway, types } = await call();
  const conversation = await gateway.create();
  await conversation.send(START);
  await conversation.event(name);
  expect((await conversation.disconnect()).status).toBe(200);
  expect(types()).toEqual(['LAUNCH', 'SESSION_END']);
});

test('35: the end of a session, and its socket, are one end', async () => {
  const { gateway, types } = await call();
  const line = await gateway.dial();
  line.send({ ...json<object>('ws-session-initiate-text.json'), conversationId: 'abc' });
  line.send({ type: 'activities', activities: [START] });
  expect(gist(await line.activities(1))).toEqual(['say: LAUNCH']);
  line.send({ type: 'activities', activities: [{ type: 'event', name: 'conversationEnd' }] });
  line.send({ type: 'session.end' });
  line.socket.close();
  await line.closed();
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(types()).toEqual(['LAUNCH', 'SESSION_END']);
});
