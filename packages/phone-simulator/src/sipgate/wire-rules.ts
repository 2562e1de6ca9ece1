/** Strict reading of what an agent sends, rule by rule from spec 8-12. Lenient nowhere. */
import {
  boolean,
  type Check,
  type Field,
  faultsOf,
  filled,
  integer,
  isObject,
  type Json,
  languageTag,
  list,
  number,
  object,
  oneOf,
  show,
  string,
} from '../checks';
import type { Violation } from '../violation';
import { readWav } from './wav';
import type { ActionType, SipgateAction } from './wire';

const positive: Check = (v) =>
  typeof v === 'number' && Number.isFinite(v) && v > 0
    ? undefined
    : `must be a positive number (leave it out for "no timeout"), got ${show(v)}`;
const e164: Check = (v) =>
  string(v) ??
  (/^[1-9]\d{1,14}$/.test(v as string) ? undefined : `must be E.164 digits without "+", got ${show(v)}`);
const e164OrPlus: Check = (v) => string(v) ?? e164((v as string).replace(/^\+/, ''));
const wav: Check = (v) => {
  const fault = string(v);
  if (fault) return fault;
  const reading = readWav(v as string);
  return 'fault' in reading ? reading.fault : undefined;
};
const word: Check = (v) =>
  filled(v) ?? ([...(v as string)].length > 200 ? 'is longer than 200 characters' : undefined);

const vad: Check = object({ end_of_turn_silence_ms: { required: true, check: integer(150, 2000) } });

const bargeIn: Check = object(
  {
    strategy: { required: true, check: oneOf('immediate', 'minimum_characters', 'manual', 'none') },
    minimum_characters: { check: integer(1, 100) },
    allow_after_ms: { check: integer(0, 10_000) },
  },
  (v) =>
    v.minimum_characters !== undefined && v.strategy !== 'minimum_characters'
      ? `has minimum_characters with strategy ${show(v.strategy)}, which does not use it`
      : undefined,
);

/** Fields of known providers; unknown providers and extra fields pass (spec 11). */
const TTS_PROVIDERS: Record<string, Record<string, Check>> = {
  azure: { language: languageTag, voice: filled },
  eleven_labs: { voice: filled },
  kugelaudio: { voice: filled, language: languageTag },
};

const tts: Check = (v) => {
  if (!isObject(v)) return `must be an object, got ${show(v)}`;
  const fault = filled(v.provider);
  if (fault) return `has a bad provider: it ${v.provider === undefined ? 'is missing' : fault}`;
  if (v.provider === 'elevenlabs') return 'names provider "elevenlabs"; it is spelled "eleven_labs"';
  if (/[A-Z]/.test(v.provider as string)) return `names provider ${show(v.provider)}; it is lower-case here`;
  const fields = Object.hasOwn(TTS_PROVIDERS, v.provider as string)
    ? TTS_PROVIDERS[v.provider as string]
    : {};
  for (const [name, check] of Object.entries(fields ?? {})) {
    const bad = v[name] === undefined ? undefined : check(v[name]);
    if (bad) return `has a bad ${name}: it ${bad}`;
  }
  return undefined;
};

interface ActionRule {
  spec: string;
  fields: Record<string, Field>;
  /** Rules between fields: `[rule, sentence]`. */
  whole?: (action: Json) => [string, string] | undefined;
}

