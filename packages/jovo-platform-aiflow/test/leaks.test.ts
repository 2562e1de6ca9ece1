import { settle, VirtualClock } from '@jovo-telephony/telephony/testing';
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
