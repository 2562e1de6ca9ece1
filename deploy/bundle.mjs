// npm run bundle: what is deployed to AWS Lambda, as dist/functions/<name>/ and <name>.zip.
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildFunction, ROOT } from './bundle/build-function.mjs';
import { lambdaFlags, makeCodeCache } from './bundle/code-cache.mjs';
import { FUNCTIONS, MAX_BUNDLE_BYTES } from './bundle/functions.mjs';
import { filesIn, zipFolder } from './bundle/zip.mjs';

const HELP = `npm run bundle -- [options]
  --out FOLDER    where the functions are written (dist/functions)
  --agents FOLDER the profiles that answer (agents)
  --only NAME     one function: ${FUNCTIONS.map(({ name }) => name).join(' or ')}
  --node PATH     the Node that makes the code cache: that of the runtime (this one)
  --memory MB     memory of the function, from which Lambda derives V8's flags (512); 0: no flags
  --no-cache      without a code cache
  --no-zip        without zip files
  --help          this text`;

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(ROOT, 'dist', 'functions') },
    agents: { type: 'string', default: join(ROOT, 'agents') },
    only: { type: 'string' },
    node: { type: 'string', default: process.execPath },
    memory: { type: 'string', default: '512' },
    'no-cache': { type: 'boolean', default: false },
    'no-zip': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}

const out = resolve(values.out);
mkdirSync(out, { recursive: true });
const flags = Number(values.memory) > 0 ? lambdaFlags(Number(values.memory)) : [];
const kib = (bytes) => `${(bytes / 1024).toFixed(0)} KiB`.padStart(9);
for (const { name, entry } of FUNCTIONS.filter((one) => !values.only || one.name === values.only)) {
  const folder = join(out, name);
  const metafile = await buildFunction({ entry, folder, agents: resolve(values.agents) });
  writeFileSync(join(out, `${name}.meta.json`), JSON.stringify(metafile));
  const cache = values['no-cache'] ? 'none' : makeCodeCache({ folder, kind: name, node: values.node, flags });
  console.log(`${name} (code cache: ${[cache, ...flags].join(' ')})`);
  for (const file of filesIn(folder)) console.log(`${kib(statSync(join(folder, file)).size)}  ${file}`);
  if (statSync(join(folder, 'app.js')).size > MAX_BUNDLE_BYTES) {
    console.error(
      `${name}: app.js has more than ${kib(MAX_BUNDLE_BYTES).trim()}; see what has come in: ${name}.meta.json`,
    );
    process.exitCode = 1;
  }
  if (values['no-zip']) continue;
  const zip = zipFolder(folder);
  writeFileSync(join(out, `${name}.zip`), zip);
  console.log(`${kib(zip.length)}  ${relative(process.cwd(), join(out, `${name}.zip`))}`);
}
