import { z } from 'zod';
import { MEDIA_FORMAT_NAMES } from '../media-formats';

/**
 * Where the bot may set a parameter (spec 5.1): S for the rest of the call, A until the next prompt, C not at all,
 * only an administrator may.
 */
export type Levels = 'S' | 'A' | 'SA' | 'C';

interface Parameter<S extends z.ZodType, L extends Levels> {
  schema: S;
  levels: L;
  meaning: string;
  /** What holds without it, if the sources agree. */
  default?: unknown;
  /** Version of VoiceAI Connect Enterprise. */
  since?: string;
}

function at<const L extends Levels>(levels: L) {
  return <S extends z.ZodType>(
    schema: S,
    meaning: string,
    more: Pick<Parameter<S, L>, 'default' | 'since'> = {},
  ): Parameter<S, L> => ({ schema, levels, meaning, ...more });
}

const S = at('S');
const A = at('A');
const SA = at('SA');
const C = at('C');

const text = z.string().min(1).max(8_192);
const flag = z.boolean();
const count = z.number().int().min(0);
const milliseconds = z.number().int().min(0).max(86_400_000);
const languageTag = z
  .string()
  .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, 'a language tag, for example de-DE');
const fileUrl = z
  .string()
  .regex(/^(https?:\/\/|data:audio\/)/, 'an http(s) address, or audio as a data: URI');
