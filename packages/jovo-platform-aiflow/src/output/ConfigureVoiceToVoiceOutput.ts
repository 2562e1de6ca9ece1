import { Output, type OutputTemplate } from '@jovotech/framework';
import { AiflowOutput, type AiflowOutputOptions } from './AiflowOutput';

export interface ConfigureVoiceToVoiceOutputOptions extends AiflowOutputOptions {
  /** What the speech model is told to be. The wire requires it, though the published package does not have it. */
  systemPrompt?: string;
  greeting?: string;
  /** 0-2. */
  temperature?: number;
  /** For example `de`. */
  language?: string;
}

/** Switches to a speech-to-speech model (preview, spec 8.8). `ConfigureTranscriptionOutput` switches back. */
@Output()
export class ConfigureVoiceToVoiceOutput extends AiflowOutput<ConfigureVoiceToVoiceOutputOptions> {
  build(): OutputTemplate {
    const { systemPrompt, greeting, temperature, language } = this.options;
    return this.action('configure_voice_to_voice', {
      system_prompt: systemPrompt,
      greeting,
      temperature,
      language,
    });
  }
}
