import type { EventRule, Reading } from '@jovo-telephony/platform-base';
import { InputType } from '@jovo-telephony/telephony';
import type { Aiflow, AiflowEvent, SessionInfo } from './wire';

/** What one event type means to us, and how its fields are read. The only place where event types are told apart. */
interface AiflowEventRule extends EventRule<InputType> {
  /** Reads the fields of this type; a string says why the event is to be ignored. */
  read?(raw: Readonly<Record<string, unknown>>): Partial<AiflowEvent>[] | string;
}

const EVENTS: ReadonlyMap<string, AiflowEventRule> = new Map<string, AiflowEventRule>([
  ['session_start', { inputType: InputType.SESSION_START, means: 'start', awaitsAnswer: true }],
  [
    'user_speech_started',
    // Belongs to a socket (spec 6.2).
    { inputType: InputType.USER_SPEECH_STARTED, interrupts: 'sound', acceptsNoAction: true },
  ],
  [
    'user_speak',
    {
      inputType: InputType.USER_SPEAK,
      means: 'words',
      interrupts: true,
      awaitsAnswer: true,
      read: readSpeech,
    },
  ],
  [
    'user_barge_in',
    {
      inputType: InputType.USER_BARGE_IN,
      means: 'words',
      interrupts: true,
      awaitsAnswer: true,
      read: readBargeIn,
    },
  ],
  ['dtmf_received', { inputType: InputType.DTMF_RECEIVED, awaitsAnswer: true, read: readKeys }],
  ['assistant_speak', { inputType: InputType.ASSISTANT_SPEAK }],
  ['assistant_speech_ended', { inputType: InputType.ASSISTANT_SPEECH_ENDED, means: 'speech_ended' }],
  // Counted from the end of playback (spec 6.8).
  ['user_input_timeout', { inputType: InputType.USER_INPUT_TIMEOUT, means: 'silence', awaitsAnswer: true }],
  ['sms_failed', { inputType: InputType.SMS_FAILED, awaitsAnswer: true }],
  [
    'session_end',
    { inputType: InputType.SESSION_END, means: 'end', interrupts: true, acceptsNoAction: true },
  ],
  // Never on the wire: what the platform tells the app itself.
  ['user_speech_abandoned', { inputType: InputType.USER_SPEECH_ABANDONED }],
  ['server_stopping', { inputType: InputType.SERVER_STOPPING, interrupts: true }],
  [
    'transfer_failed',
    { inputType: InputType.TRANSFER_FAILED, awaitsAnswer: true, otherwise: 'session_start' },
  ],
]);

/** Types that only the platform makes; from the wire they are as unknown as any other. */
const OWN_EVENTS = new Set(['user_speech_abandoned', 'server_stopping', 'transfer_failed']);

/** Names that public clients were seen to use (spec 6.8). */
const ALIASES: ReadonlyMap<string, string> = new Map([['timeout', 'user_input_timeout']]);

const UNKNOWN: AiflowEventRule = { inputType: InputType.NOTIFICATION_EVENT_UNHANDLED, acceptsNoAction: true };

export function eventRule(type: string): AiflowEventRule {
  return EVENTS.get(type) ?? UNKNOWN;
}

/** Reads one event as leniently as the RULE lines of spec 5 and 6 and `bad/README.md` ask. Never throws. */
export function readEvents(raw: unknown): Reading<Aiflow> {
  if (!isRecord(raw)) return reject('the event must be a JSON object');
  if (typeof raw.type !== 'string' || raw.type === '') {
    return reject('"type" must be a string, for example "user_speak"');
  }
  if (!isRecord(raw.session)) return reject('"session" must be an object with the id of the call');
  if (typeof raw.session.id !== 'string' || raw.session.id === '') {
    return reject('"session.id" must be a non-empty string');
  }
  if (raw.session.id.length > MAX_SESSION_ID_LENGTH) {
    return reject(`"session.id" must have at most ${MAX_SESSION_ID_LENGTH} characters`);
  }
  const named = ALIASES.get(raw.type) ?? raw.type;
  const type = OWN_EVENTS.has(named) ? 'unknown' : named;
  const common: AiflowEvent = { type, session: readSession(raw.session, raw.session.id) };
  const read = eventRule(type).read;
  if (!read) return { verdict: 'handle', events: [{ ...passedOn(raw), ...common }] };
  const fields = read(raw);
  if (typeof fields === 'string') return { verdict: 'ignore', reason: fields };
  return { verdict: 'handle', events: fields.map((own) => ({ ...passedOn(raw), ...own, ...common })) };
}

