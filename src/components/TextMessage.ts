import { InputType } from '@jovo-telephony/telephony';
import { Component, Global, Handle } from '@jovotech/framework';
import { CallComponent } from './CallComponent';

/** A text message that we sent could not be delivered. */
@Global()
@Component({ name: 'TextMessage' })
export class TextMessage extends CallComponent {
  @Handle({ global: true, types: [InputType.SMS_FAILED] })
  async failed(): Promise<void> {
    await this.send(this.$agent.smsFailed(this.conversation));
  }
}
