/** Call scripts: what may stand in the YAML file, step by step. The README of this package is the manual. */
import { AGENT_ACTIONS, type AgentAction, type TransferOutcome } from './call-log';
import { NETWORKS, TRANSFER_OUTCOMES, TRANSPORTS, WIRES } from './call-options';
import { CAPABILITIES, type Capability } from './capabilities';

/** Text looked for: a part of what is said (capitals and spaces do not matter) or a regular expression. */
export interface Pattern {
  /** As written in the script, for messages. */
  source: string;
  /** Position behind the first match, or undefined. */
  findEnd(text: string): number | undefined;
}

/** What must hold of the network for a step to be played. */
export interface Condition {
  capability: Capability;
  /** `has` or `lacks`. */
  has: boolean;
}

/** One step, with where it stands. */
export type Step = { line: number; condition?: Condition } & (
  | { verb: 'hears'; anyOf: Pattern[]; withinMs?: number }
  | { verb: 'hears_not'; anyOf: Pattern[]; forMs?: number }
  | { verb: 'says'; text: string }
  | { verb: 'goes_on'; text: string; afterMs: number }
  | { verb: 'interrupts'; text: string; afterMs: number }
  | { verb: 'makes_noise'; durationMs: number; afterMs: number }
  | { verb: 'presses'; digits: string }
  | { verb: 'waits'; durationMs: number }
  | { verb: 'hangs_up' }
  | { verb: 'is_silent'; durationMs: number }
  | { verb: 'transfers_to'; number: Pattern; withinMs?: number }
  | { verb: 'is_sent_sms'; text: Pattern; to?: Pattern; withinMs?: number }
  | { verb: 'is_hung_up_on'; withinMs?: number }
  | { verb: 'does'; action: string; fields?: Record<string, unknown>; withinMs?: number }
  | { verb: 'does_not'; action: string }
);
export type Verb = Step['verb'];

/** A call script. */
export interface CallScript {
  file: string;
  title: string;
  language?: string;
  /** Options of the call that the script sets. */
  call: ScriptCall;
  /** Limits for the whole call, in milliseconds as heard by the caller. */
  limits: { firstSoundMs?: number; silenceMs?: number };
  steps: Step[];
}

export interface ScriptCall {
  network?: (typeof NETWORKS)[number];
  wire?: (typeof WIRES)[number];
  /** sipgate's names of the wires; `both`: every wire that the network has. */
  transport?: (typeof TRANSPORTS)[number] | 'both';
  direction?: 'inbound' | 'outbound';
  from?: string;
  to?: string;
  transfer?: TransferOutcome[];
  sms?: 'sent' | 'failed';
  assistantSpeak?: boolean;
  /** AudioCodes: what the gateway says of the call besides, such as SIP headers. */
  attributes?: Record<string, unknown>;
}

/** Where a value stands and how to complain about it. */
export interface Reader {
  line: number;
  fail(expected: string, got?: unknown): never;
}

type Fields = Record<string, unknown>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `800ms`, `3s`, `1.5 s`, `within 10s`, `2 min`. */
export function readDurationMs(value: unknown, reader: Reader): number {
  const match = /^(?:within\s+)?(\d+(?:\.\d+)?)\s*(ms|s|min)$/.exec(String(value).trim());
  const unit = { ms: 1, s: 1000, min: 60_000 };
  if (!match) return reader.fail('a duration such as 800ms, 3s or 2min', value);
  return Number(match[1]) * unit[match[2] as keyof typeof unit];
}

/** A plain text, or `/regular expression/flags`. */
export function readPattern(value: unknown, reader: Reader): Pattern {
  if (typeof value !== 'string' || value.trim() === '') {
    return reader.fail('a text in quotes, or a /regular expression/', value);
  }
  const regex = /^\/(.+)\/([a-z]*)$/s.exec(value);
  if (!regex) {
    const words = value.trim().split(/\s+/).map(escapeRegExp).join('\\s+');
    return { source: JSON.stringify(value), findEnd: finder(new RegExp(words, 'iu')) };
  }
  try {
    return {
      source: value,
      findEnd: finder(new RegExp(regex[1] as string, (regex[2] as string).replace('g', ''))),
    };
  } catch (cause) {
    return reader.fail(`a regular expression (${(cause as Error).message})`, value);
  }
}

