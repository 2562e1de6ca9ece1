import { Output, type OutputTemplate } from '@jovotech/framework';
import { AiflowOutput, type AiflowOutputOptions } from './AiflowOutput';

export interface SendSmsOutputOptions extends AiflowOutputOptions {
  /** E.164, with or without +. */
  phoneNumber: string;
  /** The published package's name for what the wire calls `message`. */
  text: string;
}

/** Sends a text message; a failure comes back as `SMS_FAILED` (spec 8.9). */
@Output()
export class SendSmsOutput extends AiflowOutput<SendSmsOutputOptions> {
  build(): OutputTemplate {
    const { phoneNumber, text, message } = this.options;
    return this.action('send_sms', { phone_number: phoneNumber, message: text ?? message });
  }
}
