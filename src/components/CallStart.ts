import { InputType, transferFailure } from '@jovo-telephony/telephony';
import { Component, Global, Handle } from '@jovotech/framework';
import { CallComponent } from './CallComponent';

/** The call is connected, for the first time or again. */
@Global()
@Component({ name: 'CallStart' })
export class CallStart extends CallComponent {
  async LAUNCH(): Promise<void> {
    const known = this.$session.data.conversation !== undefined;
    const { conversation } = this;
    if (conversation.ending) return this.endNow();
    if (known) await this.send(this.$agent.resume(conversation));
    else await this.stream(this.$agent.answer(conversation, this.parties, this.delivery));
  }

  @Handle({ global: true, types: [InputType.TRANSFER_FAILED] })
  async transferFailed(): Promise<void> {
    const failure = transferFailure(this.$input.transferOutcome);
    await this.send(await this.$agent.transferFailed(this.conversation, failure));
  }

  @Handle({ global: true, types: [InputType.TRANSFER_ANSWERED] })
  transferAnswered(): void {
    this.$agent.transferAnswered(this.conversation);
  }
}
