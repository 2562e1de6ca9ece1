import type { Clock, Observe } from '@jovo-telephony/telephony';
import {
  type AnyObject,
  APP_MIDDLEWARES,
  type App,
  type Extensible,
  type ExtensibleConfig,
  type ExtensibleInitConfig,
  type HandleRequest,
  type Jovo,
  type JovoDevice,
  type JovoUser,
  MiddlewareCollection,
  type OutputTemplate,
  Platform,
  type PlatformConfig,
  type Plugin,
} from '@jovotech/framework';
import { type AdmissionRules, admit, apology, refusal } from '../admission';
import { byReference } from '../by-reference';
import { type CallKeeper, MEMORY_KEEPER } from '../call-keeper';
import type { CallLimits } from '../calls';
import { DEFAULT_DEADLINES, type ReplyDeadlines } from '../deadlines';
import { hasHandlerFor } from '../declared-types';
import type { Guard } from '../door/guard';
import { startOnFirstEvent } from '../lazy-start';
import { type StockPhrases, stockPhrases } from '../phrases';
import { Receiver } from '../receiver';
import { rememberHandlers } from '../remembered-handlers';
import { rememberRoutes } from '../remembered-routes';
import type { NewCallGate, TurnRunner } from '../surroundings';
import { SYSTEM_CLOCK } from '../system-clock';
import { TURN, type Turn, type TurnCarrier } from '../turn';
import type { Wire, WireTypes } from '../wire';
import type { CallConverter } from './CallConverter';
import { AsyncCallJovo, CallJovo } from './CallJovo';
import type { CallRequest } from './CallRequest';
import type { CallResponse } from './CallResponse';
import { SharedHooks, TurnMiddlewares } from './turn-middlewares';

/** What every platform of ours can be told. */
export interface CallPlatformConfig extends PlatformConfig, ExtensibleConfig {
  /** Whether each `$send` leaves at once. Undefined: on a WebSocket yes, on HTTP no. */
  asyncOutput?: boolean;
  plugins?: Plugin[];
  /** Whether a faulty action throws instead of being mended or dropped. Default: only in development. */
  strict?: boolean;
  deadlines?: Partial<ReplyDeadlines>;
  phrases?: Partial<StockPhrases>;
  /** Told about every fault of an action and every dropped event. Holds no caller data. Default: `console.warn`. */
  onWarning?: (warning: string) => void;
  clock?: Clock;
  /** Milliseconds since 1970. Default: `Date.now`. */
  epochMs?: () => number;
  /** Where calls are kept between their events. Default: in the memory of this process. */
  keeper?: CallKeeper;
  /** How long calls are remembered that are silent or over, and how many. */
  callLimits?: Partial<CallLimits>;
  /** Told what happens, for metrics and logs. */
  observe?: Observe;
  /** Asked before a new call is opened. Default: all are. */
  newCall?: NewCallGate;
  /** Runs the work of each turn, for example within a span. */
  runTurn?: TurnRunner;
}

/** What a platform is made of, besides its configuration. */
export interface CallPlatformParts<T extends WireTypes> {
  wire: Wire<T>;
  guard?: Guard;
}

type TurnConstructor<JOVO> = new (
  app: App,
  handleRequest: HandleRequest,
  platform: Jovo['$platform'],
) => JOVO;

/** A network as a Jovo platform: events over HTTP, WebSocket and Lambda, one switch for all. */
export abstract class CallPlatform<
  T extends WireTypes,
  REQUEST extends CallRequest<T>,
  RESPONSE extends CallResponse<T>,
  JOVO extends Jovo<REQUEST, RESPONSE, JOVO, USER, DEVICE, PLATFORM> & { readonly turn?: Turn<T> },
  USER extends JovoUser<JOVO>,
  DEVICE extends JovoDevice<JOVO>,
  PLATFORM extends Platform<REQUEST, RESPONSE, JOVO, USER, DEVICE, PLATFORM, CONFIG>,
  CONFIG extends CallPlatformConfig,
