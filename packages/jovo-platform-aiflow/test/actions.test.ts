import type { RawAction } from '@jovo-telephony/platform-base';
import { writeAction } from '../src/actions';
import { mergeSpeech } from '../src/utterance';
import { wavFault } from '../src/wav';
import type { AiflowAction } from '../src/wire';
import { action, actionNames } from './support/fixtures';
import { wav } from './support/wav';

const write = (raw: RawAction) => writeAction(raw, 'c');
const speak = { type: 'speak', text: 'Hallo' };
const transfer = {
  type: 'transfer',
  target_phone_number: '49211',
  caller_id_name: 'A',
  caller_id_number: '49212',
};
const listen = { type: 'configure_transcription' };
const voice = { type: 'configure_voice_to_voice', system_prompt: 'Be kind.' };
const loop = { type: 'mix_audio', audio: wav() };

describe('what is right passes unchanged', () => {
  test.each(actionNames)('%s', (name) => {
    for (const given of [action(name)].flat()) {
      const { action: written, faults } = writeAction(given, String(given.session_id));
      expect(faults).toEqual([]);
      expect(written).toEqual(given);
    }
  });
});

describe('what cannot be mended is not sent', () => {
  test.each<[RawAction, string]>([
    [{}, 'type'],
    [{ type: 'dtmf' }, 'type'],
    [{ type: '__proto__' }, 'type'],
    [{ type: 'constructor' }, 'type'],
    [{ type: 'speak' }, 'text'],
    [{ type: 'speak', text: ' \n' }, 'text'],
    [{ type: 'speak', text: 5 }, 'text'],
    [{ type: 'audio' }, 'audio'],
    [{ type: 'mix_audio', stop: false }, 'audio'],
    [{ type: 'mix_audio', stop: 'true' }, 'audio'],
    [{ ...transfer, target_phone_number: undefined }, 'target_phone_number'],
    [{ ...transfer, target_phone_number: 'reception' }, 'target_phone_number'],
    [{ ...transfer, target_phone_number: '49'.repeat(8) }, 'target_phone_number'],
    [{ ...transfer, caller_id_name: '' }, 'caller_id_name'],
    [{ ...transfer, caller_id_number: '' }, 'caller_id_number'],
    [{ type: 'configure_voice_to_voice' }, 'system_prompt'],
    [{ type: 'send_sms', message: 'x' }, 'phone_number'],
    [{ type: 'send_sms', phone_number: '49157' }, 'message'],
    [{ type: 'send_sms', phone_number: '49157', message: '' }, 'message'],
  ])('%p for want of "%s"', (raw, field) => {
    const { action: written, faults } = write(raw);
    expect(written).toBeUndefined();
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(`"${field}"`);
  });

  test('a fault names fields and limits, never what was to be said', () => {
    const { faults } = write({ ...transfer, target_phone_number: 'call 0157-SECRET', timeout: 'soon' });
    expect(faults.join()).not.toMatch('SECRET');
  });
});

