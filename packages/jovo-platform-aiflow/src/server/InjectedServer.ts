import type { Push } from '../aiflow-call';
import { SipgateAiflowResponse } from '../SipgateAiflowResponse';
import type { AiflowEvent } from '../wire';
import { AiflowServer } from './AiflowServer';

/** Carries an event that no network sent: a timer's, or the end of a call whose line went dead. */
export class InjectedServer extends AiflowServer {
  /** Present only where the call can be pushed to; that is what tells the two kinds of turn apart. */
  declare push?: Push;

  constructor(event: AiflowEvent, push?: Push) {
    super(event);
    if (push) this.push = push;
  }

  override async setResponse(response: unknown): Promise<void> {
    if (response instanceof SipgateAiflowResponse && response.actions.length > 0)
      this.push?.(response.actions);
  }

  override refuse(): void {}
}
