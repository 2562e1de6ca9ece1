import { z } from 'zod';
import { type Levels, PARAMETERS, type ParameterName } from '../src/parameters/parameter-table';
import { checkParams, expectationOf } from '../src/parameters/parameters';
import { profileSettingsSchema, sessionParamsOf } from '../src/parameters/profile-settings';

const names = Object.keys(PARAMETERS) as ParameterName[];
const levelsOf = (name: ParameterName): Levels => PARAMETERS[name].levels;

/** The levels of spec section 5 (and 4 for what belongs to one activity), row by row. */
const SPEC: Record<Levels, string> = {
  SA: `language sttLanguage ttsLanguage voiceName disableTtsCache sttContextId sttContextPhrases sttContextBoost
    sttSpeechContexts sttDisablePunctuation continuousASR continuousASRTimeoutInMS continuousASRDigits
    enableSpeechInput bargeIn bargeInOnDTMF bargeInMinWordCount dtmfCollect dtmfCollectMaxDigits
    dtmfCollectInterDigitTimeoutMS dtmfCollectSubmitDigit userNoInputTimeoutMS userNoInputRetries
    userNoInputSpeech userNoInputUrl userNoInputSendEvent userNoInputGiveUpTimeoutMS botNoInputTimeoutMS
    botNoInputRetries botNoInputSpeech botNoInputUrl botNoInputGiveUpTimeoutMS backgroundPlayURL
    backgroundPlayMediaFormat backgroundPlayUrlCaching backgroundPlayVolume backgroundPlayGainDb transferTarget
    handoverReason transferSipHeaders transferReferredByURL transferNotifications hangupReason hangupSipHeaders
    botOperationResult botOperationData`,
  S: `azureSpeechRecognitionMode azureEnableAudioLogging googleInteractionType resumeRecognitionTimeoutMS
    resumeRecognitionSpeech resumeRecognitionPlayUrl userMaxSpeechDurationMS sendDTMF sendDTMFAsText
    speechActivitySilencePeriodMS speechActivityVoicePeriodMS botFailOnErrors speakerVerificationSpeakerId
    speakerVerificationType sendEventsToBot playerSettings crossParticipantSetting participantSettings`,
  A: `expectAnotherBotMessage playUrlUrl playUrlMediaFormat playUrlAltText playUrlCaching callRecordingServer
    callRecordingId callRecordingDestUsername targetParticipant dtmfDigits`,
  C: `connectOnPrompt enableSpeechDetectionEvent backgroundPlayEnable sendMetadataAsSipInfo sendMetaDataUrl
    sendMetaDataTimeoutMs sendMetaDataUsername sendMetaDataPassword autoCallRecording callRecordingServerSet
    authorizationTag dialoutAuthScope dialoutAllowedCallers dialoutLimitPerSecond dialoutMaxConcurrentCalls
    dialoutConcurrentCallsExpirationSeconds dialoutStartRecognitionOnConnect`,
};

test.each(Object.entries(SPEC))('parameters of level %s', (level, listed) => {
  expect(names.filter((name) => levelsOf(name) === level).sort()).toEqual(listed.split(/\s+/).sort());
});

/** At the limit and just beyond, for every parameter with a range of its own (spec 5). */
test.each<[ParameterName, unknown[], unknown[]]>([
  ['bargeInMinWordCount', [0, 5], [-1, 6, 1.5, '1']],
  ['continuousASRTimeoutInMS', [500, 60_000], [499, 60_001]],
  ['speechActivitySilencePeriodMS', [0, 10_000], [-1, 10_001]],
  ['speechActivityVoicePeriodMS', [0, 10_000], [-1, 10_001]],
  ['backgroundPlayVolume', [-32, 0, 32], [-33, 33]],
  ['sendMetaDataTimeoutMs', [10, 60_000], [9, 60_001]],
  ['dialoutMaxConcurrentCalls', [0, 300], [-1, 301]],
  ['dialoutConcurrentCallsExpirationSeconds', [10, 3_600], [9, 3_601]],
  ['dtmfDigits', ['1', '0123456789*#00000000'], ['', '0123456789*#000000000', 'A']],
  ['dtmfCollectSubmitDigit', ['#', '*', '0'], ['', '##', 'A']],
  ['language', ['de', 'de-DE', 'any-CI', 'zh-Hans-CN'], ['', 'd', 'de_DE', 5]],
  ['playUrlUrl', ['https://a.example/b.wav', 'data:audio/wav;base64,AA=='], ['ftp://a/b', 'b.wav']],
  ['playUrlMediaFormat', ['wav/lpcm16', 'raw/mulaw'], ['audio/wav', 'wav']],
  ['transferTarget', ['tel:+123', 'sip:a@b.example', '+123', '123'], ['', 'tel: 1', 'a b', 'sip:<x>']],
  ['backgroundPlayURL', [null, 'https://a.example/b.wav'], ['', 0]],
  ['sendEventsToBot', [[], ['noUserInput', 'playFinished']], [['start'], 'noUserInput']],
  [
    'playerSettings',
    [[], [{ player: 'p', targets: [{ participant: 'caller', gainDb: 0 }] }]],
    [[{}], [1, 2, 3]],
  ],
  ['azureSpeechRecognitionMode', ['dictation'], ['other']],
  ['speakerVerificationType', ['text-dependent'], ['voice']],
])('%s takes %j and refuses %j', (name, good, bad) => {
  const { schema } = PARAMETERS[name];
  for (const value of good) expect([value, schema.safeParse(value).success]).toEqual([value, true]);
  for (const value of bad) expect([value, schema.safeParse(value).success]).toEqual([value, false]);
});

