import type {
  ActionEffect,
  CallCourse,
  CallInfo,
  OwnEvent,
  RawAction,
  Reading,
  Wire,
} from '@jovo-telephony/platform-base';
import { InputType, speechDurationMs } from '@jovo-telephony/telephony';
import { AudiocodesResponse } from './AudiocodesResponse';
import { abortPrompts, startRecognition } from './activities/drafts';
import { capabilities } from './activities/portable';
import { LIFETIME } from './conversation/lifetime';
import { readActivityList, readId } from './conversation/requests';
import { callInfoOf, partiesOf } from './events/call-facts';
import { eventRule } from './events/event-rules';
import type { EventType } from './events/event-values';
import { readActivities } from './events/read-activities';
import type { SmsOutbox } from './sms';
import type { Audiocodes, AudiocodesAction, AudiocodesEvent, AudiocodesNotes } from './types';
import { type Activity, isRecord, LIMITS } from './wire';
import { type WriteOptions, withoutRepeats, write } from './write';

export interface AudiocodesWireOptions extends WriteOptions {
  /** Whom the bot listens to in a call between others; undefined: everybody. */
  listenTo?: readonly string[];
  outbox?: SmsOutbox;
  /** Language of what is said without one of its own. */
  language?: string;
}

/** How long words take to arrive that have cut a prompt off: a long sentence. */
const WORDS_FOLLOW_WITHIN_MS = 20_000;

/** To say a word and to be understood takes so long: words that come sooner were said before we began. */
const WORDS_TAKE_MS = 600;

/** What makes AudioCodes different from other networks. */
export function audiocodesWire(options: AudiocodesWireOptions): Wire<Audiocodes> {
  return {
    network: 'audiocodes',
    capabilities: (push) => capabilities({ push, sms: options.sms }),
    language: options.language,

    read,
    callId: ({ callId }) => callId,
    rule: eventRule,
    inputType: ({ type }) => eventRule(type).inputType,
    bargedIn: ({ type }) => type === 'bargeIn',
    words: (event) => (event.type === 'message' || event.type === 'bargeIn' ? event.value.text : undefined),
    info,
    withInfo: (event, info) => ({ ...event, info }),
    inCourse,
    // Never asked: `isNews` has told it.
    startedAgain: (event) => event,
    ownEvent: (type, callId) => ownEvent(OWN_EVENTS[type], callId),
    key: ({ id }) => (id !== undefined && id.length <= LIMITS.conversationIdLength ? id : undefined),

    newNotes: () => ({}),
    isNews,
    idleAfterMs: ({ mode }) =>
      mode === 'http' ? LIFETIME.expiresSeconds * LIFETIME.patience * 1000 : undefined,
    reflex: (event) => reflex(event, options.listenTo),
    left(action, notes, nowMs) {
      if (action.type === 'sms') options.outbox?.send(action);
      else noteLeft(action, notes, nowMs);
    },

    write: (raw, call) => write(raw, call, options),
    say: (text) => ({ type: 'speak', text }),
    isUnheard: ({ type, name }) => !(HEARD.has(type) || HEARD.has(name)),
    effect,
    join: withoutRepeats,
    response: (actions) => AudiocodesResponse.of(actions),
  };
}

/** What a caller would miss if it could not be sent. */
const HEARD: ReadonlySet<unknown> = new Set([
  'message',
  'speak',
  'play',
  'playUrl',
  'hangup',
  'hang_up',
  'transfer',
  'handover',
  'send_sms',
]);

/** `conversation` and `activities`, as the doors hand every request and frame on. */
function read(raw: unknown): Reading<Audiocodes> {
  const id = readId(raw, 'conversation');
  if (typeof id !== 'string') return { verdict: 'reject', reason: id.reject };
  const list = readActivityList(raw, id);
  if ('reject' in list) return { verdict: 'reject', reason: list.reject };
  const { events, ignored } = readActivities(list);
  if (events.length === 0)
    return { verdict: 'ignore', reason: ignored.join('; ') || 'there are no activities' };
  return { verdict: 'handle', events: events.map((event) => ({ ...event, callId: id })) };
}

const OWN_EVENTS = {
  [InputType.SESSION_END]: 'conversationEnd',
  [InputType.USER_SPEECH_ABANDONED]: 'soundWasNoise',
  [InputType.SERVER_STOPPING]: 'serverStopping',
} as const satisfies Record<OwnEvent, EventType>;

/** An event that no gateway has sent. */
export function ownEvent(type: (typeof OWN_EVENTS)[OwnEvent] | 'smsFailed', callId: string): AudiocodesEvent {
  return { type, callId, value: {}, activity: {} };
}

/** What an event tells of its call. */
function info(event: AudiocodesEvent): Partial<CallInfo> {
  if (isStart(event)) return callInfoOf(event.value);
  const { parameters } = event.activity;
  return event.type === 'message' && isRecord(parameters) ? partiesOf(parameters) : {};
}

type StartEvent = Extract<AudiocodesEvent, { type: 'start' | 'assistStart' | 'dialoutInitiated' }>;

function isStart(event: AudiocodesEvent): event is StartEvent {
  return event.type === 'start' || event.type === 'assistStart' || event.type === 'dialoutInitiated';
}

