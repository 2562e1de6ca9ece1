import { CallDevice, CallPlatform, CallUser } from '@jovo-telephony/platform-base';
import type { Jovo } from '@jovotech/framework';
import { aiflowWire } from './aiflow-wire';
import { apiKeyGuard, DEFAULT_CONFIG, type SipgateAiflowConfig } from './config';
import { isRecord } from './events';
import { SipgateAiflow, SipgateAiflowAsync } from './SipgateAiflow';
import {
  PLATFORM_ID,
  SipgateAiflowOutputTemplateConverterStrategy,
} from './SipgateAiflowOutputTemplateConverterStrategy';
import { SipgateAiflowRequest } from './SipgateAiflowRequest';
import { SipgateAiflowRequestBuilder } from './SipgateAiflowRequestBuilder';
import type { SipgateAiflowResponse } from './SipgateAiflowResponse';
import type { Aiflow, AiflowEvent } from './wire';

declare module '@jovotech/framework/dist/types/Extensible' {
  interface ExtensiblePluginConfig {
    SipgateAiflowPlatform?: SipgateAiflowConfig;
  }
  interface ExtensiblePlugins {
    SipgateAiflowPlatform?: SipgateAiflowPlatform;
  }
}

/** What both kinds of turn are to the platform. */
type AiflowJovo = Jovo<SipgateAiflowRequest, SipgateAiflowResponse> &
  Pick<SipgateAiflow | SipgateAiflowAsync, 'turn'>;

/** sipgate AI Flow as a Jovo platform: events over HTTP, WebSocket and Lambda, one switch for all. */
export class SipgateAiflowPlatform extends CallPlatform<
  Aiflow,
  SipgateAiflowRequest,
  SipgateAiflowResponse,
  AiflowJovo,
  CallUser<AiflowJovo>,
  CallDevice<AiflowJovo>,
  SipgateAiflowPlatform,
  SipgateAiflowConfig
> {
  readonly id = PLATFORM_ID;
  readonly requestClass = SipgateAiflowRequest;
  readonly jovoClass = SipgateAiflow;
  readonly asyncJovoClass = SipgateAiflowAsync;
  readonly userClass = CallUser;
  readonly deviceClass = CallDevice;
  readonly requestBuilder = SipgateAiflowRequestBuilder;
  readonly outputTemplateConverterStrategy = new SipgateAiflowOutputTemplateConverterStrategy();

  constructor(given: Partial<SipgateAiflowConfig> = {}) {
    super(given, (config) => {
      // A voice is one thing: Jovo's deep merge would mix a given one with fields of the default.
      if (given.tts) config.tts = given.tts;
      if (given.bargeIn) config.bargeIn = given.bargeIn;
      return { wire: aiflowWire(config), guard: apiKeyGuard(given) };
    });
  }

  /** Jovo keys plugins by name; minifiers rename classes. */
  override get name(): string {
    return 'SipgateAiflowPlatform';
  }

  override getDefaultConfig(): SipgateAiflowConfig {
    return { ...DEFAULT_CONFIG, tts: { ...DEFAULT_CONFIG.tts }, bargeIn: { ...DEFAULT_CONFIG.bargeIn } };
  }

  protected override isEvent(request: unknown): boolean {
    return (
      isRecord(request) &&
      typeof request.type === 'string' &&
      isRecord(request.session) &&
      typeof request.session.id === 'string'
    );
  }

  protected override requestOf(event: AiflowEvent): SipgateAiflowRequest {
    return SipgateAiflowRequest.from(event);
  }
}
