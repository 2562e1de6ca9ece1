import { Output, type OutputTemplate } from '@jovotech/framework';
import type { BargeInConfig } from '../wire';
import { AiflowOutput, type AiflowOutputOptions } from './AiflowOutput';

export interface AudioOutputOptions extends AiflowOutputOptions {
  /** Base64 of a WAV file: PCM, 16 kHz, mono, 16 bit. */
  audio: string;
  bargeIn?: BargeInConfig;
}

/** Plays a file once (spec 8.2). */
@Output()
export class AudioOutput extends AiflowOutput<AudioOutputOptions> {
  build(): OutputTemplate {
    const { audio, bargeIn } = this.options;
    return this.action('audio', { audio, barge_in: bargeIn });
  }
}
