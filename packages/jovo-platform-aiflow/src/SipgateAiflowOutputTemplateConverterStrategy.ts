import { type CallOutput, degrade, PORTABLE } from '@jovo-telephony/telephony';
import {
  type NormalizedOutputTemplate,
  type OutputTemplate,
  OutputTemplateConverterStrategy,
  type OutputTemplateConverterStrategyConfig,
} from '@jovotech/output';
import { isRecord } from './events';
import { capabilities, toWire } from './portable';
import { DraftResponse, SipgateAiflowResponse } from './SipgateAiflowResponse';
import type { AiflowAction } from './wire';

export const PLATFORM_ID = 'sipgate-aiflow';

/** The platform's own part of an output template: an action of the wire, `session_id` optional. */
export type AiflowTemplate = Partial<Record<string, unknown>> & { type?: AiflowAction['type'] };

declare module '@jovotech/output/dist/types/models/NormalizedOutputTemplatePlatforms' {
  interface NormalizedOutputTemplatePlatforms {
    'sipgate-aiflow'?: AiflowTemplate;
    telephony?: CallOutput['platforms']['telephony'];
  }
}

type Draft = DraftResponse['drafts'][number];

/** Turns output templates into drafts of actions. Nothing is checked here: that needs the call. */
export class SipgateAiflowOutputTemplateConverterStrategy extends OutputTemplateConverterStrategy<
  SipgateAiflowResponse,
  OutputTemplateConverterStrategyConfig
> {
  readonly platformName = PLATFORM_ID;
  readonly responseClass = SipgateAiflowResponse;

  override getDefaultConfig(): OutputTemplateConverterStrategyConfig {
    return { omitWarnings: true, sanitization: false, validation: false };
  }

  /** Templates are read as they are: the base class would copy each one through class-transformer. */
  override normalizeOutput(output: OutputTemplate): NormalizedOutputTemplate;
  override normalizeOutput(output: OutputTemplate[]): NormalizedOutputTemplate[];
  override normalizeOutput(
    output: OutputTemplate | OutputTemplate[],
  ): NormalizedOutputTemplate | NormalizedOutputTemplate[];
  override normalizeOutput(
    output: OutputTemplate | OutputTemplate[],
  ): NormalizedOutputTemplate | NormalizedOutputTemplate[] {
    return output as NormalizedOutputTemplate | NormalizedOutputTemplate[];
  }

  toResponse(output: NormalizedOutputTemplate | NormalizedOutputTemplate[]): DraftResponse {
    const response = new DraftResponse();
    response.drafts = [output].flat().flatMap(draftsOf);
    return response;
  }

  fromResponse(response: SipgateAiflowResponse): NormalizedOutputTemplate[] {
    return response.actions.map((action) => ({
      ...(action.type === 'speak' ? { message: action.text ?? action.ssml } : {}),
      platforms: { [PLATFORM_ID]: { ...action } },
    }));
  }
}

function draftsOf(template: NormalizedOutputTemplate): Draft[] {
  const own = template.platforms?.[PLATFORM_ID];
  if (own) return [{ action: ownAction(own, template.message) }];
  const portable = template.platforms?.[PORTABLE]?.actions;
  if (portable) return portable.flatMap(draftsOfPortable);
  return draftsOfMessage(template.message);
}

/** The platform's part wins; one that only says how something is spoken takes its words from `message`. */
function ownAction(own: AiflowTemplate, message: unknown): Draft['action'] {
  const speaks = (own.type ?? 'speak') === 'speak';
  const words =
    speaks && own.text === undefined && own.ssml === undefined ? draftsOfMessage(message)[0] : undefined;
  return { type: 'speak', ...words?.action, ...own };
}

type PortableAction = CallOutput['platforms']['telephony']['actions'][number];

function draftsOfPortable(action: PortableAction): Draft[] {
  const degraded = degrade(action, capabilities(true));
  if (degraded.verdict === 'drop') return [];
  if (degraded.verdict === 'refuse') throw new Error(degraded.reason);
  const afterSpeech = 'after' in action && action.after === 'speech';
  return [{ action: toWire(degraded.action), afterSpeech }];
}

/** Jovo's `message`: a text, `{ speech, text }`, or several of which one is drawn. */
function draftsOfMessage(message: unknown): Draft[] {
  const chosen = Array.isArray(message) ? message[Math.floor(Math.random() * message.length)] : message;
  if (typeof chosen === 'string') return [{ action: speakAction(chosen) }];
  if (!isRecord(chosen)) return [];
  const words = typeof chosen.speech === 'string' ? chosen.speech : chosen.text;
  return typeof words === 'string' ? [{ action: speakAction(words) }] : [];
}

/** Text, or SSML if it is a whole document. */
export function speakAction(words: string): { type: 'speak'; text?: string; ssml?: string } {
  return /^\s*<speak[\s>]/.test(words) ? { type: 'speak', ssml: words } : { type: 'speak', text: words };
}