describe('limits', () => {
  /** A path into the written action, and what becomes of a value. `undefined`: left out, with a fault. */
  const barge = (fields: object) => ({ ...speak, barge_in: { strategy: 'minimum_characters', ...fields } });
  const table: [name: string, raw: RawAction, path: string[], expected: unknown, faulty?: boolean][] = [
    ['timeout 5', { ...transfer, timeout: 5 }, ['timeout'], 5],
    ['timeout 4', { ...transfer, timeout: 4 }, ['timeout'], undefined, true],
    ['timeout 120', { ...transfer, timeout: 120 }, ['timeout'], 120],
    ['timeout 121', { ...transfer, timeout: 121 }, ['timeout'], undefined, true],
    ['timeout 5.5', { ...transfer, timeout: 5.5 }, ['timeout'], undefined, true],
    ['timeout 0 means without', { ...transfer, timeout: 0 }, ['timeout'], undefined],
    ['volume 0', { ...loop, volume: 0 }, ['volume'], 0],
    ['volume 1', { ...loop, volume: 1 }, ['volume'], 1],
    ['volume 1.01', { ...loop, volume: 1.01 }, ['volume'], undefined, true],
    ['volume -0.01', { ...loop, volume: -0.01 }, ['volume'], undefined, true],
    ['volume NaN', { ...loop, volume: Number.NaN }, ['volume'], undefined, true],
    ['temperature 0', { ...voice, temperature: 0 }, ['temperature'], 0],
    ['temperature 2', { ...voice, temperature: 2 }, ['temperature'], 2],
    ['temperature 2.1', { ...voice, temperature: 2.1 }, ['temperature'], undefined, true],
    ['1 language', { ...listen, languages: ['de'] }, ['languages'], ['de']],
    [
      '4 languages',
      { ...listen, languages: ['de', 'en', 'fr', 'es'] },
      ['languages'],
      ['de', 'en', 'fr', 'es'],
    ],
    [
      '5 languages',
      { ...listen, provider: 'AZURE', languages: Array(5).fill('de') },
      ['languages'],
      undefined,
      true,
    ],
    ['0 languages', { ...listen, provider: 'AZURE', languages: [] }, ['languages'], undefined, true],
    [
      '100 words',
      { ...listen, custom_vocabulary: Array(100).fill('x') },
      ['custom_vocabulary', 'length'],
      100,
    ],
    [
      '101 words',
      { ...listen, provider: 'AZURE', custom_vocabulary: Array(101).fill('x') },
      ['custom_vocabulary'],
      undefined,
      true,
    ],
    [
      'a word of 200',
      { ...listen, custom_vocabulary: ['x'.repeat(200)] },
      ['custom_vocabulary', '0', 'length'],
      200,
    ],
    [
      'a word of 201',
      { ...listen, provider: 'AZURE', custom_vocabulary: ['x'.repeat(201)] },
      ['custom_vocabulary'],
      undefined,
      true,
    ],
    [
      'lower-case provider',
      { ...listen, provider: 'azure', languages: ['de'] },
      ['provider'],
      undefined,
      true,
    ],
    ['vad 150', { ...speak, vad: { end_of_turn_silence_ms: 150 } }, ['vad', 'end_of_turn_silence_ms'], 150],
    ['vad 149', { ...speak, vad: { end_of_turn_silence_ms: 149 } }, ['vad'], undefined, true],
    [
      'vad 2000',
      { ...speak, vad: { end_of_turn_silence_ms: 2000 } },
      ['vad', 'end_of_turn_silence_ms'],
      2000,
    ],
    ['vad 2001', { ...speak, vad: { end_of_turn_silence_ms: 2001 } }, ['vad'], undefined, true],
    ['vad 500.5', { ...speak, vad: { end_of_turn_silence_ms: 500.5 } }, ['vad'], undefined, true],
    ['characters 1', barge({ minimum_characters: 1 }), ['barge_in', 'minimum_characters'], 1],
    ['characters 0', barge({ minimum_characters: 0 }), ['barge_in', 'minimum_characters'], 1, true],
    ['characters 100', barge({ minimum_characters: 100 }), ['barge_in', 'minimum_characters'], 100],
    ['characters 101', barge({ minimum_characters: 101 }), ['barge_in', 'minimum_characters'], 100, true],
    [
      'characters elsewhere',
      barge({ strategy: 'none', minimum_characters: 5 }),
      ['barge_in', 'minimum_characters'],
      undefined,
    ],
    ['protection 0', barge({ allow_after_ms: 0 }), ['barge_in', 'allow_after_ms'], 0],
    ['protection -1', barge({ allow_after_ms: -1 }), ['barge_in', 'allow_after_ms'], 0, true],
    ['protection 10000', barge({ allow_after_ms: 10_000 }), ['barge_in', 'allow_after_ms'], 10_000],
    ['protection 10001', barge({ allow_after_ms: 10_001 }), ['barge_in', 'allow_after_ms'], 10_000, true],
    [
      'protection of no number',
      barge({ allow_after_ms: '5' }),
      ['barge_in', 'allow_after_ms'],
      undefined,
      true,
    ],
    ['unknown strategy', barge({ strategy: 'sometimes' }), ['barge_in'], undefined, true],
    ['input timeout 0.1', { ...speak, user_input_timeout_seconds: 0.1 }, ['user_input_timeout_seconds'], 0.1],
    [
      'input timeout 0 means off',
      { ...speak, user_input_timeout_seconds: 0 },
      ['user_input_timeout_seconds'],
      undefined,
    ],
    [
      'input timeout -1',
      { ...speak, user_input_timeout_seconds: -1 },
      ['user_input_timeout_seconds'],
      undefined,
      true,
    ],
    [
      'input timeout endless',
      { ...speak, user_input_timeout_seconds: Number.POSITIVE_INFINITY },
      ['user_input_timeout_seconds'],
      undefined,
      true,
    ],
    ['a voice without provider', { ...speak, tts: { voice: 'x' } }, ['tts'], undefined, true],
    [
      'a voice as an object',
      { ...speak, tts: { provider: 'eleven_labs', voice: { id: 'x' } } },
      ['tts', 'voice'],
      undefined,
      true,
    ],
    [
      'an unknown provider',
      { ...speak, tts: { provider: 'new', speed: 2 } },
      ['tts'],
      { provider: 'new', speed: 2 },
    ],
  ];

  test.each(table)('%s', (_name, raw, path, expected, faulty = false) => {
    const { action: written, faults } = write(raw);
    const value = path.reduce<unknown>(
      (at, step) => (at as Record<string, unknown> | undefined)?.[step],
      written,
    );
    expect(written).toBeDefined();
    expect(value).toEqual(expected);
    expect(faults.length > 0).toBe(faulty);
  });
});

