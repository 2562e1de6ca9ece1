import { InputType } from '@jovo-telephony/telephony';
import { Component, Global, Handle } from '@jovotech/framework';
import { CallComponent } from './CallComponent';

/** The call is over, or something came that this version does not know. Neither is answered. */
@Global()
@Component({ name: 'CallEnd' })
export class CallEnd extends CallComponent {
  @Handle({ global: true, types: [InputType.SESSION_END] })
  ended(): void {
    // A call that nobody knows is not begun only to be ended.
    const { conversation } = this.$session.data;
    if (conversation) this.$agent.ended(conversation);
    this.$session.data = {};
    this.$session.state = [];
  }

  UNHANDLED(): void {}
}
