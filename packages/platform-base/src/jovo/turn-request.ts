import {
  APP_MIDDLEWARES,
  type App,
  HandleRequest,
  HandlerPlugin,
  MatchingPlatformNotFoundError,
  Middleware,
  MiddlewareCollection,
  OutputPlugin,
  type Plugin,
  RouterPlugin,
  type Server,
} from '@jovotech/framework';
import { isByReference } from '../by-reference';
import { TURN, type Turn, type TurnCarrier } from '../turn';
import type { WireTypes } from '../wire';

/** A plugin that knows how to make what one turn needs of it. Undefined: Jovo has to copy it as it copies others. */
export interface PluginOfTurns extends Plugin {
  forTurn(turn: Turn<WireTypes>): Plugin | undefined;
}

/** Jovo's own, which hold nothing that an event could change. */
const STATELESS: readonly unknown[] = [RouterPlugin, HandlerPlugin, OutputPlugin];

/** What `App.handle` does, for one of our turns. Undefined where the app has plugins that only Jovo can copy. */
export function handleTurn(app: App, server: Server): Promise<void> | undefined {
  const { [TURN]: turn } = server as TurnCarrier<WireTypes>;
  const plugins = turn && pluginsFor(app, turn);
  return plugins && throughApp(app, server, plugins);
}

async function throughApp(app: App, server: Server, plugins: Plugins): Promise<void> {
  try {
    const request = requestOf(app, server, plugins);
    await request.mount();
    const body = server.getRequestObject();
    const platform = request.platforms.find((each) => each.isRequestRelated(body));
    if (!platform) throw new MatchingPlatformNotFoundError(body);
    request.platform = platform;
    const jovo = platform.createJovoInstance(app, request);
    await request.middlewareCollection.run(APP_MIDDLEWARES.slice(), jovo);
    await request.dismount();
    if (jovo.$response) await request.server.setResponse(jovo.$response);
  } catch (error) {
    await app.handleError(error);
    return server.fail(error as Error);
  }
}

type Plugins = App['plugins'];

/**
 * The app as one turn sees it. Jovo would copy all of it, deeply, for each event; only what a turn may change is copied
 * here: what is hooked into it, and which plugins are hooked.
 */
function requestOf(app: App, server: Server, plugins: Plugins): HandleRequest {
  const config = { ...app.config, plugin: { ...app.config.plugin } };
  const own = { app, server, config, plugins, middlewareCollection: copied(app.middlewareCollection) };
  // Its constructor is what copies.
  return Object.assign(Object.create(HandleRequest.prototype), app, own);
}

function pluginsFor(app: App, turn: Turn<WireTypes>): Plugins | undefined {
  const plugins: Record<string, Plugin> = {};
  for (const [name, plugin] of Object.entries(app.plugins)) {
    const own = plugin && forTurn(plugin, turn);
    if (!own) return undefined;
    plugins[name] = own;
  }
  return plugins as Plugins;
}

function forTurn(plugin: Plugin, turn: Turn<WireTypes>): Plugin | undefined {
  if (STATELESS.includes(plugin.constructor) || isByReference(plugin)) return plugin;
  return 'forTurn' in plugin ? (plugin as PluginOfTurns).forTurn(turn) : undefined;
}

/** The same hooks, to which others can be added. */
export function copied<C extends MiddlewareCollection>({ middlewares }: C): C {
  const copies = Object.values(middlewares as Record<string, Middleware>).map(({ name, enabled, fns }) =>
    Object.assign(new Middleware(name), { enabled, fns: [...fns] }),
  );
  return new MiddlewareCollection().add(...copies) as C;
}
