import type {
  ActionEffect,
  OwnEvent,
  RawAction,
  Wire,
  WireCall,
  Written,
} from '@jovo-telephony/platform-base';
import { InputType, speechDurationMs } from '@jovo-telephony/telephony';
import { writeAction } from './actions';
import type { SipgateAiflowConfig } from './config';
import { eventRule, inputTypeOf, ownEvent, readEvents } from './events';
import { capabilities, NETWORK } from './portable';
import { SipgateAiflowResponse } from './SipgateAiflowResponse';
import { mergeSpeech } from './utterance';
import type { Aiflow, AiflowAction, AiflowEvent, AiflowNotes } from './wire';

/** A legacy `user_barge_in` and the `user_speak` with the same words are one interruption (spec 6.4). */
const SAME_WORDS_WITHIN_MS = 2_000;

/** Bytes of 16 kHz mono 16-bit audio per millisecond. */
const WAV_BYTES_PER_MS = 32;

/** What a caller does not miss when it cannot be sent. */
const UNHEARD = new Set(['mix_audio', 'barge_in', 'configure_transcription', 'configure_voice_to_voice']);

const OWN_EVENTS: Readonly<Record<OwnEvent, string>> = {
  [InputType.SESSION_END]: 'session_end',
  [InputType.USER_SPEECH_ABANDONED]: 'user_speech_abandoned',
  [InputType.SERVER_STOPPING]: 'server_stopping',
};

/** Voice, interruption and timeout where an utterance has none of its own. */
export type SpeechDefaults = Pick<SipgateAiflowConfig, 'tts' | 'bargeIn' | 'userInputTimeoutSec'>;

/** What makes sipgate AI Flow different from other networks. Its events have no id (spec 3.4): none comes twice. */
export function aiflowWire(defaults: SpeechDefaults): Wire<Aiflow> {
  return {
    network: NETWORK,
    capabilities,
    language: defaults.tts?.language,

    read: readEvents,
    callId: ({ session }) => session.id,
    rule: eventRule,
    inputType: inputTypeOf,
    bargedIn: ({ barged_in }) => barged_in === true,
    words: ({ text }) => text,
    info: ({ session }) => session,
    withInfo: (event, info) => ({ ...event, session: info }),
    startedAgain: (event, { repeated, transferring }) => ({
      ...event,
      type: transferring ? 'transfer_failed' : event.type,
      repeated,
    }),
    ownEvent: (type, callId) => ownEvent(OWN_EVENTS[type], callId),

    newNotes: () => ({}),
    isNews,
    left(action, notes) {
      if (action.type === 'configure_transcription') notes.languages = action.languages;
    },

    write: (raw, call) => write(raw, call, defaults),
    say: (text) => ({ type: 'speak', text }),
    isUnheard: ({ type }) => UNHEARD.has(String(type)),
    effect,
    join: mergeSpeech,
    response: (actions) => SipgateAiflowResponse.of([...actions]),
  };
}

function isNews(event: AiflowEvent, notes: AiflowNotes, nowMs: number): boolean {
  if (event.type === 'user_barge_in') {
    if (event.text) notes.bargeIn = { text: event.text, atMs: nowMs };
    return true;
  }
  if (event.type !== 'user_speak') return true;
  const { bargeIn } = notes;
  delete notes.bargeIn;
  return bargeIn?.text !== event.text || nowMs - (bargeIn?.atMs ?? 0) > SAME_WORDS_WITHIN_MS;
}

/** What an action means to the call (spec 8). */
function effect(action: AiflowAction): ActionEffect {
  switch (action.type) {
    case 'speak':
      return {
        speaksForMs: speechDurationMs(action.ssml ?? action.text ?? ''),
        language: action.tts?.language,
      };
    case 'audio':
      return { speaksForMs: (action.audio.length * 0.75) / WAV_BYTES_PER_MS };
    case 'barge_in':
      return { stopsSpeech: true };
    case 'hangup':
      return { closes: true };
    case 'transfer':
      // Without a timeout a failed transfer ends the call (spec 8.6).
      return action.timeout === undefined ? { closes: true } : { transfers: true };
    default:
      return {};
  }
}

function write(raw: RawAction, call: WireCall<Aiflow>, defaults: SpeechDefaults): Written<Aiflow> {
  const sessionId = typeof raw.session_id === 'string' && raw.session_id !== '' ? raw.session_id : call.id;
  const { action, faults } = writeAction(withDefaults(raw, defaults), sessionId);
  return { action: action && keepLanguages(action, call.notes), faults };
}

function withDefaults(raw: RawAction, { tts, bargeIn, userInputTimeoutSec }: SpeechDefaults): RawAction {
  if (raw.type !== 'speak') return raw;
  return {
    ...raw,
    tts: raw.tts ?? tts,
    barge_in: raw.barge_in ?? bargeIn,
    user_input_timeout_seconds: raw.user_input_timeout_seconds ?? userInputTimeoutSec,
  };
}

/**
 * A recognition setting without languages would silently reset them (spec 8.7): those that hold are added, unless the
 * provider changes too, which is how a reset is asked for.
 */
function keepLanguages(action: AiflowAction, { languages }: AiflowNotes): AiflowAction {
  if (action.type !== 'configure_transcription' || !languages) return action;
  return action.languages || action.provider ? action : { ...action, languages };
}
