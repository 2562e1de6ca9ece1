import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { readActivities } from '../src';
import { durationOfAudio } from '../src/audiocodes/audio-duration';
import { readConversationUrls } from '../src/audiocodes/conversation-urls';
import { Digits } from '../src/audiocodes/digits';
import { readFrame } from '../src/audiocodes/frame-rules';
import { PARAMETERS } from '../src/audiocodes/parameters';
import { Patience } from '../src/audiocodes/patience';
import { Scope } from '../src/audiocodes/scope';
import { ssmlFault } from '../src/audiocodes/ssml';
import { TtsCache } from '../src/audiocodes/tts-cache';
import { VirtualClock } from '../src/clock';

const FIXTURES = join(__dirname, 'fixtures/audiocodes');
const load = (file: string) =>
  JSON.parse(readFileSync(join(FIXTURES, file), 'utf8')) as Record<string, unknown>;
const manifest = load('manifest.json') as unknown as { file: string; wire: string; direction: string }[];
const ours = manifest.filter(({ direction, wire }) => direction === 'bot->gateway' && wire !== 'W3');

const ID = '8589e975-8f6e-40ca-8fa9-d1ba8136d355';
const identity = { id: ID, timestamp: '2026-03-02T09:00:02.074Z' };
const read = (activity: unknown, idsRequired = true) =>
  readActivities([activity], { idsRequired, seen: new Set() });
const rules = (activity: object, idsRequired = true) =>
  read({ ...identity, ...activity }, idsRequired).violations.map(({ rule }) => rule);
const message = (text: unknown, more: object = {}) => ({ type: 'message', text, ...more });
const event = (name: string, more: object = {}) => ({ type: 'event', name, ...more });

describe('every example of what a bot sends is accepted', () => {
  test.each(ours.filter(({ wire }) => wire !== 'W2').map(({ file }) => file))('%s', (file) => {
    const { activities = [] } = load(file) as { activities?: unknown[] };
    const reading = readActivities(activities, { idsRequired: true, seen: new Set() });
    expect(reading.violations).toEqual([]);
    expect(reading.warnings).toEqual([]);
    expect(reading.activities).toEqual(activities);
  });

  test.each(ours.filter(({ wire }) => wire === 'W2').map(({ file }) => file))('%s', (file) => {
    const frame = load(file);
    const { violations, frame: given } = readFrame(JSON.stringify(frame), String(frame.conversationId));
    expect(violations).toEqual([]);
    expect(given).toEqual(frame);
  });
});

describe('what a recogniser of the bot has heard', () => {
  const type = 'userStream.speech.recognition';
  const given = (fields: object) => readFrame(JSON.stringify({ type, ...fields }), ID);

  test.each([
    { text: 'yes', confidence: 0.9 },
    { text: 'yes', confidence: '0.9' },
    { alternatives: [{ text: 'yes', confidence: '0.9' }] },
  ])('%j is taken, with advice (12, no. 12)', (fields) => {
    const { frame, violations, warnings } = given(fields);
    expect([frame?.alternatives, violations]).toEqual([[{ text: 'yes', confidence: 0.9 }], []]);
    expect(warnings).toEqual([expect.stringContaining('a list of alternatives')]);
  });

  test.each([
    {},
    { text: 7 },
    { text: 'yes' },
    { alternatives: 'yes' },
    { alternatives: [{ text: 'yes', confidence: 'high' }] },
    { alternatives: [{ text: 'yes', confidence: 2 }] },
  ])('%j is a violation', (fields) => {
    expect(given(fields).violations.map(({ rule }) => rule)).toContain(`${type}.alternatives`);
  });
});

