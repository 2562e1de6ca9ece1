/** Lodash's deep clone, which Jovo runs over the app for every event, leaves objects with an unknown tag alone. */
export function byReference<V extends object>(value: V): V {
  return Object.defineProperty(value, Symbol.toStringTag, { value: 'ByReference', configurable: true });
}

/** Whether it is one of those. */
export function isByReference(value: object): boolean {
  return Symbol.toStringTag in value && value[Symbol.toStringTag] === 'ByReference';
}
