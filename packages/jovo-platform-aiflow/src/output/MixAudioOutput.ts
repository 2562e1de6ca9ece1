import { Output, type OutputTemplate } from '@jovotech/framework';
import { AiflowOutput, type AiflowOutputOptions } from './AiflowOutput';

export interface MixAudioOutputOptions extends AiflowOutputOptions {
  /** Base64 of a WAV file: PCM, 16 kHz, mono, 16 bit. Needed unless `stop`. */
  audio?: string;
  /** 0.0-1.0; the service takes 0.5 without it. */
  volume?: number;
  stop?: boolean;
}

/** Loops a sound under the call, or ends that (spec 8.3). */
@Output()
export class MixAudioOutput extends AiflowOutput<MixAudioOutputOptions> {
  build(): OutputTemplate {
    const { audio, volume, stop } = this.options;
    return this.action('mix_audio', { audio, volume, stop });
  }
}
