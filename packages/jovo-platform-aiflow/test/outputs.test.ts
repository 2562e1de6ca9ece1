import { type CallAction, callOutput, hangUp, say, sendSms } from '@jovo-telephony/telephony';
import type { BaseComponent, OutputTemplate } from '@jovotech/framework';
import {
  AudioOutput,
  BargeInOutput,
  BargeInStrategy,
  ConfigureTranscriptionOutput,
  ConfigureVoiceToVoiceOutput,
  EmptyOutput,
  HangupOutput,
  MixAudioOutput,
  SendSmsOutput,
  type SipgateAiflowConfig,
  SpeakOutput,
  TranscriptionProvider,
  TransferOutput,
} from '../src';
import { event } from './support/fixtures';
import { gist, phoneLine } from './support/phone-line';
import { recordingApp } from './support/recording-app';
import { wav } from './support/wav';

type Sends = (component: BaseComponent, sessionId: string) => unknown;

/** What leaves when a handler sends this, over both transports: they must not differ. */
async function leaving(sends: Sends, config: Partial<SipgateAiflowConfig> = {}) {
  const make = () =>
    recordingApp(function ({ sessionId }) {
      return sends(this, String(sessionId));
    }, config);
  const { app, warnings } = make();
  const answer = await phoneLine(app).post(event('user_speak', 'c'));
  const line = phoneLine(make().app).socket();
  await line.say(event('user_speak', 'c'));
  const http = answer.body === undefined ? [] : [JSON.parse(JSON.stringify(answer.body))].flat();
  return { http, ws: line.frames.flat(), status: answer.status, warnings };
}

const defaults = {
  tts: { provider: 'azure', language: 'en-US', voice: 'en-US-JennyNeural' },
  barge_in: { strategy: 'minimum_characters', minimum_characters: 3 },
  user_input_timeout_seconds: 4,
};
const audio = wav();

