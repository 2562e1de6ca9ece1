import type { RawAction, Written } from '@jovo-telephony/platform-base';
import { phoneDigits } from '@jovo-telephony/telephony';
import { isRecord } from './events';
import { wavFault } from './wav';
import {
  type Aiflow,
  type AiflowAction,
  type AiflowActionType,
  type BargeInConfig,
  BargeInStrategy,
  TranscriptionProvider,
  type TtsConfig,
  type VadConfig,
} from './wire';

type Fields = Record<string, unknown>;
type Writer = (raw: RawAction, faults: Faults) => Fields | undefined;

/** Collects what is wrong. `drop` loses an optional field, `refuse` the whole action (spec 8 RULE). */
class Faults {
  readonly sentences: string[] = [];
  drop(field: string, expected: string): undefined {
    this.sentences.push(`"${field}" was left out: ${expected}`);
    return undefined;
  }
  refuse(field: string, expected: string): undefined {
    this.sentences.push(`"${field}": ${expected}`);
    return undefined;
  }
}

const WRITERS: Readonly<Record<AiflowActionType, Writer>> = {
  // 8.1
  speak(raw, faults) {
    const ssml = text(raw.ssml);
    const words = text(raw.text);
    if (!ssml && !words) return faults.refuse('text', 'speak needs a text or ssml that is not blank');
    return {
      ...(ssml ? { ssml } : { text: words }),
      tts: tts(raw.tts, faults),
      barge_in: bargeIn(raw.barge_in, faults),
      user_input_timeout_seconds: inputTimeout(raw.user_input_timeout_seconds, faults),
      vad: vad(raw.vad, faults),
    };
  },
  // 8.2
  audio(raw, faults) {
    const fault = wavFault(raw.audio);
    if (fault) return faults.refuse('audio', fault);
    return { audio: raw.audio, barge_in: bargeIn(raw.barge_in, faults) };
  },
  // 8.3
  mix_audio(raw, faults) {
    if (raw.stop === true) return { stop: true };
    const fault = wavFault(raw.audio);
    if (fault) return faults.refuse('audio', fault);
    return { audio: raw.audio, volume: number(raw.volume, 'volume', 0, 1, faults) };
  },
  // 8.4, 8.5
  hangup: () => ({}),
  barge_in: () => ({}),
  // 8.6
  transfer(raw, faults) {
    const target = phoneDigits(text(raw.target_phone_number));
    if (!target)
      return faults.refuse('target_phone_number', 'a phone number in E.164, for example 4921163550');
    const callerId = phoneDigits(text(raw.caller_id_number));
    if (!callerId)
      return faults.refuse('caller_id_number', 'a phone number in E.164, for example 4921163550');
    const name = text(raw.caller_id_name);
    if (!name) return faults.refuse('caller_id_name', 'the name that the person called sees');
    return {
      target_phone_number: target,
      caller_id_name: name,
      caller_id_number: callerId,
      // 0 means "without" in public clients.
      timeout: raw.timeout === 0 ? undefined : integer(raw.timeout, 'timeout', 5, 120, faults),
    };
  },
  // 8.7
  configure_transcription(raw, faults) {
    return {
      provider: oneOf(raw.provider, 'provider', Object.values(TranscriptionProvider), faults),
      languages: strings(raw.languages, 'languages', 4, 35, faults),
      custom_vocabulary: strings(raw.custom_vocabulary, 'custom_vocabulary', 100, 200, faults),
      vad: vad(raw.vad, faults),
    };
  },
  // 8.8
  configure_voice_to_voice(raw, faults) {
    const prompt = text(raw.system_prompt);
    if (!prompt) return faults.refuse('system_prompt', 'voice to voice needs a system prompt');
    return {
      system_prompt: prompt,
      greeting: text(raw.greeting),
      temperature: number(raw.temperature, 'temperature', 0, 2, faults),
      language: text(raw.language),
    };
  },
  // 8.9
  send_sms(raw, faults) {
    const phoneNumber = phoneDigits(text(raw.phone_number));
    if (!phoneNumber)
      return faults.refuse('phone_number', 'a phone number in E.164, for example 4915790000687');
    // The published package called it `text`.
    const message = text(raw.message) ?? text(raw.text);
    if (!message) return faults.refuse('message', 'a text message needs at least one character');
    return { phone_number: phoneNumber, message };
  },
};

