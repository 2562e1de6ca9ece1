import { type HandleRequest, Plugin } from '@jovotech/framework';
import type { OutboundAgent } from './outbound-agent';

declare module '@jovotech/framework/dist/types/Jovo' {
  interface Jovo {
    /** Who answers. */
    $agent: OutboundAgent;
  }
}

/** Hands every handler the agent. */
export class AgentPlugin extends Plugin {
  /** Holds nothing of an event, so it need not be copied for one. */
  readonly [Symbol.toStringTag] = 'ByReference';

  constructor(private readonly agent: OutboundAgent) {
    super();
  }

  override get name(): string {
    return 'AgentPlugin';
  }

  override getDefaultConfig() {
    return {};
  }

  override mount(parent: HandleRequest): void {
    parent.middlewareCollection.use('before.dialogue.start', (jovo) => {
      jovo.$agent = this.agent;
    });
  }
}
