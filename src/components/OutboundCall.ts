import { InputType } from '@jovo-telephony/telephony';
import { Component, Global, Handle } from '@jovotech/framework';
import { CallComponent } from './CallComponent';

/** What only happens on calls that we have placed. */
@Global()
@Component({ name: 'OutboundCall' })
export class OutboundCall extends CallComponent {
  @Handle({ global: true, types: [InputType.OUTBOUND_INITIATED] })
  async initiated(): Promise<void> {
    this.$agent.initiated(await this.met());
  }

  @Handle({ global: true, types: [InputType.MACHINE_DETECTED] })
  async machine(): Promise<void> {
    const { machine } = this.$input;
    if (machine) await this.send(this.$agent.machineDetected(await this.met(), machine));
  }
}
