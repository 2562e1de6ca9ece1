import fc from 'fast-check';
import { ACTIVITY_RULES } from '../src/activities/activity-table';
import * as drafts from '../src/activities/drafts';
import { plainText, ssmlText } from '../src/activities/spoken-text';
import { type Stamp, writeActivity } from '../src/activities/write-activity';
import { type Fields, LIMITS } from '../src/wire';
import { activitiesOf, json, manifest } from './support/fixtures';

const stamp: Stamp = { id: () => 'an-id', epochMs: () => 0 };
const write = (raw: unknown) => writeActivity(raw as Fields, stamp);
const body = (raw: unknown) => {
  const { id: _id, timestamp: _timestamp, ...rest } = write(raw).activity ?? { id: '', timestamp: '' };
  return rest;
};

const ours = manifest.filter(
  ({ direction, file }) => direction === 'bot->gateway' && json(file).activities !== undefined,
);

test.each(ours.map(({ file }) => file))('%s is written as it stands there', (file) => {
  for (const activity of activitiesOf(json(file))) {
    const { id, timestamp, ...expected } = activity;
    expect(write(expected)).toEqual({
      activity: { id: 'an-id', timestamp: '1970-01-01T00:00:00.000Z', ...expected },
      faults: [],
    });
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(timestamp).toMatch(/Z$/);
  }
});

describe('the builders', () => {
  const speaker = { speakerVerificationSpeakerId: 's', speakerVerificationType: 'text-dependent' } as const;
  const all = {
    message: drafts.message('Hello', { activityParams: { bargeIn: false } }),
    playUrl: drafts.playUrl({ playUrlUrl: 'https://a.example/x.wav', playUrlCaching: true }),
    transfer: drafts.transferCall({
      transferTarget: 'tel:+1',
      transferSipHeaders: [{ name: 'X', value: 'y' }],
    }),
    hangup: drafts.hangUpCall({ hangupReason: 'done', hangupSipHeaders: [{ name: 'X', value: 'y' }] }),
    config: drafts.config({ bargeIn: true }),
    sendMetaData: drafts.sendMetaData({ ticket: 1 }),
    startCallRecording: drafts.startCallRecording({ callRecordingId: 'r' }),
    stopCallRecording: drafts.stopCallRecording(),
    pauseCallRecording: drafts.pauseCallRecording(),
    resumeCallRecording: drafts.resumeCallRecording(),
    startRecognition: drafts.startRecognition('caller'),
    stopRecognition: drafts.stopRecognition('caller'),
    abortPrompts: drafts.abortPrompts(),
    expectAnotherBotMessage: drafts.expectAnotherBotMessage(),
    sendDtmf: drafts.sendDtmf('12*#'),
    speakerVerificationCreateSpeaker: drafts.speakerVerification('CreateSpeaker', speaker),
    speakerVerificationGetSpeakerStatus: drafts.speakerVerification('GetSpeakerStatus', speaker),
    speakerVerificationDeleteSpeaker: drafts.speakerVerification('DeleteSpeaker', speaker),
    speakerVerificationEnroll: drafts.speakerVerification('Enroll', speaker),
    speakerVerificationVerify: drafts.speakerVerification('Verify', speaker),
  };

  test('there is one for every activity of the catalogue', () => {
    const { message: _message, ...events } = all;
    expect(Object.keys(events).sort()).toEqual(
      Object.keys(ACTIVITY_RULES)
        .filter((name) => name !== 'handover')
        .sort(),
    );
  });

  test.each(Object.entries(all))('%s is sent as it is built', (_name, draft) => {
    expect(write(draft).faults).toEqual([]);
    expect(body(draft)).toEqual(draft);
  });

  test('hang-up without anything else has no parameters', () => {
    expect(drafts.hangUpCall()).toEqual({ type: 'event', name: 'hangup' });
  });
});

