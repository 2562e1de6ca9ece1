import type { CallAction, Interruption, NetworkCapabilities, Voice } from '@jovo-telephony/telephony';
import type { ActivityParams, SessionParams } from '../parameters/parameters';
import {
  type ActivityDraft,
  abortPrompts,
  config,
  hangUpCall,
  message,
  playUrl,
  transferCall,
} from './drafts';
import { plainText, ssmlText } from './spoken-text';
import { wavFormatOf } from './wav-format';

/** What VoiceAI Connect can do (spec 4). `sms`: a gateway of ours for text messages is configured. */
export function capabilities({ push, sms }: { push: boolean; sms: boolean }): NetworkCapabilities {
  return {
    network: 'audiocodes',
    push,
    ssml: true,
    actions: {
      speak: 'native',
      play: 'native',
      background: 'native',
      background_stop: 'native',
      stop_speaking: 'native',
      listen: 'native',
      hang_up: 'native',
      transfer: 'native',
      send_sms: sms ? 'native' : 'none',
      network_settings: 'native',
    },
  };
}

/** What the mapping has to know of a call besides the action. */
export interface MappingContext {
  /** What the profile has set for the whole call: it wins over what a portable setting would ask for. */
  settings: SessionParams;
  /** Language of the call's first words; a voice in another one is meant, even against the settings. */
  firstLanguage?: string;
  /** Name of the parameter for the level of background audio; sources disagree (spec 4.13), so none is sent without. */
  backgroundLevel?: 'backgroundPlayVolume' | 'backgroundPlayGainDb';
}

/** Portable actions that are carried out with activities. Text messages are not: the network has none. */
export type MappedAction = Exclude<CallAction, { type: 'send_sms' }>;

/**
 * A portable action as an activity of the wire, settings as native parameters (spec 5) instead of anything emulated.
 * What comes out is checked like any other activity; undefined where there is nothing to send.
 */
export function toActivity(action: MappedAction, context: MappingContext): ActivityDraft | undefined {
  switch (action.type) {
    case 'speak': {
      const text = 'ssml' in action ? ssmlText(action.ssml) : plainText(action.text);
      // The writer refuses a message without words, and says so.
      return withParams(message(text ?? ''), speakParams(action, context));
    }
    case 'play': {
      const format = wavFormatOf(action.audio);
      return playUrl(
        { playUrlUrl: dataUri(action.audio), ...(format && { playUrlMediaFormat: format }) },
        interruptionParams(action.interruption),
      );
    }
    case 'background':
      return config(backgroundParams(action.audio, action.volume, context));
    case 'background_stop':
      return config({ backgroundPlayURL: null });
    case 'stop_speaking':
      return abortPrompts();
    case 'listen':
      return configOf(listenParams(action));
    case 'hang_up':
      return hangUpCall(defined({ botOperationResult: action.outcome }));
    case 'transfer':
      return transferCall({
        transferTarget: `tel:+${action.number.replace(/^\+/, '')}`,
        // With a timeout the caller is to come back if nobody answers (spec 4.3).
        ...(action.timeoutSeconds !== undefined && { transferNotifications: true }),
      });
    case 'network_settings':
      return configOf({ ...action.settings });
  }
}

function configOf(params: SessionParams): ActivityDraft | undefined {
  return Object.keys(params).length > 0 ? config(params) : undefined;
}

function dataUri(wav: string): string {
  return `data:audio/wav;base64,${wav}`;
}

type Speak = Extract<CallAction, { type: 'speak' }>;

/** Everything that a portable utterance may ask for, as parameters of its message. */
export function speakParams(action: Speak, context: MappingContext): ActivityParams {
  const { voice, interruption, inputTimeoutMs, endOfTurnSilenceMs, keys } = action;
  return defined({
    ...(voice && voiceParams(voice, context)),
    ...interruptionParams(interruption),
    userNoInputTimeoutMS: inputTimeoutMs === undefined ? undefined : Math.round(inputTimeoutMs),
    ...endOfTurnParams(endOfTurnSilenceMs, inputTimeoutMs),
    ...(keys && {
      dtmfCollect: true,
      dtmfCollectMaxDigits: keys.maxDigits,
      dtmfCollectInterDigitTimeoutMS: Math.round(keys.interDigitTimeoutMs),
      ...(keys.terminator !== 'none' && { dtmfCollectSubmitDigit: keys.terminator }),
    }),
  });
}

