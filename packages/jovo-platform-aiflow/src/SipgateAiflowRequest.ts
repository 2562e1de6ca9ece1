import { CallInput, CallRequest, type InputType } from '@jovo-telephony/platform-base';
import { inputTypeOf } from './events';
import type { Aiflow, AiflowEvent } from './wire';

const NOTHING: AiflowEvent = { type: '', session: { id: '' } };

/** One event of sipgate AI Flow. */
export class SipgateAiflowRequest extends CallRequest<Aiflow> {
  static from(event: AiflowEvent): SipgateAiflowRequest {
    return new SipgateAiflowRequest().hold(event);
  }

  protected override get noEvent(): AiflowEvent {
    return NOTHING;
  }

  /** Who started the call; undefined where the service does not say (treat as inbound). */
  getDirection(): 'inbound' | 'outbound' | undefined {
    return this.event.session.direction;
  }

  override getInputText(): string | undefined {
    return this.event.text;
  }

  override getInputType(): InputType {
    return inputTypeOf(this.event);
  }

  override getInput(): CallInput {
    const { text, digit, barged_in, reason } = this.event;
    return new CallInput({ type: this.getInputType(), text, digit, barged_in, reason });
  }

  override getSessionId(): string | undefined {
    return this.event.session.id;
  }

  override isNewSession(): boolean {
    return this.event.type === 'session_start' && this.event.repeated !== true;
  }
}
