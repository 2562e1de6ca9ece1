// npm run build: removes what an earlier build has made of sources that are not there any more. Otherwise a file that
// has become a folder goes on answering for it, and calls meet last month's code.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const [root = '.'] = process.argv.slice(2);

/** What a compiler makes of one source. */
const MADE = /\.(d\.ts|js)(\.map)?$/;
/** Not made of sources: the bundles of functions. */
const OTHERS = /^functions\//;

const packages = existsSync(join(root, 'packages')) ? readdirSync(join(root, 'packages')) : [];
for (const folder of [root, ...packages.map((name) => join(root, 'packages', name))]) {
  for (const file of made(join(folder, 'dist'))) {
    const source = join(folder, 'src', file.replace(MADE, ''));
    if (!existsSync(`${source}.ts`)) rmSync(join(folder, 'dist', file));
  }
}

function made(dist) {
  if (!existsSync(dist)) return [];
  return readdirSync(dist, { recursive: true }).filter((file) => MADE.test(file) && !OTHERS.test(file));
}
