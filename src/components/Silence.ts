import { InputType } from '@jovo-telephony/telephony';
import { Component, Global, Handle } from '@jovotech/framework';
import { CallComponent } from './CallComponent';

/** The caller says nothing. */
@Global()
@Component({ name: 'Silence' })
export class Silence extends CallComponent {
  @Handle({ global: true, types: [InputType.USER_INPUT_TIMEOUT] })
  async silent(): Promise<void> {
    await this.stream(this.$agent.inputTimedOut(this.conversation, this.delivery));
  }
}
