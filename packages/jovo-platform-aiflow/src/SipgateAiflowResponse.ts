import { JovoResponse } from '@jovotech/output';
import type { RawAction } from './actions';
import type { AiflowAction } from './wire';

/** The answer to one event: its actions in order. One is sent as an object, several as an array, none as nothing. */
export class SipgateAiflowResponse extends JovoResponse {
  [key: string]: unknown;
  /** Ready for the wire. */
  actions: AiflowAction[] = [];
  /** Ready as well, but only once the caller has heard what is being said. */
  afterSpeech: AiflowAction[] = [];

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

/** What the app wants, before it is checked, completed and admitted to the call. */
export class DraftResponse extends SipgateAiflowResponse {
  drafts: { action: RawAction; afterSpeech?: boolean }[] = [];
}
