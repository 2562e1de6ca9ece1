import { type CallAction, degrade, hangUp, say, sendSms, transfer } from '@jovo-telephony/telephony';
import fc from 'fast-check';
import { capabilities, type MappedAction, type MappingContext, toActivity } from '../src/activities/portable';
import { writeActivity } from '../src/activities/write-activity';
import type { Fields } from '../src/wire';

const plain: MappingContext = { settings: {} };
const stamp = { id: () => 'id', epochMs: () => 0 };
const map = (action: CallAction, context = plain) => toActivity(action as MappedAction, context);
const params = (action: CallAction, context = plain) => map(action, context)?.activityParams ?? {};

/** A WAV header of 44 bytes and no sound. */
function wav(rateHz: number, tag = 1): string {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt16LE(tag, 20);
  header.writeUInt32LE(rateHz, 24);
  return header.toString('base64');
}

test('what is said becomes a message; markup becomes SSML', () => {
  expect(map(say('Guten Tag'))).toEqual({ type: 'message', text: 'Guten Tag' });
  expect(map({ type: 'speak', ssml: 'A <b>B</b>' })).toEqual({
    type: 'message',
    text: '<speak>A <b>B</b></speak>',
  });
});

describe('portable settings become native parameters', () => {
  test.each([
    ['never', { bargeIn: false, bargeInOnDTMF: false }],
    ['app', { bargeIn: false, bargeInOnDTMF: false }],
    ['sound', { bargeIn: true, bargeInOnDTMF: true, bargeInMinWordCount: 0 }],
    ['words', { bargeIn: true, bargeInOnDTMF: true, bargeInMinWordCount: 0 }],
  ] as const)('interruption by %s', (by, expected) => {
    expect(params(say('x', { interruption: { by } }))).toEqual(expected);
  });

  test.each([
    [3, 1],
    [7, 2],
    [100, 5],
  ])('a minimum of %d characters is about %d words', (minimumCharacters, bargeInMinWordCount) => {
    const interruption = { by: 'words', minimumCharacters } as const;
    expect(params(say('x', { interruption }))).toMatchObject({ bargeInMinWordCount });
  });

  test.each([
    [8000, 8000],
    [0, 0],
  ])('%d ms of silence', (inputTimeoutMs, userNoInputTimeoutMS) => {
    expect(params(say('x', { inputTimeoutMs }))).toEqual({ userNoInputTimeoutMS });
  });

  test('pauses within a turn are continuous recognition', () => {
    expect(params(say('x', { endOfTurnSilenceMs: 300 }))).toEqual({ continuousASR: false });
    expect(params(say('x', { endOfTurnSilenceMs: 1_500 }))).toEqual({
      continuousASR: true,
      continuousASRTimeoutInMS: 1_500,
    });
    expect(params(say('x', { endOfTurnSilenceMs: 9_000, inputTimeoutMs: 8_000 }))).toMatchObject({
      continuousASRTimeoutInMS: 7_999,
    });
    expect(map({ type: 'listen', endOfTurnSilenceMs: 90_000 })).toEqual({
      type: 'event',
      name: 'config',
      sessionParams: { continuousASR: true, continuousASRTimeoutInMS: 60_000 },
    });
  });

  test('an entry of keys is collected by the gateway', () => {
    const keys = { maxDigits: 5, interDigitTimeoutMs: 3_000, terminator: '#' } as const;
    expect(params(say('x', { keys }))).toEqual({
      dtmfCollect: true,
      dtmfCollectMaxDigits: 5,
      dtmfCollectInterDigitTimeoutMS: 3_000,
      dtmfCollectSubmitDigit: '#',
    });
    expect(params(say('x', { keys: { ...keys, terminator: 'none' } }))).not.toHaveProperty(
      'dtmfCollectSubmitDigit',
    );
  });

  test('languages and vocabulary', () => {
    expect(
      map({ type: 'listen', languages: ['en-US', 'de-DE'], vocabulary: ['Praxis'], provider: 'AZURE' }),
    ).toEqual({
      type: 'event',
      name: 'config',
      sessionParams: { sttLanguage: 'en-US', sttContextPhrases: ['Praxis'] },
    });
    expect(map({ type: 'listen' })).toBeUndefined();
  });

  test('the voice', () => {
    const voice = { provider: 'azure', language: 'de-DE', voice: 'de-DE-KatjaNeural' };
    expect(params(say('x', { voice }))).toEqual({ voiceName: 'de-DE-KatjaNeural', ttsLanguage: 'de-DE' });
  });

  test('a voice that the profile has set for this network stays, until the call changes its language', () => {
    const settings = { voiceName: 'Vicki' };
    const german = { provider: 'azure', language: 'de-DE', voice: 'Katja' };
    const english = { provider: 'azure', language: 'en-US', voice: 'Jenny' };
    const context = { settings, firstLanguage: 'de-DE' };
    expect(params(say('x', { voice: german }), context)).toEqual({});
    expect(params(say('x', { voice: english }), context)).toEqual({
      voiceName: 'Jenny',
      ttsLanguage: 'en-US',
    });
    expect(
      params(say('x', { voice: german }), { settings: { ...settings, language: 'en-US' } }),
    ).toMatchObject({
      voiceName: 'Katja',
    });
  });
});

