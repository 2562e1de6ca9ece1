/** Every parameter a bot may set: type, range, where it may stand, default (spec 5, and 4 for those of one activity). */
import {
  boolean,
  type Check,
  filled,
  isObject,
  languageTag,
  list,
  number,
  object,
  oneOf,
  show,
  string,
} from '../checks';
import { MEDIA_FORMATS } from './media-formats';

/** Where a parameter may stand: `S` in `sessionParams`, `A` in `activityParams`. Neither: the administrator's alone. */
export type Levels = 'SA' | 'S' | 'A' | '';

export interface Parameter {
  spec: string;
  levels: Levels;
  check: Check;
  /** What holds when nobody set it, where the simulator acts on it. */
  fallback?: unknown;
}

const ms: Check = number(0, Number.MAX_SAFE_INTEGER);
const count: Check = (v) =>
  Number.isInteger(v) && (v as number) >= 0
    ? undefined
    : `must be a whole number of 0 or more, got ${show(v)}`;
const anyNumber: Check = (v) =>
  typeof v === 'number' && Number.isFinite(v) ? undefined : `must be a number, got ${show(v)}`;
/** Vendors have pseudo values such as `any-CI` (spec 1.7); a language tag's shape fits them, too. */
const language = languageTag;
const key: Check = (v) =>
  typeof v === 'string' && /^[0-9*#]$/.test(v) ? undefined : `must be one key, got ${show(v)}`;
const keys: Check = (v) =>
  typeof v === 'string' && /^[0-9*#]+$/.test(v) ? undefined : `must be keys, got ${show(v)}`;
const url: Check = (v) =>
  string(v) ??
  (/^(https?:\/\/.|data:)/i.test(v as string) && URL.canParse(v as string)
    ? undefined
    : `must be an http(s) address, got ${show(v)}`);
const sipUri: Check = (v) =>
  string(v) ?? (/^sips?:\S+$/i.test(v as string) ? undefined : `must be a sip: address, got ${show(v)}`);
/** `tel:+123`, `sip:user@host` or a bare number (spec 4.3). */
const target: Check = (v) =>
  string(v) ??
  (/^(tel:\+?[\d().-]+|sips?:[^\s@]+@[^\s@]+|\+?\d+)$/i.test(v as string)
    ? undefined
    : `must be tel:, sip:user@host or a number, got ${show(v)}`);
const sipHeaders: Check = list(0, 128, (v) =>
  object({ name: { required: true, check: filled }, value: { required: true, check: string } })(v),
);
const format: Check = oneOf(...Object.keys(MEDIA_FORMATS));
const events: Check = list(0, 64, filled);
const speechContexts: Check = list(0, 500, (v) =>
  object({
    phrases: { required: true, check: list(0, 5000, string) },
    boost: { check: anyNumber },
  })(v),
);
const anObjectList: Check = list(0, 64, (v) =>
  isObject(v) ? undefined : `must be an object, got ${show(v)}`,
);
/** DTMF to be sent: at most 20 keys; the gateway ignores anything else (spec 4.11). */
const dtmfDigits: Check = (v) =>
  typeof v === 'string' && /^[0-9*#]{1,20}$/.test(v)
    ? undefined
    : `must be 1 to 20 of 0-9, * and #, got ${show(v)}`;

const p = (spec: string, levels: Levels, check: Check, fallback?: unknown): Parameter => ({
  spec,
  levels,
  check,
  fallback,
});

export const PARAMETERS: Readonly<Record<string, Parameter>> = {
  language: p('5.2', 'SA', language),
  sttLanguage: p('5.2', 'SA', language),
  ttsLanguage: p('5.2', 'SA', language),
  voiceName: p('5.2', 'SA', filled),
  disableTtsCache: p('5.2', 'SA', boolean, false),

  sttContextId: p('5.3', 'SA', filled),
  sttContextPhrases: p('5.3', 'SA', list(0, 5000, string)),
  sttContextBoost: p('5.3', 'SA', anyNumber),
  sttSpeechContexts: p('5.3', 'SA', speechContexts),
  sttDisablePunctuation: p('5.3', 'SA', boolean, false),
  continuousASR: p('5.3', 'SA', boolean, false),
  continuousASRTimeoutInMS: p('5.3', 'SA', number(500, 60_000), 3000),
  continuousASRDigits: p('5.3', 'SA', keys),
  azureSpeechRecognitionMode: p('5.3', 'S', oneOf('conversation', 'dictation', 'interactive')),
  azureEnableAudioLogging: p('5.3', 'S', boolean),
  googleInteractionType: p('5.3', 'S', filled),
  resumeRecognitionTimeoutMS: p('5.3', 'S', ms, 10_000),
  resumeRecognitionSpeech: p('5.3', 'S', filled),
  resumeRecognitionPlayUrl: p('5.3', 'S', url),
  userMaxSpeechDurationMS: p('5.3', 'S', ms),
  enableSpeechInput: p('5.3', 'SA', boolean, true),

  bargeIn: p('5.4', 'SA', boolean, false),
  bargeInOnDTMF: p('5.4', 'SA', boolean, false),
  bargeInMinWordCount: p('5.4', 'SA', number(0, 5), 0),
  sendDTMF: p('5.4', 'S', boolean, false),
  sendDTMFAsText: p('5.4', 'S', boolean, false),
  dtmfCollect: p('5.4', 'SA', boolean, false),
  dtmfCollectMaxDigits: p('5.4', 'SA', number(1, 1000), 5),
  dtmfCollectInterDigitTimeoutMS: p('5.4', 'SA', ms, 2000),
  dtmfCollectSubmitDigit: p('5.4', 'SA', key, '#'),
  speechActivitySilencePeriodMS: p('5.4', 'S', number(0, 10_000), 1000),
  speechActivityVoicePeriodMS: p('5.4', 'S', number(0, 10_000), 0),

  userNoInputTimeoutMS: p('5.5', 'SA', ms, 0),
  userNoInputRetries: p('5.5', 'SA', count, 0),
  userNoInputSpeech: p('5.5', 'SA', filled),
  userNoInputUrl: p('5.5', 'SA', url),
  userNoInputSendEvent: p('5.5', 'SA', boolean, false),
  userNoInputGiveUpTimeoutMS: p('5.5', 'SA', ms, 0),

  botNoInputTimeoutMS: p('5.6', 'SA', ms, 0),
  botNoInputRetries: p('5.6', 'SA', count, 0),
  botNoInputSpeech: p('5.6', 'SA', filled),
  botNoInputUrl: p('5.6', 'SA', url),
  botNoInputGiveUpTimeoutMS: p('5.6', 'SA', ms, 0),
  expectAnotherBotMessage: p('5.6', 'A', boolean, false),
  botFailOnErrors: p('5.6', 'S', boolean),

  transferTarget: p('4.3', 'SA', target),
  handoverReason: p('4.3', 'SA', string),
  transferSipHeaders: p('4.3', 'SA', sipHeaders),
  transferReferredByURL: p('4.3', 'SA', sipUri),
  transferNotifications: p('4.3', 'SA', boolean),
  hangupReason: p('4.4', 'SA', string),
  hangupSipHeaders: p('4.4', 'SA', sipHeaders),
  botOperationResult: p('4.4', 'SA', string),
  botOperationData: p('4.4', 'SA', string),
  sendEventsToBot: p('3.0', 'S', events, []),

  playUrlUrl: p('4.2', 'A', url),
  playUrlMediaFormat: p('4.2', 'A', format, 'wav/lpcm16'),
  playUrlAltText: p('4.2', 'A', string),
  playUrlCaching: p('4.2', 'A', boolean),
  callRecordingServer: p('4.7', 'A', filled),
  callRecordingId: p('4.7', 'A', filled),
  callRecordingDestUsername: p('4.7', 'A', filled),
  targetParticipant: p('4.8', 'A', filled),
  dtmfDigits: p('4.11', 'A', dtmfDigits),
  speakerVerificationSpeakerId: p('4.12', 'SA', filled),
  speakerVerificationType: p('4.12', 'SA', oneOf('text-independent', 'text-dependent')),
  backgroundPlayURL: p('4.13', 'SA', (v) => (v === null ? undefined : url(v))),
  backgroundPlayMediaFormat: p('4.13', 'SA', format),
  backgroundPlayUrlCaching: p('4.13', 'SA', boolean),
  backgroundPlayVolume: p('4.13', 'SA', number(-32, 32)),
  backgroundPlayGainDb: p('4.13', 'SA', number(-32, 32)),
  playerSettings: p(
    '10.3',
    'S',
    list(0, 2, (v) => anObjectList([v])?.replace(/^entry 1 /, '')),
  ),
  crossParticipantSetting: p('10.3', 'S', anObjectList),
  participantSettings: p('10.3', 'S', anObjectList),

  connectOnPrompt: p('5.7', '', boolean, true),
  enableSpeechDetectionEvent: p('5.7', '', boolean, false),
  sendMetadataAsSipInfo: p('4.6', '', boolean),
  sendMetaDataUrl: p('4.6', '', string),
  sendMetaDataTimeoutMs: p('4.6', '', number(10, 60_000)),
  sendMetaDataUsername: p('4.6', '', string),
  sendMetaDataPassword: p('4.6', '', string),
  autoCallRecording: p('4.7', '', boolean),
  callRecordingServerSet: p('4.7', '', string),
  backgroundPlayEnable: p('4.13', '', boolean),
  authorizationTag: p('7.3', '', string),
  dialoutAuthScope: p('7.3', '', string),
  dialoutAllowedCallers: p('7.3', '', list(1, 1000, string)),
  dialoutLimitPerSecond: p('7.3', '', number(0, 1000)),
  dialoutMaxConcurrentCalls: p('7.3', '', number(0, 300)),
  dialoutConcurrentCallsExpirationSeconds: p('7.3', '', number(10, 3600)),
  dialoutStartRecognitionOnConnect: p('7.7', '', boolean, false),
};

/** Names that are in circulation and wrong: the right one, or nothing. */
export const WRONG_NAMES: Readonly<Record<string, { right?: string; spec: string }>> = {
  playUrlCache: { right: 'playUrlCaching', spec: '4.2' },
  dtmf: { right: 'dtmfDigits', spec: '4.11' },
  endOfSpeechTimeoutMs: { spec: '5.7' },
  recordingName: { right: 'callRecordingId', spec: '4.7' },
  recordingFormat: { spec: '4.7' },
};
