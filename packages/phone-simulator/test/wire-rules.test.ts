import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { readAnswer } from '../src';

const FIXTURES = join(__dirname, 'fixtures/sipgate');
const ID = '0b6f1f0e-5c2a-4a1e-9d3b-7f2c1a90e411';
const WAV = (JSON.parse(readFileSync(join(FIXTURES, 'actions/audio.json'), 'utf8')) as { audio: string })
  .audio;

const read = (json: unknown) => readAnswer(json, ID);
const action = (type: string, fields: object = {}) => ({ type, session_id: ID, ...fields });
const transfer = (fields: object) =>
  action('transfer', {
    target_phone_number: '4921187654321',
    caller_id_name: 'Support',
    caller_id_number: '4921155660',
    ...fields,
  });
/** A WAV header that promises something else. */
const wav = (change: (bytes: Buffer) => void) => {
  const bytes = Buffer.from(WAV, 'base64');
  change(bytes);
  return bytes.toString('base64');
};

describe('every documented action is accepted', () => {
  test.each(readdirSync(join(FIXTURES, 'actions')))('%s', (file) => {
    const json = JSON.parse(readFileSync(join(FIXTURES, 'actions', file), 'utf8')) as unknown;
    const { actions, violations } = read(json);
    expect(violations).toEqual([]);
    expect(actions).toEqual(Array.isArray(json) ? json : [json]);
  });

  test.each([
    ['an empty configure_transcription is a no-op', action('configure_transcription')],
    ['an unknown voice provider', action('speak', { text: 'a', tts: { provider: 'newvoice', pitch: 2 } })],
    [
      'a known provider with an extra field',
      action('speak', { text: 'a', tts: { provider: 'azure', style: 'x' } }),
    ],
    ['a plus in send_sms', action('send_sms', { phone_number: '+4915790000001', message: 'x' })],
    [
      'limits of barge_in',
      action('speak', { text: 'a', barge_in: { strategy: 'immediate', allow_after_ms: 10_000 } }),
    ],
    ['shortest transfer timeout', transfer({ timeout: 5 })],
    ['longest transfer timeout', transfer({ timeout: 120 })],
    ['vad limits', action('configure_transcription', { vad: { end_of_turn_silence_ms: 2000 } })],
    [
      '200 characters of vocabulary',
      action('configure_transcription', { custom_vocabulary: ['x'.repeat(200)] }),
    ],
    ['100 words', action('configure_transcription', { custom_vocabulary: Array(100).fill('wort') })],
    ['volume 0', action('mix_audio', { audio: WAV, volume: 0 })],
  ])('%s', (_name, json) => {
    expect(read(json).violations).toEqual([]);
  });
});

