import { type Jovo, JovoDevice, JovoUser } from '@jovotech/framework';

/** Stands for the call, not for the phone: see `CallRequest.getUserId`. */
export class CallUser<JOVO extends Jovo = Jovo> extends JovoUser<JOVO> {
  get id(): string | undefined {
    return this.jovo.$request.getUserId();
  }
}

/** A telephone: no screen, nothing to ask. */
export class CallDevice<JOVO extends Jovo = Jovo> extends JovoDevice<JOVO> {}
