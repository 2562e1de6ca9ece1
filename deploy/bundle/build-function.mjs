/** One function: bundle, lazy parts, profiles. What is written can be zipped as it is. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { parse } from 'yaml';
import { entryOfPart, lazyParts } from './lazy-parts.mjs';
import { stubs } from './stubs.mjs';

export const ROOT = join(import.meta.dirname, '..', '..');

const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
  tsconfig: 'tsconfig.base.json',
  conditions: ['jovo-telephony-source'],
  // Builds as ES modules first: what is not used falls away. Jovo has its newest under `es2015`.
  mainFields: ['es2015', 'module', 'main'],
  // The bundle runs as a script (loader.cjs): every import is a require.
  supported: { 'dynamic-import': false },
};

/** Writes `index.js`, `app.js`, `parts/` and `agents/` into a folder. Returns sizes in bytes, by file. */
export async function buildFunction({ entry, folder, agents = join(ROOT, 'agents') }) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'parts'), { recursive: true });
  const used = new Map();
  const app = await build({
    ...COMMON,
    entryPoints: [entry],
    outfile: join(folder, 'app.js'),
    metafile: true,
    // Jovo tells components, outputs and plugins apart by the names of their classes.
    keepNames: true,
    // Jovo's packages say that they have no side effects, yet one of them is this; without it no decorator works.
    inject: ['reflect-metadata'],
    plugins: [lazyParts(used), stubs],
  });
  const wanted = partsOf(app.metafile);
  // A set that grows while it is gone through: a part may need another one.
  for (const part of wanted) {
    const { metafile } = await build({
      ...COMMON,
      stdin: { contents: entryOfPart(used.get(part)), resolveDir: ROOT },
      outfile: join(folder, 'parts', `${part}.js`),
      metafile: true,
      plugins: [lazyParts(used, part), stubs],
    });
    for (const other of partsOf(metafile)) wanted.add(other);
  }
  copyFileSync(join(import.meta.dirname, 'loader.cjs'), join(folder, 'index.js'));
  await copyAgents(agents, join(folder, 'agents'));
  return app.metafile;
}

/** The parts that a bundle still asks for, now that what nobody uses has fallen away. */
function partsOf({ outputs }) {
  const imports = Object.values(outputs).flatMap((output) => output.imports);
  return new Set(imports.flatMap(({ path }) => /^\.\/parts\/(.*)\.js$/.exec(path)?.[1] ?? []));
}

/** Profiles as JSON, which is YAML and needs no parser of it; tools with the packages that they use. */
async function copyAgents(from, to) {
  mkdirSync(to);
  for (const file of readdirSync(from).filter((name) => name.endsWith('.yaml'))) {
    writeFileSync(join(to, file), JSON.stringify(parse(readFileSync(join(from, file), 'utf8'))));
  }
  const tools = filesOf(join(from, 'tools')).filter((name) => /\.(js|cjs|mjs)$/.test(name));
  for (const file of tools) {
    await build({
      ...COMMON,
      entryPoints: [join(from, 'tools', file)],
      outfile: join(to, 'tools', file.replace(/\.mjs$/, '.js')),
    });
  }
}

function filesOf(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
