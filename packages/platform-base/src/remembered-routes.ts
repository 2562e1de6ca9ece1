import {
  type ComponentMetadata,
  type ComponentTree,
  type ComponentTreeNode,
  type HandlerMetadata,
  type Jovo,
  MetadataStorage,
  type RouteMatch,
  RoutingExecutor,
} from '@jovotech/framework';

type Candidate = readonly [ComponentTreeNode, HandlerMetadata];

/** What Jovo's class keeps to itself. */
interface Executor {
  readonly jovo: Jovo;
  isMatchingGlobalHandler(handler: HandlerMetadata, component: ComponentMetadata): boolean;
  areHandlerConditionsFulfilled(handler: HandlerMetadata): Promise<boolean>;
  createHandlerMetadataToRouteMatchMapper(path: string[]): (handler: HandlerMetadata) => RouteMatch;
}

/** Inputs of so many kinds are remembered: an intent may be named by whoever sends it. */
const MAX_KINDS = 200;

const trees = new WeakMap<ComponentTree, Map<string, readonly Candidate[]>>();

/**
 * Has Jovo remember which global handlers take an input of a type and an intent, instead of asking every handler of every
 * component for each event. That does not change; conditions of handlers and components are asked every time.
 */
export function rememberRoutes(): void {
  Object.defineProperty(RoutingExecutor.prototype, 'getGlobalRouteMatches', { value: getGlobalRouteMatches });
}

async function getGlobalRouteMatches(this: Executor): Promise<RouteMatch[]> {
  const matches: RouteMatch[] = [];
  for (const [node, handler] of candidatesFor(this)) {
    const { isAvailable } = node.metadata.options;
    if (isAvailable && !isAvailable(this.jovo)) continue;
    if (!(await this.areHandlerConditionsFulfilled(handler))) continue;
    matches.push(this.createHandlerMetadataToRouteMatchMapper(node.path)(handler));
  }
  return matches;
}

function candidatesFor(executor: Executor): readonly Candidate[] {
  const { $input, $handleRequest } = executor.jovo;
  const { componentTree } = $handleRequest;
  const known = trees.get(componentTree) ?? new Map<string, readonly Candidate[]>();
  trees.set(componentTree, known);
  // Components may be added at any time.
  const kind = `${Object.keys(componentTree.tree).length} ${$input.type} ${$input.getIntentName()}`;
  const remembered = known.get(kind);
  if (remembered) return remembered;
  const storage = MetadataStorage.getInstance();
  const found: Candidate[] = [];
  for (const node of componentTree) {
    for (const handler of storage.getMergedHandlerMetadataOfComponent(node.metadata.target)) {
      if (executor.isMatchingGlobalHandler(handler, node.metadata)) found.push([node, handler]);
    }
  }
  if (known.size < MAX_KINDS) known.set(kind, found);
  return found;
}