> extends Platform<REQUEST, RESPONSE, JOVO, USER, DEVICE, PLATFORM, CONFIG> {
  abstract readonly asyncJovoClass: TurnConstructor<JOVO>;
  abstract override readonly jovoClass: TurnConstructor<JOVO>;
  abstract override outputTemplateConverterStrategy: CallConverter<T, RESPONSE>;
  readonly wire: Wire<T>;
  /** Shared by all copies of this platform. */
  readonly receiver: Receiver<T>;
  private readonly rules: AdmissionRules<T>;

  constructor(given: Partial<CONFIG> = {}, parts: (config: CONFIG) => CallPlatformParts<T>) {
    // A store is not configuration: Jovo would copy it with every event.
    super({ ...given, keeper: undefined } as ExtensibleInitConfig<CONFIG>);
    const { asyncOutput, deadlines, phrases, onWarning, callLimits, observe, newCall, runTurn } = given;
    const { clock = SYSTEM_CLOCK, epochMs = Date.now, keeper = MEMORY_KEEPER } = given;
    const { wire, guard } = parts(this.config);
    this.wire = byReference(wire);
    this.rules = byReference<AdmissionRules<T>>({
      wire,
      strict: this.config.strict ?? process.env.NODE_ENV === 'development',
      phrases: stockPhrases(phrases),
      warn: onWarning ?? ((warning) => console.warn(`[${wire.network}] ${warning}`)),
    });
    this.receiver = new Receiver({
      clock,
      epochMs,
      rules: this.rules,
      deadlines: { ...DEFAULT_DEADLINES, ...deadlines },
      guard,
      asyncOutput,
      keeper,
      callLimits,
      observe,
      newCall,
      runTurn,
    });
  }

  /** Whether a request that no server of ours brought is an event of this network. */
  protected abstract isEvent(request: unknown): boolean;
  protected abstract requestOf(event: T['event']): REQUEST;

  /** Once, when the platform is added to an app. */
  override install(app: Extensible): void {
    startOnFirstEvent(app as App);
  }

  /** Once, when the app starts. */
  override initialize(app: App): void {
    // Jovo's validation rejects every class without decorators, its own test response included.
    app.config.output = { validation: false, ...(app.config.output as object | undefined) };
    for (const large of [app.i18n, app.componentTree]) byReference(large);
    rememberHandlers();
    rememberRoutes();
    this.receiver.attach(
      app,
      (request) => this.isRequestRelated(request as AnyObject),
      (type) => hasHandlerFor(app, type),
    );
    app.onError(async (_error, jovo) => {
      if (jovo && this.isOurs(jovo)) await this.apologise(jovo);
    });
  }

  /** What turns need of this platform: hooks that they share, and settings and further hooks of their own. */
  forTurns(parent: HandleRequest): (() => PLATFORM) | undefined {
    // A platform's own plugins may keep anything.
    if (Object.keys(this.plugins).length > 0) return undefined;
    const shared: this = Object.assign(Object.create(this), {
      middlewareCollection: new MiddlewareCollection(),
    });
    for (const name of APP_MIDDLEWARES) {
      parent.middlewareCollection.use(name, (jovo) => {
        const { middlewareCollection } = jovo.$platform;
        const idle = middlewareCollection instanceof TurnMiddlewares && !middlewareCollection.runs(name);
        return idle ? undefined : middlewareCollection.run(name, jovo);
      });
    }
    shared.hook(parent);
    const hooks = [this, shared].map(({ middlewareCollection }) => new SharedHooks(middlewareCollection));
    return () => {
      const config = { ...this.config };
      const middlewareCollection = new TurnMiddlewares(...hooks);
      return Object.assign(Object.create(shared), { config, middlewareCollection });
    };
  }

  /** Per event, on the copy that was made for it. */
  override mount(parent: Extensible): void {
    const { [TURN]: turn } = (parent as HandleRequest).server as TurnCarrier<T>;
    if (turn && turn.call.network !== this.wire.network) return;
    super.mount(parent);
    this.hook(parent);
  }

  private hook(parent: Extensible): void {
    // What leaves is checked by `admit`; Jovo's check knows only classes with its decorators.
    this.outputTemplateConverterStrategy.config.validation = false;
    parent.middlewareCollection.use('event.$send', (jovo) => {
      if (jovo instanceof CallJovo && this.isOurs(jovo)) jovo.turn?.call.outputReady();
    });
    this.middlewareCollection.use('before.request.start', (jovo) => {
      if (jovo instanceof AsyncCallJovo) {
        // Everything has left by the time the turn ends; converting it again would send it twice.
        jovo.$handleRequest.skipMiddlewares('response.output', 'response.tts');
      } else if (jovo instanceof CallJovo && jovo.turn) {
        jovo.turn.takeOutput = () => jovo.takeOutput();
      }
    });
    this.middlewareCollection.use('after.response.end', (jovo) => {
      const { turn } = jovo as JOVO;
      const { data, state } = jovo.$session;
      // A turn that was left behind must not bring back what later ones have changed.
      if (turn && turn.call.running === turn) turn.call.memory = { data, state };
    });
    this.middlewareCollection.use('before.response.output', (jovo) => {
      if (jovo instanceof CallJovo && jovo.turn) jovo.turn.takeOutput = undefined;
    });
  }

  private isOurs(jovo: Jovo): jovo is JOVO {
    return jovo.$platform.id === this.id;
  }

  override isRequestRelated(request: REQUEST | AnyObject): boolean {
    return request instanceof this.requestClass || this.isEvent(request);
  }

  override createRequestInstance(request: REQUEST | AnyObject): REQUEST {
    return request instanceof this.requestClass ? request : this.requestOf(request as unknown as T['event']);
  }

  override isResponseRelated(response: RESPONSE | AnyObject): boolean {
    return response instanceof this.outputTemplateConverterStrategy.responseClass;
  }

  override createJovoInstance<APP extends App>(app: APP, handleRequest: HandleRequest): JOVO {
    const { jovoClass, asyncJovoClass } = this;
    const isAsync = this.receiver.isAsync(handleRequest.server);
    return isAsync ? new asyncJovoClass(app, handleRequest, this) : new jovoClass(app, handleRequest, this);
  }

  override finalizeResponse(response: RESPONSE | RESPONSE[], jovo: JOVO): RESPONSE {
    const [draft = new this.outputTemplateConverterStrategy.responseClass()] = [
      response,
    ].flat() as RESPONSE[];
    return this.admit(draft, jovo.turn);
  }

  /** What of a response may leave; without a call, as in a test, it stays a draft. */
  admit(response: RESPONSE, turn: Turn<T> | undefined): RESPONSE {
    if (!response.drafts || !turn) return response;
    const admitted = new this.outputTemplateConverterStrategy.responseClass();
    return Object.assign(admitted, admit(response.drafts, turn, this.rules));
  }

  /** A handler that throws must not end in silence. An aborted one ends in nothing, on purpose. */
  private async apologise(jovo: JOVO): Promise<void> {
    const { turn } = jovo;
    // Where nobody waits for an answer, an apology would answer itself: its own end is the next event.
    if (!turn || !this.wire.rule(turn.event.type).awaitsAnswer || refusal(turn, this.wire)) return;
    turn.apologised = jovo instanceof AsyncCallJovo;
    for (const action of apology(turn, this.rules)) {
      await (jovo as Jovo).$send({ platforms: { [this.id]: { ...action } } } as OutputTemplate);
    }
  }
}