describe('every output class and what it becomes', () => {
  const tts = { provider: 'azure', language: 'de-DE', voice: 'de-DE-KatjaNeural' };
  const table: [name: string, sends: Sends, wire: object[]][] = [
    [
      'SpeakOutput',
      (c, sessionId) => c.$send(SpeakOutput, { message: 'Hi', sessionId }),
      [{ type: 'speak', text: 'Hi', ...defaults }],
    ],
    [
      'SpeakOutput with everything',
      (c, sessionId) =>
        c.$send(SpeakOutput, {
          message: 'Hi',
          sessionId,
          tts,
          bargeIn: { strategy: BargeInStrategy.IMMEDIATE, allow_after_ms: 500 },
          userInputTimeoutSec: 5,
          vad: { end_of_turn_silence_ms: 1000 },
        }),
      [
        {
          type: 'speak',
          text: 'Hi',
          tts,
          barge_in: { strategy: 'immediate', allow_after_ms: 500 },
          user_input_timeout_seconds: 5,
          vad: { end_of_turn_silence_ms: 1000 },
        },
      ],
    ],
    [
      'SpeakOutput: ssml overrides message',
      (c, sessionId) => c.$send(SpeakOutput, { message: 'Hi', ssml: '<speak>Ho</speak>', sessionId }),
      [{ type: 'speak', ssml: '<speak>Ho</speak>', ...defaults }],
    ],
    [
      'SpeakOutput: 0 switches the timeout off',
      (c) => c.$send(SpeakOutput, { message: 'Hi', userInputTimeoutSec: 0 }),
      [{ type: 'speak', text: 'Hi', tts: defaults.tts, barge_in: defaults.barge_in }],
    ],
    ['HangupOutput', (c, sessionId) => c.$send(HangupOutput, { sessionId }), [{ type: 'hangup' }]],
    ['BargeInOutput', (c, sessionId) => c.$send(BargeInOutput, { sessionId }), [{ type: 'barge_in' }]],
    ['EmptyOutput', (c) => c.$send(EmptyOutput), []],
    [
      'TransferOutput',
      (c, sessionId) =>
        c.$send(TransferOutput, {
          sessionId,
          targetPhoneNumber: '+49 123-4567890',
          callerIdName: 'Support',
          callerIdNumber: '490987654321',
          timeout: 30,
        }),
      [
        {
          type: 'transfer',
          target_phone_number: '491234567890',
          caller_id_name: 'Support',
          caller_id_number: '490987654321',
          timeout: 30,
        },
      ],
    ],
    [
      'AudioOutput',
      (c, sessionId) =>
        c.$send(AudioOutput, {
          audio,
          sessionId,
          bargeIn: { strategy: 'minimum_characters', minimum_characters: 5 },
        }),
      [{ type: 'audio', audio, barge_in: { strategy: 'minimum_characters', minimum_characters: 5 } }],
    ],
    [
      'MixAudioOutput',
      (c) => c.$send(MixAudioOutput, { audio, volume: 0.3 }),
      [{ type: 'mix_audio', audio, volume: 0.3 }],
    ],
    [
      'MixAudioOutput: stop',
      (c) => c.$send(MixAudioOutput, { stop: true }),
      [{ type: 'mix_audio', stop: true }],
    ],
    [
      'SendSmsOutput: its text is the message of the wire',
      (c, sessionId) =>
        c.$send(SendSmsOutput, { sessionId, phoneNumber: '4915790000687', text: 'Code ABC123' }),
      [{ type: 'send_sms', phone_number: '4915790000687', message: 'Code ABC123' }],
    ],
    [
      'ConfigureTranscriptionOutput',
      (c, sessionId) =>
        c.$send(ConfigureTranscriptionOutput, {
          sessionId,
          provider: TranscriptionProvider.DEEPGRAM,
          languages: ['de-DE', 'en-US'],
          customVocabulary: ['sipgate'],
          vad: { end_of_turn_silence_ms: 1200 },
        }),
      [
        {
          type: 'configure_transcription',
          provider: 'DEEPGRAM',
          languages: ['de-DE', 'en-US'],
          custom_vocabulary: ['sipgate'],
          vad: { end_of_turn_silence_ms: 1200 },
        },
      ],
    ],
    ['ConfigureTranscriptionOutput of nothing', (c) => c.$send(ConfigureTranscriptionOutput), []],
    [
      'ConfigureVoiceToVoiceOutput',
      (c) =>
        c.$send(ConfigureVoiceToVoiceOutput, {
          systemPrompt: 'Be kind.',
          greeting: 'Hi',
          temperature: 1,
          language: 'de',
        }),
      [
        {
          type: 'configure_voice_to_voice',
          system_prompt: 'Be kind.',
          greeting: 'Hi',
          temperature: 1,
          language: 'de',
        },
      ],
    ],
    ['a plain message', (c) => c.$send('Hi'), [{ type: 'speak', text: 'Hi', ...defaults }]],
    [
      'a message with speech and text',
      (c) => c.$send({ message: { speech: 'Hi', text: 'Hello' } }),
      [{ type: 'speak', text: 'Hi', ...defaults }],
    ],
    [
      'a message of markup',
      (c) => c.$send('<speak>Hi</speak>'),
      [{ type: 'speak', ssml: '<speak>Hi</speak>', ...defaults }],
    ],
    [
      'a platform part that only says how takes its words from the message',
      (c) => c.$send({ message: 'Hi', platforms: { 'sipgate-aiflow': { tts } } } as OutputTemplate),
      [{ type: 'speak', text: 'Hi', ...defaults, tts }],
    ],
    ['a template for another platform', (c) => c.$send({ platforms: { alexa: {} } } as OutputTemplate), []],
  ];

  test.each(table)('%s', async (_name, sends, wire) => {
    const expected = wire.map((action) => ({ ...action, session_id: 'c' }));
    const { http, ws, warnings } = await leaving(sends);
    expect(http).toEqual(expected);
    expect(ws).toEqual(expected);
    expect(warnings).toEqual([]);
  });

  test('of several messages one is drawn', async () => {
    const said = new Set<string>();
    for (let call = 0; call < 40; call += 1) {
      const { http } = await leaving((c) => c.$send(SpeakOutput, { message: ['a', 'b'] }));
      said.add(http[0].text);
    }
    expect([...said].sort()).toEqual(['a', 'b']);
  });
});

