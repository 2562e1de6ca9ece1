/**
 * What a bundle leaves out: parts of Jovo that never run here. Each stub fails loudly, or does nothing, where the
 * package would have been used.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

const require = createRequire(import.meta.url);

/** Names of what a stub stands for -> its source. */
const STUBS = [
  // The framework exports it for others to use; our code has fetch.
  ['axios', 'export default undefined;'],
  // Prints requests and responses, which we never do: they hold what callers said.
  ['logging', 'export class BasicLogging {}'],
  ['chalk', 'export default undefined;'],
  ['json-colorizer', 'export default undefined;'],
  // Stack traces do not leave the process.
  ['source-map-support', 'export const install = () => {};'],
  // Output is checked against the wire by the platform; Jovo's own validation is off (src/app.ts).
  ['class-validator', classValidator()],
  [
    'sqlite',
    `export const SqliteStore = {
       async open() { throw Object.assign(new Error('No SQLite'), { code: 'NO_SQLITE_IN_A_FUNCTION' }); },
     };`,
  ],
  // The same code twice in two packages: a merge is a mergeWith that leaves everything to it.
  [
    'lodash.merge',
    `import mergeWith from 'lodash.mergewith';
     export default (object, ...sources) => mergeWith(object, ...sources, () => undefined);`,
  ],
  // Jovo's TestSuite.
  ['@jest/globals', 'export {};'],
];

/** Decorators that do nothing, and a `validate` that is never called. */
function classValidator() {
  const names = Object.keys(require('class-validator')).filter((name) => name !== 'validate');
  return `
    const decorator = () => () => {};
    export { ${names.map((name) => `decorator as ${name}`).join(', ')} };
    export const validate = async () => { throw new Error('Output is not validated by Jovo in this bundle'); };`;
}

/** Native code, and a function has no disk to keep a database on. */
const SQLITE = /stores\/sqlite$/;

/** Of the framework. */
const LOGGING = /plugins\/BasicLogging$/;

const ZOD_LOCALES = /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/;
const NAMED_Z = /^import \{ z \} from 'zod';$/m;

export const stubs = {
  name: 'stubs',
  setup(build) {
    const sources = new Map(STUBS);
    build.onResolve({ filter: /^[^./]/ }, ({ path }) =>
      sources.has(path) ? { path, namespace: 'stub', sideEffects: false } : undefined,
    );
    build.onResolve({ filter: SQLITE }, () => ({ path: 'sqlite', namespace: 'stub', sideEffects: false }));
    build.onResolve({ filter: LOGGING }, () => ({ path: 'logging', namespace: 'stub', sideEffects: false }));
    build.onLoad({ filter: /.*/, namespace: 'stub' }, ({ path }) => ({
      contents: sources.get(path),
      resolveDir: import.meta.dirname,
    }));
    // 50 languages of messages; ours are in English, for operators.
    build.onLoad({ filter: ZOD_LOCALES }, ({ path }) => ({
      contents: `export { default as en } from './en.js';`,
      resolveDir: dirname(path),
    }));
    // `z` as a namespace lets go of what is not used; as an object it keeps all of zod.
    build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      // There it is handed on as a value, and lazy (lazy-parts.mjs).
      if (path.endsWith('author-tools.ts')) return undefined;
      const source = await readFile(path, 'utf8');
      return { contents: source.replace(NAMED_Z, `import * as z from 'zod';`), loader: 'ts' };
    });
  },
};
