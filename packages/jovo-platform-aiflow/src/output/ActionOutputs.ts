import { Output, type OutputTemplate } from '@jovotech/framework';
import { AiflowOutput, type AiflowOutputOptions } from './AiflowOutput';

/** Ends the call at once (spec 8.4). */
@Output()
export class HangupOutput extends AiflowOutput<AiflowOutputOptions> {
  build(): OutputTemplate {
    return this.action('hangup');
  }
}

/** Stops what is being played (spec 8.5). */
@Output()
export class BargeInOutput extends AiflowOutput<AiflowOutputOptions> {
  build(): OutputTemplate {
    return this.action('barge_in');
  }
}

/** Nothing: 204 on HTTP, silence on a WebSocket. */
@Output()
export class EmptyOutput extends AiflowOutput<AiflowOutputOptions> {
  build(): OutputTemplate[] {
    return [];
  }
}
