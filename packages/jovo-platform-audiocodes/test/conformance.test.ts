import { randomUUID } from 'node:crypto';
import { callOutput, hangUp, say } from '@jovo-telephony/telephony';
import { VirtualClock } from '@jovo-telephony/telephony/testing';
import { activities, PARAMETERS, REASON_CODES, type Speech, type SpeechSession } from '../src';
import { ACTIVITY_RULES } from '../src/activities/activity-table';
import { EVENT_RULES } from '../src/events/event-rules';
import { checkParams } from '../src/parameters/parameters';
import type { Activity, Fields } from '../src/wire';
import { callsTo } from './support/calls';
import { bad, json } from './support/fixtures';
import { type Conversation, type Gateway, gist, type Line } from './support/gateway';
import type { Handler } from './support/recording-app';

/*
 * The conformance checklist of the specification (section 14), line by line. What a line says of many cases is tested
 * in full beside the code that does it; here it is seen once, at the door. Those of the dialer are in its package: D1
 * dialout-fields, D2 audiocodes-network, D3 backoff and campaign-500, D4 outbound-call, notification-receiver and
 * bad-input. D5 is in http-mode and the agent's outbound, D6 in http-mode.
 */
const call = callsTo();

const START = { type: 'event', name: 'start', parameters: { caller: '+12025550143' } };
const until = async (check: () => unknown) => {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 2));
};
const echo: Handler = async function (this, { type, text }) {
  await this.$send(callOutput(say(text ?? type)));
};

