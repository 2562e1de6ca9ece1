import { once } from 'node:events';
import { callOutput, hangUp, say } from '@jovo-telephony/telephony';
import { VirtualClock } from '@jovo-telephony/telephony/testing';
import type { Speech, SpeechSession } from '../src';
import type { Activity, Fields } from '../src/wire';
import { callsTo } from './support/calls';
import { json } from './support/fixtures';
import { type Gateway, gist, type Line } from './support/gateway';

const call = callsTo();

const START = {
  type: 'event',
  name: 'start',
  parameters: { caller: '+12025550143', callee: '+12025550100' },
};
const finished = { type: 'event', name: 'playFinished', value: { status: 'finished' } };
/** Everything that was said on it has been read, and the other side knows: a ping there and back, twice. */
const confirmed = async ({ socket }: Line) => {
  for (const _ of [1, 2]) {
    socket.ping();
    await once(socket, 'pong');
  }
};
const until = async (check: () => unknown) => {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 2));
};

describe('the asynchronous socket of HTTP mode', () => {
  test('carries everything once it is up; requests are answered with nothing', async () => {
    const { gateway } = await call();
    const conversation = await gateway.create('abc');
    const line = await gateway.dial(conversation.urls.websocket);
    expect((await conversation.send(START)).json).toEqual({});
    const [activity] = await line.activities(1);
    const { conversation: id, activities } = json<{ conversation: string; activities: Activity[] }>(
      'http-async-ws-frame.json',
    );
    expect(line.frames[0]).toEqual({ conversation: 'abc', activities: [activity] });
    expect(Object.keys(line.frames[0] ?? {})).toEqual(Object.keys({ conversation: id, activities }));
    expect(activity).toMatchObject({ type: 'message', text: 'LAUNCH' });
  });

  test('each sentence leaves at once', async () => {
    let release = () => {};
    const { gateway } = await call(async function (this, { type }) {
      if (type !== 'TEXT') return;
      await this.$send(callOutput(say('One moment')));
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      await this.$send(callOutput(say('Here it is')));
    });
    const conversation = await gateway.create();
    const line = await gateway.dial(conversation.urls.websocket);
    await conversation.says('my order?');
    expect(gist(await line.activities(1))).toEqual(['say: One moment']);
    release();
    expect(gist(await line.activities(2))).toEqual(['say: One moment', 'say: Here it is']);
  });

  test('what is said before it is up, or while it is away, leaves with the next chance', async () => {
    let release = () => {};
    const { gateway } = await call(async function (this, { text }) {
      if (text !== 'slow') return void (await this.$send(callOutput(say(`re: ${text}`))));
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      await this.$send(callOutput(say('at last')));
    });
    const conversation = await gateway.create();
    expect(gist((await conversation.says('a')).json)).toEqual(['say: re: a']);
    const first = await gateway.dial(conversation.urls.websocket);
    await conversation.says('slow');
    first.socket.terminate();
    await new Promise((resolve) => setTimeout(resolve, 30));
    release();
    await new Promise((resolve) => setTimeout(resolve, 30));
    const second = await gateway.dial(conversation.urls.websocket);
    expect(gist(await second.activities(1))).toEqual(['say: at last']);
    second.socket.close();
    await second.closed();
    expect(gist((await conversation.says('b')).json)).toEqual(['say: re: b']);
  });

  test('what was written to one that is dying leaves again, what was read does not', async () => {
    const { gateway, types } = await call();
    const conversation = await gateway.create();
    const first = await gateway.dial(conversation.urls.websocket);
    await conversation.send(START);
    await first.activities(1);
    await confirmed(first);
    first.socket.pause();
    await conversation.says('Hello');
    await until(() => types().length === 2);
    await new Promise((resolve) => setTimeout(resolve, 30));
    first.socket.terminate();
    const second = await gateway.dial(conversation.urls.websocket);
    expect(gist(await second.activities(1))).toEqual(['say: TEXT']);
    await conversation.event('DTMF', { value: '1' });
    expect(gist(await second.activities(2))).toEqual(['say: TEXT', 'say: DTMF_RECEIVED']);
    expect(types()).toEqual(['LAUNCH', 'TEXT', 'DTMF_RECEIVED']);
  });

  test('a new one wins and the old one is closed; frames that come are ignored', async () => {
    const { gateway } = await call();
    const conversation = await gateway.create();
    const first = await gateway.dial(conversation.urls.websocket);
    const second = await gateway.dial(conversation.urls.websocket);
    expect(await first.closed()).toBe(1000);
    second.send({ conversation: conversation.id, activities: [START] });
    second.send('not json');
    await conversation.says('Hello');
    expect(gist(await second.activities(1))).toEqual(['say: TEXT']);
    expect(first.frames).toEqual([]);
  });

  test('is refused for a conversation that nobody knows, and closed with the end of one', async () => {
    const { gateway } = await call();
    const base = `${gateway.botUrl}/conversation`;
    await expect(gateway.dial(`${base}/unknown/websocket`)).rejects.toThrow('404');
    await expect(gateway.dial(`${base}/x/activities`)).rejects.toThrow('404');
    const conversation = await gateway.create();
    const line = await gateway.dial(conversation.urls.websocket);
    await conversation.disconnect();
    expect(await line.closed()).toBe(1000);
  });
});

