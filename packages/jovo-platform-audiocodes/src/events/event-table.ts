import { InputType } from '@jovo-telephony/telephony';
import { type Fields, isRecord, LIMITS, numberIn, textIn } from '../wire';
import { readCallFacts } from './call-facts';
import type { EventType, EventValues, SpeakerVerification, Utterance } from './event-values';

/**
 * Input types of events that only this network has. They reach an app only if it has a handler for them: most would
 * otherwise cost a turn each for nothing.
 */
export const AudiocodesInputType = {
  /** Interim words of the gateway's recogniser. Comes often, must never make the agent speak. */
  SPEECH_HYPOTHESIS: 'AUDIOCODES_SPEECH_HYPOTHESIS',
  SILENCE_DETECTED: 'AUDIOCODES_SILENCE_DETECTED',
  /** The person that the caller was transferred to has answered. */
  TRANSFER_ANSWERED: 'AUDIOCODES_TRANSFER_ANSWERED',
  /** A call between others begins, and the bot may listen. */
  ASSIST_STARTED: 'AUDIOCODES_ASSIST_STARTED',
  /** One of the others has said something. */
  PARTICIPANT_SPOKE: 'AUDIOCODES_PARTICIPANT_SPOKE',
  /** The agent's desktop application has connected. */
  AGENT_CONNECTED: 'AUDIOCODES_AGENT_CONNECTED',
  SPEAKER_VERIFICATION: 'AUDIOCODES_SPEAKER_VERIFICATION',
} as const;

export type AudiocodesInputType = (typeof AudiocodesInputType)[keyof typeof AudiocodesInputType];

/** What one event means to us. */
export interface EventRule<T extends EventType = EventType> {
  /** Where the value decides, see `inputTypeOf`. */
  inputType: InputType | AudiocodesInputType;
  /** Aborts what is being thought or said before the event is queued; `push`: only where replies can be pushed. */
  interrupts?: true | 'push';
  /** Nobody can hear an answer. */
  acceptsNoAction?: true;
  /** The caller waits for an answer, so a late one needs a hold phrase. */
  awaitsAnswer?: true;
  /** Reaches the app only if it has a handler for it. */
  onlyIfHandled?: true;
  /** The typed value, or why the event is to be ignored. */
  read(activity: Fields): EventValues[T] | string;
}

/** Every event of the catalogue (spec 3.0). The only place where they are told apart, for every transport. */
export const EVENT_RULES: { readonly [T in EventType]: EventRule<T> } = {
  start: {
    inputType: InputType.SESSION_START,
    awaitsAnswer: true,
    read: (activity) => readCallFacts(recordIn(activity.parameters)),
  },
  dialoutInitiated: {
    inputType: InputType.OUTBOUND_INITIATED,
    acceptsNoAction: true,
    onlyIfHandled: true,
    read: (activity) => readCallFacts(recordIn(activity.parameters)),
  },
  message: {
    inputType: InputType.USER_SPEAK,
    interrupts: true,
    awaitsAnswer: true,
    read: (activity) => readUtterance(activity.text, recordIn(activity.parameters)),
  },
  dtmf: { inputType: InputType.DTMF_RECEIVED, awaitsAnswer: true, read: readKeys },
  noUserInput: {
    inputType: InputType.USER_INPUT_TIMEOUT,
    awaitsAnswer: true,
    read: ({ value }) => definedOf({ count: numberIn(value) }),
  },
  transferStatus: { inputType: InputType.TRANSFER_FAILED, awaitsAnswer: true, read: readTransferStatus },
  machineDetection: {
    inputType: InputType.MACHINE_DETECTED,
    interrupts: true,
    awaitsAnswer: true,
    onlyIfHandled: true,
    read: readMachine,
  },
  speechHypothesis: {
    inputType: AudiocodesInputType.SPEECH_HYPOTHESIS,
    acceptsNoAction: true,
    onlyIfHandled: true,
    read: readHypothesis,
  },
  playFinished: {
    inputType: InputType.ASSISTANT_SPEECH_ENDED,
    read(activity) {
      const { playedDurationMS, status } = payloadOf(activity);
      const finished = (textIn(status) ?? 'finished').toLowerCase() === 'finished';
      return { ...definedOf({ playedDurationMs: numberIn(playedDurationMS) }), finished };
    },
  },
  voiceDetected: {
    inputType: InputType.USER_SPEECH_STARTED,
    interrupts: 'push',
    acceptsNoAction: true,
    read: () => ({}),
  },
  silenceDetected: {
    inputType: AudiocodesInputType.SILENCE_DETECTED,
    acceptsNoAction: true,
    onlyIfHandled: true,
    read: () => ({}),
  },
  agentConnected: {
    inputType: AudiocodesInputType.AGENT_CONNECTED,
    onlyIfHandled: true,
    read: () => ({}),
  },
  conversationEnd: {
    inputType: InputType.SESSION_END,
    interrupts: true,
    acceptsNoAction: true,
    read: readEnd,
  },
  speakerVerification: {
    inputType: AudiocodesInputType.SPEAKER_VERIFICATION,
    awaitsAnswer: true,
    onlyIfHandled: true,
    read: readSpeakerVerification,
  },
  unknown: {
    inputType: InputType.NOTIFICATION_EVENT_UNHANDLED,
    acceptsNoAction: true,
    read: ({ name }) => ({ name: String(name) }),
  },
};

