import type { Push } from '../call';
import { CallResponse } from '../jovo/CallResponse';
import type { WireTypes } from '../wire';
import { CallServer } from './CallServer';

/** Carries an event that no network sent: a timer's, or the end of a call whose line went dead. */
export class InjectedServer<T extends WireTypes> extends CallServer {
  /** Present only where the call can be pushed to; that is what tells the two kinds of turn apart. */
  declare push?: Push<T>;

  constructor(
    readonly network: string,
    event: T['event'],
    push?: Push<T>,
  ) {
    super(event);
    if (push) this.push = push;
  }

  override async setResponse(response: unknown): Promise<void> {
    if (response instanceof CallResponse && response.actions.length > 0) await this.push?.(response.actions);
  }

  override refuse(): void {}
}