describe('the addresses of a conversation', () => {
  const botUrl = 'https://h.example/p/CreateConversation';
  const read = (file: string) => readConversationUrls(load(file), botUrl, 'secret');

  test('relative ones are resolved against the one of the bot', () => {
    const { conversation } = load('http-create-request.json');
    const base = `https://h.example/p/conversation/${conversation}`;
    expect(read('http-create-response-relative.json')).toEqual({
      urls: {
        activities: `${base}/activities`,
        refresh: `${base}/refresh`,
        disconnect: `${base}/disconnect`,
        expiresSeconds: 120,
      },
      violations: [],
    });
  });

  test('absolute ones are taken as they are', () => {
    const { urls, violations } = read('http-create-response-websocket.json');
    expect(urls?.websocket).toBe(load('http-create-response-websocket.json').websocketURL);
    expect(violations).toEqual([]);
  });
});

describe('what is wrong with an activity', () => {
  test.each<[string, object]>([
    ['activity.type', { type: 'Event', name: 'hangup' }],
    ['activity.type', { name: 'hangup' }],
    ['activity.timestamp', message('Hallo', { timestamp: 'gestern' })],
    ['activity.delay', message('Hallo', { delay: 5 })],
    ['activity.recipient', message('Hallo', { recipient: {} })],
    ['message.text', { type: 'message' }],
    ['activity.text', message('')],
    ['activity.text', message(7)],
    ['activity.text', message('a\u0000b')],
    ['activity.text', message('<speak>Müller & Sohn</speak>')],
    ['message.name', message('Hallo', { name: 'x' })],
    ['event.name', { type: 'event' }],
    ['event.name', event('start')],
    ['event.name', event('answer')],
    ['event.name', event('Hangup')],
    ['event.name', event('__proto__')],
    ['hangup.text', event('hangup', { text: 'Tschüss' })],
    ['playUrl.playUrlUrl', event('playUrl')],
    ['transfer.transferTarget', event('transfer')],
    ['handover.transferTarget', event('handover', { activityParams: {} })],
    ['sendMetaData.value', event('sendMetaData', { activityParams: { a: 1 } })],
    ['sendDtmf.dtmfDigits', event('sendDtmf')],
    ['params.dtmf', event('sendDtmf', { activityParams: { dtmf: '1', dtmfDigits: '1' } })],
    ['params.dtmfDigits', event('sendDtmf', { activityParams: { dtmfDigits: '123456789012345678901' } })],
    ['startRecognition.targetParticipant', event('startRecognition')],
    ['config.sessionParams', event('config')],
    ['config.activityParams', event('config', { activityParams: {}, sessionParams: {} })],
    [
      'params.playUrlCache',
      event('playUrl', { activityParams: { playUrlUrl: 'https://a.example/b.wav', playUrlCache: true } }),
    ],
    ['params.endOfSpeechTimeoutMs', event('config', { sessionParams: { endOfSpeechTimeoutMs: 5 } })],
    ['params.connectOnPrompt', event('config', { sessionParams: { connectOnPrompt: false } })],
    [
      'params.dialoutMaxConcurrentCalls',
      event('config', { sessionParams: { dialoutMaxConcurrentCalls: 1 } }),
    ],
    ['params.userMaxSpeechDurationMS', message('Hallo', { activityParams: { userMaxSpeechDurationMS: 5 } })],
    ['params.sendDTMF', message('Hallo', { activityParams: { sendDTMF: true } })],
    ['params.expectAnotherBotMessage', event('config', { sessionParams: { expectAnotherBotMessage: true } })],
    [
      'speakerVerificationEnroll.speakerVerificationType',
      event('speakerVerificationEnroll', { sessionParams: { speakerVerificationSpeakerId: '1' } }),
    ],
  ])('%s (case %#)', (rule, activity) => {
    expect(rules(activity)).toEqual([rule]);
    const { activities } = read({ ...identity, ...activity });
    expect(activities).toHaveLength(rule === 'activity.timestamp' ? 1 : 0);
  });

  test.each<[string, unknown]>([
    ['bargeIn', 'true'],
    ['bargeInMinWordCount', 6],
    ['userNoInputTimeoutMS', '5000'],
    ['userNoInputRetries', 1.5],
    ['continuousASRTimeoutInMS', 499],
    ['continuousASRTimeoutInMS', 60_001],
    ['language', 'Deutsch'],
    ['sendEventsToBot', 'noUserInput'],
    ['sttContextPhrases', 'Rechnung'],
    ['sttSpeechContexts', [{ boost: 3 }]],
    ['dtmfCollectSubmitDigit', '##'],
    ['azureSpeechRecognitionMode', 'fast'],
    ['transferSipHeaders', [{ name: 'X' }]],
    ['transferReferredByURL', 'bot@example'],
    ['speechActivitySilencePeriodMS', 10_001],
    ['backgroundPlayGainDb', 33],
    ['playerSettings', [{}, {}, {}]],
  ])('params.%s: %j', (name, value) => {
    expect(rules(event('config', { sessionParams: { [name]: value } }))).toEqual([`params.${name}`]);
  });

  test('ids and times: required over HTTP, not in WebSocket mode; an id is used once', () => {
    expect(read(message('Hallo')).violations.map(({ rule }) => rule)).toEqual([
      'activity.id',
      'activity.timestamp',
    ]);
    expect(read(message('Hallo'), false).violations).toEqual([]);
    const twice = [message('eins', identity), message('zwei', identity)];
    const reading = readActivities(twice, { idsRequired: true, seen: new Set() });
    expect(reading.violations.map(({ rule }) => rule)).toEqual(['activity.id']);
    expect(reading.activities).toHaveLength(2);
  });

  test('a default transfer target of the administrator will do', () => {
    const rulesWith = {
      idsRequired: false,
      seen: new Set<string>(),
      configured: { transferTarget: 'tel:+49' },
    };
    expect(readActivities([event('transfer')], rulesWith).violations).toEqual([]);
  });

  test('what is no array, and no activity', () => {
    for (const json of ['x', null, { a: 1 }]) {
      const { violations } = readActivities(json, { idsRequired: true, seen: new Set() });
      expect(violations.map(({ rule }) => rule)).toEqual(['activities']);
    }
    expect(rules([] as never)).toContain('activity.type');
    expect(read('Hallo').violations.map(({ rule }) => rule)).toEqual(['activity.shape']);
  });

  test('never throws, and runs nothing that is not an activity', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.anything(),
            fc.record({
              type: fc.constantFrom('message', 'event'),
              name: fc.string(),
              text: fc.anything(),
              sessionParams: fc.anything(),
            }),
          ),
        ),
        (list) => {
          const { activities } = readActivities(list, { idsRequired: false, seen: new Set() });
          for (const { type, text, name } of activities) {
            expect(type === 'message' ? typeof text : typeof name).toBe('string');
          }
        },
      ),
    );
  });
});

