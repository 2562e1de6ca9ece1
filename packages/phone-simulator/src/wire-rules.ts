/** Strict reading of what an agent sends, rule by rule from spec 8-12. Lenient nowhere. */
import { readWav } from './wav';
import type { ActionType, SipgateAction, Violation } from './wire';

/** Completes the sentence "`field` ..." when the value is wrong. */
type Check = (value: unknown) => string | undefined;

interface Field {
  required?: true;
  /** The service ignores a bad value and runs the rest (spec 10), so a violation does not drop the action. */
  ignorable?: true;
  check: Check;
}

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const show = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};

const string: Check = (v) => (typeof v === 'string' ? undefined : `must be a string, got ${show(v)}`);
const filled: Check = (v) => string(v) ?? ((v as string).trim() === '' ? 'must not be empty' : undefined);
const boolean: Check = (v) => (typeof v === 'boolean' ? undefined : `must be true or false, got ${show(v)}`);
const oneOf =
  (...allowed: string[]): Check =>
  (v) =>
    allowed.includes(v as string) ? undefined : `must be one of ${allowed.join(', ')}, got ${show(v)}`;
const number =
  (min: number, max: number): Check =>
  (v) =>
    typeof v === 'number' && v >= min && v <= max
      ? undefined
      : `must be a number from ${min} to ${max}, got ${show(v)}`;
const integer =
  (min: number, max: number): Check =>
  (v) =>
    Number.isInteger(v) && (v as number) >= min && (v as number) <= max
      ? undefined
      : `must be a whole number from ${min} to ${max}, got ${show(v)}`;
const list =
  (min: number, max: number, each: Check): Check =>
  (v) => {
    if (!Array.isArray(v)) return `must be an array, got ${show(v)}`;
    if (v.length < min || v.length > max) return `must have ${min} to ${max} entries, got ${v.length}`;
    for (const [i, entry] of v.entries()) {
      const fault = each(entry);
      if (fault) return `entry ${i + 1} ${fault}`;
    }
    return undefined;
  };

/** Shape of BCP-47: `de`, `de-DE`, `zh-Hans-CN`. Not a registry look-up. */
const languageTag: Check = (v) =>
  string(v) ??
  (/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(v as string) ? undefined : `is no language tag: ${show(v)}`);
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

const object =
  (fields: Record<string, Field>, more?: (value: Json) => string | undefined): Check =>
  (v) => {
    if (!isObject(v)) return `must be an object, got ${show(v)}`;
    const [fault] = faultsOf(v, fields);
    return fault ? `has a bad ${fault.name}: it ${fault.fault}` : more?.(v);
  };

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

interface FieldFault {
  name: string;
  fault: string;
  ignorable: boolean;
}

function faultsOf(value: Json, fields: Record<string, Field>): FieldFault[] {
  const faults: FieldFault[] = [];
  for (const [name, field] of Object.entries(fields)) {
    if (value[name] === undefined) {
      if (field.required) faults.push({ name, fault: 'is missing', ignorable: false });
      continue;
    }
    const fault = field.check(value[name]);
    if (fault) faults.push({ name, fault, ignorable: field.ignorable === true });
  }
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(fields, name)) faults.push({ name, fault: 'is not a field of it', ignorable: false });
  }
  return faults;
}

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