describe('WebSocket mode', () => {
  const initiate = (id: string, fields: Fields = {}) => ({
    ...json<object>('ws-session-initiate-text.json'),
    conversationId: id,
    ...fields,
  });
  const activities = (id: string, ...list: Fields[]) => ({
    type: 'activities',
    conversationId: id,
    activities: list,
  });

  async function session(gateway: Gateway, id = 'abc', fields: Fields = {}): Promise<Line> {
    const line = await gateway.dial();
    line.send(initiate(id, fields));
    await line.frame(1);
    return line;
  }

  test('a validation creates nothing', async () => {
    const { gateway, seen, platform } = await call();
    const line = await gateway.dial();
    line.send(json('ws-connection-validate.json'));
    line.send(json('ws-connection-validate.json'));
    expect([await line.frame(1), await line.frame(2)]).toEqual([
      json('ws-connection-validated.json'),
      json('ws-connection-validated.json'),
    ]);
    expect(platform.receiver.calls.size).toBe(0);
    expect(seen).toEqual([]);
    expect((await gateway.request(gateway.botUrl)).json).toEqual(json('http-health-response.json'));
  });

  test('a text conversation, from its beginning to its end', async () => {
    const { gateway, seen, platform } = await call(async function (this, { type, text }) {
      if (text === 'bye') await this.$send(callOutput(say('Goodbye'), hangUp({ after: 'speech' })));
      else await this.$send(callOutput(say(type)));
    });
    const line = await session(gateway);
    expect(line.frames[0]).toEqual({
      type: 'session.accepted',
      conversationId: 'abc',
      mediaFormat: 'raw/lpcm16',
    });
    line.send(activities('abc', START));
    expect(await line.frame(2)).toMatchObject({ type: 'activities', conversationId: 'abc' });
    line.send(activities('abc', { type: 'message', text: 'bye' }));
    expect(gist(await line.activities(3))).toEqual(['say: LAUNCH', 'say: Goodbye', 'hangup']);
    expect(line.socket.readyState).toBe(line.socket.OPEN);
    line.send({ ...json<object>('ws-session-end.json'), conversationId: 'abc' });
    await until(() => seen.length === 3);
    expect(seen).toMatchObject([
      { type: 'LAUNCH', headers: { bot: 'support-bot' } },
      { type: 'TEXT', text: 'bye' },
      { type: 'SESSION_END', reason: 'client-disconnected' },
    ]);
    expect(platform.receiver.calls.size).toBe(0);
  });

  test('the caller is known before the start, and without one', async () => {
    const { gateway, seen } = await call();
    const line = await session(gateway, 'abc');
    line.send(activities('abc', { type: 'message', text: 'Hello' }));
    await line.activities(1);
    expect(seen).toMatchObject([{ type: 'TEXT', from: '+12025550143' }]);
  });

  test('it is accepted before a slow start', async () => {
    const { gateway, seen } = await call(() => new Promise(() => {}));
    const line = await session(gateway);
    line.send(activities('abc', START));
    await until(() => seen.length === 1);
    line.send({ type: 'userStream.start' });
    expect(await line.frame(2)).toMatchObject({ type: 'userStream.started' });
  });

  test('words interrupt what is being thought about, and what was thought of is dropped', async () => {
    const { gateway } = await call(async function (this, { text }) {
      if (text === 'first') {
        await new Promise((resolve) => this.jovo.abortSignal?.addEventListener('abort', resolve));
        await this.$send(callOutput(say('stale')));
      } else await this.$send(callOutput(say(`re: ${text}`)));
    });
    const line = await session(gateway);
    line.send(activities('abc', { type: 'message', text: 'first' }));
    await new Promise((resolve) => setTimeout(resolve, 30));
    line.send(activities('abc', { type: 'message', text: 'second' }));
    expect(gist(await line.activities(1))).toEqual(['say: re: second']);
  });

  test('a call goes on over a new socket, with what could not leave', async () => {
    let release = () => {};
    const { gateway, types } = await call(async function (this, { text }) {
      if (text !== 'slow') return;
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      await this.$send(callOutput(say('still with you')));
    });
    const lost = await session(gateway);
    lost.send(activities('abc', START, { type: 'message', text: 'slow' }));
    await until(() => types().length === 2);
    lost.socket.terminate();
    await new Promise((resolve) => setTimeout(resolve, 30));
    release();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const line = await gateway.dial();
    line.send({ type: 'session.resume', conversationId: 'abc' });
    expect(await line.frame(1)).toEqual({
      type: 'session.accepted',
      conversationId: 'abc',
      mediaFormat: 'raw/lpcm16',
    });
    expect(gist(await line.activities(1))).toEqual(['say: still with you']);
    line.send(activities('abc', { type: 'message', text: 'thanks' }));
    await until(() => types().length === 3);
    expect(types()).toEqual(['LAUNCH', 'TEXT', 'TEXT']);
  });

  test('a greeting that nobody has read is said on the new socket; what was read is not said again', async () => {
    const { gateway, types } = await call();
    const lost = await gateway.dial();
    lost.send(initiate('abc'));
    await lost.frame(1);
    lost.socket.pause();
    lost.send(activities('abc', START));
    await until(() => types().length === 1);
    await new Promise((resolve) => setTimeout(resolve, 30));
    lost.socket.terminate();
    const line = await gateway.dial();
    line.send({ type: 'session.resume', conversationId: 'abc' });
    expect(gist(await line.activities(1))).toEqual(['say: LAUNCH']);
    await confirmed(line);
    line.socket.terminate();
    const third = await gateway.dial();
    third.send({ type: 'session.resume', conversationId: 'abc' });
    await third.frame(1);
    third.send(activities('abc', { type: 'message', text: 'Hello' }));
    expect(gist(await third.activities(1))).toEqual(['say: TEXT']);
  });

  test('a socket that is not replaced within a minute ends its call', async () => {
    const clock = new VirtualClock();
    const { gateway, types } = await call(undefined, { clock });
    const line = await session(gateway);
    line.send(activities('abc', START));
    await line.activities(1);
    line.socket.terminate();
    await until(() => clock.pending > 0);
    await clock.pass(59_999);
    expect(types()).toEqual(['LAUNCH']);
    await clock.pass(2);
    expect(types()).toEqual(['LAUNCH', 'SESSION_END']);
    const late = await gateway.dial();
    late.send({ type: 'session.resume', conversationId: 'abc' });
    expect(await late.frame(1)).toMatchObject({ type: 'session.error', reason: 'conversation not found' });
    await late.closed();
  });

  test('a live call that another socket asks for moves there; its streams begin anew', async () => {
    const { gateway, types } = await call();
    const first = await session(gateway);
    first.send(activities('abc', START));
    await first.activities(1);
    const second = await session(gateway);
    expect(await first.closed()).toBe(1000);
    second.send(activities('abc', { type: 'message', text: 'Hello' }));
    expect(gist(await second.activities(1))).toEqual(['say: TEXT']);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(types()).toEqual(['LAUNCH', 'TEXT']);
  });

  test('nothing is compressed, and a large frame is taken', async () => {
    const { gateway } = await call();
    const line = await session(gateway);
    expect(line.socket.extensions).toBe('');
    line.send({ type: 'userStream.start' });
    line.send({ type: 'userStream.chunk', audioChunk: 'A'.repeat(900_000) });
    line.send({ type: 'userStream.stop' });
    expect(await line.frame(3)).toMatchObject({ type: 'userStream.stopped' });
  });

  test('audio that nobody here listens to, or is expected from us, is told to the operator', async () => {
    const { gateway, warnings } = await call();
    const line = await session(gateway, 'abc', { expectAudioMessages: true });
    expect(warnings).toEqual([expect.stringContaining('directTTS')]);
    for (const type of ['userStream.start', 'userStream.stop', 'userStream.start']) line.send({ type });
    await line.frame(4);
    expect(warnings.slice(1)).toEqual([expect.stringContaining('directSTT')]);
  });

  test('repeated activities are worked on once', async () => {
    const { gateway, types } = await call();
    const line = await session(gateway);
    const hello = { id: 'one', type: 'message', text: 'Hello' };
    line.send(activities('abc', hello));
    line.send(activities('abc', hello));
    line.send(activities('abc', finished));
    await until(() => types().includes('ASSISTANT_SPEECH_ENDED'));
    expect(types()).toEqual(['TEXT', 'ASSISTANT_SPEECH_ENDED']);
  });

  describe('with ears and a voice of our own', () => {
    function fakeSpeech() {
      const sessions: SpeechSession[] = [];
      const log: unknown[] = [];
      const speech: Speech = {
        decodable: ['raw/mulaw', 'raw/lpcm16'],
        preferred: ['raw/mulaw'],
        open(session) {
          sessions.push(session);
          return {
            started: ({ participant }) => void log.push(['started', participant]),
            heard: (_stream, samples) => void log.push(['heard', samples.length]),
            stopped: ({ participant }) => void log.push(['stopped', participant]),
            markReached: (fields) => void log.push(['mark', fields.markId]),
            close: () => void log.push('closed'),
          };
        },
      };
      return { speech, sessions, log };
    }

    test('sound goes in, words come out, and sound goes back', async () => {
      const { speech, sessions, log } = fakeSpeech();
      const { gateway, seen } = await call(undefined, {}, { speech });
      const line = await session(gateway, 'abc', { expectAudioMessages: true });
      expect(line.frames[0]).toMatchObject({ mediaFormat: 'raw/mulaw' });
      line.send({ type: 'userStream.start', participant: 'caller' });
      line.send({
        ...json<object>('ws-user-stream-chunk-mulaw.json'),
        conversationId: 'abc',
        participant: 'caller',
      });
      line.send({ type: 'userStream.stop', participant: 'caller' });
      line.send({ type: 'playStream.mark.reached', markId: 'm' });
      await until(() => log.length === 4);
      expect(log).toEqual([
        ['started', 'caller'],
        ['heard', 160],
        ['stopped', 'caller'],
        ['mark', 'm'],
      ]);
      const [heard] = sessions;
      heard?.signal({ signal: 'hypothesis', text: 'what' });
      heard?.words('what time is it');
      await until(() => seen.length === 1);
      expect(seen).toMatchObject([{ type: 'TEXT', text: 'what time is it' }]);
      const id = heard?.play.start({ mediaFormat: 'raw/mulaw' }) ?? '';
      heard?.play.chunk(id, Buffer.from([255]));
      heard?.play.stop();
      await until(() => line.frames.at(-1)?.type === 'playStream.stop');
      expect(line.frames.map(({ type }) => type)).toEqual([
        'session.accepted',
        'userStream.started',
        'userStream.stopped',
        'userStream.speech.hypothesis',
        'activities',
        'playStream.start',
        'playStream.chunk',
        'playStream.stop',
      ]);
    });

    test('streams end with the socket, and nothing is played into one that is gone', async () => {
      const { speech, sessions, log } = fakeSpeech();
      const { gateway } = await call(undefined, {}, { speech });
      const line = await session(gateway, 'abc', { expectAudioMessages: true });
      line.send({ type: 'userStream.start' });
      const play = sessions[0]?.play;
      const id = play?.start({ mediaFormat: 'raw/mulaw' }) ?? '';
      await line.frame(3);
      line.socket.terminate();
      await until(() => log.includes('closed'));
      expect(log).toEqual([['started', undefined], ['stopped', undefined], 'closed']);
      expect(play?.chunk(id, Buffer.from([255]))).toBe(false);
      const again = await gateway.dial();
      again.send({ type: 'session.resume', conversationId: 'abc' });
      expect(await again.frame(1)).toMatchObject({ type: 'session.accepted', mediaFormat: 'raw/mulaw' });
      await until(() => sessions.length === 2);
      // What was agreed on goes on, and no id is used twice.
      expect(sessions[1]?.facts).toEqual(sessions[0]?.facts);
      expect(sessions[1]?.play.start({ mediaFormat: 'raw/mulaw' })).not.toBe(id);
    });

    test('a bot that only speaks audio refuses text', async () => {
      const { speech } = fakeSpeech();
      const { gateway } = await call(undefined, {}, { speech: { ...speech, audioOnly: true } });
      const line = await gateway.dial();
      line.send(initiate('abc', { expectAudioMessages: false }));
      expect(await line.frame(1)).toMatchObject({ type: 'session.error' });
      expect(await line.closed()).toBe(1000);
    });
  });
});
