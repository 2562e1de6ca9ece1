import { InputType } from '@jovo-telephony/telephony';
import { Component, Global, Handle } from '@jovotech/framework';
import { CallComponent } from './CallComponent';

/** The call is over, or has to be, or something came that this version does not know. */
@Global()
@Component({ name: 'CallEnd' })
export class CallEnd extends CallComponent {
  @Handle({ global: true, types: [InputType.SESSION_END] })
  async ended(): Promise<void> {
    // A call that nobody knows is not begun only to be ended.
    const { conversation } = this.$session.data;
    if (conversation) await this.$agent.ended(conversation, this.$input.reason);
    this.$session.data = {};
    this.$session.state = [];
  }

  @Handle({ global: true, types: [InputType.SERVER_STOPPING] })
  async stopping(): Promise<void> {
    const { conversation } = this.$session.data;
    if (conversation) await this.send(this.$agent.stopping(conversation));
  }

  UNHANDLED(): void {}
}
