import { type Jovo, JovoDevice, JovoUser } from '@jovotech/framework';

/** Stands for the call, not for the phone: see `SipgateAiflowRequest.getUserId`. */
export class SipgateAiflowUser<JOVO extends Jovo = Jovo> extends JovoUser<JOVO> {
  get id(): string | undefined {
    return this.jovo.$request.getUserId();
  }
}

/** A telephone: no screen, nothing to ask. */
export class SipgateAiflowDevice<JOVO extends Jovo = Jovo> extends JovoDevice<JOVO> {}
