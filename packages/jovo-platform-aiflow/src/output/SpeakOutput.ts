import { Output, type OutputTemplate } from '@jovotech/framework';
import type { SipgateAiflowConfig } from '../config';
import type { BargeInConfig, TtsConfig, VadConfig } from '../wire';
import { AiflowOutput, type AiflowOutputOptions } from './AiflowOutput';

export interface SpeakOutputOptions extends AiflowOutputOptions {
  /** What is said; of several texts one is drawn at random. */
  message?: string | string[];
  /** Markup; takes the place of `message`. */
  ssml?: string;
  tts?: TtsConfig;
  bargeIn?: BargeInConfig;
  /** Seconds of silence until `USER_INPUT_TIMEOUT`. */
  userInputTimeoutSec?: number;
  vad?: VadConfig;
}

/** Says something (spec 8.1). What is not given comes from the platform's configuration. */
@Output()
export class SpeakOutput extends AiflowOutput<SpeakOutputOptions> {
  build(): OutputTemplate {
    const { message, ssml, tts, bargeIn, userInputTimeoutSec, vad } = this.options;
    // Under a TestPlatform there is no such configuration.
    const config: Partial<SipgateAiflowConfig> = this.$platform?.config ?? {};
    const text = Array.isArray(message) ? message[Math.floor(Math.random() * message.length)] : message;
    return this.action('speak', {
      ...(ssml ? { ssml } : { text }),
      tts: tts ?? config.tts,
      barge_in: bargeIn ?? config.bargeIn,
      user_input_timeout_seconds: userInputTimeoutSec ?? config.userInputTimeoutSec,
      vad,
    });
  }
}