describe('the Bot API over HTTP', () => {
  test('H1: the validation has exactly this body, and asks for the token', async () => {
    const { gateway } = await call(undefined, { auth: { tokens: ['secret'] } });
    const answers = async (authorization: string) => {
      const { status, json: body } = await gateway.request(gateway.botUrl, { headers: { authorization } });
      return [status, body];
    };
    expect(await answers('Bearer secret')).toEqual([200, json('http-health-response.json')]);
    expect((await answers('Bearer wrong'))[0]).toBe(401);
  });

  test('H2, H3: a creation has four addresses that lead somewhere and a number, and may be repeated', async () => {
    const { gateway, platform } = await call();
    const conversation = await gateway.create('abc');
    expect(Object.keys(conversation.created)).toEqual(
      expect.arrayContaining(['activitiesURL', 'refreshURL', 'disconnectURL', 'expiresSeconds']),
    );
    expect(conversation.created.expiresSeconds).toEqual(expect.any(Number));
    expect((await gateway.create('abc')).created).toEqual(conversation.created);
    expect(platform.receiver.calls.size).toBe(1);
    for (const reply of [await conversation.send(START), await conversation.refresh()])
      expect(reply.status).toBe(200);
    expect((await conversation.disconnect()).status).toBe(200);
  });

  test('H4: 401, 404 and 400', async () => {
    const { gateway } = await call(undefined, { auth: { tokens: ['secret'] } });
    const bearer = { authorization: 'Bearer secret' };
    const { urls } = await gateway.create('abc', bearer);
    const status = async (url: string, body: unknown, headers: Record<string, string> = bearer) =>
      (await gateway.post(url, body, headers)).status;
    expect(await status(urls.activities, { conversation: 'abc', activities: [] }, {})).toBe(401);
    const unknown = urls.activities.replace('abc', 'other');
    expect(await status(unknown, { conversation: 'other', activities: [] })).toBe(404);
    for (const body of ['', '{', 'null', { conversation: 'other', activities: [] }, { conversation: 'abc' }])
      expect([body, await status(urls.activities, body)]).toEqual([body, 400]);
    expect(await status(gateway.botUrl, bad('create-numeric-conversation.json'))).toBe(400);
  });

  test('H5, H7: activities are answered in their order, with ids and times', async () => {
    const { gateway } = await call(async function (this, { text }) {
      if (text === 'slow') await new Promise((resolve) => setTimeout(resolve, 40));
      await this.$send(callOutput(say(`re: ${text}`)));
    });
    const conversation = await gateway.create();
    const { json: body } = await conversation.send(
      { type: 'message', text: 'slow' },
      { type: 'message', text: 'fast' },
    );
    expect(gist(body)).toEqual(['say: re: slow', 'say: re: fast']);
    const said = body.activities as Activity[];
    expect(new Set(said.map(({ id }) => id)).size).toBe(2);
    for (const { timestamp } of said) expect(new Date(timestamp).toISOString()).toBe(timestamp);
  });

  test('H5: requests of one conversation wait for each other, those of another one do not', async () => {
    let release = () => {};
    const { gateway, seen } = await call(async function (this, { digit }) {
      if (digit === '1')
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      await this.$send(callOutput(say(`re: ${digit}`)));
    });
    const [one, other] = [await gateway.create(), await gateway.create()];
    const slow = one.event('DTMF', { value: '1' });
    await until(() => seen.length === 1);
    const behind = one.event('DTMF', { value: '2' });
    expect(gist((await other.event('DTMF', { value: '3' })).json)).toEqual(['say: re: 3']);
    expect(seen.map(({ digit }) => digit)).toEqual(['1', '3']);
    release();
    expect([gist((await slow).json), gist((await behind).json)]).toEqual([['say: re: 1'], ['say: re: 2']]);
    expect(seen.map(({ digit }) => digit)).toEqual(['1', '3', '2']);
  });

  test('H6: one turn for one id', async () => {
    const { gateway, seen } = await call(echo);
    const conversation = await gateway.create();
    const hello = { id: 'one', type: 'message', text: 'Hello' };
    const [first, again] = [await conversation.send(hello), await conversation.send(hello)];
    expect(again.json).toEqual(first.json);
    expect(seen).toHaveLength(1);
  });

  test('H8: a refresh extends, an expiry frees', async () => {
    const clock = new VirtualClock();
    const { gateway, types, platform } = await call(undefined, { clock });
    const conversation = await gateway.create();
    await conversation.send(START);
    await clock.pass(150_000);
    expect((await conversation.refresh()).json).toEqual({ expiresSeconds: expect.any(Number) });
    await clock.pass(150_000);
    expect(types()).toEqual(['LAUNCH']);
    await clock.pass(40_000);
    expect(types()).toEqual(['LAUNCH', 'SESSION_END']);
    expect(platform.receiver.calls.size).toBe(0);
    expect((await conversation.refresh()).status).toBe(404);
  });

  test.each([...REASON_CODES, 'solar-flare'])('H9: %s, twice, is one end', async (reasonCode) => {
    const { gateway, seen } = await call();
    const conversation = await gateway.create();
    await conversation.send(START);
    const disconnect = { reason: 'as it says', reasonCode };
    for (const reply of [
      await conversation.disconnect(disconnect),
      await conversation.disconnect(disconnect),
    ])
      expect(reply).toMatchObject({ status: 200, json: {} });
    expect(seen.slice(1)).toEqual([expect.objectContaining({ type: 'SESSION_END', reason: reasonCode })]);
  });

  describe('H10: its socket', () => {
    test('asks for the token', async () => {
      const { gateway } = await call(echo, { auth: { tokens: ['secret'] } });
      const { urls } = await gateway.create('abc', { authorization: 'Bearer secret' });
      await expect(gateway.dial(urls.websocket)).rejects.toThrow('401');
      const line = await gateway.dial(urls.websocket, { headers: { authorization: 'bearer secret' } });
      line.socket.close();
    });

    test('goes one way, keeps what cannot leave yet, and may be opened anew or end early', async () => {
      let release = () => {};
      const { gateway, types } = await call(async function (this, { text }) {
        if (text === 'slow')
          await new Promise<void>((resolve) => {
            release = resolve;
          });
        await this.$send(callOutput(say(`re: ${text}`)));
      });
      const conversation = await gateway.create();
      const lost = await gateway.dial(conversation.urls.websocket);
      await conversation.says('slow');
      await until(() => types().length === 1);
      lost.socket.close();
      await lost.closed();
      release();
      await new Promise((resolve) => setTimeout(resolve, 20));
      const line = await gateway.dial(conversation.urls.websocket);
      line.send({ conversation: conversation.id, activities: [START] });
      expect(gist(await line.activities(1))).toEqual(['say: re: slow']);
      expect(types()).toEqual(['TEXT']);
      await conversation.disconnect();
      expect(await line.closed()).toBe(1000);
    });
  });
});

