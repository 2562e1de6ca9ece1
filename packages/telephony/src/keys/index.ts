export * from './checks';
export * from './key-collector';
export {
  KEY_DEFAULTS,
  type KeyOptions,
  keyOptionProblems,
  MAX_DIGITS,
} from './key-options';
export * from './masked-digits';
export * from './menu';
export * from './spoken-digits';
