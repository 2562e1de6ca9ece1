/**
 * Parts of a bundle that are loaded when they are first used. The source imports a package as usual; in the bundle
 * stand-ins take the place of its exports, and the first use of one loads `parts/<part>.js`.
 */
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const require = createRequire(import.meta.url);
const ROOT = join(import.meta.dirname, '..', '..');

/**
 * Part -> its packages. Packages that share most of their code and are used together share a part, too.
 * `for` limits a package to the files that may wait for it; everybody else gets it in the bundle.
 */
const PACKAGES = [
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

/** The same with modules of ours. What they share with others is in the part once more. `exports`: what is used. */
const MODULES = [
  // Answers where no language model is set.
  { part: 'offline-brain', module: './src/agent/brains/offline.ts', exports: ['offlineBrain'] },
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

const LOADED = /^part:(?<part>[a-z0-9-]+)$/;

/**
 * esbuild plugin: puts stand-ins in the place of what is lazy and notes in `used` which parts there are, and what is in
 * them. `inside`: the part that is being built.
 */
export function lazyParts(used, inside) {
  function standIn(found, name, kind) {
    if (!found || found.part === inside) return undefined;
    if (!used.has(found.part)) used.set(found.part, new Set());
    used.get(found.part).add(name);
    // Whoever asks for it while running asks for all of it.
    const isWhole = kind === 'dynamic-import' || kind === 'require-call';
    const namespace = isWhole ? 'lazy-whole' : 'lazy';
    return { path: name, namespace, pluginData: found, sideEffects: false };
  }
  const load = (part, name) => `require('part:${part}')[${JSON.stringify(name)}]`;
  return {
    name: 'lazy-parts',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, ({ path, importer, kind }) => {
        const part = LOADED.exec(path)?.groups.part;
        // What is left as a `require` in the bundle, for its loader.
        if (part) return { path: `./parts/${part}.js`, external: true };
        return standIn(packageOf(path, importer), path, kind);
      });
      build.onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir, kind }) => {
        const file = `${resolve(resolveDir, path)}.ts`;
        const found = MODULES.find(({ module }) => join(ROOT, module) === file);
        return standIn(found, found?.module, kind);
      });
      build.onLoad({ filter: /.*/, namespace: 'lazy' }, ({ path, pluginData }) => ({
        contents: STAND_INS[pluginData.standIn ?? 'default'](
          load(pluginData.part, path),
          namesOf(path, pluginData),
        ),
        resolveDir: ROOT,
      }));
      build.onLoad({ filter: /.*/, namespace: 'lazy-whole' }, ({ path, pluginData }) => ({
        contents: `module.exports = ${load(pluginData.part, path)};`,
        resolveDir: ROOT,
      }));
    },
  };
}

function packageOf(name, importer) {
  return PACKAGES.find(
    ({ packages, for: only }) =>
      packages.some((one) => (typeof one === 'string' ? one === name : one.test(name))) &&
      (only === undefined || only.test(importer)),
  );
}

function namesOf(path, { exports: names }) {
  return names ?? Object.keys(require(path)).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name));
}

/** What a part is made of: packages and modules by their names. */
export function entryOfPart(names) {
  return [...names]
    .map((name) => JSON.stringify(name))
    .map((name, i) => `import * as p${i} from ${name}; export { p${i} as ${name} };`)
    .join('\n');
}
