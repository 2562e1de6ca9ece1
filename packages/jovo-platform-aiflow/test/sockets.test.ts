import { callOutput, say } from '@jovo-telephony/telephony';
import { settle, VirtualClock } from '@jovo-telephony/telephony/testing';
import { BaseComponent, Component, Global, Handle } from '@jovotech/framework';
import { InputType, type SipgateAiflowConfig } from '../src';
import { event } from './support/fixtures';
import { gist, phoneLine } from './support/phone-line';
import { appOf, recordingApp } from './support/recording-app';
import { type Rig, rig } from './support/rig';

type Handler = NonNullable<Parameters<typeof recordingApp>[0]>;

const speak = (text: string, id = 'c', more = {}) => ({ type: 'user_speak', text, session: { id }, ...more });

let open: Rig | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});

async function realServer(handler?: Handler, config: Partial<SipgateAiflowConfig> = {}, doors = {}) {
  const recorded = recordingApp(handler, config);
  open = await rig(recorded.app, doors);
  return { ...recorded, server: open };
}

async function virtualPhone(handler?: Handler, config: Partial<SipgateAiflowConfig> = {}) {
  const clock = new VirtualClock();
  const recorded = recordingApp(handler, { clock, ...config });
  await recorded.app.initialize();
  return { ...recorded, clock, ...phoneLine(recorded.app) };
}

const texts = (frames: unknown[]) => frames.flat().map((frame) => (frame as { text: string }).text);

describe('frames', () => {
  test('leave at once and in the order in which they were sent', async () => {
    const { server } = await realServer(async function ({ text }) {
      for (let piece = 0; piece < 20; piece += 1) {
        await this.$send(`${text}.${piece}`);
        if (piece % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 3));
      }
    });
    const line = await server.dial();
    for (const digit of ['1', '2', '3']) line.send({ type: 'dtmf_received', digit, session: { id: 'c' } });
    await line.frame(60);
    expect(texts(line.frames)).toHaveLength(60);
    expect(texts(line.frames).map((text) => Number(text.split('.')[1]))).toEqual(
      Array.from({ length: 60 }, (_, piece) => piece % 20),
    );
  });

  test('what one $send holds is one frame', async () => {
    const { server } = await realServer(async function () {
      await this.$send(callOutput({ type: 'stop_speaking' }, say('Ja?')));
      await this.$send([{ message: 'a' }, { message: 'b' }]);
    });
    const line = await server.dial();
    line.send(speak('x'));
    await line.frame(2);
    expect(line.frames.map(gist)).toEqual([['barge_in', 'say: Ja?'], ['say: a b']]);
  });

  test('nothing is said when there is nothing to say, and no greeting by the socket itself', async () => {
    const { server } = await realServer(() => undefined);
    const line = await server.dial();
    for (const name of ['session_start', 'user_speak', 'session_end']) line.send(event(name));
    await line.settle();
    expect(line.frames).toEqual([]);
  });
});

describe('calls and sockets are not tied to each other', () => {
  test('two calls on one socket, handled side by side', async () => {
    const { server } = await realServer(async function ({ text }) {
      if (text === 'slow') await new Promise((resolve) => setTimeout(resolve, 60));
      await this.$send(String(text));
    });
    const line = await server.dial();
    line.send(speak('slow', 'one'));
    line.send(speak('fast', 'two'));
    await line.frame(2);
    expect(line.frames).toMatchObject([
      { session_id: 'two', text: 'fast' },
      { session_id: 'one', text: 'slow' },
    ]);
  });

  test('one call that moves to another socket goes on there, in mid-turn too', async () => {
    const { server, types, seen } = await realServer(
      async function ({ text }) {
        if (text === 'slow') await new Promise((resolve) => setTimeout(resolve, 80));
        await this.$send(String(text));
      },
      {},
      { graceMs: 50 },
    );
    const first = await server.dial();
    first.send(speak('before'));
    await first.frame(1);
    first.send(speak('slow'));
    await first.settle();
    first.socket.terminate();
    const second = await server.dial();
    second.send({ type: 'assistant_speak', session: { id: 'c' } });
    await second.frame(1);
    expect(texts(second.frames)[0]).toBe('slow');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(types()).not.toContain('SESSION_END');
    expect(seen).toHaveLength(3);
  });

  test('what could not leave on a broken connection leaves on the next one, unless it has become stale', async () => {
    const { socket } = await virtualPhone(async function ({ text }) {
      await settle();
      await this.$send(String(text));
    });
    const first = socket();
    const turn = first.say(speak('question'));
    first.close();
    await turn;
    const second = socket();
    await second.say({ type: 'dtmf_received', digit: '1', session: { id: 'c' } });
    expect(second.frames.map(gist)[0]).toEqual(['say: question']);

    const again = second.say(speak('old'));
    second.close();
    await again;
    const third = socket();
    await third.say(speak('new'));
    expect(third.frames.map(gist)).toEqual([['say: new']]);
  });

  test('a lost socket ends its calls after the grace period, once', async () => {
    const { server, types, platform } = await realServer(undefined, {}, { graceMs: 40 });
    const line = await server.dial();
    line.send(event('session_start', 'one'));
    line.send(event('session_start', 'two'));
    await line.frame(2);
    line.socket.close();
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(types()).toEqual(['LAUNCH', 'LAUNCH', 'SESSION_END', 'SESSION_END']);
    expect(platform.receiver.calls.size).toBe(0);
  });
});