describe('the Bot API over one WebSocket', () => {
  const initiate = (id: string, fields: Fields = {}) => ({
    ...json<object>('ws-session-initiate.json'),
    conversationId: id,
    ...fields,
  });

  async function session(gateway: Gateway, id = 'abc', fields: Fields = {}): Promise<Line> {
    const line = await gateway.dial();
    line.send(initiate(id, fields));
    await line.frame(1);
    return line;
  }

  /** Ears and a voice that a test holds in its hand. */
  function inHand() {
    const sessions: SpeechSession[] = [];
    const heard: number[] = [];
    const speech: Speech = {
      decodable: ['raw/lpcm16', 'raw/mulaw'],
      preferred: ['raw/lpcm16'],
      open(given) {
        sessions.push(given);
        return {
          started: () => {},
          heard: (_stream, sound) => void heard.push(sound.length),
          stopped: () => {},
          markReached: () => {},
          close: () => {},
        };
      },
    };
    return { speech, sessions, heard };
  }

  test('WS1: a validation begins nothing', async () => {
    const { gateway, platform } = await call();
    const line = await gateway.dial();
    line.send(json('ws-connection-validate.json'));
    expect(await line.frame(1)).toEqual(json('ws-connection-validated.json'));
    expect(platform.receiver.calls.size).toBe(0);
  });

  test('WS2: a format that both know, or an error', async () => {
    const { speech } = inHand();
    const { gateway } = await call(undefined, {}, { speech });
    const agreed = await session(gateway, 'abc', { supportedMediaFormats: ['raw/mulaw', 'wav/lpcm16'] });
    expect(agreed.frames[0]).toMatchObject({ type: 'session.accepted', mediaFormat: 'raw/mulaw' });
    const none = await session(gateway, 'other', { supportedMediaFormats: ['video/h264'] });
    expect(none.frames[0]).toMatchObject({ type: 'session.error' });
  });

  test('WS3: accepted, whatever the app is doing', async () => {
    const { gateway, types } = await call(() => new Promise(() => {}));
    const line = await session(gateway);
    line.send({ type: 'activities', activities: [START] });
    await until(() => types().length === 1);
    expect(line.frames).toMatchObject([{ type: 'session.accepted' }]);
  });

  test('WS4: streams are acknowledged, with their participant', async () => {
    const { gateway } = await call();
    const line = await session(gateway);
    line.send({ type: 'userStream.start', conversationId: 'abc', participant: 'agent' });
    line.send({ type: 'userStream.stop', conversationId: 'abc', participant: 'agent' });
    expect([await line.frame(2), await line.frame(3)]).toEqual([
      { type: 'userStream.started', conversationId: 'abc', participant: 'agent' },
      { type: 'userStream.stopped', conversationId: 'abc', participant: 'agent' },
    ]);
  });

  test('WS5: odd chunks, a burst, a second at once: every byte arrives', async () => {
    const { speech, heard } = inHand();
    const { gateway } = await call(undefined, {}, { speech });
    const line = await session(gateway);
    line.send({ type: 'userStream.start' });
    for (const bytes of [32_000, 3, 1, ...Array(50).fill(641), 50])
      line.send({ type: 'userStream.chunk', audioChunk: Buffer.alloc(bytes).toString('base64') });
    line.send({ type: 'userStream.stop' });
    await until(() => line.frames.at(-1)?.type === 'userStream.stopped');
    expect(heard.reduce((sum, bytes) => sum + bytes, 0)).toBe(32_004 + 50 * 641 + 50);
  });

  test('WS6, WS7: one stream plays at a time, and nothing of it follows an interruption', async () => {
    const { speech, sessions } = inHand();
    const { gateway, types } = await call(undefined, {}, { speech });
    const line = await session(gateway);
    await until(() => sessions.length === 1);
    const { play, signal } = sessions[0] as SpeechSession;
    const first = play.start({ mediaFormat: 'raw/lpcm16' });
    const second = play.start({ mediaFormat: 'raw/lpcm16' });
    expect(second).not.toBe(first);
    expect(play.chunk(first, Buffer.from([1, 2]))).toBe(false);
    expect(play.chunk(second, Buffer.from([1, 2]))).toBe(true);
    signal({ signal: 'hypothesis', text: 'wait' });
    play.stop(second);
    expect(play.chunk(second, Buffer.from([1, 2]))).toBe(false);
    await until(() => line.frames.at(-1)?.type === 'playStream.stop');
    expect(line.frames.slice(1).map(({ type, streamId }) => [type, streamId])).toEqual([
      ['playStream.start', first],
      ['playStream.stop', first],
      ['playStream.start', second],
      ['playStream.chunk', second],
      ['userStream.speech.hypothesis', undefined],
      ['playStream.stop', second],
    ]);
    expect(types()).toEqual([]);
  });

  test('WS7: prompts of the gateway are aborted where a handler wants it', async () => {
    const { gateway } = await call(async function (this) {
      await this.$send(callOutput({ type: 'stop_speaking' }, say('Yes?')));
    });
    const line = await session(gateway);
    line.send({ type: 'activities', activities: [{ type: 'message', text: 'wait' }] });
    expect(gist(await line.activities(2))).toEqual(['abortPrompts', 'say: Yes?']);
  });

  test('WS8: a lost socket is taken up again, an unknown one is not', async () => {
    const { gateway, types } = await call(echo);
    const lost = await session(gateway);
    lost.send({ type: 'activities', activities: [START] });
    await lost.activities(1);
    lost.socket.terminate();
    const line = await gateway.dial();
    line.send({ type: 'session.resume', conversationId: 'abc' });
    expect(await line.frame(1)).toMatchObject({ type: 'session.accepted', mediaFormat: expect.any(String) });
    line.send({ type: 'activities', activities: [{ type: 'message', text: 'still there' }] });
    expect(gist(await line.activities(1))).toEqual(['say: still there']);
    expect(types()).toEqual(['LAUNCH', 'TEXT']);
    const other = await gateway.dial();
    other.send({ type: 'session.resume', conversationId: 'unknown' });
    expect(await other.frame(1)).toMatchObject({ type: 'session.error' });
  });

  test('WS9: after a hang-up the socket stays until the session ends', async () => {
    const { gateway, types } = await call(async function (this, { type }) {
      if (type === 'LAUNCH') await this.$send(callOutput(hangUp()));
    });
    const line = await session(gateway);
    line.send({ type: 'activities', activities: [START] });
    expect(gist(await line.activities(1))).toEqual(['hangup']);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(line.socket.readyState).toBe(line.socket.OPEN);
    line.send({ type: 'session.end', conversationId: 'abc', reasonCode: 'bot-disconnected' });
    await until(() => types().includes('SESSION_END'));
  });

  test('WS9: and whoever does not close it then is left, a few seconds later', async () => {
    const clock = new VirtualClock();
    const { gateway, types } = await call(undefined, { clock });
    const line = await session(gateway);
    line.send({ type: 'activities', activities: [START] });
    await line.activities(1);
    line.send({ type: 'session.end' });
    await until(() => types().includes('SESSION_END'));
    expect(line.socket.readyState).toBe(line.socket.OPEN);
    await clock.pass(5_000);
    expect(await line.closed()).toBe(1000);
  });

  test('WS10: frames that nobody understands change nothing', async () => {
    const { gateway } = await call(echo);
    const line = await session(gateway);
    for (const frame of ['{', 'null', '[]', '{}', '{"type":7}', '{"type":"activities","activities":7}'])
      line.send(frame);
    line.socket.send(Buffer.from([0, 1, 2]));
    line.send({ type: 'activities', activities: [{ type: 'message', text: 'Hello' }] });
    expect(gist(await line.activities(1))).toEqual(['say: Hello']);
    expect(line.socket.readyState).toBe(line.socket.OPEN);
  });
});