describe('portable actions', () => {
  const voice = { provider: 'azure', language: 'de-DE' };
  const table: [action: CallAction, wire: object][] = [
    [say('Hi'), { type: 'speak', text: 'Hi', ...defaults }],
    [
      say('Hi', {
        voice,
        interruption: { by: 'sound', notBeforeMs: 300 },
        inputTimeoutMs: 2500,
        endOfTurnSilenceMs: 400,
      }),
      {
        type: 'speak',
        text: 'Hi',
        tts: voice,
        barge_in: { strategy: 'immediate', allow_after_ms: 300 },
        user_input_timeout_seconds: 2.5,
        vad: { end_of_turn_silence_ms: 400 },
      },
    ],
    [
      { type: 'speak', ssml: '<speak>Hi</speak>' },
      { type: 'speak', ssml: '<speak>Hi</speak>', ...defaults },
    ],
    [
      { type: 'play', audio, interruption: { by: 'never' } },
      { type: 'audio', audio, barge_in: { strategy: 'none' } },
    ],
    [
      { type: 'background', audio, volume: 0.1 },
      { type: 'mix_audio', audio, volume: 0.1 },
    ],
    [{ type: 'background_stop' }, { type: 'mix_audio', stop: true }],
    [{ type: 'stop_speaking' }, { type: 'barge_in' }],
    [
      { type: 'listen', provider: 'AZURE', languages: ['de-DE'], vocabulary: ['x'], endOfTurnSilenceMs: 500 },
      {
        type: 'configure_transcription',
        provider: 'AZURE',
        languages: ['de-DE'],
        custom_vocabulary: ['x'],
        vad: { end_of_turn_silence_ms: 500 },
      },
    ],
    [hangUp(), { type: 'hangup' }],
    [
      { type: 'transfer', number: '+49211', displayName: 'A', displayNumber: '49212', timeoutSeconds: 20 },
      {
        type: 'transfer',
        target_phone_number: '49211',
        caller_id_name: 'A',
        caller_id_number: '49212',
        timeout: 20,
      },
    ],
    [sendSms('+49157', 'Hi'), { type: 'send_sms', phone_number: '49157', message: 'Hi' }],
  ];
  test.each(table)('%p', async (action, wire) => {
    const { http, ws } = await leaving((c) => c.$send(callOutput(action)));
    expect(http).toEqual([{ ...wire, session_id: 'c' }]);
    expect(ws).toEqual(http);
  });
});

describe('what cannot be sent as it is', () => {
  test('a bad option is left out, and the rest is said', async () => {
    const { http, warnings } = await leaving((c) =>
      c.$send(SpeakOutput, { message: 'Hi', vad: { end_of_turn_silence_ms: 1 } }),
    );
    expect(gist(http)).toEqual(['say: Hi']);
    expect(warnings[0]).toMatch('vad.end_of_turn_silence_ms');
  });

  test.each<[string, Sends]>([
    [
      'a transfer to nowhere',
      (c) => c.$send(TransferOutput, { targetPhoneNumber: 'x', callerIdName: 'A', callerIdNumber: '49' }),
    ],
    ['an utterance of nothing', (c) => c.$send(SpeakOutput, { message: ' ' })],
    ['a text message of nothing', (c) => c.$send(SendSmsOutput, { phoneNumber: '49157', text: '' })],
  ])('%s must not end in silence', async (_name, sends) => {
    const { http, ws } = await leaving(sends);
    expect(gist(http)[0]).toMatch('something went wrong');
    expect(ws).toEqual(http);
  });

  test('what is not heard may go missing', async () => {
    const { status, warnings } = await leaving((c) => c.$send(ConfigureVoiceToVoiceOutput, {}));
    expect(status).toBe(204);
    expect(warnings[0]).toMatch('system_prompt');
  });

  test('strict: a fault is an error of the handler', async () => {
    const { http, ws } = await leaving(
      (c) => c.$send(SpeakOutput, { message: 'Hi', vad: { end_of_turn_silence_ms: 1 } }),
      { strict: true },
    );
    expect(gist(http)[0]).toMatch('something went wrong');
    expect(ws).toEqual(http);
  });

  test('nothing leaves after a hang-up in the same answer', async () => {
    const { http, ws } = await leaving((c) => c.$send(callOutput(say('Bye'), hangUp(), say('never'))));
    expect(gist(http)).toEqual(['say: Bye', 'hangup']);
    expect(ws).toEqual(http);
  });

  test('a recognition setting without languages keeps those that were set', async () => {
    const { app } = recordingApp(function ({ type }) {
      if (type === 'LAUNCH')
        return this.$send(ConfigureTranscriptionOutput, { provider: 'AZURE', languages: ['de-DE'] });
      if (type === 'TEXT')
        return this.$send(ConfigureTranscriptionOutput, { vad: { end_of_turn_silence_ms: 900 } });
      return this.$send(ConfigureTranscriptionOutput, { provider: 'DEEPGRAM' });
    });
    const { post } = phoneLine(app);
    const body = async (name: string) => JSON.parse(JSON.stringify((await post(event(name, 'c'))).body));
    await post(event('user_speak', 'c'));
    await post(event('session_start', 'c'));
    expect((await body('user_speak')).languages).toEqual(['de-DE']);
    expect(await body('dtmf_received')).not.toHaveProperty('languages');
    expect(await body('user_speak')).not.toHaveProperty('languages');
  });
});