describe('rewritten on the way out', () => {
  test('exactly one of text and ssml', () => {
    expect(write({ ...speak, ssml: '<speak>x</speak>' }).action).toEqual({
      type: 'speak',
      session_id: 'c',
      ssml: '<speak>x</speak>',
    });
  });

  test('a text message: `text` is an alias of `message`, which wins', () => {
    const sms = { type: 'send_sms', phone_number: '+49 157' };
    expect(write({ ...sms, text: 'a' }).action).toMatchObject({ message: 'a', phone_number: '49157' });
    expect(write({ ...sms, text: 'a', message: 'b' }).action).toMatchObject({ message: 'b' });
    expect(write({ ...sms, text: 'a' }).action).not.toHaveProperty('text');
  });

  test('numbers of a transfer lose +, spaces and dashes', () => {
    const written = write({
      ...transfer,
      target_phone_number: '+49 211-63 55',
      caller_id_number: '0049 (211) 1',
    });
    expect(written.action).toMatchObject({ target_phone_number: '492116355', caller_id_number: '492111' });
  });

  test('`stop` needs nothing else, and nothing else is sent with it', () => {
    expect(write({ ...loop, stop: true, volume: 9 }).action).toEqual({
      type: 'mix_audio',
      session_id: 'c',
      stop: true,
    });
  });

  test('a configuration of nothing is nothing', () => {
    expect(write(listen)).toEqual({ faults: [] });
  });
});

