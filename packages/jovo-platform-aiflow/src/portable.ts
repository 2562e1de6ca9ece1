import type { RawAction } from '@jovo-telephony/platform-base';
import type { CallAction, Interruption, NetworkCapabilities, Voice } from '@jovo-telephony/telephony';

import type { BargeInConfig, TtsConfig } from './wire';

export const NETWORK = 'sipgate';

/** What AI Flow can do (spec 8). Whether it can be pushed to depends on the transport: see {@link capabilities}. */
const ACTIONS: NetworkCapabilities['actions'] = {
  speak: 'native',
  play: 'native',
  background: 'native',
  background_stop: 'native',
  stop_speaking: 'native',
  listen: 'native',
  hang_up: 'native',
  transfer: 'native',
  send_sms: 'native',
  network_settings: 'none',
};

export function capabilities(push: boolean): NetworkCapabilities {
  return { network: NETWORK, push, ssml: true, actions: ACTIONS };
}

const STRATEGY = { words: 'minimum_characters', sound: 'immediate', app: 'manual', never: 'none' } as const;

/** A portable action in the fields of the wire; checked and completed by `writeAction` like any other. */
export function toWire(action: CallAction): RawAction {
  switch (action.type) {
    case 'speak':
      return {
        type: 'speak',
        ...('ssml' in action ? { ssml: action.ssml } : { text: action.text }),
        tts: action.voice && voice(action.voice),
        barge_in: action.interruption && interruption(action.interruption),
        user_input_timeout_seconds: action.inputTimeoutMs && action.inputTimeoutMs / 1000,
        vad: endOfTurn(action.endOfTurnSilenceMs),
      };
    case 'play':
      return {
        type: 'audio',
        audio: action.audio,
        barge_in: action.interruption && interruption(action.interruption),
      };
    case 'background':
      return { type: 'mix_audio', audio: action.audio, volume: action.volume };
    case 'background_stop':
      return { type: 'mix_audio', stop: true };
    case 'stop_speaking':
      return { type: 'barge_in' };
    case 'listen':
      return {
        type: 'configure_transcription',
        provider: action.provider,
        languages: action.languages,
        custom_vocabulary: action.vocabulary,
        vad: endOfTurn(action.endOfTurnSilenceMs),
      };
    case 'hang_up':
      return { type: 'hangup' };
    case 'transfer':
      return {
        type: 'transfer',
        target_phone_number: action.number,
        caller_id_name: action.displayName,
        caller_id_number: action.displayNumber,
        timeout: action.timeoutSeconds,
      };
    case 'send_sms':
      return { type: 'send_sms', phone_number: action.number, message: action.text };
    case 'network_settings':
      // Passed over before it gets here: there are none.
      return { type: action.type };
  }
}

function voice({ provider, language, voice: name }: Voice): TtsConfig {
  return { provider, language, voice: name };
}

function interruption({ by, minimumCharacters, notBeforeMs }: Interruption): BargeInConfig {
  return { strategy: STRATEGY[by], minimum_characters: minimumCharacters, allow_after_ms: notBeforeMs };
}

function endOfTurn(silenceMs: number | undefined) {
  return silenceMs === undefined ? undefined : { end_of_turn_silence_ms: silenceMs };
}
