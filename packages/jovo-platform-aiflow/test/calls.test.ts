import { callOutput, hangUp, say, transfer } from '@jovo-telephony/telephony';
import { settle, VirtualClock } from '@jovo-telephony/telephony/testing';
import { HangupOutput, type SipgateAiflowConfig, SpeakOutput, TransferOutput } from '../src';
import { event } from './support/fixtures';
import { gist, phoneLine } from './support/phone-line';
import { recordingApp } from './support/recording-app';

type Handler = NonNullable<Parameters<typeof recordingApp>[0]>;

async function phone(handler?: Handler, config: Partial<SipgateAiflowConfig> = {}) {
  const clock = new VirtualClock();
  const recorded = recordingApp(handler, { clock, ...config });
  await recorded.app.initialize();
  return { ...recorded, clock, calls: recorded.platform.receiver.calls, ...phoneLine(recorded.app) };
}

const start = event('session_start', 'c');
const end = event('session_end', 'c');
const ended = event('assistant_speech_ended', 'c');
const speak = (text: string, more = {}) => ({ type: 'user_speak', text, session: { id: 'c' }, ...more });
const key = (digit: string) => ({ type: 'dtmf_received', digit, session: { id: 'c' } });

describe('the session over a call', () => {
  test('later events fill up from earlier ones, and an empty caller number survives', async () => {
    const { post, seen } = await phone();
    await post(event('session_start_anonymous_no_direction', 'c'));
    await post(speak('Hallo'));
    const { to_phone_number } = event('session_start_anonymous_no_direction').session as {
      to_phone_number?: string;
    };
    expect(seen[1]).toMatchObject({ from: '', to: to_phone_number, isNew: false });
    await post({ ...speak('x'), session: { id: 'c', from_phone_number: '49211' } });
    expect(seen[2]).toMatchObject({ from: '49211', to: to_phone_number });
  });

  test('what an app does to its session does not change the call', async () => {
    const { post, seen } = await phone(function () {
      if (this.$session.sessionInfo) this.$session.sessionInfo.id = 'stolen';
      return this.$send('x');
    });
    await post(start);
    expect((await post(speak('Hallo'))).body).toMatchObject({ actions: [{ session_id: 'c' }] });
    expect(seen[1]?.from).toBe('4915790000001');
  });

  test('after its end late events are ignored, on both transports; a second end too', async () => {
    const { post, socket, types, calls } = await phone();
    await post(start);
    expect(await post(end)).toEqual({ status: 204 });
    expect(calls.size).toBe(0);
    for (const late of [speak('Hallo'), ended, end, key('1')])
      expect(await post(late)).toEqual({ status: 204 });
    const line = socket();
    await line.say(speak('Hallo'));
    expect(line.frames).toEqual([]);
    expect(types()).toEqual(['LAUNCH', 'SESSION_END']);
    expect(calls.size).toBe(0);
  });

  test('late events are ignored while the end is still being handled', async () => {
    let release = () => {};
    const { post, types } = await phone(function ({ type }) {
      return type === 'SESSION_END' ? new Promise<void>((resolve) => (release = resolve)) : this.$send(type);
    });
    await post(start);
    const over = post(end);
    await settle();
    expect(await post(speak('Hallo'))).toEqual({ status: 204 });
    const again = post(start);
    release();
    await over;
    expect(gist(await again)).toEqual(['say: LAUNCH']);
    expect(types()).toEqual(['LAUNCH', 'SESSION_END', 'LAUNCH']);
  });

  test('the same id can be called again, as a new call', async () => {
    const { post, seen } = await phone();
    await post(start);
    await post(end);
    await post(start);
    expect(seen.map(({ isNew }) => isNew)).toEqual([true, false, true]);
  });

  test('is over after four hours without an event, which the app hears', async () => {
    const { post, types, calls, clock } = await phone();
    await post(start);
    await clock.pass(4 * 3_600_000 - 1);
    await post(event('session_start', 'other'));
    expect(types()).toEqual(['LAUNCH', 'LAUNCH']);
    await clock.pass(60_001);
    await post(event('user_speak', 'other'));
    await settle();
    expect([...types()].sort()).toEqual(['LAUNCH', 'LAUNCH', 'SESSION_END', 'TEXT']);
    expect(calls.size).toBe(1);
  });

  test('is over 15 minutes after a transfer', async () => {
    const target = { targetPhoneNumber: '49211', callerIdName: 'x', callerIdNumber: '49212' };
    const { post, calls, clock } = await phone(function () {
      return this.$send(TransferOutput, target);
    });
    await post(start);
    await clock.pass(15 * 60_000 + 1);
    await post(event('assistant_speech_ended', 'other'));
    await settle();
    expect(calls.find('c')).toBeUndefined();
  });

  test('the end of idle calls does not hold up or reorder the events of others', async () => {
    const { post, types, clock } = await phone(function ({ type, text }) {
      if (type === 'SESSION_END') return new Promise(() => {});
      return this.$send(String(text));
    });
    await post(start);
    await clock.pass(4 * 3_600_000 + 60_000);
    const answers = [post(event('user_speak', 'other')), post(event('user_input_timeout', 'other'))];
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200]);
    expect(types().filter((type) => type !== 'SESSION_END')).toEqual([
      'LAUNCH',
      'TEXT',
      'USER_INPUT_TIMEOUT',
    ]);
  });
});

