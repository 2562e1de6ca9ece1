/** Lodash's deep clone, which Jovo runs over the app for every event, leaves objects with an unknown tag alone. */
export function byReference<V extends object>(value: V): V {
  return Object.defineProperty(value, Symbol.toStringTag, { value: 'ByReference', configurable: true });
}