/** A phone number with or without `+`, or a pattern. */
function readNumber(value: unknown, reader: Reader): Pattern {
  if (typeof value === 'string' && value.startsWith('/')) return readPattern(value, reader);
  const digits = String(value).replace(/[\s+-]/g, '');
  if (!/^\d+$/.test(digits) || typeof value !== 'string')
    return reader.fail('a phone number in quotes', value);
  return { source: value, findEnd: (text) => (text.replace(/^\+/, '') === digits ? text.length : undefined) };
}

function finder(regex: RegExp): Pattern['findEnd'] {
  return (text) => {
    const match = regex.exec(text);
    return match ? match.index + match[0].length : undefined;
  };
}

const escapeRegExp = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

const readText = (value: unknown, reader: Reader): string =>
  typeof value === 'string' && value.trim() !== '' ? value : reader.fail('a text in quotes', value);

const readAnyOf = (value: unknown, reader: Reader): Pattern[] =>
  Array.isArray(value) && value.length > 0
    ? value.map((each) => readPattern(each, reader))
    : [readPattern(value, reader)];

/** sipgate's own names of actions, which scripts may use as well, and what they are everywhere. */
const SYNONYMS: Record<string, AgentAction> = {
  audio: 'play',
  mix_audio: 'background',
  hangup: 'hang_up',
  barge_in: 'stop_speaking',
  configure_transcription: 'listen',
  configure_voice_to_voice: 'configure',
};

/** The name that holds on every network. */
export const agentActionOf = (name: string): string => SYNONYMS[name] ?? name;

const readAction = (value: unknown, reader: Reader): string =>
  (AGENT_ACTIONS as readonly string[]).includes(agentActionOf(String(value)))
    ? String(value)
    : reader.fail(`an action: ${AGENT_ACTIONS.join(', ')}`, value);

const ifGiven = <T>(
  value: unknown,
  read: (value: unknown, reader: Reader) => T,
  reader: Reader,
): T | undefined => (value === undefined ? undefined : read(value, reader));

const readEmpty = (value: unknown, reader: Reader): void => {
  if (value !== null && value !== true) reader.fail('nothing behind the colon', value);
};

/** `network has sms`, `network lacks sms`. */
export function readCondition(value: unknown, reader: Reader): Condition {
  const match = /^network (has|lacks) (\w+)$/.exec(String(value).trim());
  const capability = CAPABILITIES.find((each) => each === match?.[2]);
  if (!match || !capability) {
    return reader.fail(
      `"network has ..." or "network lacks ..." with one of ${CAPABILITIES.join(', ')}`,
      value,
    );
  }
  return { capability, has: match[1] === 'has' };
}

interface VerbRule {
  /** Further keys of the step, beside the verb. */
  also?: readonly string[];
  /** Keys of the verb's own value when it is an object. */
  inside?: readonly string[];
  read(value: unknown, also: Fields, reader: Reader): Step;
}