/** Every action of spec 8, every field of it. A field that is not here does not exist. */
const ACTIONS: Record<ActionType, ActionRule> = {
  speak: {
    spec: '8.1',
    fields: {
      text: { check: filled },
      ssml: { check: filled },
      tts: { check: tts },
      barge_in: { check: bargeIn },
      user_input_timeout_seconds: { check: positive },
      vad: { check: vad, ignorable: true },
    },
    whole: (a) =>
      (a.text === undefined) === (a.ssml === undefined)
        ? [
            'text',
            `speak needs exactly one of text and ssml, it has ${a.text === undefined ? 'neither' : 'both'}`,
          ]
        : undefined,
  },
  audio: { spec: '8.2', fields: { audio: { required: true, check: wav }, barge_in: { check: bargeIn } } },
  mix_audio: {
    spec: '8.3',
    fields: { audio: { check: wav }, volume: { check: number(0, 1) }, stop: { check: boolean } },
    whole: (a) => {
      if (a.stop === true && (a.audio !== undefined || a.volume !== undefined)) {
        return ['stop', 'mix_audio with stop: true takes neither audio nor volume'];
      }
      return a.stop !== true && a.audio === undefined
        ? ['audio', 'mix_audio needs audio, or stop: true']
        : undefined;
    },
  },
  hangup: { spec: '8.4', fields: {} },
  barge_in: { spec: '8.5', fields: {} },
  transfer: {
    spec: '8.6',
    fields: {
      target_phone_number: { required: true, check: e164 },
      caller_id_name: { required: true, check: string },
      caller_id_number: { required: true, check: filled },
      timeout: { check: integer(5, 120) },
    },
  },
  configure_transcription: {
    spec: '8.7',
    fields: {
      provider: { check: oneOf('AZURE', 'DEEPGRAM', 'ELEVEN_LABS', 'SIPGATE_QWEN', 'SIPGATE_PARAKEET') },
      languages: { check: list(1, 4, languageTag) },
      custom_vocabulary: { check: list(0, 100, word) },
      vad: { check: vad, ignorable: true },
    },
  },
  configure_voice_to_voice: {
    spec: '8.8',
    fields: {
      system_prompt: { required: true, check: filled },
      greeting: { check: filled },
      temperature: { check: number(0, 2) },
      language: { check: languageTag },
    },
  },
  send_sms: {
    spec: '8.9',
    fields: {
      phone_number: { required: true, check: e164OrPlus },
      message: { required: true, check: filled },
    },
  },
};

/** What one answer comes to: the actions that can be run, and what is wrong with it. */
export interface AnswerReading {
  actions: SipgateAction[];
  violations: Violation[];
}

/** Reads one JSON answer or frame: an action, or an array of two or more (spec 3.2, 4.2). */
export function readAnswer(json: unknown, sessionId: string): AnswerReading {
  const reading: AnswerReading = { actions: [], violations: [] };
  if (!Array.isArray(json)) {
    readAction(json, sessionId, reading);
    return reading;
  }
  if (json.length < 2) {
    const why =
      json.length === 0 ? 'nothing to do is 204 (HTTP) or no frame' : 'one action is sent as a bare object';
    reading.violations.push({
      rule: 'array.length',
      sentence: `An array of ${json.length}: ${why}.`,
      spec: '3.2',
    });
  }
  for (const entry of json) readAction(entry, sessionId, reading);
  return reading;
}

function readAction(value: unknown, sessionId: string, reading: AnswerReading): void {
  const wrong = (rule: string, sentence: string, spec: string): void => {
    reading.violations.push({ rule, sentence: `${sentence}.`, spec });
  };

  if (!isObject(value)) return void wrong('action.shape', `${show(value)} is not an action`, '8');
  if (typeof value.type !== 'string') {
    return void wrong('action.type', `${show(value)} is not an action: type is missing or no string`, '3.2');
  }
  if (!Object.hasOwn(ACTIONS, value.type)) {
    return void wrong('action.type', `There is no action of type ${show(value.type)}`, '8');
  }
  const type = value.type as ActionType;
  const rule = ACTIONS[type];
  if (typeof value.session_id !== 'string' || value.session_id === '') {
    return void wrong(`${type}.session_id`, `${type} has no session_id`, '8');
  }
  if (value.session_id !== sessionId) {
    const sentence = `${type} is for session ${show(value.session_id)}, this call is ${show(sessionId)}`;
    return void wrong(`${type}.session_id`, sentence, '8');
  }

  const { type: _type, session_id: _sessionId, ...fields } = value;
  const faults = faultsOf(fields, rule.fields);
  for (const { name, fault } of faults) wrong(`${type}.${name}`, `${type}: ${name} ${fault}`, rule.spec);
  const whole = rule.whole?.(fields);
  if (whole) wrong(`${type}.${whole[0]}`, whole[1], rule.spec);
  if (!whole && faults.every((fault) => fault.ignorable)) {
    const kept = { ...value };
    for (const { name } of faults) delete kept[name];
    reading.actions.push(kept as unknown as SipgateAction);
  }
}
