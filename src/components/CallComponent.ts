import { CallHandlers } from '@jovo-telephony/platform-base';
import { type CallAction, type CallActionType, callOutput, hangUp } from '@jovo-telephony/telephony';
import type { Parties, TurnOptions } from '../agent/agent';
import type { Conversation } from '../agent/conversation';

declare module '@jovotech/framework/dist/types/interfaces' {
  interface SessionData {
    conversation?: Conversation;
  }
}

/** What the handlers of a call share: the conversation, and how the agent's actions leave. */
export abstract class CallComponent extends CallHandlers {
  /** Leaves before anything else that is sent in this turn. */
  private opening: CallAction[] = [];

  /** Made anew where none is known: after a restart in mid-call, too. */
  protected get conversation(): Conversation {
    return this.$session.data.conversation ?? this.begin(this.parties);
  }

  /** The same where a call begins: on one that we have placed, the dialer's records are asked first. */
  protected async met(): Promise<Conversation> {
    const known = this.$session.data.conversation;
    return known ?? this.begin(await this.$agent.recognised(this.$session.id ?? '', this.parties));
  }

  private begin(parties: Parties & { key?: string }): Conversation {
    const begun = this.$agent.begin(this.$session.id ?? '', parties);
    this.$session.data.conversation = begun;
    this.opening = this.$agent.opening(begun);
    return begun;
  }

  protected get parties(): Parties {
    const info = this.$session.sessionInfo;
    const { network, actions } = this.jovo.capabilities ?? {};
    const lacks = Object.entries(actions ?? {}).filter(([, capability]) => capability === 'none');
    return {
      network,
      direction: info?.direction,
      from: info?.from_phone_number,
      to: info?.to_phone_number,
      headers: info?.headers,
      metadata: info?.metadata,
      lacks: lacks.map(([type]) => type as CallActionType),
    };
  }

  /** How this turn reaches the caller. Jovo copies its own fields over a component's, `turn` among them. */
  protected get delivery(): TurnOptions {
    const { abortSignal = NEVER, capabilities, line } = this.jovo;
    return { signal: abortSignal, push: capabilities?.push ?? false, line };
  }

  /** Actions that belong together leave together. */
  protected async send(actions: CallAction[]): Promise<void> {
    if (actions.length === 0) return;
    const opening = this.opening.splice(0);
    await this.$send(callOutput(...opening, ...actions));
  }

  /** Actions that come one by one leave one by one. */
  protected async stream(actions: AsyncIterable<CallAction>): Promise<void> {
    if (this.conversation.ending) return this.endNow();
    for await (const action of actions) await this.send([action]);
  }

  /** The caller was told that the call ends, and had something to say about it. */
  protected endNow(): Promise<void> {
    return this.send([hangUp()]);
  }
}

const NEVER = new AbortController().signal;