const key = z.string().regex(/^[0-9*#]$/, 'one key: 0-9, * or #');
const mediaFormat = z.enum(MEDIA_FORMAT_NAMES);
const sipUri = z.string().regex(/^sips?:/, 'a SIP URI, for example sip:bot@example.com');
/** No line breaks: a header must not be able to bring another one along. */
const headerText = /^[^\r\n]*$/;
const sipHeaders = z
  .array(
    z.strictObject({
      name: z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'the name of a header, for example X-Ticket'),
      value: z.string().max(2_048).regex(headerText, 'one line'),
    }),
  )
  .min(1);
const texts = z.array(text).min(1);
const phrases = z.array(z.string().min(1).max(500)).min(1).max(5_000);

/** What the bot can be told of (spec 3.0). */
export const EVENTS_TO_BOT = [
  'agentConnected',
  'conversationEnd',
  'dialoutInitiated',
  'noUserInput',
  'playFinished',
  'silenceDetected',
  'speakerVerificationActionResult',
  'speakerVerificationEnrollCompleted',
  'speakerVerificationEnrollProgress',
  'speakerVerificationSpeakerStatus',
  'speakerVerificationVerifyCompleted',
  'speakerVerificationVerifyProgress',
  'speechHypothesis',
  'voiceDetected',
] as const;

const gainDb = z.number().min(-32).max(32);

/** Every parameter of spec 4 and 5. Types, checks, profile keys, JSON Schema and documentation come from here. */
export const PARAMETERS = {
  // 5.2 Language, voice, TTS
  language: SA(languageTag, 'Language of recognition and voice'),
  sttLanguage: SA(languageTag, 'Language of recognition', { since: '3.2' }),
  ttsLanguage: SA(languageTag, 'Language of the voice', { since: '3.2' }),
  voiceName: SA(text, "The voice, in its provider's name"),
  disableTtsCache: SA(flag, 'Keeps the sound of a text out of the cache', { default: false }),

  // 5.3 Recognition
  sttContextId: SA(text, 'Custom speech model'),
  sttContextPhrases: SA(phrases, 'Words that are likely'),
  sttContextBoost: SA(z.number(), 'Weight of all phrases (Google)'),
  sttSpeechContexts: SA(
    z.array(z.strictObject({ phrases, boost: z.number().optional() })).min(1),
    'Phrases with a weight per list (Google)',
  ),
  sttDisablePunctuation: SA(flag, 'No punctuation in what is recognised', { default: false }),
  continuousASR: SA(flag, 'Joins utterances that belong together', { default: false }),
  continuousASRTimeoutInMS: SA(
    z.number().int().min(500).max(60_000),
    'Silence that ends a joined utterance',
    {
      default: 3000,
    },
  ),
  continuousASRDigits: SA(key, 'The key that ends a joined utterance'),
  azureSpeechRecognitionMode: S(z.enum(['conversation', 'dictation', 'interactive']), 'Mode of Azure', {
    default: 'conversation',
  }),
  azureEnableAudioLogging: S(flag, 'Azure keeps the audio', { default: false }),
  googleInteractionType: S(text, 'Recognition metadata of Google'),
  resumeRecognitionTimeoutMS: S(milliseconds, 'Listens again if the bot has not answered', {
    default: 10_000,
  }),
  resumeRecognitionSpeech: S(text, 'Said when that happens'),
  resumeRecognitionPlayUrl: S(fileUrl, 'Played when that happens'),
  userMaxSpeechDurationMS: S(milliseconds, 'Ends an utterance that is too long'),
  enableSpeechInput: SA(flag, 'Whether speech is listened to', { default: true }),

  // 5.4 Barge-in and DTMF
  bargeIn: SA(flag, 'Speech interrupts prompts', { default: false }),
  bargeInOnDTMF: SA(flag, 'Keys interrupt prompts'),
  bargeInMinWordCount: SA(z.number().int().min(0).max(5), 'Words that it takes to interrupt'),
  sendDTMF: S(flag, 'The bot is told of keys', { default: false }),
  sendDTMFAsText: S(flag, 'Keys come as a message, not as an event', { default: false }),
  dtmfCollect: SA(flag, 'Keys are collected before they are sent', { default: false }),
  dtmfCollectMaxDigits: SA(z.number().int().min(1), 'Keys that make an entry', { default: 5 }),
  dtmfCollectInterDigitTimeoutMS: SA(milliseconds, 'Silence of keys that ends an entry', { default: 2000 }),
  dtmfCollectSubmitDigit: SA(key, 'The key that ends an entry', { default: '#' }),
  speechActivitySilencePeriodMS: S(z.number().int().min(0).max(10_000), 'For silenceDetected', {
    default: 1000,
  }),
  speechActivityVoicePeriodMS: S(z.number().int().min(0).max(10_000), 'For voiceDetected', { default: 0 }),

  // 5.5 Caller silence
  userNoInputTimeoutMS: SA(milliseconds, 'Silence of the caller after a prompt; 0 is off', { default: 0 }),
  userNoInputRetries: SA(count, 'How often it may repeat', { default: 0 }),
  userNoInputSpeech: SA(text, 'Said when the caller is silent'),
  userNoInputUrl: SA(fileUrl, 'Played when the caller is silent'),
  userNoInputSendEvent: SA(flag, 'The bot is told of silence (older way)', { default: false }),
  userNoInputGiveUpTimeoutMS: SA(milliseconds, 'Silence that ends the call; 0 is off'),

  // 5.6 Slow bot
  botNoInputTimeoutMS: SA(milliseconds, 'Silence of the bot; 0 is off', { default: 0 }),
  botNoInputRetries: SA(count, 'How often it may repeat', { default: 0 }),
  botNoInputSpeech: SA(text, 'Said when the bot is slow'),
  botNoInputUrl: SA(fileUrl, 'Played when the bot is slow'),
  botNoInputGiveUpTimeoutMS: SA(milliseconds, 'Silence of the bot that ends the call'),
  expectAnotherBotMessage: A(flag, 'More is to follow', { default: false }),
  botFailOnErrors: S(flag, 'No effect on Bot API bots', { default: false }),

  // 4.2, 4.13 Files and background
  playUrlUrl: A(fileUrl, 'The file that is played'),
  playUrlMediaFormat: A(mediaFormat, 'Its format', { default: 'wav/lpcm16' }),
  playUrlAltText: A(text, 'Stands for it in transcripts'),
  playUrlCaching: A(flag, 'The gateway keeps the file', { default: false }),
  backgroundPlayURL: SA(fileUrl.nullable(), 'A loop under the call; null stops it', { since: '3.24.3' }),
  backgroundPlayMediaFormat: SA(mediaFormat, 'Its format', { default: 'wav/lpcm16', since: '3.24.3' }),
  backgroundPlayUrlCaching: SA(flag, 'The gateway keeps the file', { default: false, since: '3.24.3' }),
  backgroundPlayVolume: SA(gainDb, 'Its level in dB; sources disagree on the name', { since: '3.24.3' }),
  backgroundPlayGainDb: SA(gainDb, 'Its level in dB; sources disagree on the name', { since: '3.24.3' }),

  // 4.3, 4.4 Transfer and end
  transferTarget: SA(
    z.string().regex(/^(tel:|sips?:)?\+?[^\s<>"]{1,256}$/, 'tel:+123…, sip:user@host or a number'),
    'Whom to call',
  ),
  handoverReason: SA(text, 'For logs and call records'),
  transferSipHeaders: SA(sipHeaders, 'Headers of the call that is made'),
  transferReferredByURL: SA(sipUri, 'Referred-By of the transfer'),
  transferNotifications: SA(flag, 'Asks to be told of the outcome'),
  hangupReason: SA(text.regex(headerText, 'one line'), 'Reason header and call record'),
  hangupSipHeaders: SA(sipHeaders, 'Headers of the end of the call'),
  botOperationResult: SA(text, 'What the call came to, for the dialer', { since: '3.20' }),
  botOperationData: SA(text, 'Details of it', { since: '3.20' }),

  // 4.7, 4.8, 4.11, 4.12
  callRecordingServer: A(text, 'Where to record: IP group of the SBC'),
  callRecordingId: A(text, 'Finds the recording later'),
  callRecordingDestUsername: A(text, 'User part of the recording session'),
  targetParticipant: A(text, 'Whom to listen to'),
  dtmfDigits: A(z.string().regex(/^[0-9*#]{1,20}$/, '1 to 20 keys: 0-9, * or #'), 'Keys to dial', {
    since: '3.12',
  }),
  speakerVerificationSpeakerId: S(text, 'Whose voice'),
  speakerVerificationType: S(z.enum(['text-independent', 'text-dependent']), 'Kind of verification'),

  // 5.7, 10.3
  sendEventsToBot: S(z.array(z.enum(EVENTS_TO_BOT)), 'What the bot is told of'),
  playerSettings: S(
    z
      .array(
        z.strictObject({
          player: text,
          targets: z.array(
            z.strictObject({ participant: text, gainDb: gainDb.optional(), bargeIn: flag.optional() }),
          ),
        }),
      )
      .max(2),
    'Who hears which player (agent assist)',
  ),
  crossParticipantSetting: S(
    z.array(z.strictObject({ from: text, to: text, gainDb })),
    'Who hears whom; -32 is not at all (agent assist)',
  ),
  participantSettings: S(
    z.array(z.strictObject({ participant: text, sttLanguage: languageTag })),
    'Language of each participant (agent assist)',
  ),

  // Listed for understanding: a bot that sends them has no effect (spec 4.6, 5.7, 7.3).
  connectOnPrompt: C(flag, 'Answers the call with the first message of the bot', { default: true }),
  enableSpeechDetectionEvent: C(flag, 'Allows voiceDetected and silenceDetected', { default: false }),
  backgroundPlayEnable: C(flag, 'Allows background audio', { since: '3.24.3' }),
  sendMetadataAsSipInfo: C(flag, 'Metadata goes to the peer', { since: '3.6' }),
  sendMetaDataUrl: C(text, 'Metadata goes to this address'),
  sendMetaDataTimeoutMs: C(z.number().int().min(10).max(60_000), 'Patience with it', { default: 10_000 }),
  sendMetaDataUsername: C(text, 'Basic authentication of it'),
  sendMetaDataPassword: C(text, 'Basic authentication of it'),
  autoCallRecording: C(flag, 'Records every call'),
  callRecordingServerSet: C(text, 'Where to record', { since: '3.12' }),
  authorizationTag: C(text, 'Tag that a dialer may be allowed', { since: '3.14' }),
  dialoutAuthScope: C(text, 'Deprecated by authorizationTag'),
  dialoutAllowedCallers: C(texts, 'Numbers that a dialer may show', { since: '2.4' }),
  dialoutLimitPerSecond: C(z.number().min(0), 'Dialout requests per second', { since: '2.4' }),
  dialoutMaxConcurrentCalls: C(z.number().int().min(0).max(300), 'Dialled calls at a time', { since: '3.0' }),
  dialoutConcurrentCallsExpirationSeconds: C(
    z.number().int().min(10).max(3_600),
    'A dialled call without an end is over after this',
    { default: 1200, since: '3.0' },
  ),
  dialoutStartRecognitionOnConnect: C(flag, 'The first words of the person called are recognised', {
    default: false,
    since: '2.8',
  }),
} as const;

export type ParameterName = keyof typeof PARAMETERS;
