import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, BaseComponent, Component, Handle, Intents, TestSuite } from '@jovotech/framework';
import {
  InputType,
  type SipgateAiflowConfig,
  SipgateAiflowPlatform,
  SipgateAiflowRequestBuilder,
  SpeakOutput,
} from '../src';
import { gist, phoneLine } from './support/phone-line';
import { quiet } from './support/quiet';
import { recordingApp } from './support/recording-app';

/* The README's way of testing an app, and its sample requests. */
beforeAll(quiet);

@Component()
class MyComponent extends BaseComponent {
  LAUNCH() {
    return this.$send(SpeakOutput, { message: 'Welcome!', sessionId: this.$session.sessionInfo?.id });
  }
  @Intents('HelpIntent')
  helpHandler() {
    return this.$send(SpeakOutput, { message: 'I can help.', sessionId: this.$session.sessionInfo?.id });
  }
  @Handle({ types: [InputType.DTMF_RECEIVED] })
  key() {
    return this.$send(`key ${this.$input.digit}`);
  }
}

const app = () => new App({ components: [MyComponent], plugins: [new SipgateAiflowPlatform()] });

describe.each([
  ['the default platform', undefined],
  ['our platform', SipgateAiflowPlatform],
])('TestSuite with %s', (_name, platform) => {
  const testSuite = new TestSuite({
    stage: 'dev',
    locale: 'en-US',
    app: app(),
    ...(platform ? { platform: platform as never } : {}),
  });

  beforeEach(() => {
    testSuite.$session.sessionInfo = {
      id: 'test-session-id',
      account_id: 'test-account',
      phone_number: '+1234567890',
    };
  });

  test('should handle help intent', async () => {
    await testSuite.run({ type: InputType.Launch });
    const { output } = await testSuite.run({ intent: 'HelpIntent' });
    expect(output.length).toBe(1);
    const part = output[0]?.platforms?.['sipgate-aiflow'] as { text?: string } | undefined;
    expect(part?.text).toBe('I can help.');
  });

  test('fields of a call can be given to an input', async () => {
    await testSuite.run({ type: InputType.Launch });
    const { output } = await testSuite.run({ type: InputType.DTMF_RECEIVED, digit: '5' });
    expect(output[0]?.message).toBe('key 5');
  });
});

const suite = new TestSuite({ app: app(), platform: SipgateAiflowPlatform as never });
test('a TestSuite with our platform sees what would go out', async () => {
  const { response } = await suite.run({ type: InputType.Launch });
  expect(gist(JSON.parse(JSON.stringify(response)))).toEqual(['say: Welcome!']);
  const request = new SipgateAiflowRequestBuilder().launch({
    type: 'dtmf_received',
    digit: '7',
    session: { id: 'test-session-key' },
  });
  expect(request.getInput()).toMatchObject({ type: 'DTMF_RECEIVED', digit: '7' });
  expect(() => new SipgateAiflowRequestBuilder().launch({ type: 'x' })).toThrow('Not an AI Flow event');
});

describe('sample requests', () => {
  const folder = join(__dirname, '../sample-requests');
  const table: Record<string, string> = {
    'SessionStart.json': 'LAUNCH',
    'UserSpeak.json': 'TEXT',
    'UserBargeIn.json': 'USER_BARGE_IN',
    'UserSpeakBargedIn.json': 'USER_BARGE_IN',
    'UserSpeechStarted.json': 'USER_SPEECH_STARTED',
    'Dtmf.json': 'DTMF_RECEIVED',
    'AssistantSpeak.json': 'ASSISTANT_SPEAK',
    'AssistantSpeechEnded.json': 'ASSISTANT_SPEECH_ENDED',
    'UserInputTimeout.json': 'USER_INPUT_TIMEOUT',
    'SmsFailed.json': 'SMS_FAILED',
    'SessionEnd.json': 'SESSION_END',
  };
  test('all of the README are here', () =>
    expect(readdirSync(folder).sort()).toEqual(Object.keys(table).sort()));

  test.each(Object.entries(table))('%s', async (file, type) => {
    const { app: recorder, types } = recordingApp();
    await phoneLine(recorder).post(JSON.parse(readFileSync(join(folder, file), 'utf8')));
    expect(types()).toEqual([type]);
  });
});

describe('configuration', () => {
  const configOf = (config?: Partial<SipgateAiflowConfig>) => new SipgateAiflowPlatform(config).config;

  test('defaults', () => {
    expect(configOf()).toMatchObject({
      tts: { provider: 'azure', language: 'en-US', voice: 'en-US-JennyNeural' },
      bargeIn: { strategy: 'minimum_characters', minimum_characters: 3 },
      userInputTimeoutSec: 4,
      debug: false,
    });
    expect(configOf().apiKey).toBeUndefined();
    expect(configOf().asyncOutput).toBeUndefined();
  });

  test('what is given wins, a voice and a strategy as a whole', () => {
    const config = configOf({
      apiKey: 'k',
      debug: true,
      tts: { provider: 'eleven_labs', voice: 'x' },
      bargeIn: { strategy: 'immediate', allow_after_ms: 500 },
      userInputTimeoutSec: 5,
    });
    expect(config).toMatchObject({ apiKey: 'k', debug: true, userInputTimeoutSec: 5 });
    expect(config.tts).toEqual({ provider: 'eleven_labs', voice: 'x' });
    expect(config.bargeIn).toEqual({ strategy: 'immediate', allow_after_ms: 500 });
  });

  test('an output has the last word, then the configuration, then the default', async () => {
    const tts = { provider: 'azure', language: 'de-DE', voice: 'de-DE-KatjaNeural' };
    const { app: recorder } = recordingApp(
      function () {
        return this.$send(SpeakOutput, { message: 'x', userInputTimeoutSec: 9 });
      },
      { tts, userInputTimeoutSec: 5 },
    );
    const { body } = await phoneLine(recorder).post({ type: 'session_start', session: { id: 'c' } });
    expect(JSON.parse(JSON.stringify(body))).toMatchObject({
      tts,
      user_input_timeout_seconds: 9,
      barge_in: { strategy: 'minimum_characters', minimum_characters: 3 },
    });
  });
});
