import { CallConverter, isSsml, type RawAction } from '@jovo-telephony/platform-base';
import type { NetworkCapabilities } from '@jovo-telephony/telephony';
import type { NormalizedOutputTemplate } from '@jovotech/output';
import { capabilities, toWire } from './portable';
import { SipgateAiflowResponse } from './SipgateAiflowResponse';
import type { Aiflow, AiflowAction } from './wire';

export const PLATFORM_ID = 'sipgate-aiflow';

/** The platform's own part of an output template: an action of the wire, `session_id` optional. */
export type AiflowTemplate = Partial<Record<string, unknown>> & { type?: AiflowAction['type'] };

declare module '@jovotech/output/dist/types/models/NormalizedOutputTemplatePlatforms' {
  interface NormalizedOutputTemplatePlatforms {
    'sipgate-aiflow'?: AiflowTemplate;
  }
}

/** Not a field: Jovo would copy it with every event. */
const CAPABILITIES = capabilities(true);

/** Output templates in the fields of the wire. */
export class SipgateAiflowOutputTemplateConverterStrategy extends CallConverter<
  Aiflow,
  SipgateAiflowResponse
> {
  readonly platformName = PLATFORM_ID;
  readonly responseClass = SipgateAiflowResponse;
  protected readonly fromPortable = toWire;

  protected get capabilities(): NetworkCapabilities {
    return CAPABILITIES;
  }

  protected say(words: string): RawAction {
    return isSsml(words) ? { type: 'speak', ssml: words } : { type: 'speak', text: words };
  }

  /** The platform's part wins; one that only says how something is spoken takes its words from the message. */
  protected fromOwn(own: RawAction, words: RawAction | undefined): RawAction {
    const speaks = (own.type ?? 'speak') === 'speak';
    const needsWords = speaks && own.text === undefined && own.ssml === undefined;
    return { type: 'speak', ...(needsWords && words), ...own };
  }

  fromResponse(response: SipgateAiflowResponse): NormalizedOutputTemplate[] {
    return response.actions.map((action) => ({
      ...(action.type === 'speak' ? { message: action.text ?? action.ssml } : {}),
      platforms: { [PLATFORM_ID]: { ...action } },
    }));
  }
}
