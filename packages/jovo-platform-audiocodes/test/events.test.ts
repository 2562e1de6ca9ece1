import fc from 'fast-check';
import { directionOf, flattened } from '../src/events/call-facts';
import { EVENT_NAMES, MAX_KEYS_PER_EVENT } from '../src/events/event-readers';
import { eventRule } from '../src/events/event-rules';
import type { GatewayEvent } from '../src/events/event-values';
import { readActivities, readActivity } from '../src/events/read-activities';
import { EVENTS_TO_BOT } from '../src/parameters/parameter-table';
import { type Fields, LIMITS } from '../src/wire';
import { activitiesOf, bad, json, manifest } from './support/fixtures';

function one(activity: unknown): GatewayEvent {
  const read = readActivity(activity);
  if (typeof read === 'string') throw new Error(read);
  return read;
}

const event = (name: string, fields: Fields = {}): GatewayEvent => one({ type: 'event', name, ...fields });
const inputTypeOf = ({ type }: GatewayEvent) => eventRule(type).inputType;
const say = (text: unknown, fields: Fields = {}) => readActivity({ type: 'message', text, ...fields });

describe('every event of the wire becomes a typed value and an input type', () => {
  const table: Record<string, [inputType: string, value: unknown]> = {
    'http-start-request': ['LAUNCH', { caller: '+12025550143', callee: '+12025550100', attributes: {} }],
    'http-start-custom-sip-request': [
      'LAUNCH',
      {
        attributes: {
          'X-Customer-Id': '0042',
          ani2: '+12025550199',
          'User-to-User': '56a390f3;encoding=hex',
        },
      },
    ],
    'http-start-outbound-request': [
      'LAUNCH',
      {
        outboundTarget: 'tel:+12025550143',
        dialoutMetadata: { participantName: 'Alice', appointment: '2026-03-05T10:30' },
      },
    ],
    'http-start-agent-assist-request': [
      'AUDIOCODES_ASSIST_STARTED',
      {
        agentConnected: false,
        participants: [
          { participant: 'caller', uriUser: '+12025550143' },
          { participant: 'callee', displayName: 'Agent 17' },
        ],
      },
    ],
    'http-message-request': ['TEXT', { text: 'I would like to check my order.', confidence: 0.9412 }],
    'http-message-agent-assist-request': [
      'AUDIOCODES_PARTICIPANT_SPOKE',
      { text: 'My account number is four two.', participant: 'caller', participantUriUser: '+12025550143' },
    ],
    'http-dtmf-request': ['DTMF_RECEIVED', { keys: '3' }],
    'http-dtmf-collected-request': ['DTMF_COLLECTED', { keys: '40712#' }],
    'http-no-user-input-request': ['USER_INPUT_TIMEOUT', { count: 1 }],
    'http-transfer-status-failed-request': ['TRANSFER_FAILED', { reasonCode: 'declined' }],
    'http-transfer-status-answered-request': ['TRANSFER_ANSWERED', {}],
    'http-dialout-initiated-request': [
      'OUTBOUND_INITIATED',
      { callee: '+12025550143', dialoutMetadata: { participantName: 'Alice' } },
    ],
    'http-machine-detection-start-request': ['MACHINE_DETECTED', { machine: 'greeting' }],
    'http-machine-detection-end-beep-request': ['MACHINE_DETECTED', { machine: 'recording' }],
    'http-speech-hypothesis-request': [
      'AUDIOCODES_SPEECH_HYPOTHESIS',
      { text: 'i would like', stability: 0.9, confidence: 0.42 },
    ],
    'http-voice-detected-request': ['USER_SPEECH_STARTED', {}],
    'http-play-finished-request': ['ASSISTANT_SPEECH_ENDED', { playedDurationMs: 3384, finished: true }],
    'http-speaker-status-request': [
      'AUDIOCODES_SPEAKER_VERIFICATION',
      { result: 'speakerStatus', enrolled: false },
    ],
    'ws-activities-start': ['LAUNCH', { callee: 'LiveHub', caller: 'anonymous' }],
    'ws-activities-message': ['TEXT', { text: 'What are your opening hours?' }],
    'ws-activities-dtmf': ['DTMF_RECEIVED', { keys: '3' }],
    'ws-activities-play-finished': ['ASSISTANT_SPEECH_ENDED', { playedDurationMs: 3384, finished: true }],
  };

  test('the table names every fixture with activities for the bot', () => {
    const files = manifest
      .filter(({ direction, file }) => direction === 'gateway->bot' && json(file).activities !== undefined)
      .map(({ file }) => file.replace('.json', ''));
    expect(files.length).toBeGreaterThan(20);
    expect(Object.keys(table).sort()).toEqual(files.sort());
  });

  test.each(Object.entries(table))('%s', (file, [inputType, value]) => {
    const reading = readActivities(activitiesOf(json(`${file}.json`)));
    expect(reading.ignored).toEqual([]);
    expect(reading.events.map(inputTypeOf)).toEqual([inputType]);
    expect(reading.events[0]?.value).toMatchObject(value as object);
    expect(reading.events[0]?.id).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('every name that can be asked for is known', () => {
    for (const name of EVENTS_TO_BOT) expect(event(name, { value: { text: 'x' } }).type).not.toBe('unknown');
  });

  test.each([
    ['enrollProgress', { moreAudioRequired: true }],
    ['verifyProgress', { moreAudioRequired: false }],
    ['enrollCompleted', { success: true }],
    ['verifyCompleted', { success: false }],
    ['actionResult', { success: true }],
  ])('voice biometrics: %s', (result, value) => {
    const name = `speakerVerification${result[0]?.toUpperCase()}${result.slice(1)}`;
    expect(event(name, { value }).value).toEqual({ result, ...value });
  });

  test.each(['conversationEnd', 'hangup', 'end'])('%s is the end of the call', (name) => {
    expect(inputTypeOf(event(name))).toBe('SESSION_END');
    expect(event(name, { value: { reasonCode: 'busy' } }).value).toEqual({ reasonCode: 'busy' });
  });

  test('an unknown event is kept as it is and handed to the fallback', () => {
    const activity = activitiesOf(bad('activities-unknown-event.json'))[0];
    const read = one(activity);
    expect(inputTypeOf(read)).toBe('NOTIFICATION_EVENT_UNHANDLED');
    expect(read).toMatchObject({ type: 'unknown', value: { name: 'quantumFlux' }, activity });
  });
});

describe('tolerance', () => {
  test('names and types in any case', () => {
    for (const name of EVENT_NAMES) {
      const fields = { value: { text: 'x', status: 'failed' }, text: 'x' };
      const read = readActivity({ type: 'EVENT', name: name.toUpperCase(), ...fields });
      if (typeof read !== 'string') expect(read.type).not.toBe('unknown');
    }
    expect(one(activitiesOf(bad('activities-type-capitalised.json'))[0]).type).toBe('start');
  });

  test.each([
    ['activities-event-without-name.json'],
    ['activities-message-without-text.json'],
    ['activities-message-text-not-string.json'],
    ['activities-type-missing.json'],
    ['activities-unknown-type.json'],
    ['dtmf-illegal.json'],
    ['dtmf-missing-value.json'],
    ['machine-detection-unknown-value.json'],
    ['transfer-status-unknown.json'],
  ])('%s says nothing that could be handled', (file) => {
    const reading = readActivities(activitiesOf(bad(file)));
    expect(reading.events).toEqual([]);
    expect(reading.ignored).toHaveLength(1);
  });

  test.each([
    ['dtmf-lowercase-number.json', { keys: '5' }],
    ['machine-detection-timeout-variant.json', { machine: 'recording' }],
    ['transfer-status-string.json', {}],
    ['start-no-parameters.json', { attributes: {} }],
    ['activities-no-id-no-timestamp.json', { text: 'hello' }],
  ])('%s', (file, value) => {
    expect(readActivities(activitiesOf(bad(file))).events.map((read) => read.value)).toEqual([value]);
  });

  test('one bad element does not spoil its siblings', () => {
    const reading = readActivities(activitiesOf(bad('activities-non-object-elements.json')));
    expect(reading.events.map(({ value }) => value)).toEqual([{ text: 'still here' }]);
    expect(reading.ignored).toHaveLength(3);
  });

  test('details stand in value or in parameters; a hypothesis even on top', () => {
    const details = { text: 'so far', stability: '0.5' };
    const expected = { text: 'so far', stability: 0.5 };
    expect(event('speechHypothesis', { value: details }).value).toEqual(expected);
    expect(event('speechHypothesis', { parameters: details }).value).toEqual(expected);
    expect(event('speechHypothesis', { text: 'so far' }).value).toEqual({ text: 'so far' });
    const status = { status: 'FAILED', reasonCode: 'busy' };
    expect(event('transferStatus', { parameters: status }).value).toEqual({ reasonCode: 'busy' });
  });

  test('what has no text form is no text', () => {
    const odd = { toString: 1, valueOf: null };
    for (const name of EVENT_NAMES) {
      for (const fields of [
        { value: odd },
        { value: { status: odd, text: odd, reasonCode: odd } },
        { parameters: odd },
      ]) {
        expect(() => readActivity({ type: 'event', name, ...fields })).not.toThrow();
      }
    }
  });

  test.each([undefined, null, '', '  ', 0, {}, ['x']])('nothing was said: %p', (text) => {
    expect(typeof say(text)).toBe('string');
  });

  test('words have a limit', () => {
    const read = one({ type: 'message', text: 'x'.repeat(LIMITS.textLength + 1) });
    expect((read.value as { text: string }).text).toHaveLength(LIMITS.textLength);
  });

  test('a prompt that did not finish was cut off', () => {
    expect(event('playFinished', { value: { status: 'interrupted' } }).value).toEqual({ finished: false });
    expect(event('playFinished').value).toEqual({ finished: true });
  });

  test.each([[{}], [{ value: 'x' }], [{ value: null }]])('silence without a count: %p', (fields) => {
    expect(event('noUserInput', fields).value).toEqual({});
  });

  test.each([
    ['0123456789*#', true],
    ['1'.repeat(MAX_KEYS_PER_EVENT), true],
    ['1'.repeat(MAX_KEYS_PER_EVENT + 1), false],
    ['A', false],
    ['1 2', false],
    [7, true],
    [-7, false],
    [1.5, false],
    [{ keys: '1' }, false],
  ])('keys %p: %p', (value, legal) => {
    expect(typeof readActivity({ type: 'event', name: 'DTMF', value })).toBe(legal ? 'object' : 'string');
  });

  test('at most so many activities of one request', () => {
    const many = Array.from({ length: LIMITS.activitiesPerRequest + 2 }, () => ({
      type: 'message',
      text: 'x',
    }));
    const reading = readActivities(many);
    expect(reading.events).toHaveLength(LIMITS.activitiesPerRequest);
    expect(reading.ignored).toEqual(['2 activities beyond the first 64']);
  });
});

describe('what a call tells at its start', () => {
  test('strings of strangers are data', () => {
    const { value } = one(activitiesOf(bad('start-hostile-strings.json'))[0]);
    expect(value).toMatchObject({
      caller: '"><script>alert(1)</script>',
      dialoutMetadata: { participantName: 'Bob' },
    });
  });

  test('names of prototypes are harmless', () => {
    const { value } = one(activitiesOf(bad('activities-prototype-keys.json'))[0]);
    expect(value).toEqual({ caller: '+12025550143', attributes: {} });
    expect(({} as Fields).admin).toBeUndefined();
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  test('only a call of the dialer is outbound', () => {
    expect(directionOf({ attributes: {} })).toBe('inbound');
    expect(directionOf({ attributes: {}, outboundTarget: 'tel:1' })).toBe('outbound');
    expect(directionOf({ attributes: {}, dialoutMetadata: {} })).toBe('outbound');
  });

  test('SIP headers as an object; odd ones are left out', () => {
    const { value } = event('start', {
      parameters: { sipHeaders: { 'X-A': 'a', 'X-B': 2, 'X-C': { no: 1 } }, 'X-D': null, yes: true },
    });
    expect(value).toEqual({ attributes: { 'X-A': 'a', 'X-B': '2', yes: 'true' } });
  });

  test('metadata and attributes have limits', () => {
    const parameters = Object.fromEntries(
      Array.from({ length: LIMITS.attributes + 5 }, (_, index) => [`h${index}`, 'x'.repeat(5_000)]),
    );
    const read = event('start', {
      parameters: { ...parameters, dialoutMetadata: { a: 'x'.repeat(70_000) } },
    });
    const { attributes, dialoutMetadata } = read.value as {
      attributes: Record<string, string>;
      dialoutMetadata?: unknown;
    };
    expect(Object.keys(attributes)).toHaveLength(LIMITS.attributes);
    expect(attributes.h0).toHaveLength(LIMITS.attributeLength);
    expect(dialoutMetadata).toBeUndefined();
    expect(event('start', { parameters: { dialoutMetadata: '{"a":' } }).value).toEqual({ attributes: {} });
  });

  test('metadata is flattened for placeholders', () => {
    expect(
      flattened({ name: 'Alice', order: { id: 7, open: true, lines: ['a', { b: 1 }] }, no: null }),
    ).toEqual({
      name: 'Alice',
      'order.id': '7',
      'order.open': 'true',
      'order.lines.0': 'a',
      'order.lines.1.b': '1',
    });
  });
});

test('whatever comes, reading neither throws nor makes up types', () => {
  const names = fc.constantFrom(...EVENT_NAMES, 'other', '__proto__', 'constructor');
  const activity = fc.record(
    {
      id: fc.anything(),
      type: fc.oneof(fc.constantFrom('message', 'event', 'Event'), fc.anything()),
      name: fc.oneof(names, fc.anything()),
      text: fc.oneof(fc.string(), fc.anything()),
      value: fc.oneof(
        fc.constantFrom('failed', 'voicemail-prompt-start', 5, '3#'),
        fc.object(),
        fc.anything(),
      ),
      parameters: fc.oneof(fc.object(), fc.anything()),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(activity, fc.anything()), { maxLength: 4 }), (activities) => {
      const { events, ignored } = readActivities(activities);
      expect(events.length + ignored.length).toBe(activities.length);
      for (const read of events) {
        expect(typeof inputTypeOf(read)).toBe('string');
        if (read.type === 'message') expect(read.value.text.trim()).not.toBe('');
        if (read.type === 'key' || read.type === 'keyEntry') expect(read.value.keys).toMatch(/^[0-9*#]+$/);
      }
    }),
    { numRuns: 2_000 },
  );
});
