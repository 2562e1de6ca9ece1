// npm run bench:cold-start: from the start of a process to its first answered event, beside a named peer and the limit.
// Every row runs once in each round, so that a slow moment of the machine meets them all. Compare the ratios.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildFunction } from '../deploy/bundle/build-function.mjs';
import { makeCodeCache } from '../deploy/bundle/code-cache.mjs';

const HELP = `npm run bench:cold-start -- [options]
  --rounds N     runs of each row; the median counts (9)
  --nodes LIST   versions of Node to run besides this one, fetched with npx: 22,24
  --check        exit 1 where a median is above its target
  --help         this text`;

/** Milliseconds, by major version of Node. And which row it is for. */
const TARGETS = { 20: { ms: 190, row: 'bundle' }, 22: { ms: 120, row: 'bundle, code cache' } };

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    nodes: { type: 'string', default: '' },
    check: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const rounds = Number(values.rounds);
const here = (path) => join(import.meta.dirname, path);

/** The binary itself: npx must not be in what is measured. */
function binaryOf(version) {
  const print = ['-y', '-p', `node@${version}`, 'node', '-p', 'process.execPath'];
  return execFileSync('npx', print, { encoding: 'utf8' }).trim();
}

const nodes = [process.execPath, ...values.nodes.split(',').filter(Boolean).map(binaryOf)];
const folder = mkdtempSync(join(tmpdir(), 'cold-start-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

async function rowsFor(node, major) {
  const bare = join(folder, `bare-bundle-${major}`);
  const cached = join(folder, `cached-bundle-${major}`);
  for (const to of [bare, cached]) await buildFunction({ entry: 'src/lambda.ts', folder: to });
  makeCodeCache({ folder: cached, kind: 'webhook', node });
  const first = here('cold-start/first-event.cjs');
  const size = (file) => statSync(file).size / 1024;
  return [
    { name: 'bare node (limit)', args: [here('cold-start/bare.cjs')] },
    { name: 'stock Jovo, unbundled', args: [here('cold-start/stock-jovo.cjs')] },
    { name: 'unbundled', args: [first, here('../dist/lambda.js')] },
    { name: 'bundle', args: [first, join(bare, 'index.js')], kib: size(join(bare, 'app.js')) },
    {
      name: 'bundle, code cache',
      args: [first, join(cached, 'index.js')],
      kib: size(join(cached, 'app.js')),
    },
  ].map((row) => ({ ...row, node, runs: [] }));
}

/** Milliseconds until the process has said that the event is answered. */
function run({ node, args, name }) {
  const env = { PATH: process.env.PATH, LOG_LEVEL: 'silent' };
  return new Promise((resolve, reject) => {
    const startedAtMs = performance.now();
    const child = spawn(node, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let elapsedMs;
    let complaint = '';
    child.stdout.on('data', (data) => {
      if (String(data).includes('answered')) elapsedMs ??= performance.now() - startedAtMs;
    });
    child.stderr.on('data', (data) => {
      complaint += data;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0 && elapsedMs !== undefined) resolve(elapsedMs);
      else reject(new Error(`${name} did not answer (exit code ${code}). ${complaint.slice(0, 500)}`));
    });
  });
}

const results = [];
for (const node of nodes) {
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  const major = Number(/^v(\d+)/.exec(version)[1]);
  const rows = await rowsFor(node, major);
  for (let round = 0; round <= rounds; round += 1) {
    process.stderr.write(`\r${version} round ${round}/${rounds} `);
    for (const row of rows) {
      const ms = await run(row);
      // The first round fills the disk's cache and counts for nothing.
      if (round > 0) row.runs.push(ms);
    }
  }
  process.stderr.write(`\r${' '.repeat(40)}\r`);
  report(version, major, rows);
}

function report(version, major, rows) {
  const median = ({ runs }) => [...runs].sort((a, b) => a - b)[Math.floor(runs.length / 2)];
  const [limit, stock] = rows.map(median);
  const cell = (value, digits = 0) => (value === undefined ? '-' : value.toFixed(digits)).padStart(9);
  console.log(`Node ${version}: process start to first answered event, ms, median of ${rounds}`);
  console.log(`${''.padEnd(22)}   median       min   x limit   x stock       KiB`);
  for (const row of rows) {
    const ms = median(row);
    const cells = [
      cell(ms),
      cell(Math.min(...row.runs)),
      cell(ms / limit, 1),
      cell(ms / stock, 2),
      cell(row.kib),
    ];
    const target = TARGETS[major]?.row === row.name ? TARGETS[major].ms : undefined;
    const verdict = target === undefined ? '' : `  target ${target}: ${ms <= target ? 'met' : 'missed'}`;
    console.log(row.name.padEnd(22) + cells.join(' ') + verdict);
    if (values.check && target !== undefined && ms > target) process.exitCode = 1;
    results.push({
      node: version,
      name: row.name,
      medianMs: ms,
      ratioToLimit: ms / limit,
      ratioToStock: ms / stock,
    });
  }
}
writeFileSync(here('cold-start/results.json'), `${JSON.stringify(results, null, 2)}\n`);