/** The language of call scripts. The subject of every verb is the caller, except `does` and `transfers_to`. */
export const VERBS: Record<Verb, VerbRule> = {
  hears: {
    also: ['within'],
    read: (value, also, r) => ({
      line: r.line,
      verb: 'hears',
      anyOf: readAnyOf(value, r),
      withinMs: ifGiven(also.within, readDurationMs, r),
    }),
  },
  hears_not: {
    also: ['for'],
    read: (value, also, r) => ({
      line: r.line,
      verb: 'hears_not',
      anyOf: readAnyOf(value, r),
      forMs: ifGiven(also.for, readDurationMs, r),
    }),
  },
  says: { read: (value, _also, r) => ({ line: r.line, verb: 'says', text: readText(value, r) }) },
  goes_on: {
    inside: ['with', 'after'],
    read: (value, _also, r) => {
      const v = isObject(value) ? value : { with: value };
      const afterMs = ifGiven(v.after, readDurationMs, r) ?? 400;
      return { line: r.line, verb: 'goes_on', text: readText(v.with, r), afterMs };
    },
  },
  interrupts: {
    inside: ['with', 'after'],
    read: (value, _also, r) => {
      const v = isObject(value) ? value : { with: value };
      const afterMs = ifGiven(v.after, readDurationMs, r) ?? 1000;
      return { line: r.line, verb: 'interrupts', text: readText(v.with, r), afterMs };
    },
  },
  makes_noise: {
    inside: ['for', 'after'],
    read: (value, _also, r) => {
      const v = isObject(value) ? value : { for: value };
      const afterMs = ifGiven(v.after, readDurationMs, r) ?? 0;
      return { line: r.line, verb: 'makes_noise', durationMs: readDurationMs(v.for, r), afterMs };
    },
  },
  presses: {
    read: (value, _also, r) => {
      const digits = typeof value === 'number' ? String(value) : value;
      if (typeof digits !== 'string' || !/^[0-9*#]+$/.test(digits))
        return r.fail('keys: 0-9, * and #', value);
      return { line: r.line, verb: 'presses', digits };
    },
  },
  waits: {
    read: (value, _also, r) => ({ line: r.line, verb: 'waits', durationMs: readDurationMs(value, r) }),
  },
  hangs_up: {
    read: (value, _also, r) => {
      readEmpty(value, r);
      return { line: r.line, verb: 'hangs_up' };
    },
  },
  is_silent: {
    read: (value, _also, r) => ({ line: r.line, verb: 'is_silent', durationMs: readDurationMs(value, r) }),
  },
  transfers_to: {
    also: ['within'],
    read: (value, also, r) => ({
      line: r.line,
      verb: 'transfers_to',
      number: readNumber(value, r),
      withinMs: ifGiven(also.within, readDurationMs, r),
    }),
  },
  is_sent_sms: {
    also: ['within'],
    inside: ['text', 'to'],
    read: (value, also, r) => {
      const v = isObject(value) ? value : { text: value };
      const withinMs = ifGiven(also.within, readDurationMs, r);
      const to = ifGiven(v.to, readNumber, r);
      return { line: r.line, verb: 'is_sent_sms', text: readPattern(v.text ?? '/.*/s', r), to, withinMs };
    },
  },
  is_hung_up_on: {
    also: ['within'],
    read: (value, also, r) => {
      const within = also.within ?? (value === null || value === true ? undefined : value);
      return { line: r.line, verb: 'is_hung_up_on', withinMs: ifGiven(within, readDurationMs, r) };
    },
  },
  does: {
    also: ['with', 'within'],
    read: (value, also, r) => {
      if (also.with !== undefined && !isObject(also.with)) return r.fail('fields of the action', also.with);
      const withinMs = ifGiven(also.within, readDurationMs, r);
      return {
        line: r.line,
        verb: 'does',
        action: readAction(value, r),
        fields: also.with as Fields,
        withinMs,
      };
    },
  },
  does_not: { read: (value, _also, r) => ({ line: r.line, verb: 'does_not', action: readAction(value, r) }) },
};

const oneOf =
  <T extends string>(allowed: readonly T[]) =>
  (value: unknown, reader: Reader): T =>
    allowed.includes(value as T) ? (value as T) : reader.fail(`one of ${allowed.join(', ')}`, value);

const anyNumber = (value: unknown, reader: Reader): string =>
  typeof value === 'string'
    ? value
    : reader.fail('a phone number in quotes ("" is an anonymous caller)', value);

const trueOrFalse = (value: unknown, reader: Reader): boolean =>
  typeof value === 'boolean' ? value : reader.fail('true or false', value);

/** Keys of `call:`: name in the script, name of the option, reader. */
export const CALL_KEYS: Record<string, [keyof ScriptCall, (value: unknown, reader: Reader) => unknown]> = {
  network: ['network', oneOf(NETWORKS)],
  wire: ['wire', oneOf(WIRES)],
  transport: ['transport', oneOf([...TRANSPORTS, 'both'] as const)],
  direction: ['direction', oneOf(['inbound', 'outbound'] as const)],
  from: ['from', anyNumber],
  to: ['to', anyNumber],
  transfer: [
    'transfer',
    (value, reader) =>
      (Array.isArray(value) ? value : [value]).map((each) => oneOf(TRANSFER_OUTCOMES)(each, reader)),
  ],
  sms: ['sms', oneOf(['sent', 'failed'] as const)],
  assistant_speak: ['assistantSpeak', trueOrFalse],
  attributes: [
    'attributes',
    (value, reader) =>
      isObject(value) ? value : reader.fail('names and values, such as X-Name: Ada', value),
  ],
};

/** Keys of `limits:`. */
export const LIMIT_KEYS: Record<string, keyof CallScript['limits']> = {
  first_sound: 'firstSoundMs',
  silence: 'silenceMs',
};