describe('what leaves', () => {
  test('the JSON types matter', () => {
    const given = { bargeIn: 1, sttContextPhrases: 'a', userNoInputTimeoutMS: '5', voiceName: 7 };
    expect(checkParams(given, 'S').params).toEqual({});
  });

  test('each level takes its own', () => {
    for (const name of names) {
      const levels = levelsOf(name);
      for (const level of ['S', 'A'] as const) {
        const [fault = ''] = checkParams({ [name]: Symbol('no value') }, level).faults;
        expect([name, level, /expected/.test(fault)]).toEqual([name, level, levels.includes(level)]);
      }
    }
  });

  test('a parameter that nobody knows passes, if JSON can hold it', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    expect(checkParams({ newThing: { a: [1] }, circle, big: 1n, run: () => 1 }, 'A')).toEqual({
      params: { newThing: { a: [1] } },
      faults: ['circle', 'big', 'run'].map(
        (name) => `"${name}" was left out: expected something that JSON can hold`,
      ),
    });
  });

  test('a key that would be a prototype stays out', () => {
    expect(checkParams(JSON.parse('{"__proto__":{"a":1}}'), 'S').params).toEqual({});
  });

  test('every parameter says what it expects', () => {
    for (const name of names) {
      const words = expectationOf(PARAMETERS[name].schema);
      expect([name, words]).toEqual([
        name,
        expect.stringMatching(/^(true or false|an? |one of |null|a list of )/),
      ]);
    }
  });
});

describe('the section of a profile', () => {
  const faults = (given: unknown) => {
    const parsed = profileSettingsSchema.safeParse(given);
    return parsed.success
      ? []
      : parsed.error.issues.map(({ path, code, message }) => ({ path, code, message }));
  };

  test('holds what holds for a whole call', () => {
    const given = {
      voiceName: 'de-DE-KatjaNeural',
      sttContextPhrases: ['Rechnung'],
      bargeIn: true,
      extra: { x: 1 },
    };
    const parsed = profileSettingsSchema.parse(given);
    expect(sessionParamsOf(parsed)).toEqual({
      voiceName: 'de-DE-KatjaNeural',
      sttContextPhrases: ['Rechnung'],
      bargeIn: true,
      x: 1,
    });
  });

  test('leads to a key that is not known, not meant for a call, or wrong', () => {
    expect(faults({ bargein: true })).toMatchObject([{ code: 'unrecognized_keys' }]);
    expect(faults({ playUrlUrl: 'https://a.example' })).toMatchObject([{ code: 'unrecognized_keys' }]);
    expect(faults({ connectOnPrompt: false })).toMatchObject([{ code: 'unrecognized_keys' }]);
    expect(faults({ bargeInMinWordCount: 7 })).toMatchObject([
      { path: ['bargeInMinWordCount'], code: 'too_big' },
    ]);
  });

  test('extra is for what is not known here', () => {
    expect(faults({ extra: { newThing: [1], bargeIn: true, playUrlUrl: 'x' } })).toMatchObject([
      { path: ['extra', 'bargeIn'], message: expect.stringContaining('outside of extra') },
      { path: ['extra', 'playUrlUrl'], message: expect.stringContaining('cannot be set for a whole call') },
    ]);
  });

  test('has a JSON Schema with a description of every key', () => {
    const schema = z.toJSONSchema(profileSettingsSchema, { io: 'input' });
    const properties = schema.properties as Record<string, { description?: string }>;
    expect(Object.keys(properties)).toEqual([
      ...names.filter((name) => levelsOf(name).includes('S')),
      'extra',
    ]);
    for (const [name, { description }] of Object.entries(properties)) {
      expect([name, description]).toEqual([name, expect.any(String)]);
    }
  });
});
