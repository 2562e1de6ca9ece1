import type { Reading } from '@jovo-telephony/platform-base';
import { inputTypeOf, MAX_KEYS_PER_EVENT, MAX_SESSION_ID_LENGTH, readEvents } from '../src/events';
import type { Aiflow, AiflowEvent } from '../src/wire';
import { bad, event, eventNames } from './support/fixtures';

type Verdict = Reading<Aiflow>['verdict'];

const session = { id: 'call-1' };

function handled(raw: unknown): AiflowEvent[] {
  const reading = readEvents(raw);
  if (reading.verdict !== 'handle') throw new Error(`${reading.verdict}: ${reading.reason}`);
  return reading.events;
}

const one = (raw: unknown) => handled(raw)[0] as AiflowEvent;
const verdict = (raw: unknown): Verdict => readEvents(raw).verdict;

describe('every event of the wire becomes its input type', () => {
  const table: Record<string, string> = {
    session_start: 'LAUNCH',
    session_start_outbound: 'LAUNCH',
    session_start_transfer_fallback: 'LAUNCH',
    session_start_anonymous_no_direction: 'LAUNCH',
    user_speech_started: 'USER_SPEECH_STARTED',
    user_speak: 'TEXT',
    user_speak_barged_in: 'USER_BARGE_IN',
    user_speak_minimal_session: 'TEXT',
    user_speak_legacy_transcript: 'TEXT',
    user_barge_in_legacy: 'USER_BARGE_IN',
    user_barge_in_legacy_no_text: 'USER_BARGE_IN',
    dtmf_received: 'DTMF_RECEIVED',
    dtmf_received_pound: 'DTMF_RECEIVED',
    assistant_speak: 'ASSISTANT_SPEAK',
    assistant_speak_ssml: 'ASSISTANT_SPEAK',
    assistant_speech_ended: 'ASSISTANT_SPEECH_ENDED',
    user_input_timeout: 'USER_INPUT_TIMEOUT',
    sms_failed: 'SMS_FAILED',
    session_end: 'SESSION_END',
    session_end_with_undocumented_fields: 'SESSION_END',
    unknown_future_event: 'NOTIFICATION_EVENT_UNHANDLED',
  };

  test('the table names every fixture', () => {
    expect(Object.keys(table).sort()).toEqual([...eventNames].sort());
  });

  test.each(Object.entries(table))('%s -> %s', (name, inputType) => {
    const read = handled(event(name));
    expect(read).toHaveLength(1);
    expect(read.map(inputTypeOf)).toEqual([inputType]);
    expect(read[0]?.session.id).toBe(event(name).session.id);
  });
});

describe('malformed bodies', () => {
  const table: [file: string, verdict: Verdict][] = [
    ['json_null.json', 'reject'],
    ['json_string.json', 'reject'],
    ['event_array.json', 'reject'],
    ['missing_type.json', 'reject'],
    ['type_not_string.json', 'reject'],
    ['missing_session.json', 'reject'],
    ['session_null.json', 'reject'],
    ['missing_session_id.json', 'reject'],
    ['session_id_empty.json', 'reject'],
    ['session_id_number.json', 'reject'],
    ['n8n_style_body_wrapper.json', 'reject'],
    ['user_speak_no_text.json', 'ignore'],
    ['user_speak_blank_text.json', 'ignore'],
    ['user_speak_text_not_string.json', 'ignore'],
    ['dtmf_no_digit.json', 'ignore'],
    ['dtmf_invalid_digit.json', 'ignore'],
    ['session_id_not_uuid.json', 'handle'],
    ['user_speak_barged_in_string.json', 'handle'],
    ['dtmf_many_digits.json', 'handle'],
    ['dtmf_number_digit.json', 'handle'],
    ['event_for_unknown_session.json', 'handle'],
    ['event_after_session_end.json', 'handle'],
    ['proto_pollution.json', 'handle'],
  ];
  test.each(table)('%s: %s', (file, expected) => {
    expect(verdict(JSON.parse(bad(file)))).toBe(expected);
  });

  test.each([undefined, null, 0, '', [], true, () => {}])('%p is no event', (raw) => {
    expect(verdict(raw)).toBe('reject');
  });
});