describe('every rule can be broken', () => {
  const tts = (fields: object) => action('speak', { text: 'a', tts: fields });
  const bargeIn = (fields: unknown) => action('speak', { text: 'a', barge_in: fields });
  const configure = (fields: object) => action('configure_transcription', fields);

  test.each<[string, unknown, RegExp]>([
    ['action.shape', null, /not an action/],
    ['action.shape', 'speak', /not an action/],
    ['action.shape', 42, /not an action/],
    ['action.type', {}, /type is missing/],
    ['action.type', { success: true }, /\{"success":true\} is not an action/],
    ['action.type', { error: 'x' }, /not an action/],
    ['action.type', { type: 7, session_id: ID }, /type is missing or no string/],
    ['action.type', { type: 'connected' }, /no action of type "connected"/],
    ['action.type', action('dtmf', { digits: '1' }), /no action of type "dtmf"/],
    ['action.type', action('constructor'), /no action of type "constructor"/],
    ['array.length', [], /nothing to do is 204/],
    ['array.length', [action('hangup')], /one action is sent as a bare object/],
    ['action.shape', [action('barge_in'), [action('hangup')]], /not an action/],
    ['speak.session_id', { type: 'speak', text: 'a' }, /no session_id/],
    ['speak.session_id', { type: 'speak', text: 'a', session_id: '' }, /no session_id/],
    ['hangup.session_id', { type: 'hangup', session_id: 'another' }, /is for session "another"/],
    ['hangup.reason', action('hangup', { reason: 'bye' }), /reason is not a field of it/],
    ['speak.text', action('speak'), /exactly one of text and ssml, it has neither/],
    ['speak.text', action('speak', { text: 'a', ssml: '<speak>a</speak>' }), /it has both/],
    ['speak.text', action('speak', { text: '' }), /text must not be empty/],
    ['speak.text', action('speak', { text: ' \n' }), /text must not be empty/],
    ['speak.text', action('speak', { text: 5 }), /text must be a string, got 5/],
    ['speak.ssml', action('speak', { ssml: '' }), /ssml must not be empty/],
    [
      'speak.user_input_timeout_seconds',
      action('speak', { text: 'a', user_input_timeout_seconds: 0 }),
      /positive/,
    ],
    [
      'speak.user_input_timeout_seconds',
      action('speak', { text: 'a', user_input_timeout_seconds: '8' }),
      /positive/,
    ],
    ['speak.end_of_conversation', action('speak', { text: 'a', end_of_conversation: true }), /not a field/],
    [
      'speak.vad',
      action('speak', { text: 'a', vad: { end_of_turn_silence_ms: 149 } }),
      /150 to 2000, got 149/,
    ],
    ['speak.vad', action('speak', { text: 'a', vad: { end_of_turn_silence_ms: 2001 } }), /got 2001/],
    ['speak.vad', action('speak', { text: 'a', vad: { end_of_turn_silence_ms: 300.5 } }), /whole number/],
    ['speak.vad', action('speak', { text: 'a', vad: {} }), /end_of_turn_silence_ms: it is missing/],
    ['speak.tts', tts({}), /bad provider: it is missing/],
    ['speak.tts', tts({ provider: 'elevenlabs' }), /spelled "eleven_labs"/],
    ['speak.tts', tts({ provider: 'AZURE' }), /lower-case/],
    ['speak.tts', tts({ provider: 'eleven_labs', voice: { id: 'x' } }), /bad voice: it must be a string/],
    ['speak.tts', tts({ provider: 'azure', language: 'deutsch!' }), /bad language/],
    ['speak.tts', action('speak', { text: 'a', tts: 'azure' }), /must be an object/],
    ['speak.barge_in', bargeIn({}), /strategy: it is missing/],
    ['speak.barge_in', bargeIn({ strategy: 'always' }), /must be one of immediate/],
    ['speak.barge_in', bargeIn({ strategy: 'minimum_characters', minimum_characters: 0 }), /from 1 to 100/],
    ['speak.barge_in', bargeIn({ strategy: 'minimum_characters', minimum_characters: 101 }), /from 1 to 100/],
    ['speak.barge_in', bargeIn({ strategy: 'immediate', minimum_characters: 3 }), /does not use it/],
    ['speak.barge_in', bargeIn({ strategy: 'immediate', allow_after_ms: 10_001 }), /from 0 to 10000/],
    ['speak.barge_in', bargeIn({ strategy: 'none', allow: true }), /not a field/],
    ['speak.barge_in', bargeIn(true), /must be an object/],
    ['audio.audio', action('audio'), /audio is missing/],
    ['audio.audio', action('audio', { audio: '' }), /is empty/],
    ['audio.audio', action('audio', { audio: 'data:audio/wav;base64,AAAA' }), /data: URI/],
    ['audio.audio', action('audio', { audio: 'a-b_' }), /not base64/],
    ['audio.audio', action('audio', { audio: 'AAAA' }), /not a WAV/],
    ['audio.audio', action('audio', { audio: wav((b) => b.writeUInt32LE(8000, 24)) }), /8000 Hz/],
    ['audio.audio', action('audio', { audio: wav((b) => b.writeUInt16LE(2, 22)) }), /2 channel/],
    ['audio.audio', action('audio', { audio: wav((b) => b.writeUInt16LE(8, 34)) }), /8 bit/],
    ['audio.audio', action('audio', { audio: wav((b) => b.writeUInt16LE(7, 20)) }), /coding 7/],
    ['audio.audio', action('audio', { audio: wav((b) => b.writeUInt32LE(0, 40)) }), /no sound in it/],
    ['audio.vad', action('audio', { audio: WAV, vad: { end_of_turn_silence_ms: 300 } }), /not a field/],
    ['mix_audio.audio', action('mix_audio'), /needs audio, or stop/],
    ['mix_audio.stop', action('mix_audio', { stop: true, audio: WAV }), /neither audio nor volume/],
    ['mix_audio.stop', action('mix_audio', { stop: 'yes', audio: WAV }), /true or false/],
    ['mix_audio.volume', action('mix_audio', { audio: WAV, volume: 1.1 }), /from 0 to 1/],
    ['barge_in.strategy', action('barge_in', { strategy: 'none' }), /not a field/],
    ['transfer.target_phone_number', transfer({ target_phone_number: undefined }), /is missing/],
    ['transfer.target_phone_number', transfer({ target_phone_number: '+4921187654321' }), /without "\+"/],
    ['transfer.target_phone_number', transfer({ target_phone_number: '0211 876543' }), /E\.164/],
    ['transfer.target_phone_number', transfer({ target_phone_number: '1'.repeat(16) }), /E\.164/],
    ['transfer.transfer_to', transfer({ transfer_to: '4921187654321' }), /not a field/],
    ['transfer.caller_id_name', transfer({ caller_id_name: undefined }), /is missing/],
    ['transfer.caller_id_number', transfer({ caller_id_number: '' }), /must not be empty/],
    ['transfer.timeout', transfer({ timeout: 4 }), /from 5 to 120/],
    ['transfer.timeout', transfer({ timeout: 121 }), /from 5 to 120/],
    ['transfer.timeout', transfer({ timeout: 30.5 }), /whole number/],
    ['transfer.timeout', transfer({ timeout: null }), /whole number/],
    ['configure_transcription.provider', configure({ provider: 'azure' }), /AZURE/],
    ['configure_transcription.languages', configure({ languages: [] }), /1 to 4 entries, got 0/],
    ['configure_transcription.languages', configure({ languages: ['de', 'en', 'fr', 'es', 'it'] }), /got 5/],
    [
      'configure_transcription.languages',
      configure({ languages: ['Deutsch sprechen'] }),
      /entry 1 is no language/,
    ],
    ['configure_transcription.languages', configure({ languages: 'de-DE' }), /must be an array/],
    [
      'configure_transcription.custom_vocabulary',
      configure({ custom_vocabulary: Array(101).fill('x') }),
      /got 101/,
    ],
    [
      'configure_transcription.custom_vocabulary',
      configure({ custom_vocabulary: ['x'.repeat(201)] }),
      /longer/,
    ],
    ['configure_transcription.vad', configure({ vad: { end_of_turn_silence_ms: 5000 } }), /got 5000/],
    ['configure_voice_to_voice.system_prompt', action('configure_voice_to_voice'), /is missing/],
    [
      'configure_voice_to_voice.temperature',
      action('configure_voice_to_voice', { system_prompt: 'x', temperature: 2.1 }),
      /from 0 to 2/,
    ],
    [
      'send_sms.text',
      action('send_sms', { phone_number: '4915790000001', message: 'x', text: 'x' }),
      /not a field/,
    ],
    ['send_sms.message', action('send_sms', { phone_number: '4915790000001' }), /is missing/],
    ['send_sms.message', action('send_sms', { phone_number: '4915790000001', message: '' }), /not be empty/],
    ['send_sms.phone_number', action('send_sms', { phone_number: 'me', message: 'x' }), /E\.164/],
  ])('%s: %j', (rule, json, sentence) => {
    const { violations } = read(json);
    expect(violations.map((violation) => violation.rule)).toContain(rule);
    expect(violations.map((violation) => violation.sentence).join('\n')).toMatch(sentence);
  });
});

test('a faulty action is not run, its neighbours are', () => {
  const { actions, violations } = read([action('barge_in'), action('speak', { text: '' })]);
  expect(actions).toEqual([action('barge_in')]);
  expect(violations).toHaveLength(1);
});

test('a bad vad is ignored, the rest of the action runs (spec 10)', () => {
  const { actions } = read(action('speak', { text: 'a', vad: { end_of_turn_silence_ms: 1 } }));
  expect(actions).toEqual([action('speak', { text: 'a' })]);
});

test('the body that must never be sent with 200', () => {
  const body = readFileSync(join(FIXTURES, 'bad/non_action_success.json.txt'), 'utf8');
  expect(read(JSON.parse(body)).violations).toHaveLength(1);
});

test('any JSON is either run or complained about, and never throws', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (json) => {
      const { actions, violations } = read(json);
      expect(actions.length + violations.length).toBeGreaterThan(0);
    }),
    { numRuns: 2000 },
  );
});
