import type { CallAction } from '@jovo-telephony/telephony';
import {
  App,
  type BaseComponent,
  Component,
  Global,
  Handle,
  BaseComponent as Handlers,
  type Jovo,
  RequestBuilder,
} from '@jovotech/framework';
import type { NormalizedOutputTemplate } from '@jovotech/output';
import {
  AsyncCallJovo,
  CallConverter,
  CallDevice,
  type CallHold,
  CallInput,
  CallJovo,
  type CallKeeper,
  CallPlatform,
  type CallPlatformConfig,
  CallRequest,
  CallUser,
  type HttpAnswer,
  HttpCallServer,
  InputType,
  MEMORY_KEEPER,
  type RawAction,
  type Socket,
  SocketCallServer,
  type Turn,
  tokenGuard,
} from '../../src';
import { type Toy, ToyResponse, toyWire } from './toy-wire';

class ToyRequest extends CallRequest<Toy> {
  static from(event: Toy['event']): ToyRequest {
    return new ToyRequest().hold(event);
  }
  protected override get noEvent(): Toy['event'] {
    return { type: '', call: '' };
  }
  override getInputText() {
    return this.event.text;
  }
  override getInputType() {
    return toyWire.inputType(this.event);
  }
  override getInput() {
    return new CallInput({ type: this.getInputType(), text: this.event.text });
  }
  override getSessionId() {
    return this.event.call;
  }
  override isNewSession() {
    return this.event.type === 'start' && this.event.again !== true;
  }
}

class ToyConverter extends CallConverter<Toy, ToyResponse> {
  readonly platformName = 'toy' as never;
  readonly responseClass = ToyResponse;
  protected readonly capabilities = toyWire.capabilities(true);
  protected say(words: string): RawAction {
    return { do: 'say', text: words };
  }
  protected fromPortable(action: CallAction): RawAction {
    switch (action.type) {
      case 'speak':
        return { do: 'say', text: 'text' in action ? action.text : action.ssml };
      case 'stop_speaking':
        return { do: 'stop' };
      case 'transfer':
        return { do: action.timeoutSeconds ? 'connect' : 'forward', text: action.number };
      default:
        return { do: 'bye' };
    }
  }
  protected fromOwn(part: RawAction): RawAction {
    return part;
  }
  fromResponse(response: ToyResponse): NormalizedOutputTemplate[] {
    return response.actions.map(({ text }) => ({ message: text }));
  }
}

class ToyJovo extends CallJovo<Toy, ToyRequest, ToyResponse> {}
class AsyncToyJovo extends AsyncCallJovo<Toy, ToyRequest, ToyResponse> {}
type AnyToyJovo = Jovo<ToyRequest, ToyResponse> & { readonly turn?: Turn<Toy> };

class ToyRequestBuilder extends RequestBuilder<ToyPlatform> {
  launch() {
    return ToyRequest.from({ type: 'start', call: 'test' });
  }
  intent() {
    return ToyRequest.from({ type: 'words', call: 'test', text: 'test' });
  }
}

export interface ToyConfig extends CallPlatformConfig {
  tokens?: string[];
}

export class ToyPlatform extends CallPlatform<
  Toy,
  ToyRequest,
  ToyResponse,
  AnyToyJovo,
  CallUser<AnyToyJovo>,
  CallDevice<AnyToyJovo>,
  ToyPlatform,
  ToyConfig
> {
  readonly id = 'toy';
  readonly requestClass = ToyRequest;
  readonly jovoClass = ToyJovo;
  readonly asyncJovoClass = AsyncToyJovo;
  readonly userClass = CallUser;
  readonly deviceClass = CallDevice;
  readonly requestBuilder = ToyRequestBuilder;
  readonly outputTemplateConverterStrategy = new ToyConverter();

  constructor(given: Partial<ToyConfig> = {}) {
    super(given, ({ tokens = [] }) => ({
      wire: { ...toyWire },
      guard: tokenGuard({ tokens, header: 'X-Toy' }),
    }));
  }
  override getDefaultConfig(): ToyConfig {
    return {};
  }
  protected override isEvent(request: unknown): boolean {
    return toyWire.read(request).verdict === 'handle';
  }
  protected override requestOf(event: Toy['event']): ToyRequest {
    return ToyRequest.from(event);
  }
}

export class ToyHttpServer extends HttpCallServer {
  readonly network = 'toy';
}

export class ToySocketServer extends SocketCallServer {
  readonly network = 'toy';
  protected override frame(actions: readonly object[]): unknown {
    return actions;
  }
}

export interface Heard {
  type: string;
  text?: string;
  call: string;
  bargeIns: number;
  isNew: boolean;
}

export type ToyHandler = (this: BaseComponent, heard: Heard) => unknown;

/** Keeps calls in memory, and is told how they are kept when they are let go of. */
export function keeperThat(release: CallHold['release']): CallKeeper {
  return {
    interrupt() {},
    take: (call, request) => ({ ...(MEMORY_KEEPER.take(call, request) as CallHold), release }),
  };
}

/** One process that answers calls of the toy network: an app, and both ways into it. */
export async function toyProcess(handler: ToyHandler, config: Partial<ToyConfig> = {}) {
  const heard: Heard[] = [];
  const warnings: string[] = [];

  @Global()
  @Component()
  class Recorder extends Handlers {
    LAUNCH() {
      return this.note();
    }
    @Handle({ global: true, types: Object.values(InputType) })
    all() {
      return this.note();
    }
    private note() {
      const entry: Heard = {
        type: String(this.$input.type),
        text: this.$input.text,
        call: String(this.$session.id),
        bargeIns: this.$session.bargeInCount ?? 0,
        isNew: this.$session.isNew,
      };
      heard.push(entry);
      return handler.call(this, entry);
    }
  }

  const platform = new ToyPlatform({ onWarning: (warning) => warnings.push(warning), ...config });
  const app = new App({ components: [Recorder], plugins: [platform], logging: false });
  (Reflect.get(app, 'errorListeners') as unknown[]).length = 0;
  await app.initialize();
  return {
    app,
    platform,
    heard,
    warnings,
    types: () => heard.map(({ type }) => type),
    /** The answer, when the call is kept, too. */
    post: async (event: unknown, headers = {}): Promise<HttpAnswer> => {
      const answers: HttpAnswer[] = [];
      await app.handle(new ToyHttpServer(event, headers, (answer) => answers.push(answer)));
      const [answer] = answers;
      if (!answer) throw new Error('The event was not answered');
      return answer;
    },
    socket: () => fakeSocket(app),
  };
}

function fakeSocket(app: App) {
  let state = 1;
  const frames: Toy['action'][][] = [];
  const socket = {
    OPEN: 1 as const,
    get readyState() {
      return state as 1;
    },
    send(data: unknown) {
      frames.push(JSON.parse(String(data)));
    },
    close() {
      state = 3;
    },
  } satisfies Socket;
  return {
    socket,
    frames,
    said: () => gist(frames.flat()),
    say: (event: Toy['event']) => app.handle(new ToySocketServer(socket, event)),
    close() {
      state = 3;
    },
  };
}

/** What was said, or the name of what was done. */
export function gist(answer: HttpAnswer | readonly Toy['action'][]): string[] {
  const actions = 'status' in answer ? answer.body : answer;
  const plain: Toy['action'][] = JSON.parse(JSON.stringify(actions ?? []));
  return plain.map((action) => (action.do === 'say' ? String(action.text) : action.do));
}
