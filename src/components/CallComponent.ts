import { type CallAction, callOutput, hangUp } from '@jovo-telephony/telephony';
import { BaseComponent } from '@jovotech/framework';
import type { Parties, TurnOptions } from '../agent/agent';
import type { Conversation } from '../agent/conversation';

declare module '@jovotech/framework/dist/types/interfaces' {
  interface SessionData {
    conversation?: Conversation;
  }
}

/** What the handlers of a call share: the conversation, and how the agent's actions leave. */
export abstract class CallComponent extends BaseComponent {
  /** Made anew where none is known: after a restart in mid-call, too. */
  protected get conversation(): Conversation {
    this.$session.data.conversation ??= this.$agent.begin(this.$session.id ?? '', this.parties);
    return this.$session.data.conversation;
  }

  protected get parties(): Parties {
    const info = this.$session.sessionInfo;
    const { network } = this.jovo.capabilities ?? {};
    return { network, direction: info?.direction, from: info?.from_phone_number, to: info?.to_phone_number };
  }

  /** How this turn reaches the caller. Jovo copies its own fields over a component's, `turn` among them. */
  protected get delivery(): TurnOptions {
    const { abortSignal = NEVER, capabilities, line } = this.jovo;
    return { signal: abortSignal, push: capabilities?.push ?? false, line };
  }

  /** Actions that belong together leave together. */
  protected async send(actions: CallAction[]): Promise<void> {
    if (actions.length > 0) await this.$send(callOutput(...actions));
  }

  /** Actions that come one by one leave one by one. */
  protected async stream(actions: AsyncIterable<CallAction>): Promise<void> {
    if (this.conversation.ending) return this.endNow();
    for await (const action of actions) await this.$send(callOutput(action));
  }

  /** The caller was told that the call ends, and had something to say about it. */
  protected endNow(): Promise<void> {
    return this.send([hangUp()]);
  }
}

const NEVER = new AbortController().signal;
