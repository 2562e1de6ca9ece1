import { InputType } from '@jovo-telephony/telephony';
import { Component, Global, Handle } from '@jovotech/framework';
import { CallComponent } from './CallComponent';

/** The caller speaks, or has made a sound. */
@Global()
@Component({ name: 'Talk' })
export class Talk extends CallComponent {
  @Handle({ global: true, types: [InputType.USER_SPEAK] })
  async speech(): Promise<void> {
    await this.stream(this.$agent.heard(this.conversation, this.$input.text ?? '', this.delivery));
  }

  @Handle({ global: true, types: [InputType.USER_BARGE_IN] })
  async bargeIn(): Promise<void> {
    await this.stream(this.$agent.interrupted(this.conversation, this.$input.text, this.delivery));
  }

  @Handle({ global: true, types: [InputType.USER_SPEECH_ABANDONED] })
  async noise(): Promise<void> {
    await this.stream(this.$agent.goOn(this.conversation, this.delivery));
  }

  @Handle({ global: true, types: [InputType.USER_SPEECH_STARTED] })
  sound(): void {
    this.$agent.soundStarted(this.conversation);
  }

  @Handle({ global: true, types: [InputType.ASSISTANT_SPEECH_ENDED] })
  spoken(): void {
    this.$agent.speechEnded(this.conversation);
  }

  /** For metrics only. Without this it would count as unknown. */
  @Handle({ global: true, types: [InputType.ASSISTANT_SPEAK] })
  noted(): void {}
}
