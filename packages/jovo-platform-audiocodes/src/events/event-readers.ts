import { type Fields, isRecord, LIMITS, numberIn, textIn } from '../wire';
import { readCallFacts } from './call-facts';
import type { EventType, EventValues, SpeakerVerification, Utterance } from './event-values';

/** What an activity says: its type and value, or why it is to be ignored. */
export type Read = { [T in EventType]: { type: T; value: EventValues[T] } }[EventType] | string;

type Reader = (activity: Fields) => Read;

/** Names on the wire, in lower case: peers differ in case (spec 12, no. 1). */
const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['start', readStart],
  [
    'dialoutinitiated',
    ({ parameters }) => ({ type: 'dialoutInitiated', value: readCallFacts(recordIn(parameters)) }),
  ],
  ['dtmf', readKeys],
  ['nouserinput', ({ value }) => ({ type: 'noUserInput', value: defined({ count: numberIn(value) }) })],
  ['transferstatus', readTransferStatus],
  ['machinedetection', readMachine],
  ['speechhypothesis', readHypothesis],
  ['playfinished', readPlayFinished],
  ['voicedetected', () => ({ type: 'voiceDetected', value: {} })],
  ['silencedetected', () => ({ type: 'silenceDetected', value: {} })],
  ['agentconnected', () => ({ type: 'agentConnected', value: {} })],
  ['conversationend', readEnd],
  // Synonyms that other projects know (spec 3.11).
  ['hangup', readEnd],
  ['end', readEnd],
  ...[
    'speakerStatus',
    'enrollProgress',
    'verifyProgress',
    'enrollCompleted',
    'verifyCompleted',
    'actionResult',
  ].map(
    (result) =>
      [
        `speakerverification${result.toLowerCase()}`,
        (activity: Fields) => readSpeakerVerification(result as SpeakerVerification['result'], activity),
      ] as const,
  ),
]);

/** Names that are known, for tests. */
export const EVENT_NAMES: readonly string[] = [...READERS.keys()];

/** Reads an event by its name; one that nobody knows is kept. */
export function readEvent(name: string, activity: Fields): Read {
  const reader = READERS.get(name.toLowerCase());
  return reader ? reader(activity) : { type: 'unknown', value: { name } };
}

export function readMessage({ text, parameters }: Fields): Read {
  const value = readUtterance(text, recordIn(parameters));
  if (typeof value === 'string') return value;
  const { participant } = value;
  return participant === undefined
    ? { type: 'message', value }
    : { type: 'participantMessage', value: { ...value, participant } };
}

/** A few keys in one event are an entry, a flood is none. */
export const MAX_KEYS_PER_EVENT = 64;

/** The details of an event: in `value` if that is an object, else in `parameters` (spec 3.0). */
function payloadOf(activity: Fields): Fields {
  return isRecord(activity.value) ? activity.value : recordIn(activity.parameters);
}

function recordIn(value: unknown): Fields {
  return isRecord(value) ? value : {};
}

function defined<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

function readStart({ parameters }: Fields): Read {
  const value = readCallFacts(recordIn(parameters));
  return { type: value.participants ? 'assistStart' : 'start', value };
}

function readUtterance(given: unknown, details: Fields): Utterance | string {
  if (given !== undefined && given !== null && typeof given !== 'string') return '"text" is not a string';
  const text = textIn(given)?.trim();
  if (text === undefined) return 'nothing was said';
  const { confidence, participant, participantUriUser, audioFilename, recognitionOutput } = details;
  return defined({
    text: text.slice(0, LIMITS.textLength),
    confidence: numberIn(confidence),
    participant: textIn(participant),
    participantUriUser: textIn(participantUriUser),
    audioFilename: textIn(audioFilename),
    recognitionOutput: isRecord(recognitionOutput) ? recognitionOutput : undefined,
  });
}

/** In `value`, in `parameters`, or on top (spec 12, no. 15). */
function readHypothesis(activity: Fields): Read {
  const payload = payloadOf(activity);
  const utterance = readUtterance(payload.text ?? activity.text, payload);
  if (typeof utterance === 'string') return utterance;
  return {
    type: 'speechHypothesis',
    value: defined({ ...utterance, stability: numberIn(payload.stability) }),
  };
}

/** Several keys are an entry; whether a single one is can only be said by whoever knows what was asked for. */
function readKeys({ value }: Fields): Read {
  const keys = typeof value === 'number' && Number.isInteger(value) && value >= 0 ? String(value) : value;
  if (typeof keys !== 'string' || keys === '') return 'no key was given';
  if (keys.length > MAX_KEYS_PER_EVENT || !/^[0-9*#]+$/.test(keys))
    return 'not keys of the keypad (0-9, * or #)';
  return { type: keys.length === 1 ? 'key' : 'keyEntry', value: { keys } };
}

/** The status may stand alone, as a text. One that is neither answered nor failed leaves us waiting (spec 3.5). */
function readTransferStatus(activity: Fields): Read {
  const payload = payloadOf(activity);
  switch ((textIn(activity.value) ?? textIn(payload.status) ?? '').toLowerCase()) {
    case 'answered':
      return { type: 'transferAnswered', value: {} };
    case 'failed': {
      const { reasonCode, reason } = payload;
      return {
        type: 'transferFailed',
        value: defined({ reasonCode: textIn(reasonCode), reason: textIn(reason) }),
      };
    }
    default:
      return 'the transfer is neither answered nor failed yet';
  }
}

/** The end of the greeting has a value of its own if the beep was not heard, perhaps: the prefix decides (spec 7.9). */
function readMachine(activity: Fields): Read {
  const phase = (textIn(activity.value) ?? textIn(payloadOf(activity).status) ?? '').toLowerCase();
  if (phase === 'voicemail-prompt-start') return { type: 'machineDetection', value: { machine: 'greeting' } };
  if (phase.startsWith('voicemail-prompt-end')) {
    return { type: 'machineDetection', value: { machine: 'recording' } };
  }
  return 'not a phase of an answering machine that is known here';
}

function readPlayFinished(activity: Fields): Read {
  const { playedDurationMS, status } = payloadOf(activity);
  const finished = (textIn(status) ?? 'finished').toLowerCase() === 'finished';
  return {
    type: 'playFinished',
    value: { ...defined({ playedDurationMs: numberIn(playedDurationMS) }), finished },
  };
}

function readEnd(activity: Fields): Read {
  const payload = { ...recordIn(activity.activityParams), ...payloadOf(activity) };
  const reason = textIn(payload.reason) ?? textIn(payload.hangupReason) ?? textIn(activity.value);
  return { type: 'conversationEnd', value: defined({ reason, reasonCode: textIn(payload.reasonCode) }) };
}

function readSpeakerVerification(result: SpeakerVerification['result'], activity: Fields): Read {
  const payload = payloadOf(activity);
  const flag = (value: unknown) => (typeof value === 'boolean' ? value : undefined);
  return {
    type: 'speakerVerification',
    value: defined({
      result,
      enrolled: flag(payload.enrolled),
      moreAudioRequired: flag(payload.moreAudioRequired),
      success: flag(payload.success),
    }),
  };
}
