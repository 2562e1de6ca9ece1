import {
  type AnyObject,
  type App,
  type Extensible,
  type ExtensibleInitConfig,
  type HandleRequest,
  type Jovo,
  Platform,
  type Server,
} from '@jovotech/framework';
import { type AdmissionRules, admit, apology, refusal } from './admission';
import {
  DEFAULT_CONFIG,
  DEFAULT_DEADLINES,
  type SipgateAiflowConfig,
  SYSTEM_CLOCK,
  stockPhrases,
} from './config';
import { hasHandlerFor } from './declared-types';
import { eventRule, isRecord } from './events';
import { startOnFirstEvent } from './lazy-start';
import { AiflowReceiver } from './receiver';
import { SipgateAiflow, SipgateAiflowAsync } from './SipgateAiflow';
import {
  PLATFORM_ID,
  SipgateAiflowOutputTemplateConverterStrategy,
} from './SipgateAiflowOutputTemplateConverterStrategy';
import { SipgateAiflowRequest } from './SipgateAiflowRequest';
import { SipgateAiflowRequestBuilder } from './SipgateAiflowRequestBuilder';
import { DraftResponse, SipgateAiflowResponse } from './SipgateAiflowResponse';
import { SipgateAiflowDevice, SipgateAiflowUser } from './SipgateAiflowUser';
import { API_KEY_HEADER } from './server/token';
import type { Turn } from './turn';
import type { AiflowEvent } from './wire';

declare module '@jovotech/framework/dist/types/Extensible' {
  interface ExtensiblePluginConfig {
    SipgateAiflowPlatform?: SipgateAiflowConfig;
  }
  interface ExtensiblePlugins {
    SipgateAiflowPlatform?: SipgateAiflowPlatform;
  }
}

/** What both kinds of turn are to the platform. */
type AiflowJovo = Jovo<SipgateAiflowRequest, SipgateAiflowResponse> & { readonly turn?: Turn };

/** sipgate AI Flow as a Jovo platform: events over HTTP, WebSocket and Lambda, one switch for all. */
export class SipgateAiflowPlatform extends Platform<
  SipgateAiflowRequest,
  SipgateAiflowResponse,
  AiflowJovo,
  SipgateAiflowUser<AiflowJovo>,
  SipgateAiflowDevice<AiflowJovo>,
  SipgateAiflowPlatform,
  SipgateAiflowConfig
