import {
  APP_MIDDLEWARES,
  type App,
  Extensible,
  HandleRequest,
  HandlerPlugin,
  MiddlewareCollection,
  OutputPlugin,
  type Platform,
  type Plugin,
  RouterPlugin,
  type Server,
} from '@jovotech/framework';
import { isByReference } from '../by-reference';
import { TURN, type TurnCarrier } from '../turn';
import type { WireTypes } from '../wire';
import { SharedHooks, TurnMiddlewares } from './turn-middlewares';

/** A platform that knows what one turn needs of it. */
export interface PlatformOfTurns extends Plugin {
  readonly wire: { readonly network: string };
  /** Hooks in what all turns share. Undefined where it holds something that only Jovo can copy for a turn. */
  forTurns(parent: HandleRequest): (() => Platform) | undefined;
}

const MIDDLEWARES: string[] = [...APP_MIDDLEWARES];

/** Jovo's own, which hold nothing that an event could change. */
const STATELESS: readonly unknown[] = [RouterPlugin, HandlerPlugin, OutputPlugin];

/** The app as all turns of one network see it. Its plugins are hooked in once. */
interface SharedApp {
  request: HandleRequest;
  hooks: readonly SharedHooks[];
  /** The platform, as one turn may change it. */
  platform(): Platform;
  /** Plugins that want to hear of the end of each turn. */
  leaving: readonly Plugin[];
}

const sharedApps = new WeakMap<App, Map<string, Promise<SharedApp | undefined>>>();

/** What `App.handle` does, for one of our turns. Says no where the app has plugins that only Jovo can copy. */
export async function handleTurn(app: App, server: Server): Promise<boolean> {
  const { [TURN]: turn } = server as TurnCarrier<WireTypes>;
  try {
    const shared = turn && (await sharedApp(app, turn.call.network));
    if (!shared) return false;
    const request = requestOf(app, server, shared);
    const jovo = request.platform.createJovoInstance(app, request);
    await request.middlewareCollection.run(MIDDLEWARES, jovo);
    for (const plugin of shared.leaving) await plugin.dismount?.(request);
    if (jovo.$response) await request.server.setResponse(jovo.$response);
  } catch (error) {
    await app.handleError(error);
    await server.fail(error as Error);
  }
  return true;
}

/**
 * The app as one turn sees it. Jovo would copy all of it, deeply, for each event; only what a turn may change is its
 * own here: settings, what is hooked into it, and the platform's.
 */
function requestOf(
  app: App,
  server: Server,
  { request, platform: forTurn, hooks }: SharedApp,
): HandleRequest {
  const platform = forTurn();
  const own = {
    server,
    platform,
    config: { ...app.config, plugin: { ...app.config.plugin, [platform.name]: platform.config } },
    plugins: { ...request.plugins, [platform.name]: platform },
    middlewareCollection: new TurnMiddlewares(...hooks),
  };
  return Object.assign(Object.create(request), own);
}

function sharedApp(app: App, network: string): Promise<SharedApp | undefined> {
  const ofApp = sharedApps.get(app) ?? new Map<string, Promise<SharedApp | undefined>>();
  sharedApps.set(app, ofApp);
  const shared = ofApp.get(network) ?? share(app, network);
  ofApp.set(network, shared);
  return shared;
}

async function share(app: App, network: string): Promise<SharedApp | undefined> {
  const own = { app, middlewareCollection: new MiddlewareCollection() };
  // Its constructor is what copies.
  const request: SharedRequest = Object.assign(Object.create(SharedRequest.prototype), app, own);
  const plugins = Object.values(app.plugins).filter((plugin) => plugin !== undefined);
  let platform: SharedApp['platform'] | undefined;
  for (const plugin of plugins) {
    if (isPlatform(plugin)) {
      // It has no part in the turns of other networks.
      if (plugin.wire.network !== network) continue;
      platform = plugin.forTurns(request);
    } else {
      if (!isShared(plugin)) return undefined;
      await plugin.mount?.(request);
    }
  }
  const hooks = [app, request].map(({ middlewareCollection }) => new SharedHooks(middlewareCollection));
  return platform && { request, platform, hooks, leaving: plugins.filter(({ dismount }) => dismount) };
}

function isPlatform(plugin: Plugin): plugin is PlatformOfTurns {
  return 'forTurns' in plugin;
}

function isShared(plugin: Plugin): boolean {
  const hasPlugins = plugin instanceof Extensible && Object.keys(plugin.plugins).length > 0;
  return !hasPlugins && (STATELESS.includes(plugin.constructor) || isByReference(plugin));
}

class SharedRequest extends HandleRequest {
  /** Jovo's clears the hooks of all plugins, which are copies there. */
  override stopMiddlewareExecution(): void {
    this.middlewareCollection.clear();
    this.platform.middlewareCollection.clear();
  }
}
