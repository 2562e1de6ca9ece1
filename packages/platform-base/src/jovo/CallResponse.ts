import { JovoResponse } from '@jovotech/output';
import type { HttpAnswer } from '../http-answer';
import type { Draft, WireTypes } from '../wire';

/** The answer to one event: its actions in order. `toJSON` gives it the shape of the wire. */
export abstract class CallResponse<T extends WireTypes = WireTypes> extends JovoResponse {
  [key: string]: unknown;
  /** Ready for the wire. */
  actions: T['action'][] = [];
  /** Ready as well, but only once the caller has heard what is being said. */
  afterSpeech: T['action'][] = [];
  /** What the app wants, before it is checked, completed and admitted to the call. */
  drafts?: Draft[];

  abstract toJSON(): unknown;

  /** The same over HTTP. Nothing to say is a status without a body, unless the wire has another way to say nothing. */
  toAnswer(): HttpAnswer {
    return this.actions.length === 0 ? { status: 204 } : { status: 200, body: this };
  }
}
