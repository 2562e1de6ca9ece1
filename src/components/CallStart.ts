import { InputType, transferFailure } from '@jovo-telephony/telephony';
import { Component, Global, Handle } from '@jovotech/framework';
import { CallComponent } from './CallComponent';

/** The call is connected, for the first time or again. */
@Global()
@Component({ name: 'CallStart' })
export class CallStart extends CallComponent {
  async LAUNCH(): Promise<void> {
    const before = this.$session.data.conversation;
    const conversation = await this.met();
    if (conversation.ending) return this.endNow();
    const { $agent, parties } = this;
    // One that we have placed is known before anybody has picked up.
    if (before && !before.outbound?.ringing) await this.send($agent.resume(conversation));
    else await this.stream($agent.answer(conversation, parties, this.delivery));
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
