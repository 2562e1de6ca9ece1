import { InputType } from '@jovo-telephony/telephony';
import { Component, Global, Handle } from '@jovotech/framework';
import { CallComponent } from './CallComponent';

/** The caller presses a key. */
@Global()
@Component({ name: 'Keypad' })
export class Keypad extends CallComponent {
  @Handle({ global: true, types: [InputType.DTMF_RECEIVED] })
  async key(): Promise<void> {
    await this.stream(this.$agent.keyPressed(this.conversation, this.$input.digit ?? '', this.delivery));
  }

  @Handle({ global: true, types: [InputType.DTMF_COLLECTED] })
  async entry(): Promise<void> {
    await this.stream(this.$agent.keysEntered(this.conversation, this.$input.digits ?? '', this.delivery));
  }
}