/** Makes an event of the platform's own, in the shape of the wire. */
export function ownEvent(type: string, sessionId: string): AiflowEvent {
  return { type, session: { id: sessionId } };
}

/** "Barged in" is a matter of the event, not of its type (spec 6.3, 6.4). */
export function inputTypeOf(event: AiflowEvent): InputType {
  if (event.type === 'user_speak' && event.barged_in) return InputType.USER_BARGE_IN;
  return eventRule(event.type).inputType;
}

/** Ids are kept for as long as a call lives and a while longer, so their length must not be the sender's choice. */
export const MAX_SESSION_ID_LENGTH = 512;

function readSpeech(raw: Readonly<Record<string, unknown>>): Partial<AiflowEvent>[] | string {
  const text = raw.text ?? raw.transcript;
  if (text !== undefined && typeof text !== 'string') return '"text" is not a string';
  if (text === undefined || text.trim() === '') return 'nothing was said';
  return [{ text, barged_in: raw.barged_in === true || raw.barged_in === 'true' }];
}

function readBargeIn(raw: Readonly<Record<string, unknown>>): Partial<AiflowEvent>[] {
  const text = raw.text ?? raw.transcript;
  const said = typeof text === 'string' && text.trim() !== '' ? text : undefined;
  return [{ text: said, barged_in: true }];
}

function readKeys(raw: Readonly<Record<string, unknown>>): Partial<AiflowEvent>[] | string {
  const given = raw.digit ?? raw.digits;
  const keys = typeof given === 'number' && Number.isInteger(given) && given >= 0 ? String(given) : given;
  if (typeof keys !== 'string' || keys === '') return 'no key was given';
  if (keys.length > MAX_KEYS_PER_EVENT || !/^[0-9*#]+$/.test(keys))
    return 'not a key of the keypad (0-9, * or #)';
  return [...keys].map((digit) => ({ digit }));
}

/** One event brings one key; a few are tolerated, a flood is not. */
export const MAX_KEYS_PER_EVENT = 32;

/** Number fields may be absent or empty, with or without +; a missing direction means inbound (spec 5.1). */
function readSession(raw: Readonly<Record<string, unknown>>, id: string): AiflowEvent['session'] {
  const session: Partial<SessionInfo> & { id: string } = { id };
  for (const field of ['account_id', 'phone_number', 'from_phone_number', 'to_phone_number'] as const) {
    const value = raw[field];
    if (typeof value === 'string') session[field] = value;
  }
  if (raw.direction === 'inbound' || raw.direction === 'outbound') session.direction = raw.direction;
  return session;
}

/** Fields that the readers set, or the platform itself. */
const READ_BY_US = new Set([
  'type',
  'session',
  'transcript',
  'barged_in',
  'digit',
  'digits',
  'repeated',
  '__proto__',
]);

/** Fields whose type we vouch for, wherever they occur. */
const VOUCHED_FOR: ReadonlyMap<string, 'string' | 'number'> = new Map([
  ['text', 'string'],
  ['ssml', 'string'],
  ['reason', 'string'],
  ['duration_ms', 'number'],
  ['speech_started_at', 'number'],
]);

/** Everything else is handed on as data, never as behaviour. */
function passedOn(raw: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const given = Object.entries(raw).filter(([field, value]) => {
    const expected = VOUCHED_FOR.get(field);
    return !READ_BY_US.has(field) && (expected === undefined || typeof value === expected);
  });
  return Object.fromEntries(given);
}

function reject(reason: string): Reading<Aiflow> {
  return { verdict: 'reject', reason };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