/** What an event is depends on what went before: words over our own, a key that ends an entry. */
function inCourse(event: AudiocodesEvent, course: CallCourse<Audiocodes>): AudiocodesEvent {
  const { notes } = course;
  if (isStart(event)) {
    const { value } = event;
    return {
      ...event,
      value: { ...value, attributes: { ...notes.attributes, ...value.attributes } },
    } as AudiocodesEvent;
  }
  switch (event.type) {
    case 'message':
      return isOverOurs(course) ? { ...event, type: 'bargeIn' } : event;
    case 'key':
      silencedByKey(course);
      return notes.collecting === undefined ? event : asEntry(event, notes.collecting);
    case 'keyEntry':
      silencedByKey(course);
      return asEntry(event, notes.collecting || '#');
    default:
      return event;
  }
}

/** A key has cut off what was playing, and with it whatever was queued (spec 6.1). */
function silencedByKey({ notes, speech }: CallCourse<Audiocodes>): void {
  if (notes.cutOffAtMs !== undefined) speech.stopped();
  delete notes.cutOffAtMs;
}

/** A prompt that was cut off not long ago, or one that is still playing: by report, or by estimate without any. */
function isOverOurs({ notes, speech, nowMs }: CallCourse<Audiocodes>): boolean {
  const { cutOffAtMs, reportsPlayback, speakingSinceMs = nowMs } = notes;
  if (cutOffAtMs !== undefined && nowMs - cutOffAtMs <= WORDS_FOLLOW_WITHIN_MS) return true;
  if (nowMs - speakingSinceMs < WORDS_TAKE_MS) return false;
  return speech.speaking && (reportsPlayback === true || speech.remainingMs(nowMs) > 0);
}

function asEntry(
  event: Extract<AudiocodesEvent, { type: 'key' | 'keyEntry' }>,
  submitKey: string,
): AudiocodesEvent {
  const { keys } = event.value;
  const entered = submitKey !== '' && keys.endsWith(submitKey) ? keys.slice(0, -1) : keys;
  return { ...event, type: 'keyEntry', value: { keys: entered } };
}

/** Takes note of an event. False: the app must not see it. */
function isNews(event: AudiocodesEvent, notes: AudiocodesNotes, nowMs: number): boolean {
  switch (event.type) {
    case 'start':
    case 'assistStart':
      // The dialogue is not begun again in the middle of a call (spec 3.1).
      if (notes.started) return false;
      notes.started = true;
      if (event.type === 'assistStart') notes.assist = true;
      return true;
    case 'playFinished':
      notes.reportsPlayback = true;
      if (event.value.finished) delete notes.cutOffAtMs;
      else notes.cutOffAtMs = nowMs;
      // What was cut off was not heard to its end: what has cut it off comes next, and says more.
      return event.value.finished;
    case 'machineDetection':
      if (event.value.machine === 'greeting') notes.machineTalks = true;
      else delete notes.machineTalks;
      return true;
    case 'message':
    case 'bargeIn':
      delete notes.cutOffAtMs;
      delete notes.speakingSinceMs;
      return !notes.machineTalks;
    case 'noUserInput':
      return !notes.machineTalks;
    default:
      return true;
  }
}

/** What the gateway needs whether the app knows of it or not (spec 7.9, 10.1). */
function reflex(event: AudiocodesEvent, listenTo: readonly string[] | undefined): RawAction[] {
  if (event.type === 'machineDetection' && event.value.machine === 'greeting') return [{ ...abortPrompts() }];
  if (event.type !== 'assistStart') return [];
  const present = event.value.participants?.map(({ participant }) => participant) ?? [];
  return present
    .filter((one) => listenTo === undefined || listenTo.includes(one))
    .map((one) => ({ ...startRecognition(one) }));
}

function noteLeft(action: Activity, notes: AudiocodesNotes, nowMs: number): void {
  const { type, name, activityParams = {}, sessionParams = {} } = action;
  // Ours always say what we want to be told of.
  if ('sendEventsToBot' in sessionParams) notes.configured = true;
  if (type !== 'message' && name !== 'playUrl') return;
  notes.speakingSinceMs ??= nowMs;
  if (activityParams.dtmfCollect === true)
    notes.collecting = String(activityParams.dtmfCollectSubmitDigit ?? '');
  else delete notes.collecting;
}

/** Bytes of 16 kHz mono 16-bit audio per millisecond: an estimate for files whose length nobody tells. */
const WAV_BYTES_PER_MS = 32;

/** What an action means to the call (spec 4). */
function effect(action: AudiocodesAction): ActionEffect {
  if (action.type === 'sms') return {};
  const { type, name, text = '', activityParams = {}, sessionParams = {} } = action;
  if (type === 'message') {
    const language = activityParams.ttsLanguage ?? activityParams.language ?? sessionParams.language;
    return { speaksForMs: speechDurationMs(text), ...(typeof language === 'string' && { language }) };
  }
  switch (name) {
    case 'playUrl': {
      const url = String(activityParams.playUrlUrl);
      return { speaksForMs: url.startsWith('data:') ? (url.length * 0.75) / WAV_BYTES_PER_MS : 0 };
    }
    case 'abortPrompts':
      return { stopsSpeech: true };
    case 'hangup':
      return { closes: true };
    case 'transfer':
    case 'handover':
      return activityParams.transferNotifications === true ? { transfers: true } : { closes: true };
    default:
      return {};
  }
}
