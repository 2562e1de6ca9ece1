/** Strict reading of the activities a bot sends, rule by rule from spec 1.7, 4 and 5. Lenient nowhere. */
import type { AgentAction } from '../call-log';
import {
  anObject,
  type Check,
  type Field,
  faultsOf,
  filled,
  isObject,
  type Json,
  oneOf,
  show,
} from '../checks';
import type { Violation } from '../violation';
import { PARAMETERS, WRONG_NAMES } from './parameters';
import { ssmlFault } from './ssml';
import { type BotActivity, isSsml, type Parameters } from './wire';

interface EventRule {
  spec: string;
  does: AgentAction;
  /** `activityParams` without which the activity means nothing. */
  needs?: readonly string[];
  /** `sessionParams` without which the activity means nothing. */
  needsSession?: readonly string[];
  value?: Check;
}

const SPEAKER: EventRule = {
  spec: '4.12',
  does: 'other',
  needsSession: ['speakerVerificationSpeakerId', 'speakerVerificationType'],
};

/** Every event a bot may send (spec 4.0). */
export const BOT_EVENTS: Readonly<Record<string, EventRule>> = {
  playUrl: { spec: '4.2', does: 'play', needs: ['playUrlUrl'] },
  transfer: { spec: '4.3', does: 'transfer' },
  handover: { spec: '4.3', does: 'transfer' },
  hangup: { spec: '4.4', does: 'hang_up' },
  config: { spec: '4.5', does: 'configure' },
  sendMetaData: { spec: '4.6', does: 'send_metadata', value: anObject },
  startCallRecording: { spec: '4.7', does: 'record' },
  stopCallRecording: { spec: '4.7', does: 'record' },
  pauseCallRecording: { spec: '4.7', does: 'record' },
  resumeCallRecording: { spec: '4.7', does: 'record' },
  startRecognition: { spec: '4.8', does: 'listen', needs: ['targetParticipant'] },
  stopRecognition: { spec: '4.8', does: 'listen', needs: ['targetParticipant'] },
  abortPrompts: { spec: '4.9', does: 'stop_speaking' },
  expectAnotherBotMessage: { spec: '4.10', does: 'other' },
  sendDtmf: { spec: '4.11', does: 'send_digits', needs: ['dtmfDigits'] },
  speakerVerificationCreateSpeaker: SPEAKER,
  speakerVerificationGetSpeakerStatus: SPEAKER,
  speakerVerificationDeleteSpeaker: SPEAKER,
  speakerVerificationEnroll: SPEAKER,
  speakerVerificationVerify: SPEAKER,
};

const isoTime: Check = (v) =>
  typeof v === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(v)
    ? undefined
    : `must be an ISO 8601 time, got ${show(v)}`;
const spokenText: Check = (v) =>
  filled(v) ??
  (hasControls(v as string) ? 'has control characters' : undefined) ??
  (isSsml(v as string) ? ssmlFault(v as string) : undefined);
const hasControls = (text: string) =>
  [...text].some((each) => (each < ' ' && !'\n\r\t'.includes(each)) || each === '\u007f');

const ACTIVITY_FIELDS: Record<string, Field> = {
  type: { required: true, check: oneOf('message', 'event') },
  id: { check: filled },
  timestamp: { check: isoTime },
  text: { check: spokenText },
  name: { check: filled },
  value: { check: () => undefined },
  activityParams: { check: anObject },
  sessionParams: { check: anObject },
};

/** What one array of activities comes to: those that can be run, and what is wrong with it. */
export interface ActivitiesReading {
  activities: BotActivity[];
  violations: Violation[];
  warnings: string[];
}

export interface ReadingRules {
  /** W1 and W1a: every activity has an id and a timestamp; in W2 they may be missing (spec 1.7). */
  idsRequired: boolean;
  /** Ids of this conversation so far; new ones are added. */
  seen: Set<string>;
  /** What the administrator has set. */
  configured?: Parameters;
}

/** Reads one `activities` array. */
export function readActivities(json: unknown, rules: ReadingRules): ActivitiesReading {
  const reading: ActivitiesReading = { activities: [], violations: [], warnings: [] };
  if (Array.isArray(json)) for (const entry of json) readActivity(entry, rules, reading);
  else wrong(reading, 'activities', `activities must be an array, got ${show(json)}`, '1.6');
  return reading;
}

function wrong(reading: ActivitiesReading, rule: string, sentence: string, spec: string): void {
  reading.violations.push({ rule, sentence: `${sentence}.`, spec });
}

function readActivity(value: unknown, rules: ReadingRules, reading: ActivitiesReading): void {
  if (!isObject(value))
    return void wrong(reading, 'activity.shape', `${show(value)} is not an activity`, '1.7');
  const before = reading.violations.length;
  for (const { name, fault } of faultsOf(value, ACTIVITY_FIELDS)) {
    wrong(
      reading,
      `activity.${name}`,
      `An activity (${show(value.name ?? value.type)}): ${name} ${fault}`,
      '1.7',
    );
  }
  readIdentity(value, rules, reading);
  if (value.type === 'message') readMessage(value, reading);
  else if (value.type === 'event') readEvent(value, rules, reading);
  readParams(value.sessionParams, 'S', 'sessionParams', reading);
  readParams(value.activityParams, 'A', 'activityParams', reading);
  // A bad id or time does not keep a gateway from doing what it is told; everything else does.
  const faults = reading.violations
    .slice(before)
    .filter(({ rule }) => !/^activity\.(id|timestamp)$/.test(rule));
  if (faults.length === 0) reading.activities.push(value as unknown as BotActivity);
}