/** The provider is the gateway's matter. A voice that the profile has set for this network stays, in its language. */
function voiceParams(
  { language, voice }: Voice,
  { settings, firstLanguage }: MappingContext,
): ActivityParams {
  const settled = settings.ttsLanguage ?? settings.language ?? firstLanguage;
  const inSettledLanguage = language === undefined || settled === undefined || language === settled;
  const pinned = settings.voiceName !== undefined && inSettledLanguage;
  return pinned ? {} : defined({ voiceName: voice, ttsLanguage: language });
}

/** Characters of an average word and the space behind it: what a minimum of characters is in words. */
const CHARACTERS_PER_WORD = 6;
const MOST_WORDS = 5;

/**
 * Who may interrupt (spec 5.4). `app` and `never` are the same to this network: it does not listen, and only
 * `stop_speaking` ends a prompt. There is nothing that protects the first milliseconds.
 */
function interruptionParams(interruption: Interruption | undefined): ActivityParams {
  if (!interruption) return {};
  const { by, minimumCharacters = 0 } = interruption;
  if (by === 'never' || by === 'app') return { bargeIn: false, bargeInOnDTMF: false };
  const words = by === 'sound' ? 0 : Math.min(MOST_WORDS, Math.ceil(minimumCharacters / CHARACTERS_PER_WORD));
  return { bargeIn: true, bargeInOnDTMF: true, bargeInMinWordCount: words };
}

const CONTINUOUS_MS = { least: 500, most: 60_000 } as const;

/** A turn that may hold pauses is continuous recognition; a shorter pause is the recogniser's own (spec 5.3). */
function endOfTurnParams(silenceMs: number | undefined, inputTimeoutMs = 0): ActivityParams & SessionParams {
  if (silenceMs === undefined) return {};
  if (silenceMs < CONTINUOUS_MS.least) return { continuousASR: false };
  // It must end before the caller counts as silent.
  const below = inputTimeoutMs > CONTINUOUS_MS.least ? inputTimeoutMs - 1 : CONTINUOUS_MS.most;
  return {
    continuousASR: true,
    continuousASRTimeoutInMS: Math.round(Math.min(silenceMs, below, CONTINUOUS_MS.most)),
  };
}

/** One language is recognised at a time: the first. The recogniser's provider is the gateway's matter. */
function listenParams(action: Extract<CallAction, { type: 'listen' }>): SessionParams {
  const { languages, vocabulary, endOfTurnSilenceMs } = action;
  return defined({
    sttLanguage: languages?.[0],
    sttContextPhrases: vocabulary && vocabulary.length > 0 ? vocabulary : undefined,
    ...endOfTurnParams(endOfTurnSilenceMs),
  });
}

function backgroundParams(audio: string, volume: number | undefined, context: MappingContext): SessionParams {
  const format = wavFormatOf(audio);
  const level = context.backgroundLevel;
  return {
    backgroundPlayURL: dataUri(audio),
    ...(format && { backgroundPlayMediaFormat: format }),
    ...(level && volume !== undefined && { [level]: decibels(volume) }),
  };
}

/** A share of full volume, from 0 to 1, as the gain that the network takes: -32 to 0. */
function decibels(volume: number): number {
  return volume <= 0 ? -32 : Math.max(-32, Math.round(20 * Math.log10(Math.min(1, volume))));
}

function withParams(draft: ActivityDraft, activityParams: ActivityParams): ActivityDraft {
  return Object.keys(activityParams).length > 0 ? { ...draft, activityParams } : draft;
}

function defined<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
