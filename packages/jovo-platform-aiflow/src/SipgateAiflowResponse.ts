import { CallResponse } from '@jovo-telephony/platform-base';
import type { Aiflow, AiflowAction } from './wire';

/** The answer to one event: its actions in order. One is sent as an object, several as an array, none as nothing. */
export class SipgateAiflowResponse extends CallResponse<Aiflow> {
  static of(actions: AiflowAction[]): SipgateAiflowResponse {
    const response = new SipgateAiflowResponse();
    response.actions = actions;
    return response;
  }

  override hasSessionEnded(): boolean {
    return this.actions.some((action) => action.type === 'hangup');
  }

  toJSON(): AiflowAction | AiflowAction[] {
    return this.actions.length === 1 && this.actions[0] ? this.actions[0] : this.actions;
  }
}
