import { settle, VirtualClock } from '@jovo-telephony/telephony/testing';
import { AiflowCalls } from '../src/aiflow-calls';
import { event } from './support/fixtures';
import { phoneLine } from './support/phone-line';
import { recordingApp } from './support/recording-app';

const SCRIPT = [
  'session_start',
  'user_speech_started',
  'user_speak',
  'assistant_speech_ended',
  'user_speak_barged_in',
  'dtmf_received',
  'user_input_timeout',
  'session_end',
];

test('calls that are over leave nothing behind: no state, no timer, no listener', async () => {
  const clock = new VirtualClock();
  const { app, platform, seen } = recordingApp(undefined, { clock });
  await app.initialize();
  const { post, socket } = phoneLine(app);
  const { calls } = platform.receiver;
  const line = socket();
  for (let number = 0; number < 100; number += 1) {
    for (const name of SCRIPT) {
      await post(event(name, `http-${number}`));
      await line.say(event(name, `ws-${number}`));
    }
  }
  await settle();
  expect(seen).toHaveLength(2 * 100 * SCRIPT.length);
  expect(calls.size).toBe(0);
  expect(clock.pending).toBe(0);
});

test('a call that lives long gathers no listeners', async () => {
  const { app, platform } = recordingApp(undefined, { clock: new VirtualClock() });
  await app.initialize();
  const { post } = phoneLine(app);
  await post(event('session_start', 'c'));
  const call = platform.receiver.calls.find('c');
  const { signal } = call?.queue ?? {};
  const add = jest.spyOn(signal as AbortSignal, 'addEventListener');
  const remove = jest.spyOn(signal as AbortSignal, 'removeEventListener');
  for (let turn = 0; turn < 50; turn += 1) await post(event('dtmf_received', 'c'));
  await settle();
  expect(add.mock.calls.length).toBe(remove.mock.calls.length);
  expect((Reflect.get(call as object, 'listeners') as Set<unknown>).size).toBe(0);
});

describe('calls that have ended are remembered, but not for ever and not without number', () => {
  const limits = { idleMs: 1_000, idleAfterTransferMs: 100, rememberEndedMs: 500, maxRememberedEnded: 3 };
  const endedCalls = (...ids: string[]) => {
    const clock = new VirtualClock();
    const calls = new AiflowCalls(clock, limits);
    for (const id of ids) calls.end(calls.open(id));
    return { calls, clock };
  };

  test('for a while', async () => {
    const { calls, clock } = endedCalls('a');
    await clock.pass(500);
    expect(calls.hasEnded('a')).toBe(true);
    await clock.pass(1);
    expect(calls.hasEnded('a')).toBe(false);
  });

  test('the last few', () => {
    const { calls } = endedCalls('a', 'b', 'c', 'd');
    expect(['a', 'b', 'c', 'd'].map((id) => calls.hasEnded(id))).toEqual([false, true, true, true]);
  });

  test('until they start again; the end of an earlier call of that id is not the end of this one', () => {
    const { calls } = endedCalls();
    const first = calls.open('a');
    calls.end(first);
    const second = calls.open('a');
    calls.end(first);
    expect(calls.find('a')).toBe(second);
    expect(calls.hasEnded('a')).toBe(false);
  });

  test('ids that are names of object members are ids', () => {
    const { calls } = endedCalls('__proto__', 'constructor');
    expect(calls.hasEnded('__proto__')).toBe(true);
    expect(calls.hasEnded('toString')).toBe(false);
    expect(calls.find('hasOwnProperty')).toBeUndefined();
  });
});
