// How much time the conversation adds, with many calls busy, beside the physical limit in the same run:
// - from the last word of a piece, written by a model, to the action with it, read by the network
// - from an interruption, read by the server, to its leaving the model's answer
// - from a key, read by the server, to its writing the action that stops the voice
// - both again, from where the network has written it to where the model or the network sees what came of it: three
//   processes, with the way between them and the time until each looks. Compare with the limit beside it.
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
/** What a caller should not notice, in milliseconds: over the limit, and within the server in all. */
const TARGETS = {
  piece: { p50: 2, p99: 10 },
  leftIn: { p99: 5 },
  stopIn: { p99: 5 },
  left: { p99: 5 },
  stop: { p99: 5 },
};
const WHAT = {
  piece: 'last word of the first piece -> action read by the network',
  leftIn: 'interruption read by the server -> request left by it',
  stopIn: 'key read by the server -> stop written by it',
  left: 'interruption written -> closed request seen by the model',
  stop: 'key written -> stop read by the network',
};
const WITHIN = new Set(['leftIn', 'stopIn']);

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
  const child = fork(here(`servers/${server}.mjs`), {
    // As `npm start` runs it.
    execArgv: ['--max-semi-space-size=2'],
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [{ port }] = await once(child, 'message');
  const run = async (turnsEach) => {
    const network = fork(here('callers/conversation.mjs'), [String(port), String(calls), String(turnsEach)]);
    return (await once(network, 'message'))[0];
  };
  const warm = await run(2);
  const ask = async () => {
    child.send('figures');
    const [{ cpu, ...noted }] = await once(child, 'message');
    return { usedUs: cpu.user + cpu.system, ...noted };
  };
  const [beganMs, before] = [performance.now(), await ask()];
  // The same words again: what was written for them now takes the place of what was written before.
  const { heard, interrupted, stopsMs, faults } = await run(turns);
  const noted = await ask();
  const busy = (noted.usedUs - before.usedUs) / 1_000 / (performance.now() - beganMs);
  model.send('times');
  const [{ written, left, finished }] = await once(model, 'message');
  // Those that were complete by then, too, are not open any more.
  const closed = new Set([...Object.keys(left), ...finished]);
  for (const process of [child, model]) process.disconnect();
  const since = (later, earlier) =>
    Object.entries(later).flatMap(([key, atMs]) => (earlier[key] === undefined ? [] : [atMs - earlier[key]]));
  const { asked, left: leftThere, pressed, stopped } = noted;
  // An answer is interrupted by the next question.
  const leftIn = Object.keys(interrupted).flatMap((key) => {
    const next = key.replace(/\d+$/, (turn) => Number(turn) + 1);
    return asked[next] && leftThere[key] ? [leftThere[key] - asked[next]] : [];
  });
  const stopIn = Object.entries(stopped).flatMap(([id, times]) =>
    times.map((atMs, index) => atMs - pressed[id][index]),
  );
  return {
    piece: since(heard, written),
    leftIn,
    stopIn,
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
  const judged = Object.entries(TARGETS[what]).map(([name, target]) => {
    const over = own[name] - bare[name];
    const [judgedMs, of] = WITHIN.has(what) ? [own[name], `${target} in all`] : [over, target];
    const verdict = judgedMs <= target ? 'kept' : 'MISSED';
    return `${name} ${over < 0 ? '' : '+'}${over.toFixed(2)} (${(own[name] / bare[name]).toFixed(1)} x; at most ${of}: ${verdict})`;
  });
  console.log(`added by us: ${judged.join(', ')}`);
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