test.each([
  ['<speak>Guten <break time="1s"/>Tag</speak>', undefined],
  ['<speak><!-- & --><p>A &amp; B</p></speak>', undefined],
  ['<speak>A & B</speak>', '&amp;'],
  ['<speak>a < b</speak>', '&lt;'],
  ['<speak><p>offen</speak>', '</speak> closes nothing'],
  ['<speak>offen', '<speak> is not closed'],
])('SSML %s', (ssml, fault) => {
  if (fault) expect(ssmlFault(ssml)).toContain(fault);
  else expect(ssmlFault(ssml)).toBeUndefined();
});

test('the most specific value of a parameter holds; an activity forgets the one before', () => {
  const scope = new Scope({ bargeIn: true, userNoInputTimeoutMS: 1000 });
  expect(scope.flag('bargeIn')).toBe(true);
  scope.setSession({ bargeIn: false });
  scope.beginActivity({ bargeIn: true });
  expect([scope.flag('bargeIn'), scope.flag('bargeIn', {})]).toEqual([true, false]);
  scope.addToActivity({ expectAnotherBotMessage: true });
  scope.beginActivity(undefined);
  expect([scope.flag('bargeIn'), scope.flag('expectAnotherBotMessage')]).toEqual([false, false]);
  expect(scope.number('userNoInputTimeoutMS')).toBe(1000);
  expect(scope.number('resumeRecognitionTimeoutMS')).toBe(PARAMETERS.resumeRecognitionTimeoutMS?.fallback);
  scope.setSession({ sendEventsToBot: ['noUserInput'] });
  expect([scope.wants('NoUserInput'), scope.wants('playFinished')]).toEqual([true, false]);
});

