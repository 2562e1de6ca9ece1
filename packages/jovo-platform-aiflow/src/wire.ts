import type { CallInfo } from '@jovo-telephony/platform-base';

/** The wire of sipgate AI Flow, spec section 16. Read leniently (events.ts), written strictly (actions.ts). */

/** Spec 5.1. Only `id` can be relied on; later events often carry nothing else. */
export type SessionInfo = CallInfo;

/** Spec 11. Unknown providers and further fields pass. */
export interface TtsConfig {
  provider: 'azure' | 'eleven_labs' | 'kugelaudio' | (string & {});
  language?: string;
  voice?: string;
  [key: string]: unknown;
}

/** Who may interrupt, spec 9. */
export enum BargeInStrategy {
  IMMEDIATE = 'immediate',
  MINIMUM_CHARACTERS = 'minimum_characters',
  MANUAL = 'manual',
  NONE = 'none',
}

/** Spec 9. */
export interface BargeInConfig {
  strategy: BargeInStrategy | `${BargeInStrategy}`;
  /** 1-100, only with `minimum_characters`. */
  minimum_characters?: number;
  /** 0-10000. */
  allow_after_ms?: number;
}

/** Spec 10: silence that ends the caller's turn, 150-2000 ms. */
export interface VadConfig {
  end_of_turn_silence_ms?: number;
}

/** Speech recognition, spec 8.7. Upper case here, lower case in `tts`. */
export enum TranscriptionProvider {
  AZURE = 'AZURE',
  DEEPGRAM = 'DEEPGRAM',
  ELEVEN_LABS = 'ELEVEN_LABS',
  SIPGATE_QWEN = 'SIPGATE_QWEN',
  SIPGATE_PARAKEET = 'SIPGATE_PARAKEET',
}

/** Spec 8: what the service runs. */
export type AiflowAction = { session_id: string } & (
  | {
      type: 'speak';
      text?: string;
      ssml?: string;
      tts?: TtsConfig;
      barge_in?: BargeInConfig;
      user_input_timeout_seconds?: number;
      vad?: VadConfig;
    }
  | { type: 'audio'; audio: string; barge_in?: BargeInConfig }
  | { type: 'mix_audio'; audio?: string; volume?: number; stop?: boolean }
  | { type: 'hangup' }
  | {
      type: 'transfer';
      target_phone_number: string;
      caller_id_name: string;
      caller_id_number: string;
      timeout?: number;
    }
  | { type: 'barge_in' }
  | {
      type: 'configure_transcription';
      provider?: TranscriptionProvider | `${TranscriptionProvider}`;
      languages?: string[];
      custom_vocabulary?: string[];
      vad?: VadConfig;
    }
  | {
      type: 'configure_voice_to_voice';
      system_prompt: string;
      greeting?: string;
      temperature?: number;
      language?: string;
    }
  | { type: 'send_sms'; phone_number: string; message: string }
);

export type AiflowActionType = AiflowAction['type'];

/** One event as handlers see it, after {@link readEvents}: every field has the type it says. */
export interface AiflowEvent {
  type: string;
  session: Partial<SessionInfo> & { id: string };
  text?: string;
  barged_in?: boolean;
  digit?: string;
  reason?: string;
  ssml?: string;
  duration_ms?: number;
  speech_started_at?: number;
  /** Fields that the spec does not name, as they came. */
  [field: string]: unknown;
}

/** What the platform remembers of a call because of this wire. Times are the call's own. */
export interface AiflowNotes {
  /** A legacy `user_barge_in`, until the `user_speak` with the same words (spec 6.4). */
  bargeIn?: { text: string; atMs: number };
  /** Languages that were asked for last (spec 8.7). */
  languages?: string[];
}

export interface Aiflow {
  event: AiflowEvent;
  action: AiflowAction;
  notes: AiflowNotes;
}