describe('tolerance', () => {
  test.each([
    ['a transcript instead of a text', { transcript: 'Hallo' }, 'Hallo'],
    ['a text wins over a transcript', { text: 'Hallo', transcript: 'Halo' }, 'Hallo'],
    ['no text but a transcript', { text: null, transcript: 'Hallo' }, 'Hallo'],
  ])('%s', (_name, fields, text) => {
    expect(one({ type: 'user_speak', session, ...fields }).text).toBe(text);
  });

  test.each([
    [true, true],
    ['true', true],
    [false, false],
    ['false', false],
    [1, false],
    [undefined, false],
  ])('barged_in %p means %p', (given, bargedIn) => {
    expect(one({ type: 'user_speak', text: 'x', session, barged_in: given }).barged_in).toBe(bargedIn);
  });

  test.each([
    [{ digit: '5' }, ['5']],
    [{ digit: 5 }, ['5']],
    [{ digit: 0 }, ['0']],
    [{ digits: '12#' }, ['1', '2', '#']],
    [{ digit: '*', digits: '1' }, ['*']],
    [{ digits: '1'.repeat(MAX_KEYS_PER_EVENT) }, Array(MAX_KEYS_PER_EVENT).fill('1')],
  ])('keys %p', (fields, digits) => {
    const events = handled({ type: 'dtmf_received', session, ...fields });
    expect(events.map(({ digit }) => digit)).toEqual(digits);
  });

  test.each([
    {},
    { digit: '' },
    { digit: 'A' },
    { digit: '1 2' },
    { digit: -1 },
    { digit: 1.5 },
    { digit: Number.NaN },
    { digit: ['1'] },
    { digit: { toString: '1' } },
    { digit: '1'.repeat(MAX_KEYS_PER_EVENT + 1) },
  ])('no keys: %p', (fields) => {
    expect(verdict({ type: 'dtmf_received', session, ...fields })).toBe('ignore');
  });

  test('the skill text calls an input timeout "timeout"', () => {
    expect(one({ type: 'timeout', session })).toEqual({ type: 'user_input_timeout', session });
  });

  test.each(['transfer_failed', 'user_speech_abandoned'])('%s cannot come from the wire', (type) => {
    expect(inputTypeOf(one({ type, session }))).toBe('NOTIFICATION_EVENT_UNHANDLED');
  });

  test('a legacy barge-in needs no words', () => {
    expect(one({ type: 'user_barge_in', session, text: ' ' })).toMatchObject({
      text: undefined,
      barged_in: true,
    });
  });
});

describe('the session', () => {
  test('only the id is asked for, and wrong types are left out', () => {
    const odd = {
      id: 'a',
      phone_number: 49,
      direction: 'sideways',
      from_phone_number: '',
      account_id: null,
      x: 1,
    };
    expect(one({ type: 'session_start', session: odd }).session).toEqual({ id: 'a', from_phone_number: '' });
  });

  test.each([
    [MAX_SESSION_ID_LENGTH, 'handle'],
    [MAX_SESSION_ID_LENGTH + 1, 'reject'],
  ])('an id of %d characters: %s', (length, expected) => {
    expect(verdict({ type: 'session_start', session: { id: 'x'.repeat(length) } })).toBe(expected);
  });
});

describe('further fields', () => {
  test('are handed on as data', () => {
    const read = one({ type: 'user_speak', text: 'x', session, confidence: 0.9, timestamp: 't' });
    expect(read).toMatchObject({ confidence: 0.9, timestamp: 't' });
  });

  test('that we vouch for have the type they say, or are absent', () => {
    const good = event('assistant_speak');
    expect(one(good)).toMatchObject({ text: good.text, duration_ms: good.duration_ms });
    const odd = {
      type: 'assistant_speak',
      session,
      text: {},
      ssml: 1,
      duration_ms: '2',
      speech_started_at: [],
    };
    expect(one(odd)).toEqual({ type: 'assistant_speak', session });
    expect(one({ type: 'sms_failed', session, reason: { a: 1 } }).reason).toBeUndefined();
    expect(one({ type: 'session_end', session, reason: 'hangup' }).reason).toBe('hangup');
  });

  test('cannot reach a prototype, nor pass for what the platform adds itself', () => {
    const raw = JSON.parse(
      '{"type":"session_start","session":{"id":"a","__proto__":{"direction":"outbound"}},' +
        '"__proto__":{"evil":1},"constructor":{"prototype":{"evil":1}},"repeated":true}',
    );
    const read = one(raw);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(Object.getPrototypeOf(read.session)).toBe(Object.prototype);
    expect(read.repeated).toBeUndefined();
    expect(read.session.direction).toBeUndefined();
    expect(({} as Record<string, unknown>).evil).toBeUndefined();
  });
});
