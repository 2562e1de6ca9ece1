import {
  type CallAction,
  type CallOutput,
  degrade,
  type NetworkCapabilities,
  PORTABLE,
} from '@jovo-telephony/telephony';
import {
  type NormalizedOutputTemplate,
  type OutputTemplate,
  OutputTemplateConverterStrategy,
  type OutputTemplateConverterStrategyConfig,
} from '@jovotech/output';
import type { Draft, RawAction, WireTypes } from '../wire';
import type { CallResponse } from './CallResponse';

declare module '@jovotech/output/dist/types/models/NormalizedOutputTemplatePlatforms' {
  interface NormalizedOutputTemplatePlatforms {
    telephony?: CallOutput['platforms']['telephony'];
  }
}

/** Turns output templates into drafts of actions. Nothing is checked here: that needs the call. */
export abstract class CallConverter<
  T extends WireTypes,
  RESPONSE extends CallResponse<T>,
> extends OutputTemplateConverterStrategy<RESPONSE, OutputTemplateConverterStrategyConfig> {
  /** What the network can do, over a transport that can push. A getter: Jovo copies the fields with every event. */
  protected abstract readonly capabilities: NetworkCapabilities;

  /** A portable action in the fields of the wire. */
  protected abstract fromPortable(action: CallAction): RawAction | RawAction[];

  /** A sentence, or an SSML document, in the fields of the wire. */
  protected abstract say(words: string): RawAction;

  /** The platform's own part of a template. `words`: what the template's message would say. */
  protected abstract fromOwn(part: RawAction, words: RawAction | undefined): RawAction | RawAction[];

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

  toResponse(output: NormalizedOutputTemplate | NormalizedOutputTemplate[]): RESPONSE {
    const response = new this.responseClass();
    response.drafts = [output].flat().flatMap((template) => this.draftsOf(template));
    return response;
  }

  private draftsOf({ platforms, message }: NormalizedOutputTemplate): Draft[] {
    const own = platforms?.[this.platformName] as RawAction | undefined;
    if (own) return [this.fromOwn(own, this.wordsOf(message))].flat().map((action) => ({ action }));
    const portable = platforms?.[PORTABLE]?.actions;
    if (portable) return portable.flatMap((action) => this.draftsOfPortable(action));
    const words = this.wordsOf(message);
    return words ? [{ action: words }] : [];
  }

  private draftsOfPortable(action: CallAction): Draft[] {
    const degraded = degrade(action, this.capabilities);
    if (degraded.verdict === 'drop') return [];
    if (degraded.verdict === 'refuse') throw new Error(degraded.reason);
    const afterSpeech = 'after' in action && action.after === 'speech';
    return [this.fromPortable(degraded.action)].flat().map((raw) => ({ action: raw, afterSpeech }));
  }

  /** Jovo's `message`: a text, `{ speech, text }`, or several of which one is drawn. */
  private wordsOf(message: unknown): RawAction | undefined {
    const chosen: unknown = Array.isArray(message)
      ? message[Math.floor(Math.random() * message.length)]
      : message;
    if (typeof chosen === 'string') return this.say(chosen);
    if (typeof chosen !== 'object' || chosen === null) return undefined;
    const { speech, text } = chosen as { speech?: unknown; text?: unknown };
    const words = typeof speech === 'string' ? speech : text;
    return typeof words === 'string' ? this.say(words) : undefined;
  }
}

/** Whether it is a whole SSML document rather than text. */
export function isSsml(words: string): boolean {
  return /^\s*<speak[\s>]/.test(words);
}