function readIdentity(value: Json, rules: ReadingRules, reading: ActivitiesReading): void {
  for (const name of ['id', 'timestamp']) {
    if (rules.idsRequired && value[name] === undefined) {
      wrong(
        reading,
        `activity.${name}`,
        `An activity (${show(value.name ?? value.type)}) has no ${name}`,
        '1.7',
      );
    }
  }
  if (typeof value.id !== 'string') return;
  if (rules.seen.has(value.id)) {
    wrong(reading, 'activity.id', `The id ${show(value.id)} was used for two activities`, '1.7');
  }
  rules.seen.add(value.id);
}

function readMessage(value: Json, reading: ActivitiesReading): void {
  if (value.text === undefined) wrong(reading, 'message.text', 'A message without text', '4.1');
  for (const name of ['name', 'value']) {
    if (value[name] !== undefined) wrong(reading, `message.${name}`, `A message has no ${name}`, '1.7');
  }
}

function readEvent(value: Json, rules: ReadingRules, reading: ActivitiesReading): void {
  if (value.name === undefined) return void wrong(reading, 'event.name', 'An event without name', '1.7');
  const name = String(value.name);
  const rule = Object.hasOwn(BOT_EVENTS, name) ? BOT_EVENTS[name] : undefined;
  if (!rule) return void wrong(reading, 'event.name', `There is no bot event ${show(name)}`, '4.0');
  if (value.text !== undefined) wrong(reading, `${name}.text`, `An event has no text (${name})`, '1.7');
  if (rule.value) {
    const fault = rule.value(value.value);
    if (fault) wrong(reading, `${name}.value`, `${name}: value ${fault}`, rule.spec);
  }
  const has = (place: string, wanted: string) => isObject(value[place]) && value[place][wanted] !== undefined;
  for (const wanted of rule.needs ?? []) {
    if (has('activityParams', wanted)) continue;
    wrong(reading, `${name}.${wanted}`, `${name} needs ${wanted} in its activityParams`, rule.spec);
  }
  for (const wanted of rule.needsSession ?? []) {
    if (has('sessionParams', wanted)) continue;
    wrong(reading, `${name}.${wanted}`, `${name} needs ${wanted} in its sessionParams`, rule.spec);
  }
  if (name === 'config') readConfig(value, reading);
  if (rule.does === 'transfer') {
    const known = ['activityParams', 'sessionParams'].some((place) => has(place, 'transferTarget'));
    if (known || rules.configured?.transferTarget !== undefined) return;
    wrong(reading, `${name}.transferTarget`, `${name} has no transferTarget, and none is configured`, '4.3');
  }
}

function readConfig(value: Json, reading: ActivitiesReading): void {
  if (value.activityParams !== undefined) {
    const sentence = 'config has activityParams; only sessionParams have an effect';
    wrong(reading, 'config.activityParams', sentence, '4.5');
  }
  if (value.sessionParams === undefined) {
    wrong(reading, 'config.sessionParams', 'config without sessionParams does nothing', '4.5');
  }
}

const PLACES = { S: 'rest of the call', A: 'one activity' } as const;

function readParams(params: unknown, level: 'S' | 'A', place: string, reading: ActivitiesReading): void {
  if (!isObject(params)) return;
  for (const [name, value] of Object.entries(params)) {
    const known = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name] : undefined;
    const misnamed = Object.hasOwn(WRONG_NAMES, name) ? WRONG_NAMES[name] : undefined;
    if (misnamed) {
      const instead = misnamed.right ? `; it is ${misnamed.right}` : '';
      wrong(reading, `params.${name}`, `There is no parameter ${name}${instead}`, misnamed.spec);
    } else if (!known) {
      reading.warnings.push(`${place}: the parameter ${name} is not known here, so nothing comes of it.`);
    } else if (!known.levels.includes(level)) {
      const who =
        known.levels === '' ? 'is for the administrator alone' : `cannot be set for the ${PLACES[level]}`;
      wrong(reading, `params.${name}`, `${place}: ${name} ${who}`, known.spec);
    } else {
      const fault = known.check(value);
      if (fault) wrong(reading, `params.${name}`, `${place}: ${name} ${fault}`, known.spec);
    }
  }
}

/** What an activity is, in words that hold on every network. */
export function doneBy(activity: BotActivity): { does: AgentAction; fields: Record<string, unknown> } {
  const params = { ...activity.sessionParams, ...activity.activityParams };
  if (activity.type === 'message')
    return { does: 'speak', fields: { text: activity.text, voice: params.voiceName } };
  const does = BOT_EVENTS[activity.name as string]?.does ?? 'other';
  // Whoever configures a language of recognition says how to listen, which is a message of its own elsewhere.
  if (does === 'configure' && params.sttLanguage !== undefined)
    return { does: 'listen', fields: { languages: [params.sttLanguage] } };
  if (does === 'transfer') return { does, fields: { to: numberOf(String(params.transferTarget ?? '')) } };
  if (does === 'send_digits') return { does, fields: { digits: params.dtmfDigits } };
  if (does === 'send_metadata') return { does, fields: { data: activity.value } };
  return { does, fields: {} };
}

/** The number in a target address: `tel:+4921163551` and `sip:+4921163551@host` are both `+4921163551`. */
export function numberOf(target: string): string {
  const user = target.replace(/^(tel|sips?):/i, '').split('@')[0] as string;
  return /^[+\d().-]+$/.test(user) ? user.replace(/[().-]/g, '') : target;
}