describe('a sound that may become words', () => {
  const started = event('user_speech_started', 'c');
  const slow: Handler = async function ({ type, text }) {
    if (type !== 'TEXT') return;
    await settle();
    await this.$send(`answer to ${text}`);
  };

  test('aborts what is being thought, and words make it stale', async () => {
    const { socket } = await virtualPhone(slow);
    const line = socket();
    const first = line.say(speak('one'));
    await line.say(started);
    await first;
    await line.say(speak('two'));
    expect(line.frames.map(gist)).toEqual([['say: answer to two']]);
  });

  test('was noise if no words follow within 6 s: the answer is given after all, and the app is told', async () => {
    const { socket, clock, types } = await virtualPhone(slow);
    const line = socket();
    const turn = line.say(speak('one'));
    await line.say(started);
    await turn;
    await clock.pass(5_999);
    expect(line.frames).toEqual([]);
    await clock.pass(1);
    expect(line.frames.map(gist)).toEqual([['say: answer to one']]);
    expect(types()).toEqual(['TEXT', 'USER_SPEECH_STARTED', 'USER_SPEECH_ABANDONED']);
    expect(clock.pending).toBe(0);
  });

  /** A call in which something is being said, and more is prepared, when the caller makes a sound. */
  async function soundOverSpeech() {
    let prepared = () => {};
    const phone = await virtualPhone(async function ({ type, text }) {
      if (type !== 'TEXT') return;
      await this.$send('a first sentence that takes a while');
      await new Promise<void>((resolve) => {
        prepared = resolve;
      });
      await this.$send(`answer to ${text}`);
    });
    const line = phone.socket();
    const turn = line.say(speak('one'));
    await settle();
    const sound = line.say(started);
    prepared();
    await turn;
    await sound;
    return { ...phone, line };
  }

  test('over a voice that is heard to its end all the same was noise: the rest follows in a moment', async () => {
    const { clock, types, line } = await soundOverSpeech();
    await clock.pass(1_500);
    await line.say(event('assistant_speech_ended', 'c'));
    await clock.pass(699);
    expect(line.frames.map(gist)).toEqual([['say: a first sentence that takes a while']]);
    await clock.pass(1);
    expect(line.frames.map(gist).at(-1)).toEqual(['say: answer to one']);
    await clock.pass(20_000);
    expect(types().filter((type) => type === 'USER_SPEECH_ABANDONED')).toHaveLength(1);
  });

  test('just before the voice ends may be an answer: it has six seconds', async () => {
    const { clock, line } = await soundOverSpeech();
    await clock.pass(300);
    await line.say(event('assistant_speech_ended', 'c'));
    await clock.pass(5_699);
    expect(line.frames).toHaveLength(1);
    await clock.pass(1);
    expect(line.frames).toHaveLength(2);
  });

  test('over a voice that it cuts off may be a long sentence: it has ten seconds', async () => {
    const { clock, line } = await soundOverSpeech();
    await clock.pass(9_999);
    expect(line.frames).toHaveLength(1);
    await clock.pass(1);
    expect(line.frames).toHaveLength(2);
  });

  test('an answer that comes even later is given, too', async () => {
    let answer = () => {};
    const { socket, clock } = await virtualPhone(async function ({ type, text }) {
      if (type !== 'TEXT') return;
      await new Promise<void>((resolve) => (answer = resolve));
      await this.$send(`answer to ${text}`);
    });
    const line = socket();
    void line.say(speak('one'));
    await settle();
    void line.say(started);
    await clock.pass(7_000);
    expect(line.frames).toEqual([]);
    answer();
    await settle();
    expect(line.frames.map(gist)).toEqual([['say: answer to one']]);
  });

  test('a handler that gave up on the signal apologises once it was noise', async () => {
    const { socket, clock } = await virtualPhone(async function ({ type }) {
      if (type !== 'TEXT') return;
      await new Promise((_, reject) =>
        this.jovo.abortSignal?.addEventListener('abort', () => reject(new Error('aborted'))),
      );
    });
    const line = socket();
    void line.say(speak('one'));
    await settle();
    void line.say(started);
    await clock.pass(6_000);
    expect(line.frames.flatMap(gist)[0]).toMatch('Could you please say that again');
  });

  test('over HTTP, where it does not belong, it disturbs nothing', async () => {
    const { post } = await virtualPhone(slow);
    const turn = post(speak('one'));
    expect(await post(started)).toEqual({ status: 204 });
    expect(gist(await turn)).toEqual(['say: answer to one']);
  });

  test('an app that does not know about noise or failed transfers never hears of them', async () => {
    const heard: string[] = [];
    @Global()
    @Component()
    class OldApp extends BaseComponent {
      LAUNCH() {
        heard.push('LAUNCH');
      }
      @Handle({ types: [InputType.USER_SPEECH_STARTED] })
      started() {}
      @Handle({ types: [InputType.USER_SPEAK] })
      speech() {
        const to = { targetPhoneNumber: '49211', callerIdName: 'x', callerIdNumber: '49212', timeout: 5 };
        return this.$send({ platforms: { 'sipgate-aiflow': { type: 'transfer', ...wire(to) } } });
      }
      UNHANDLED() {
        heard.push(`UNHANDLED ${this.$input.type}`);
      }
    }
    const clock = new VirtualClock();
    const { app } = appOf([OldApp], { clock });
    const line = phoneLine(app).socket();
    await line.say(event('session_start', 'c'));
    await line.say(started);
    await clock.pass(5_000);
    await line.say(speak('Mensch'));
    expect(line.frames.map(gist)).toEqual([['transfer']]);
    await line.say(event('session_start', 'c'));
    expect(heard).toEqual(['LAUNCH', 'LAUNCH']);
  });
});