> {
  readonly id = PLATFORM_ID;
  readonly requestClass = SipgateAiflowRequest;
  readonly jovoClass = SipgateAiflow;
  readonly userClass = SipgateAiflowUser;
  readonly deviceClass = SipgateAiflowDevice;
  readonly requestBuilder = SipgateAiflowRequestBuilder;
  readonly outputTemplateConverterStrategy = new SipgateAiflowOutputTemplateConverterStrategy();
  /** Shared by all copies of this platform. */
  readonly receiver: AiflowReceiver;
  private readonly rules: AdmissionRules;

  constructor(config?: Partial<SipgateAiflowConfig>) {
    super(config as ExtensibleInitConfig<SipgateAiflowConfig>);
    // A voice is one thing: Jovo's deep merge would mix a given one with fields of the default.
    if (config?.tts) this.config.tts = config.tts;
    if (config?.bargeIn) this.config.bargeIn = config.bargeIn;
    const { apiKey, apiKeyHeader, asyncOutput, deadlines, phrases, clock } = config ?? {};
    this.rules = {
      [Symbol.toStringTag]: 'ByReference',
      config: this.config,
      strict: this.config.strict ?? process.env.NODE_ENV === 'development',
      phrases: stockPhrases(phrases),
      warn: config?.onWarning ?? ((warning) => console.warn(`[aiflow] ${warning}`)),
    } as AdmissionRules;
    this.receiver = new AiflowReceiver({
      clock: clock ?? SYSTEM_CLOCK,
      rules: this.rules,
      deadlines: { ...DEFAULT_DEADLINES, ...deadlines },
      apiKey,
      apiKeyHeader: apiKeyHeader ?? API_KEY_HEADER,
      asyncOutput,
    });
  }

  /** Jovo keys plugins by name; minifiers rename classes. */
  override get name(): string {
    return 'SipgateAiflowPlatform';
  }

  override getDefaultConfig(): SipgateAiflowConfig {
    return { ...DEFAULT_CONFIG, tts: { ...DEFAULT_CONFIG.tts }, bargeIn: { ...DEFAULT_CONFIG.bargeIn } };
  }

  /** Once, when the platform is added to an app. */
  override install(app: Extensible): void {
    startOnFirstEvent(app as App);
  }

  /** Once, when the app starts. */
  override initialize(app: App): void {
    // Jovo's validation rejects every class without decorators, its own test response included.
    app.config.output = { validation: false, ...(app.config.output as object | undefined) };
    for (const large of [app.i18n, app.componentTree]) byReference(large);
    this.receiver.attach(
      app,
      (request) => this.isRequestRelated(request as AnyObject),
      (type) => hasHandlerFor(app, type),
    );
    app.onError(async (_error, jovo) => {
      if (jovo instanceof SipgateAiflow || jovo instanceof SipgateAiflowAsync) await this.apologise(jovo);
    });
  }

  /** Per event, on the copy that Jovo made for it. */
  override mount(parent: Extensible): void {
    super.mount(parent);
    // What leaves is checked by `admit`; Jovo's check knows only classes with its decorators.
    this.outputTemplateConverterStrategy.config.validation = false;
    parent.middlewareCollection.use('event.$send', (jovo) => {
      if (jovo instanceof SipgateAiflow) jovo.turn?.call.outputReady();
    });
    this.middlewareCollection.use('before.request.start', (jovo) => {
      if (jovo instanceof SipgateAiflowAsync) {
        // Everything has left by the time the turn ends; converting it again would send it twice.
        jovo.$handleRequest.skipMiddlewares('response.output', 'response.tts');
      } else if (jovo instanceof SipgateAiflow && jovo.turn) {
        jovo.turn.takeOutput = () => jovo.takeOutput();
      }
    });
    this.middlewareCollection.use('after.response.end', (jovo) => {
      const { turn } = jovo as AiflowJovo;
      const { data, state } = jovo.$session;
      // A turn that was left behind must not bring back what later ones have changed.
      if (turn && turn.call.running === turn) turn.call.memory = { data, state };
    });
    this.middlewareCollection.use('before.response.output', (jovo) => {
      if (jovo instanceof SipgateAiflow && jovo.turn) jovo.turn.takeOutput = undefined;
    });
  }

  override isRequestRelated(request: SipgateAiflowRequest | AnyObject): boolean {
    if (request instanceof SipgateAiflowRequest) return true;
    return (
      isRecord(request) &&
      typeof request.type === 'string' &&
      isRecord(request.session) &&
      typeof request.session.id === 'string'
    );
  }

  override isResponseRelated(response: SipgateAiflowResponse | AnyObject): boolean {
    return response instanceof SipgateAiflowResponse;
  }

  override createRequestInstance(request: SipgateAiflowRequest | AnyObject): SipgateAiflowRequest {
    return request instanceof SipgateAiflowRequest
      ? request
      : SipgateAiflowRequest.from(request as unknown as AiflowEvent);
  }

  override createJovoInstance<APP extends App>(
    app: APP,
    handleRequest: HandleRequest,
  ): SipgateAiflow | SipgateAiflowAsync {
    return this.receiver.isAsync(handleRequest.server as Server)
      ? new SipgateAiflowAsync(app, handleRequest, this)
      : new SipgateAiflow(app, handleRequest, this);
  }

  override finalizeResponse(
    response: SipgateAiflowResponse | SipgateAiflowResponse[],
    jovo: AiflowJovo,
  ): SipgateAiflowResponse {
    const [draft = new SipgateAiflowResponse()] = [response].flat();
    return draft instanceof DraftResponse && jovo.turn ? admit(draft, jovo.turn, this.rules) : draft;
  }

  /** A handler that throws must not end in silence. An aborted one ends in nothing, on purpose. */
  private async apologise(jovo: SipgateAiflow | SipgateAiflowAsync): Promise<void> {
    const { turn } = jovo;
    // Where nobody waits for an answer, an apology would answer itself: its own end is the next event.
    if (!turn || !eventRule(turn.event.type).awaitsAnswer || refusal(turn)) return;
    turn.apologised = jovo instanceof SipgateAiflowAsync;
    for (const action of apology(turn, this.rules)) {
      await (jovo as Jovo).$send({ platforms: { [PLATFORM_ID]: { ...action } } });
    }
  }
}

/** Lodash's deep clone, which Jovo runs over the app for every event, leaves objects with an unknown tag alone. */
function byReference(value: object): void {
  Object.defineProperty(value, Symbol.toStringTag, { value: 'ByReference', configurable: true });
}