describe('actions', () => {
  test('a file is played, in the format of its header', () => {
    const audio = wav(8_000);
    const interruption = { by: 'never' } as const;
    expect(map({ type: 'play', audio, interruption })).toEqual({
      type: 'event',
      name: 'playUrl',
      activityParams: {
        playUrlUrl: `data:audio/wav;base64,${audio}`,
        playUrlMediaFormat: 'wav/lpcm16_8',
        bargeIn: false,
        bargeInOnDTMF: false,
      },
    });
    expect(params({ type: 'play', audio: wav(8_000, 7) })).toMatchObject({ playUrlMediaFormat: 'wav/mulaw' });
    expect(params({ type: 'play', audio: wav(44_100) })).not.toHaveProperty('playUrlMediaFormat');
    expect(params({ type: 'play', audio: 'AAAA' })).not.toHaveProperty('playUrlMediaFormat');
  });

  test('background audio; its level only under a name that is configured', () => {
    const audio = wav(16_000);
    const backgroundPlayURL = `data:audio/wav;base64,${audio}`;
    const loud = { type: 'background', audio, volume: 0.5 } as const;
    expect(map(loud)?.sessionParams).toEqual({
      backgroundPlayURL,
      backgroundPlayMediaFormat: 'wav/lpcm16',
    });
    const context: MappingContext = { settings: {}, backgroundLevel: 'backgroundPlayGainDb' };
    expect(map(loud, context)?.sessionParams).toMatchObject({ backgroundPlayGainDb: -6 });
    expect(map({ ...loud, volume: 0 }, context)?.sessionParams).toMatchObject({
      backgroundPlayGainDb: -32,
    });
    expect(map({ type: 'background_stop' })?.sessionParams).toEqual({ backgroundPlayURL: null });
  });

  test.each<[CallAction, unknown]>([
    [{ type: 'stop_speaking' }, { type: 'event', name: 'abortPrompts' }],
    [hangUp(), { type: 'event', name: 'hangup' }],
    [
      hangUp({ outcome: 'voicemail' }),
      { type: 'event', name: 'hangup', activityParams: { botOperationResult: 'voicemail' } },
    ],
    [
      transfer({ number: '4921163550', displayName: 'A', displayNumber: '49' }),
      { type: 'event', name: 'transfer', activityParams: { transferTarget: 'tel:+4921163550' } },
    ],
    [
      transfer({ number: '+4921163550', displayName: 'A', displayNumber: '49', timeoutSeconds: 20 }),
      {
        type: 'event',
        name: 'transfer',
        activityParams: { transferTarget: 'tel:+4921163550', transferNotifications: true },
      },
    ],
    [
      { type: 'network_settings', network: 'audiocodes', settings: { sttContextId: 'm' } },
      { type: 'event', name: 'config', sessionParams: { sttContextId: 'm' } },
    ],
  ])('%j', (action, expected) => {
    expect(map(action)).toEqual(expected);
  });

  test('nothing to set is nothing to send', () => {
    expect(map({ type: 'network_settings', network: 'audiocodes', settings: {} })).toBeUndefined();
  });
});

test('a text message needs a gateway of its own', () => {
  const sms = sendSms('49157', 'Hallo');
  expect(degrade(sms, capabilities({ push: true, sms: false }))).toEqual({
    verdict: 'refuse',
    reason: 'audiocodes cannot send sms',
  });
  expect(degrade(sms, capabilities({ push: true, sms: true }))).toEqual({ verdict: 'send', action: sms });
});

test('whatever a handler asks for, the result is on the wire without a fault', () => {
  const text = fc.string({ minLength: 1 }).filter((one) => /[a-z]/i.test(one));
  const speak = fc.record(
    {
      type: fc.constant('speak' as const),
      text,
      voice: fc.record(
        {
          provider: fc.string(),
          language: fc.constantFrom('de-DE', 'en-US'),
          voice: fc.constantFrom('a', 'b'),
        },
        { requiredKeys: ['provider'] },
      ),
      interruption: fc.record(
        {
          by: fc.constantFrom('words', 'sound', 'app', 'never'),
          minimumCharacters: fc.integer({ min: 1, max: 100 }),
          notBeforeMs: fc.nat(),
        },
        { requiredKeys: ['by'] },
      ),
      inputTimeoutMs: fc.double({ min: 0, max: 600_000, noNaN: true }),
      endOfTurnSilenceMs: fc.double({ min: 0, max: 100_000, noNaN: true }),
      keys: fc.record({
        maxDigits: fc.integer({ min: 1, max: 64 }),
        interDigitTimeoutMs: fc.double({ min: 1, max: 60_000, noNaN: true }),
        terminator: fc.constantFrom('#', '*', 'none'),
      }),
    },
    { requiredKeys: ['type', 'text'] },
  );
  fc.assert(
    fc.property(speak, (action) => {
      const { activity, faults } = writeActivity(map(action as CallAction) as unknown as Fields, stamp);
      expect(faults).toEqual([]);
      expect(activity).toBeDefined();
    }),
    { numRuns: 2_000 },
  );
});