/** Names on the wire, in lower case: peers differ in case (spec 12, no. 1). Messages have none. */
export const EVENT_NAMES: ReadonlyMap<string, EventType> = new Map<string, EventType>([
  ['start', 'start'],
  ['dialoutinitiated', 'dialoutInitiated'],
  ['dtmf', 'dtmf'],
  ['nouserinput', 'noUserInput'],
  ['transferstatus', 'transferStatus'],
  ['machinedetection', 'machineDetection'],
  ['speechhypothesis', 'speechHypothesis'],
  ['playfinished', 'playFinished'],
  ['voicedetected', 'voiceDetected'],
  ['silencedetected', 'silenceDetected'],
  ['agentconnected', 'agentConnected'],
  ['conversationend', 'conversationEnd'],
  ['hangup', 'conversationEnd'],
  ['end', 'conversationEnd'],
  ...[
    'SpeakerStatus',
    'EnrollProgress',
    'VerifyProgress',
    'EnrollCompleted',
    'VerifyCompleted',
    'ActionResult',
  ].map((result) => [`speakerverification${result.toLowerCase()}`, 'speakerVerification'] as const),
]);

/** A few keys in one event are an entry, a flood is none. */
export const MAX_KEYS_PER_EVENT = 64;

/** The details of an event: in `value` if that is an object, else in `parameters` (spec 3.0). */
function payloadOf(activity: Fields): Fields {
  return isRecord(activity.value) ? activity.value : recordIn(activity.parameters);
}

function recordIn(value: unknown): Fields {
  return isRecord(value) ? value : {};
}

function definedOf<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

function readUtterance(given: unknown, details: Fields): Utterance | string {
  if (given !== undefined && given !== null && typeof given !== 'string') return '"text" is not a string';
  const text = textIn(given)?.trim();
  if (text === undefined) return 'nothing was said';
  const { confidence, participant, participantUriUser, audioFilename, recognitionOutput } = details;
  return definedOf({
    text: text.slice(0, LIMITS.textLength),
    confidence: numberIn(confidence),
    participant: textIn(participant),
    participantUriUser: textIn(participantUriUser),
    audioFilename: textIn(audioFilename),
    recognitionOutput: isRecord(recognitionOutput) ? recognitionOutput : undefined,
  });
}

function readHypothesis(activity: Fields): EventValues['speechHypothesis'] | string {
  const payload = payloadOf(activity);
  const utterance = readUtterance(payload.text ?? activity.text, payload);
  if (typeof utterance === 'string') return utterance;
  return definedOf({ ...utterance, stability: numberIn(payload.stability) });
}

function readKeys({ value }: Fields): EventValues['dtmf'] | string {
  const keys = typeof value === 'number' && Number.isInteger(value) && value >= 0 ? String(value) : value;
  if (typeof keys !== 'string' || keys === '') return 'no key was given';
  if (keys.length > MAX_KEYS_PER_EVENT || !/^[0-9*#]+$/.test(keys))
    return 'not keys of the keypad (0-9, * or #)';
  return { keys };
}

/** The status may stand alone, as a text. One that is neither answered nor failed leaves us waiting (spec 3.5). */
function readTransferStatus(activity: Fields): EventValues['transferStatus'] | string {
  const payload = payloadOf(activity);
  const status = (textIn(activity.value) ?? textIn(payload.status) ?? '').toLowerCase();
  if (status !== 'answered' && status !== 'failed') return 'the transfer is neither answered nor failed yet';
  return definedOf({
    status,
    reasonCode: textIn(payload.reasonCode),
    reason: textIn(payload.reason),
  } as const);
}

/** The end of the greeting has a value of its own if the beep was not heard, perhaps: the prefix decides (spec 7.9). */
function readMachine(activity: Fields): EventValues['machineDetection'] | string {
  const phase = (textIn(activity.value) ?? textIn(payloadOf(activity).status) ?? '').toLowerCase();
  if (phase === 'voicemail-prompt-start') return { machine: 'greeting' };
  if (phase.startsWith('voicemail-prompt-end')) return { machine: 'recording' };
  return 'not a phase of an answering machine that is known here';
}

function readEnd(activity: Fields): EventValues['conversationEnd'] {
  const payload = { ...recordIn(activity.activityParams), ...payloadOf(activity) };
  return definedOf({
    reason: textIn(payload.reason) ?? textIn(payload.hangupReason) ?? textIn(activity.value),
    reasonCode: textIn(payload.reasonCode),
  });
}

function readSpeakerVerification(activity: Fields): SpeakerVerification {
  const payload = payloadOf(activity);
  const name = String(activity.name).slice('speakerVerification'.length);
  const flag = (value: unknown) => (typeof value === 'boolean' ? value : undefined);
  return definedOf({
    result: RESULTS.find((one) => one.toLowerCase() === name.toLowerCase()) ?? 'actionResult',
    enrolled: flag(payload.enrolled),
    moreAudioRequired: flag(payload.moreAudioRequired),
    success: flag(payload.success),
  } as const);
}

const RESULTS = [
  'speakerStatus',
  'enrollProgress',
  'verifyProgress',
  'enrollCompleted',
  'verifyCompleted',
  'actionResult',
] as const satisfies readonly SpeakerVerification['result'][];