describe('what cannot be sent is told', () => {
  test.each<[Fields, RegExp]>([
    [{}, /"name": one of playUrl, .* or "type": message/],
    [{ type: 'event', name: 'answer' }, /"name": one of/],
    [{ type: 'event', name: 'toString' }, /"name": one of/],
    [{ type: 'message', text: ' ' }, /"text": a message needs words/],
    [{ type: 'message', text: '<speak> </speak>' }, /"text": a message needs words/],
    [{ type: 'message', text: 'a'.repeat(LIMITS.textLength + 1) }, /cut it at the end of a sentence/],
    [{ type: 'event', name: 'playUrl' }, /"activityParams.playUrlUrl" is needed/],
    [{ type: 'event', name: 'playUrl', activityParams: { playUrlUrl: 'file:///etc/passwd' } }, /playUrlUrl/],
    [{ type: 'event', name: 'config' }, /"sessionParams" needs at least one/],
    [{ type: 'event', name: 'config', activityParams: { bargeIn: true } }, /use sessionParams/],
    [{ type: 'event', name: 'sendMetaData', value: 'x' }, /"value": an object/],
    [{ type: 'event', name: 'startRecognition' }, /targetParticipant" is needed/],
    [
      { type: 'event', name: 'sendDtmf', activityParams: { dtmfDigits: '1'.repeat(21) } },
      /1 to 20 keys|dtmfDigits/,
    ],
    [{ type: 'event', name: 'speakerVerificationEnroll' }, /speakerVerificationSpeakerId" is needed/],
  ])('%j', (raw, fault) => {
    const { activity, faults } = write(raw);
    expect(activity).toBeUndefined();
    expect(faults.join('\n')).toMatch(fault);
  });

  test('a parameter that is wrong is left out, the activity stays', () => {
    const { activity, faults } = write({
      type: 'message',
      text: 'Hello',
      activityParams: {
        bargeIn: 'yes',
        bargeInMinWordCount: 9,
        bargein: true,
        sendDTMF: true,
        voiceName: 'v',
      },
      sessionParams: [],
    });
    expect(activity).toMatchObject({ text: 'Hello', activityParams: { voiceName: 'v' } });
    expect(activity).not.toHaveProperty('sessionParams');
    expect(faults).toEqual([
      '"bargeIn" was left out: expected true or false',
      '"bargeInMinWordCount" was left out: expected a whole number from 0 to 5',
      '"bargein" was left out: it is written bargeIn',
      '"sendDTMF" was left out: it holds for the whole call; put it into sessionParams',
      '"sessionParams" was left out: expected an object',
    ]);
  });

  test('a header cannot bring another one along', () => {
    const transferSipHeaders = [{ name: 'X-A', value: 'a\r\nX-B: b' }];
    const { activity, faults } = write(drafts.transferCall({ transferTarget: 'tel:+1', transferSipHeaders }));
    expect(activity?.activityParams).toEqual({ transferTarget: 'tel:+1' });
    expect(faults).toHaveLength(1);
  });
});

describe('spoken text', () => {
  test.each([
    ['Grüße 👩‍👩‍👧 aus 🇩🇪 Köln!', 'Grüße aus Köln!'],
    ['Press # or * or 5', 'Press # or * or 5'],
    ['a\u0000b\nc', 'a b c'],
    ['🎉', undefined],
    ['<speak>not markup', 'not markup'],
    ['1 < 2 & 3', '1 < 2 & 3'],
  ])('%p is said as %p', (given, said) => {
    expect(plainText(given)).toBe(said);
  });

  test.each([
    ['<speak>A 🎉 B</speak>', '<speak>A B</speak>'],
    ['A <break time="1s"/> B', '<speak>A <break time="1s"/> B</speak>'],
    ['<speak> </speak>', undefined],
    ['<speak><break time="1s"/></speak>', '<speak><break time="1s"/></speak>'],
  ])('markup %p', (given, said) => {
    expect(ssmlText(given)).toBe(said);
  });
});

test('whatever is to be sent, what leaves is on the wire as the catalogue has it', () => {
  const params = fc.dictionary(
    fc.oneof(
      fc.constantFrom('bargeIn', 'voiceName', 'dtmfDigits', 'playUrlUrl', 'sendEventsToBot'),
      fc.string(),
    ),
    fc.oneof(fc.boolean(), fc.string(), fc.integer(), fc.anything()),
  );
  const raw = fc.record(
    {
      type: fc.constantFrom('message', 'event', 'other'),
      name: fc.oneof(fc.constantFrom(...Object.keys(ACTIVITY_RULES)), fc.string()),
      text: fc.oneof(fc.string(), fc.anything()),
      value: fc.anything(),
      activityParams: fc.oneof(params, fc.anything()),
      sessionParams: fc.oneof(params, fc.anything()),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(raw, (given) => {
      const { activity, faults } = write(given);
      if (!activity) {
        expect(faults).not.toEqual([]);
        return;
      }
      const known = ['id', 'timestamp', 'type', 'name', 'text', 'value', 'activityParams', 'sessionParams'];
      expect(known).toEqual(expect.arrayContaining(Object.keys(activity)));
      expect(() => JSON.stringify(activity)).not.toThrow();
      if (activity.type === 'message') expect(activity.text?.trim()).toBeTruthy();
      else expect(Object.keys(ACTIVITY_RULES)).toContain(activity.name);
    }),
    { numRuns: 1_000 },
  );
});
