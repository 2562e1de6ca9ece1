/** sipgate AI Flow on the wire: events we send, actions we receive (spec 5, 6, 8-11, 16). */
import { wordsOf } from '../speech';

/** The call as sipgate describes it in every event (spec 5.1). */
export interface Session {
  id: string;
  account_id?: string;
  phone_number?: string;
  direction?: 'inbound' | 'outbound';
  from_phone_number?: string;
  to_phone_number?: string;
}

/** Fields of each event beside `type` and `session` (spec 6). */
export interface EventFields {
  session_start: object;
  user_speech_started: object;
  user_speak: { text: string; barged_in: boolean };
  dtmf_received: { digit: string };
  assistant_speak: { text?: string; ssml?: string; duration_ms: number; speech_started_at: number };
  assistant_speech_ended: object;
  user_input_timeout: object;
  sms_failed: { reason: string };
  session_end: object;
}

export type EventType = keyof EventFields;

/** One event, service to app. */
export interface SipgateEvent {
  type: EventType;
  session: Session;
  [field: string]: unknown;
}

export type BargeInStrategy = 'immediate' | 'minimum_characters' | 'manual' | 'none';

/** Who may interrupt (spec 9). */
export interface BargeInConfig {
  strategy: BargeInStrategy;
  minimum_characters?: number;
  allow_after_ms?: number;
}

/** End-of-turn silence (spec 10). */
export interface VadConfig {
  end_of_turn_silence_ms: number;
}

export interface SpeakAction {
  type: 'speak';
  session_id: string;
  text?: string;
  ssml?: string;
  tts?: { provider: string; [field: string]: unknown };
  barge_in?: BargeInConfig;
  user_input_timeout_seconds?: number;
  vad?: VadConfig;
}

export interface AudioAction {
  type: 'audio';
  session_id: string;
  audio: string;
  barge_in?: BargeInConfig;
}

export interface MixAudioAction {
  type: 'mix_audio';
  session_id: string;
  audio?: string;
  volume?: number;
  stop?: boolean;
}

export interface TransferAction {
  type: 'transfer';
  session_id: string;
  target_phone_number: string;
  caller_id_name: string;
  caller_id_number: string;
  timeout?: number;
}

export interface ConfigureTranscriptionAction {
  type: 'configure_transcription';
  session_id: string;
  provider?: string;
  languages?: string[];
  custom_vocabulary?: string[];
  vad?: VadConfig;
}

export interface ConfigureVoiceToVoiceAction {
  type: 'configure_voice_to_voice';
  session_id: string;
  system_prompt: string;
  greeting?: string;
  temperature?: number;
  language?: string;
}

export interface SendSmsAction {
  type: 'send_sms';
  session_id: string;
  phone_number: string;
  message: string;
}

/** One action, app to service (spec 8). */
export type SipgateAction =
  | SpeakAction
  | AudioAction
  | MixAudioAction
  | { type: 'hangup'; session_id: string }
  | { type: 'barge_in'; session_id: string }
  | TransferAction
  | ConfigureTranscriptionAction
  | ConfigureVoiceToVoiceAction
  | SendSmsAction;

export type ActionType = SipgateAction['type'];

/** What the caller hears of a `speak`: the text, or the words inside the SSML. */
export function spokenText(action: { text?: string; ssml?: string }): string {
  return action.text ?? wordsOf(action.ssml ?? '');
}