describe('interruptions', () => {
  test('a legacy barge-in and the same words within 2 s are one', async () => {
    const { post, types, clock, seen } = await phone();
    const bargeIn = { type: 'user_barge_in', text: 'Stopp', session: { id: 'c' } };
    expect(gist(await post(bargeIn))).toEqual(['say: USER_BARGE_IN']);
    expect(await post(speak('Stopp'))).toEqual({ status: 204 });
    expect(gist(await post(speak('Stopp')))).toEqual(['say: TEXT']);
    await post(bargeIn);
    await clock.pass(2_001);
    await post(speak('Stopp'));
    await post(bargeIn);
    await post(speak('Etwas anderes'));
    expect(types()).toEqual(['USER_BARGE_IN', 'TEXT', 'USER_BARGE_IN', 'TEXT', 'USER_BARGE_IN', 'TEXT']);
    expect(seen.at(-1)?.bargeInCount).toBe(3);
  });

  test('abort the running turn before the new one is queued, and what it says then is dropped', async () => {
    const order: string[] = [];
    const { post } = await phone(async function ({ text }) {
      order.push(`begin ${text}`);
      this.jovo.abortSignal?.addEventListener('abort', () => order.push(`abort ${text}`));
      await new Promise((resolve) => setTimeout(resolve, 20));
      await this.$send(`answer to ${text}`);
      order.push(`end ${text}`);
    });
    const first = post(speak('one'));
    await settle();
    const second = post(speak('two'));
    order.push('two has arrived');
    expect(gist(await first)).toEqual([]);
    expect(gist(await second)).toEqual(['say: answer to two']);
    expect(order).toEqual(['begin one', 'abort one', 'two has arrived', 'end one', 'begin two', 'end two']);
  });

  test('a cut-off handler that throws does not apologise', async () => {
    const { post } = await phone(async function ({ text }) {
      if (text === 'two') return this.$send('second');
      await new Promise((_, reject) =>
        this.jovo.abortSignal?.addEventListener('abort', () => reject(new Error('cut'))),
      );
    });
    const first = post(speak('one'));
    await settle();
    expect(gist(await post(speak('two')))).toEqual(['say: second']);
    expect(gist(await first)).toEqual([]);
  });

  test('a handler that hangs is left behind', async () => {
    const { post, clock } = await phone(function ({ text }) {
      return text === 'one' ? new Promise(() => {}) : this.$send(String(text));
    });
    const line = phoneLine((await phone()).app); // another app: untouched by the first
    void post(speak('one'));
    await settle();
    const second = post(speak('two'));
    await clock.pass(1_500);
    expect(gist(await second)).toEqual(['say: two']);
    expect(gist(await line.post(speak('x')))).toEqual(['say: TEXT']);
  });

  test('cancelPendingOperations spares the turn that asks and those behind it', async () => {
    const { post } = await phone(async function ({ type, digit }) {
      if (type === 'USER_BARGE_IN') {
        await settle();
        const before = this.jovo.abortSignal;
        this.jovo.cancelPendingOperations?.();
        expect([before?.aborted, this.jovo.abortSignal?.aborted]).toEqual([true, false]);
      }
      return this.$send(digit ?? 'go on');
    });
    const bargeIn = post(speak('Halt', { barged_in: true }));
    const pressed = post(key('5'));
    expect(gist(await bargeIn)).toEqual(['say: go on']);
    expect(gist(await pressed)).toEqual(['say: 5']);
  });
});

describe('a repeated session_start', () => {
  const to = { targetPhoneNumber: '49211', callerIdName: 'x', callerIdNumber: '49212' };

  test('is a failed transfer if one with a timeout is under way', async () => {
    const { post, types, seen } = await phone(function ({ type }) {
      return type === 'TEXT' ? this.$send(TransferOutput, { ...to, timeout: 30 }) : this.$send(type);
    });
    await post(start);
    await post(speak('Verbinden'));
    expect(gist(await post(start))).toEqual(['say: TRANSFER_FAILED']);
    await post(start);
    expect(types()).toEqual(['LAUNCH', 'TEXT', 'TRANSFER_FAILED', 'LAUNCH']);
    expect(seen.map(({ isNew }) => isNew)).toEqual([true, false, false, false]);
  });

  test('is the same call without one', async () => {
    const { post, seen, calls } = await phone();
    await post(start);
    await post(start);
    expect(seen.map(({ isNew }) => isNew)).toEqual([true, false]);
    expect(calls.size).toBe(1);
  });

  test.each([
    ['hangup', HangupOutput, {}],
    ['transfer', TransferOutput, to],
  ])('after %s nothing is sent any more', async (type, output, options) => {
    const { post, warnings } = await phone(async function (seen) {
      if (seen.type !== 'LAUNCH') return this.$send('too late');
      await this.$send(output, options as never);
      await this.$send(SpeakOutput, { message: 'never heard' });
    });
    expect(gist(await post(start))).toEqual([type]);
    expect(await post(speak('Hallo'))).toEqual({ status: 204 });
    expect(warnings.at(-1)).toMatch('hung up or transferred');
  });
});

