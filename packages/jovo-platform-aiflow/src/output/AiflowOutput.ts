import { BaseOutput, type OutputOptions, type OutputTemplate } from '@jovotech/framework';
import { PLATFORM_ID } from '../SipgateAiflowOutputTemplateConverterStrategy';
import type { AiflowActionType } from '../wire';

/** What every output of this platform may be given. */
export interface AiflowOutputOptions extends OutputOptions {
  /** Key of the call; without it, the call of the event that is being answered. */
  sessionId?: string;
}

/** An output that is one action of the wire. */
export abstract class AiflowOutput<OPTIONS extends AiflowOutputOptions> extends BaseOutput<OPTIONS> {
  override getDefaultOptions(): OPTIONS {
    return {} as OPTIONS;
  }

  protected action(type: AiflowActionType, fields: Record<string, unknown> = {}): OutputTemplate {
    const session_id = this.options.sessionId ?? this.$session?.sessionInfo?.id;
    const given = Object.entries({ session_id, ...fields }).filter(([, value]) => value !== undefined);
    return { platforms: { [PLATFORM_ID]: { type, ...Object.fromEntries(given) } } };
  }
}