test('the speech cache forgets after a day', () => {
  let nowMs = 0;
  const cache = new TtsCache(() => nowMs);
  const speak = (voice?: string) => cache.speak('Hallo', 'de-DE', voice, false);
  expect([speak(), speak(), speak('Katja')]).toEqual(['synthesised', 'cached', 'synthesised']);
  nowMs = 24 * 3600 * 1000;
  expect(speak()).toBe('synthesised');
});

test.each([
  ['raw/lpcm16', Buffer.alloc(32_000), { durationMs: 1000 }],
  ['raw/mulaw', Buffer.alloc(800), { durationMs: 100 }],
  ['wav/lpcm16', Buffer.alloc(32_000), { fault: 'is not wav/lpcm16: it has no RIFF/WAVE header' }],
  ['audio/wav', Buffer.alloc(2), { fault: 'is of the unknown format audio/wav' }],
])('audio of %s', (format, bytes, reading) => {
  expect(durationOfAudio(bytes, format)).toEqual(reading);
});

describe('properties', () => {
  test('collected keys come out whole and in order, whatever the pauses are', async () => {
    const press = fc.record({
      digit: fc.constantFrom(...'0123456789*#'),
      pauseMs: fc.integer({ min: 0, max: 3000 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(press, { maxLength: 20 }),
        fc.integer({ min: 1, max: 6 }),
        async (presses, max) => {
          const clock = new VirtualClock();
          const sent: string[] = [];
          const scope = new Scope({ dtmfCollect: true, dtmfCollectMaxDigits: max });
          const done = Promise.resolve();
          const digits = new Digits(clock, scope, 3000, {
            send: (each) => {
              sent.push(String((each as { value?: unknown }).value));
              return { out: done, acknowledged: done };
            },
            changed: () => undefined,
          });
          for (const { digit, pauseMs } of presses) {
            await digits.press(digit);
            clock.tick(pauseMs);
          }
          clock.tick(5000);
          expect(sent.join('')).toBe(presses.map(({ digit }) => digit).join(''));
          for (const each of sent) expect(each.length).toBeLessThanOrEqual(max);
          for (const each of sent) expect(each.slice(0, -1)).not.toContain('#');
        },
      ),
    );
  });

  test('a silence is reported at most once and its repeats, and never while the bot is waited for', () => {
    const step = fc.constantFrom('over', 'acts', 'asked', 'botActs');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(step, fc.integer({ min: 0, max: 4000 })), { maxLength: 30 }),
        fc.integer({ min: 0, max: 3 }),
        (steps, retries) => {
          const clock = new VirtualClock();
          let sinceWords = 0;
          let waitsForBot = false;
          const scope = new Scope({ userNoInputTimeoutMS: 1000, userNoInputRetries: retries });
          const patience = new Patience(clock, scope, {
            callerSilent: (count) => {
              expect(waitsForBot).toBe(false);
              expect(count).toBe(++sinceWords);
              expect(count).toBeLessThanOrEqual(retries + 1);
            },
            callerGivenUp: () => undefined,
            botSlow: () => undefined,
            botGivenUp: () => undefined,
            resumed: () => undefined,
            changed: () => undefined,
          });
          for (const [what, afterMs] of steps) {
            if (what === 'over') patience.promptsAreOver();
            if (what === 'asked') patience.botIsAsked();
            if (what === 'botActs') patience.botActs();
            if (what === 'acts') patience.callerActs();
            if (what === 'acts') sinceWords = 0;
            if (what !== 'acts')
              waitsForBot = what === 'asked' || (waitsForBot && what !== 'over' && what !== 'botActs');
            clock.tick(afterMs);
          }
        },
      ),
    );
  });
});
