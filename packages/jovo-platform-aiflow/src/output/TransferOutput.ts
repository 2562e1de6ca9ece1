import { Output, type OutputTemplate } from '@jovotech/framework';
import { AiflowOutput, type AiflowOutputOptions } from './AiflowOutput';

export interface TransferOutputOptions extends AiflowOutputOptions {
  /** E.164, with or without +. */
  targetPhoneNumber: string;
  callerIdName: string;
  callerIdNumber: string;
  /** Seconds, 5-120: an unanswered transfer comes back as `TRANSFER_FAILED`. */
  timeout?: number;
}

/** Hands the call over (spec 8.6). */
@Output()
export class TransferOutput extends AiflowOutput<TransferOutputOptions> {
  build(): OutputTemplate {
    const { targetPhoneNumber, callerIdName, callerIdNumber, timeout } = this.options;
    return this.action('transfer', {
      target_phone_number: targetPhoneNumber,
      caller_id_name: callerIdName,
      caller_id_number: callerIdNumber,
      timeout,
    });
  }
}
