import { SharedKeeper, SharedStore } from '@jovo-telephony/platform-base/testing';
import { callOutput, hangUp, say } from '@jovo-telephony/telephony';
import { VirtualClock } from '@jovo-telephony/telephony/testing';
import { ConfigureTranscriptionOutput, TransferOutput } from '../src';
import { event } from './support/fixtures';
import { gist, phoneLine } from './support/phone-line';
import { recordingApp } from './support/recording-app';

type Handler = NonNullable<Parameters<typeof recordingApp>[0]>;

/** Two processes that share their calls, as behind a load balancer or on Lambda. */
async function two(handler?: Handler) {
  const clock = new VirtualClock();
  const store = new SharedStore();
  const open = async () => {
    const recorded = recordingApp(handler, { clock, keeper: new SharedKeeper(store, clock) });
    await recorded.app.initialize();
    return { ...recorded, ...phoneLine(recorded.app) };
  };
  return { clock, a: await open(), b: await open() };
}

const start = event('session_start', 'c');
const ended = event('assistant_speech_ended', 'c');
const speak = (text: string, more = {}) => ({ type: 'user_speak', text, session: { id: 'c' }, ...more });

test('the session is known to both', async () => {
  const { a, b } = await two();
  await a.post(start);
  await b.post(speak('Hallo', { barged_in: true }));
  expect(b.seen[0]).toMatchObject({ from: '4915790000001', isNew: false, bargeInCount: 1 });
});

test('a legacy barge-in and the same words elsewhere are one', async () => {
  const { a, b, clock } = await two();
  await a.post({ type: 'user_barge_in', text: 'Stopp', session: { id: 'c' } });
  await clock.pass(1_000);
  expect(await b.post(speak('Stopp'))).toEqual({ status: 204 });
});

test('languages that were set hold for recognition settings elsewhere', async () => {
  const { a, b } = await two(function ({ type }) {
    return type === 'LAUNCH'
      ? this.$send(ConfigureTranscriptionOutput, { languages: ['de-DE'] })
      : this.$send(ConfigureTranscriptionOutput, { vad: { end_of_turn_silence_ms: 900 } });
  });
  await a.post(start);
  const { body } = await b.post(speak('x'));
  expect(JSON.parse(JSON.stringify(body))).toMatchObject({ languages: ['de-DE'] });
});

test('a transfer that fails comes back to whoever hears of it', async () => {
  const to = { targetPhoneNumber: '49211', callerIdName: 'x', callerIdNumber: '49212', timeout: 30 };
  const { a, b } = await two(function ({ type }) {
    return type === 'TEXT' ? this.$send(TransferOutput, to) : this.$send(type);
  });
  await a.post(start);
  await b.post(speak('Verbinden'));
  expect(gist(await a.post(start))).toEqual(['say: TRANSFER_FAILED']);
});

test('a call that moves to a socket elsewhere takes its hang-up along, and is not ended by the loss of the first', async () => {
  const { a, b, clock } = await two(function ({ type }) {
    if (type === 'TEXT') return this.$send(callOutput(say('Tschüss.'), hangUp({ after: 'speech' })));
  });
  const first = a.socket();
  await first.say(speak('Ende'));
  expect(first.frames.map(gist)).toEqual([['say: Tschüss.']]);
  first.close();
  a.platform.receiver.connectionLost(first, 60_000);
  const second = b.socket();
  await second.say(event('assistant_speak', 'c'));
  await second.say(ended);
  expect(second.frames.map(gist)).toEqual([['hangup']]);
  await clock.pass(60_000);
  expect([...a.types(), ...b.types()]).not.toContain('SESSION_END');
});