describe('audio', () => {
  test.each([
    ['16 kHz mono 16-bit PCM', wav(), undefined],
    ['8 kHz', wav({ rateHz: 8_000 }), 'sample rate is 8000'],
    ['stereo', wav({ channels: 2 }), 'channels is 2'],
    ['8-bit', wav({ bits: 8 }), 'bits per sample is 8'],
    ['not PCM', wav({ encoding: 7 }), 'encoding is 7'],
    ['an extra chunk before the format', wav({ before: 'LIST' }), undefined],
    ['a data URI', `data:audio/wav;base64,${wav()}`, 'plain base64'],
    ['line breaks', wav({ samples: 400 }).replace(/(.{76})/g, '$1\r\n'), 'plain base64'],
    ['line breaks after 64', wav({ samples: 400 }).replace(/(.{64})/g, '$1\n'), 'plain base64'],
    ['an MP3', Buffer.from('ID3 not a wave file, but long enough').toString('base64'), 'RIFF'],
    ['a cut-off header', Buffer.from('RIFF0000WAVEfmt ').toString('base64'), 'fmt'],
    ['nothing', '', 'base64 string'],
    ['no text', 5, 'base64 string'],
  ])('%s', (_name, audio, fault) => {
    if (fault) expect(wavFault(audio)).toMatch(fault);
    else expect(wavFault(audio)).toBeUndefined();
  });
});

describe('neighbouring utterances are joined', () => {
  const says = (fields: object) => ({ type: 'speak', session_id: 'c', ...fields }) as AiflowAction;
  const hangup: AiflowAction = { type: 'hangup', session_id: 'c' };
  const words = (actions: AiflowAction[]) =>
    mergeSpeech(actions).map((done) => (done.type === 'speak' ? (done.text ?? done.ssml) : done.type));

  test.each<[string, AiflowAction[], unknown[]]>([
    ['text and text', [says({ text: 'a' }), says({ text: 'b' }), says({ text: 'c' })], ['a b c']],
    [
      'text and markup',
      [says({ text: 'a & b' }), says({ ssml: '<speak>c</speak>' })],
      ['<speak>a &amp; b c</speak>'],
    ],
    [
      'markup and text',
      [says({ ssml: '<speak version="1">a</speak>' }), says({ text: 'b' })],
      ['<speak version="1">a b</speak>'],
    ],
    [
      'but not across something else',
      [says({ text: 'a' }), hangup, says({ text: 'b' })],
      ['a', 'hangup', 'b'],
    ],
    [
      'nor in another voice',
      [says({ text: 'a', tts: { provider: 'azure' } }), says({ text: 'b' })],
      ['a', 'b'],
    ],
    [
      'nor under another rule of interruption',
      [says({ text: 'a', barge_in: { strategy: 'none' } }), says({ text: 'b' })],
      ['a', 'b'],
    ],
    ['nor for another call', [says({ text: 'a' }), says({ text: 'b', session_id: 'd' })], ['a', 'b']],
    [
      'nor documents that begin differently',
      [says({ ssml: '<speak xml:lang="de">a</speak>' }), says({ ssml: '<speak xml:lang="en">b</speak>' })],
      ['<speak xml:lang="de">a</speak>', '<speak xml:lang="en">b</speak>'],
    ],
    [
      'nor markup that is no document',
      [says({ ssml: '<?xml version="1.0"?><speak>a</speak>' }), says({ text: 'b' })],
      ['<?xml version="1.0"?><speak>a</speak>', 'b'],
    ],
  ])('%s', (_name, actions, expected) => {
    expect(words(actions)).toEqual(expected);
  });

  test('the later timeout holds, even if it is none; the later silence holds unless there is none', () => {
    const first = { text: 'a', user_input_timeout_seconds: 4, vad: { end_of_turn_silence_ms: 200 } };
    expect(mergeSpeech([says(first), says({ text: 'b', user_input_timeout_seconds: 9 })])).toEqual([
      says({ text: 'a b', user_input_timeout_seconds: 9, vad: { end_of_turn_silence_ms: 200 } }),
    ]);
    expect(mergeSpeech([says(first), says({ text: 'b', vad: { end_of_turn_silence_ms: 900 } })])).toEqual([
      says({ text: 'a b', vad: { end_of_turn_silence_ms: 900 } }),
    ]);
  });

  test('the given actions are left as they are', () => {
    const given = [says({ text: 'a' }), says({ text: 'b' })];
    mergeSpeech(given);
    expect(given).toEqual([says({ text: 'a' }), says({ text: 'b' })]);
  });
});
