// How much time the conversation adds, with many calls busy, beside the physical limit in the same run:
// - from the last word of a piece, written by a model, to the action with it, read by the network
// - from an interruption, written by the network, to the model seeing that its answer was left
// - from a key, written by the network, to the action that stops the voice
// Three processes each time: network, server, model. Figures of one machine: compare with the limit beside them.
// The load is that of callers, not a queue that is kept full: each asks, listens, interrupts with a second question,
// listens to the end, presses a key, and begins anew after 12 s, one caller later than the other. 200 of them are about
// 33 questions, 17 keys and 900 words of models a second, some 30 % of a core for the server; it is printed.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '200' },
    turns: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '3' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log('node bench/conversation.mjs [--calls 200] [--turns 20] [--rounds 3]');
  process.exit(0);
}
const [calls, turns, rounds] = [values.calls, values.turns, values.rounds].map(Number);
const here = (path) => new URL(path, import.meta.url).pathname;
const SERVERS = [
  { name: 'bare ws + fetch (limit)', server: 'bare-conversation' },
  { name: 'jovo-telephony', server: 'jovo-conversation' },
];
/** What a caller should not notice, in milliseconds over the limit. */
const TARGETS = { piece: { p50: 2, p99: 10 }, left: { p99: 5 }, stop: { p99: 5 } };
const WHAT = {
  piece: 'last word of the first piece -> action on the wire',
  left: 'interruption -> request to the model closed',
  stop: 'key -> stop on the wire',
};

async function measure({ server }, dataDir) {
  const model = fork(here('servers/model.mjs'));
  const [{ port: modelPort }] = await once(model, 'message');
  const env = {
    ...process.env,
    OPENAI_API_KEY: 'bench',
    OPENAI_BASE_URL: `http://127.0.0.1:${modelPort}/v1`,
    DATA_DIR: dataDir,
    LOG_LEVEL: 'silent',
    CALLS_PER_MINUTE_PER_CALLER: '0',
  };
  const child = fork(here(`servers/${server}.mjs`), { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [{ port }] = await once(child, 'message');
  const run = async (turnsEach) => {
    const network = fork(here('callers/conversation.mjs'), [String(port), String(calls), String(turnsEach)]);
    return (await once(network, 'message'))[0];
  };
  const warm = await run(2);
  const usedUs = async () => {
    child.send('cpu');
    const [{ cpu }] = await once(child, 'message');
    return cpu.user + cpu.system;
  };
  const [beganMs, beforeUs] = [performance.now(), await usedUs()];
  // The same words again: what was written for them now takes the place of what was written before.
  const { heard, interrupted, stopsMs, faults } = await run(turns);
  const busy = ((await usedUs()) - beforeUs) / 1_000 / (performance.now() - beganMs);
  model.send('times');
  const [{ written, left, finished }] = await once(model, 'message');
  // Those that were complete by then, too, are not open any more.
  const closed = new Set([...Object.keys(left), ...finished]);
  for (const process of [child, model]) process.disconnect();
  const since = (later, earlier) =>
    Object.entries(later).flatMap(([key, atMs]) => (earlier[key] === undefined ? [] : [atMs - earlier[key]]));
  return {
    piece: since(heard, written),
    left: since(left, interrupted),
    stop: stopsMs,
    busy,
    lost: Object.keys(interrupted).filter((key) => !closed.has(key)).length,
    faults: [...warm.faults, ...faults],
  };
}

const all = new Map(SERVERS.map(({ name }) => [name, []]));
const dataDir = mkdtempSync(join(tmpdir(), 'bench-'));
for (let round = 1; round <= rounds; round += 1) {
  for (const peer of SERVERS) {
    process.stderr.write(`\rround ${round}/${rounds}: ${peer.name.padEnd(30)}`);
    all.get(peer.name).push(await measure(peer, dataDir));
  }
}
rmSync(dataDir, { recursive: true });
process.stderr.write(`\r${' '.repeat(50)}\r`);

const at = (sorted, share) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
const summary = (name, what) => {
  const sorted = all
    .get(name)
    .flatMap((run) => run[what])
    .sort((a, b) => a - b);
  return { count: sorted.length, p50: at(sorted, 0.5), p99: at(sorted, 0.99), max: at(sorted, 1) };
};
const [limit, ours] = SERVERS;
const rows = Object.keys(WHAT).map((what) => ({
  what,
  limit: summary(limit.name, what),
  ours: summary(ours.name, what),
}));
console.log(
  `${calls} calls at once, two questions and a key every 12 s in each, Node ${process.version}, ${rounds} rounds; milliseconds`,
);
for (const { name } of SERVERS) {
  const busy = all.get(name).map((run) => `${Math.round(run.busy * 100)} %`);
  console.log(`${name.padEnd(26)}busy for ${busy.join(', ')} of a core`);
}
const cell = (value) => value.toFixed(2).padStart(8);
for (const { what, limit: bare, ours: own } of rows) {
  console.log(`\n${WHAT[what]}`);
  console.log(`${''.padEnd(26)}${['count', 'p50', 'p99', 'max'].map((name) => name.padStart(8)).join('')}`);
  for (const [name, { count, p50, p99, max }] of [
    [limit.name, bare],
    [ours.name, own],
  ]) {
    console.log(`${name.padEnd(26)}${String(count).padStart(8)}${cell(p50)}${cell(p99)}${cell(max)}`);
  }
  const added = Object.entries(TARGETS[what]).map(([name, target]) => {
    const over = own[name] - bare[name];
    return `${name} ${over < 0 ? '' : '+'}${over.toFixed(2)} (${(own[name] / bare[name]).toFixed(1)} x; at most ${target}: ${over <= target ? 'kept' : 'MISSED'})`;
  });
  console.log(`added by us: ${added.join(', ')}`);
}
const runs = [...all.values()].flat();
const lost = all.get(ours.name).reduce((sum, run) => sum + run.lost, 0);
const faults = runs.flatMap((run) => run.faults);
console.log(`\nrequests that were not closed: ${lost}; faults: ${faults.length}`);
for (const fault of faults.slice(0, 5)) console.log(fault);
writeFileSync(
  here('conversation.json'),
  `${JSON.stringify({ node: process.version, calls, turns, rows, lost, faults: faults.length }, null, 2)}\n`,
);
process.exitCode = lost > 0 || faults.length > 0 ? 1 : 0;