describe('what must be heard first', () => {
  const bye: Handler = function ({ type }) {
    if (type === 'TEXT') return this.$send(callOutput(say('Auf Wiederhören.'), hangUp({ after: 'speech' })));
    if (type === 'USER_BARGE_IN') return this.$send('Ja?');
  };

  test('over HTTP the hang-up answers assistant_speech_ended', async () => {
    const { post } = await phone(bye);
    expect(gist(await post(speak('Tschüss')))).toEqual(['say: Auf Wiederhören.']);
    expect(gist(await post(event('assistant_speak', 'c')))).toEqual([]);
    expect(gist(await post(ended))).toEqual(['hangup']);
    expect(gist(await post(ended))).toEqual([]);
  });

  test('over HTTP silence after it will do as well: it is counted from the end of playback', async () => {
    const { post, clock } = await phone(bye);
    await post(speak('Tschüss'));
    // Told at once, it belongs to what was said before.
    expect(gist(await post(event('user_input_timeout', 'c')))).toEqual([]);
    await clock.pass(2_000);
    expect(gist(await post(event('user_input_timeout', 'c')))).toEqual(['hangup']);
  });

  test.each(['webhook', 'socket'])(
    'silence told while an answer is under way finds it being said (%s)',
    async (way) => {
      const speaking: unknown[] = [];
      const world = await phone(async function ({ type }) {
        if (type === 'USER_INPUT_TIMEOUT') {
          speaking.push(this.jovo.line?.speaking);
          return;
        }
        await new Promise<void>((resolve) => world.clock.after(500, resolve));
        await this.$send('Wir haben von acht bis siebzehn Uhr geöffnet.');
      });
      const { post, socket, clock } = world;
      const line = socket();
      const send = (raw: unknown) => (way === 'socket' ? line.say(raw) : post(raw));
      const answer = send(speak('Wann haben Sie geöffnet?'));
      const silence = send(event('user_input_timeout', 'c'));
      await clock.pass(600);
      await Promise.all([answer, silence]);
      expect(speaking).toEqual([true]);
    },
  );

  test('over HTTP the next event takes it along when the end was never reported', async () => {
    const { post, clock } = await phone(bye);
    await post(speak('Tschüss'));
    await clock.pass(3_000);
    expect(gist(await post(key('1')))).toEqual([]);
    await clock.pass(5_000);
    expect(gist(await post(key('1')))).toEqual(['hangup']);
  });

  test('an event that takes no action leaves it to the next one', async () => {
    const { post, clock } = await phone(bye);
    await post(speak('Tschüss'));
    await clock.pass(10_000);
    expect(gist(await post(event('unknown_future_event', 'c')))).toEqual([]);
    expect(gist(await post(ended))).toEqual(['hangup']);
  });

  test('on a socket it leaves with assistant_speech_ended', async () => {
    const { socket } = await phone(bye);
    const line = socket();
    await line.say(speak('Tschüss'));
    expect(line.frames.map(gist)).toEqual([['say: Auf Wiederhören.']]);
    await line.say(ended);
    expect(line.frames.map(gist)).toEqual([['say: Auf Wiederhören.'], ['hangup']]);
  });

  test('on a socket a timer is the net: estimated speech and 5 s', async () => {
    const { socket, clock } = await phone(bye);
    const line = socket();
    await line.say(speak('Tschüss'));
    const speechMs = Math.round((16 / 14) * 1000) + 400;
    await clock.pass(speechMs + 4_999);
    expect(line.frames).toHaveLength(1);
    await clock.pass(1);
    expect(line.frames.map(gist)).toEqual([['say: Auf Wiederhören.'], ['hangup']]);
    await clock.pass(60_000);
    expect(line.frames).toHaveLength(2);
    expect(clock.pending).toBe(0);
  });

  test('new words drop it', async () => {
    const { socket, clock } = await phone(bye);
    const line = socket();
    await line.say(speak('Tschüss'));
    await line.say(speak('Halt, noch etwas', { barged_in: true }));
    await clock.pass(60_000);
    await line.say(ended);
    expect(line.frames.map(gist)).toEqual([['say: Auf Wiederhören.'], ['say: Ja?']]);
  });

  test('a transfer waits likewise; without anything being said it leaves at once', async () => {
    const to = { number: '+49 211-1', displayName: 'A', displayNumber: '49212', after: 'speech' as const };
    const { post } = await phone(function ({ text }) {
      return this.$send(text ? callOutput(say('Ich verbinde.'), transfer(to)) : callOutput(transfer(to)));
    });
    expect(gist(await post(speak('Mensch')))).toEqual(['say: Ich verbinde.']);
    expect(gist(await post(ended))).toEqual(['transfer']);
    expect(gist(await post(event('user_input_timeout', 'other')))).toEqual(['transfer']);
  });
});
