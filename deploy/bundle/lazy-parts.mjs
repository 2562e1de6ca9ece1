/**
 * Parts of a bundle that are loaded when they are first used. The source imports a package as usual; in the bundle
 * stand-ins take the place of its exports, and the first use of one loads `parts/<part>.js`.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * Part -> its packages. Packages that share most of their code and are used together share a part, too.
 * `for` limits a package to the files that may wait for it; everybody else gets it in the bundle.
 */
export const PARTS = [
  { part: 'openai', packages: ['openai'] },
  { part: 'aws', packages: ['@aws-sdk/client-dynamodb', '@aws-sdk/client-apigatewaymanagementapi'] },
  { part: 'phone-numbers', packages: ['libphonenumber-js/max'] },
  // Bundled profiles are JSON, which needs no parser of YAML.
  { part: 'yaml', packages: ['yaml'] },
  // Jovo initializes it for every app; ours keeps its texts elsewhere.
  { part: 'i18next', packages: ['i18next'], standIn: 'i18next' },
  // Handed whole to the author's tools; the schemas of the application use a fraction of it.
  { part: 'zod', packages: ['zod'], for: /author-tools\.ts$/ },
  { part: 'mcp', packages: [/^@modelcontextprotocol\/sdk\//] },
  { part: 'postgres', packages: ['pg'] },
  { part: 'socket', packages: ['ws'] },
];

const STAND_INS = {
  /** Every export as a proxy: what is read, called or constructed is that of the loaded package. */
  default: (load, names) => `
const standIn = (name) => {
  const real = () => ${load}[name];
  return new Proxy(function () {}, {
    get: (_, key) => Reflect.get(real(), key),
    has: (_, key) => Reflect.has(real(), key),
    apply: (_, self, given) => Reflect.apply(real(), self, given),
    construct: (_, given) => Reflect.construct(real(), given),
  });
};
${names.map((name, i) => `const e${i} = /* @__PURE__ */ standIn(${JSON.stringify(name)}); export { e${i} as ${name} };`).join('\n')}`,

  /** Notes how it is to be initialized, and is when somebody asks for a text. */
  i18next: (load) => `
let config;
const real = () => {
  const { default: i18n } = ${load};
  if (!i18n.isInitialized) i18n.init({ ...config, initImmediate: false });
  return i18n;
};
export default {
  init: async (given) => { config = given; },
  t: (...given) => real().t(...given),
  exists: (...given) => real().exists(...given),
};`,
};

/** The part that a package belongs to, if it is one that `importer` may wait for. */
export function partOf(name, importer = '') {
  return PARTS.find(
    ({ packages, for: only }) =>
      packages.some((one) => (typeof one === 'string' ? one === name : one.test(name))) &&
      (only === undefined || only.test(importer)),
  );
}

const PART_PATH = /^part:(?<part>[a-z0-9-]+):(?<name>.+)$/;

/** esbuild plugin: puts stand-ins in the place of lazy packages and notes in `used` which ones there are. */
export function lazyParts(used) {
  return {
    name: 'lazy-parts',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, ({ path, importer, kind }) => {
        const loaded = PART_PATH.exec(path)?.groups;
        // What is left as a `require` in the bundle, for its loader.
        if (loaded) return { path: `./parts/${loaded.part}.js`, external: true };
        const found = partOf(path, importer);
        if (!found) return undefined;
        if (!used.has(found.part)) used.set(found.part, new Set());
        used.get(found.part).add(path);
        const asNamespace = kind === 'dynamic-import' || kind === 'require-call';
        return {
          path,
          namespace: asNamespace ? 'lazy-whole' : 'lazy',
          pluginData: found,
          sideEffects: false,
        };
      });
      const load = (part, name) => `require('part:${part}:${name}')[${JSON.stringify(name)}]`;
      build.onLoad(
        { filter: /.*/, namespace: 'lazy' },
        ({ path, pluginData: { part, standIn = 'default' } }) => ({
          contents: STAND_INS[standIn](load(part, path), Object.keys(require(path)).filter(isName)),
          resolveDir: import.meta.dirname,
        }),
      );
      // Whoever asks for it while running asks for all of it.
      build.onLoad({ filter: /.*/, namespace: 'lazy-whole' }, ({ path, pluginData: { part } }) => ({
        contents: `module.exports = ${load(part, path)};`,
        resolveDir: import.meta.dirname,
      }));
    },
  };
}

const isName = (name) => /^[A-Za-z_$][\w$]*$/.test(name) && name !== 'module.exports';

/** What a part is made of: its packages by their names. */
export function entryOfPart(packages) {
  return [...packages]
    .map(
      (name, i) =>
        `import * as p${i} from ${JSON.stringify(name)}; export { p${i} as ${JSON.stringify(name)} };`,
    )
    .join('\n');
}