function wire(to: {
  targetPhoneNumber: string;
  callerIdName: string;
  callerIdNumber: string;
  timeout: number;
}) {
  return {
    target_phone_number: to.targetPhoneNumber,
    caller_id_name: to.callerIdName,
    caller_id_number: to.callerIdNumber,
    timeout: to.timeout,
  };
}

describe('asyncOutput: false on a socket', () => {
  test('everything leaves in one frame at the end of the turn, however long it takes', async () => {
    const { socket, clock } = await virtualPhone(
      async function () {
        await this.$send('one');
        await new Promise<void>((resolve) => clock.after(6_000, resolve));
        await this.$send(callOutput({ type: 'stop_speaking' }));
      },
      { asyncOutput: false },
    );
    const line = socket();
    void line.say(speak('x'));
    await clock.pass(6_000);
    expect(line.frames.map(gist)).toEqual([['say: one', 'barge_in']]);
  });

  test('a timer is the net for what must be heard first', async () => {
    const { socket, clock } = await virtualPhone(
      function () {
        return this.$send(callOutput(say('Tschüss'), { type: 'hang_up', after: 'speech' }));
      },
      { asyncOutput: false },
    );
    const line = socket();
    await line.say(speak('x'));
    await clock.pass(10_000);
    expect(line.frames.map(gist)).toEqual([['say: Tschüss'], ['hangup']]);
  });
});