describe('what is in the catalogues', () => {
  const names = (section: RegExp) => Object.keys(ACTIVITY_RULES).filter((name) => section.test(name));

  test('E1 to E13: every event has a meaning of its own; one that nobody knows is kept', async () => {
    expect(Object.keys(EVENT_RULES)).toEqual(
      expect.arrayContaining([
        ...['start', 'dialoutInitiated', 'message', 'key', 'keyEntry', 'noUserInput', 'transferAnswered'],
        ...['transferFailed', 'machineDetection', 'speechHypothesis', 'playFinished', 'voiceDetected'],
        ...['silenceDetected', 'agentConnected', 'conversationEnd', 'speakerVerification', 'unknown'],
        ...['assistStart', 'participantMessage'],
      ]),
    );
    let given: unknown;
    const { gateway } = await call(async function (this) {
      given = (this.$request as unknown as { event: Fields }).event;
    });
    const conversation: Conversation = await gateway.create();
    await conversation.event('brandNew', { value: { a: 1 } });
    expect(given).toMatchObject({ activity: { name: 'brandNew', value: { a: 1 } } });
  });

  test('A1 to A12: every activity has a writer', () => {
    const written = Object.keys(activities);
    expect(written).toEqual(
      expect.arrayContaining([
        ...['message', 'playUrl', 'transferCall', 'hangUpCall', 'config', 'sendMetaData', 'abortPrompts'],
        ...['startCallRecording', 'stopCallRecording', 'pauseCallRecording', 'resumeCallRecording'],
        ...['startRecognition', 'stopRecognition', 'expectAnotherBotMessage', 'sendDtmf'],
        'speakerVerification',
      ]),
    );
    expect(names(/^speakerVerification/)).toHaveLength(5);
  });

  test('P1: parameters have types, and others pass', () => {
    for (const { schema } of Object.values(PARAMETERS))
      expect(schema.safeParse(Symbol()).success).toBe(false);
    const { params, faults } = checkParams({ bargeIn: 'yes', vendorThing: { x: randomUUID() } }, 'S');
    expect(params).toEqual({ vendorThing: { x: expect.any(String) } });
    expect(faults).toHaveLength(1);
  });
});
