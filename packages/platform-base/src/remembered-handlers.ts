import { MetadataStorage } from '@jovotech/framework';

const METHOD = 'getMergedHandlerMetadataOfComponent';

/**
 * Has Jovo put the handlers of a component together once. It would do so, with a deep copy of each handler, whenever it
 * looks for one: for every event and every component. They do not change once their class is defined.
 */
export function rememberHandlers(): void {
  const storage = MetadataStorage.getInstance();
  if (Object.hasOwn(storage, METHOD)) return;
  const merged = (component: never): unknown => MetadataStorage.prototype[METHOD].call(storage, component);
  const known = new WeakMap<object, unknown>();
  const remembered = (component: never) => {
    const handlers = known.get(component) ?? merged(component);
    known.set(component, handlers);
    return handlers;
  };
  Object.defineProperty(storage, METHOD, { value: remembered });
}