/** Writes one action strictly: what it returns satisfies spec section 8, or it returns none. */
export function writeAction(raw: RawAction, sessionId: string): Written<Aiflow> {
  const faults = new Faults();
  const writer = typeof raw.type === 'string' && Object.hasOwn(WRITERS, raw.type) ? raw.type : undefined;
  if (!writer) {
    faults.refuse('type', `one of ${Object.keys(WRITERS).join(', ')}`);
    return { faults: faults.sentences };
  }
  const fields = WRITERS[writer as AiflowActionType](raw, faults);
  if (!fields) return { faults: faults.sentences };
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  // Nothing to configure is nothing to send (8.7).
  if (writer === 'configure_transcription' && given.length === 0) return { faults: faults.sentences };
  const action = { type: writer, session_id: sessionId, ...Object.fromEntries(given) } as AiflowAction;
  return { action, faults: faults.sentences };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

function number(value: unknown, field: string, min: number, max: number, faults: Faults): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && value >= min && value <= max) return value;
  return faults.drop(field, `a number from ${min} to ${max}`);
}

function integer(
  value: unknown,
  field: string,
  min: number,
  max: number,
  faults: Faults,
): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (Number.isInteger(value)) return number(value, field, min, max, faults);
  return faults.drop(field, `a whole number from ${min} to ${max}`);
}

function oneOf(
  value: unknown,
  field: string,
  allowed: readonly string[],
  faults: Faults,
): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && allowed.includes(value)) return value;
  return faults.drop(field, `one of ${allowed.join(', ')}`);
}

function strings(
  value: unknown,
  field: string,
  maxEntries: number,
  maxLength: number,
  faults: Faults,
): string[] | undefined {
  if (value === undefined || value === null) return undefined;
  const valid =
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= maxEntries &&
    value.every((entry) => text(entry) !== undefined && String(entry).length <= maxLength);
  return valid ? value : faults.drop(field, `1 to ${maxEntries} texts of at most ${maxLength} characters`);
}

/** Spec 8.1: how long is not documented, so only "longer than nothing" is asked; 0 means "without". */
function inputTimeout(value: unknown, faults: Faults): number | undefined {
  if (value === undefined || value === null || value === 0) return undefined;
  if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return value;
  return faults.drop('user_input_timeout_seconds', 'a number of seconds greater than 0');
}

/** Spec 9: out of range is clamped, since what the service does with it is unknown. */
function bargeIn(value: unknown, faults: Faults): BargeInConfig | undefined {
  if (value === undefined || value === null) return undefined;
  const strategy = isRecord(value)
    ? oneOf(value.strategy, 'barge_in.strategy', Object.values(BargeInStrategy), faults)
    : undefined;
  if (!isRecord(value) || !strategy) {
    return faults.drop('barge_in', `an object with a strategy: ${Object.values(BargeInStrategy).join(', ')}`);
  }
  const config: BargeInConfig = { strategy: strategy as BargeInStrategy };
  if (strategy === BargeInStrategy.MINIMUM_CHARACTERS && value.minimum_characters !== undefined) {
    config.minimum_characters = clamp(
      value.minimum_characters,
      1,
      100,
      'barge_in.minimum_characters',
      faults,
    );
  }
  if (value.allow_after_ms !== undefined) {
    config.allow_after_ms = clamp(value.allow_after_ms, 0, 10_000, 'barge_in.allow_after_ms', faults);
  }
  return Object.fromEntries(
    Object.entries(config).filter(([, entry]) => entry !== undefined),
  ) as unknown as BargeInConfig;
}

function clamp(value: unknown, min: number, max: number, field: string, faults: Faults): number | undefined {
  if (typeof value !== 'number' || Number.isNaN(value)) {
    return faults.drop(field, `a whole number from ${min} to ${max}`);
  }
  const clamped = Math.round(Math.min(max, Math.max(min, value)));
  if (clamped !== value)
    faults.sentences.push(`"${field}" was set to ${clamped}: it goes from ${min} to ${max}`);
  return clamped;
}

/** Spec 10: the service ignores bad values silently, so we say what is wrong. */
function vad(value: unknown, faults: Faults): VadConfig | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isRecord(value)) return faults.drop('vad', 'an object with end_of_turn_silence_ms');
  const silence = integer(value.end_of_turn_silence_ms, 'vad.end_of_turn_silence_ms', 150, 2000, faults);
  return silence === undefined ? undefined : { end_of_turn_silence_ms: silence };
}

/** Spec 11: `provider` is required inside `tts`; a voice is a plain string. */
function tts(value: unknown, faults: Faults): TtsConfig | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isRecord(value) || !text(value.provider)) return faults.drop('tts', 'an object with a provider');
  const { voice, language, ...rest } = value;
  const config: Fields = { ...rest, language: text(language), voice: text(voice) };
  if (voice !== undefined && !text(voice)) faults.drop('tts.voice', 'the name or id of a voice');
  return Object.fromEntries(Object.entries(config).filter(([, entry]) => entry !== undefined)) as TtsConfig;
}
