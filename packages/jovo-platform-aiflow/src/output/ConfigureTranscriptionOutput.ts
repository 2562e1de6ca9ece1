import { Output, type OutputTemplate } from '@jovotech/framework';
import type { TranscriptionProvider, VadConfig } from '../wire';
import { AiflowOutput, type AiflowOutputOptions } from './AiflowOutput';

export interface ConfigureTranscriptionOutputOptions extends AiflowOutputOptions {
  provider?: TranscriptionProvider | `${TranscriptionProvider}`;
  /** BCP-47, 1-4 entries. Left out, the provider's default returns. */
  languages?: string[];
  /** At most 100 entries of 200 characters. */
  customVocabulary?: string[];
  vad?: VadConfig;
}

/** Changes what is listened for, by full replacement; without any option it does nothing (spec 8.7). */
@Output()
export class ConfigureTranscriptionOutput extends AiflowOutput<ConfigureTranscriptionOutputOptions> {
  build(): OutputTemplate {
    const { provider, languages, customVocabulary, vad } = this.options;
    return this.action('configure_transcription', {
      provider,
      languages,
      custom_vocabulary: customVocabulary,
      vad,
    });
  }
}
