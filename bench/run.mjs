// npm run bench: 200 calls at once, 20 turns each, driven from another process; beside a named peer and the limit.
// Prints a table with ratios and writes bench/results.json. Figures of one run on one machine: compare the ratios.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';

const HELP = `npm run bench -- [options]
  --calls N     calls at the same time (200)
  --turns N     turns of each call (20)
  --idle N      idle calls for the memory figure (1000)
  --rounds N    rounds of all servers in turn; the median counts (3)
  --help        this text`;

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '200' },
    turns: { type: 'string', default: '20' },
    idle: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '3' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const [calls, turns, idle, rounds] = [values.calls, values.turns, values.idle, values.rounds].map(Number);

const PEERS = [
  { name: 'bare ws (limit)', server: 'bare-ws', caller: 'sipgate' },
  { name: 'jovo-telephony', server: 'jovo-telephony', caller: 'sipgate' },
  { name: '@jambonz/sdk', server: 'jambonz-sdk', caller: 'jambonz' },
];

const here = (path) => new URL(path, import.meta.url).pathname;

async function startServer(name) {
  const child = fork(here(`servers/${name}.mjs`), { execArgv: ['--expose-gc'] });
  const [{ port }] = await once(child, 'message');
  const memory = async () => {
    child.send('memory');
    return (await once(child, 'message'))[0];
  };
  return { port, memory, stop: () => child.kill() };
}

async function drive(peer, port) {
  const child = fork(here(`callers/${peer.caller}.mjs`), [String(port), String(calls), String(turns)]);
  const [result] = await once(child, 'message');
  return result;
}

/** Bytes of memory that one call costs while nothing happens in it. */
async function idleCost(peer) {
  const server = await startServer(peer.server);
  await holdIdle(peer, server.port, 50); // warm
  const before = await server.memory();
  const sockets = await holdIdle(peer, server.port, idle);
  const after = await server.memory();
  for (const socket of sockets) socket.terminate();
  server.stop();
  return {
    rss: (after.rssBytes - before.rssBytes) / idle,
    heap: (after.heapBytes - before.heapBytes) / idle,
  };
}

let idleCalls = 0;
async function holdIdle(peer, port, count) {
  const sockets = [];
  for (let index = 0; index < count; index += 1) {
    const id = `idle-${idleCalls++}`;
    const jambonz = peer.caller === 'jambonz';
    const socket = jambonz
      ? new WebSocket(`ws://127.0.0.1:${port}/`, 'ws.jambonz.org')
      : new WebSocket(`ws://127.0.0.1:${port}/sipgate`);
    await once(socket, 'open');
    const start = jambonz
      ? {
          type: 'session:new',
          msgid: id,
          call_sid: id,
          b3: '',
          data: { call_sid: id, direction: 'inbound', from: '1', to: '2' },
        }
      : {
          type: 'session_start',
          session: { id, from_phone_number: '4915790000001', to_phone_number: '4921163550' },
        };
    socket.send(JSON.stringify(start));
    await once(socket, 'message');
    sockets.push(socket);
  }
  return sockets;
}

const results = new Map(PEERS.map((peer) => [peer.name, []]));
for (let round = 1; round <= rounds; round += 1) {
  for (const peer of PEERS) {
    process.stderr.write(`\rround ${round}/${rounds}: ${peer.name.padEnd(20)}`);
    const server = await startServer(peer.server);
    await drive(peer, server.port); // warm
    results.get(peer.name).push(await drive(peer, server.port));
    server.stop();
  }
}
const rows = [];
for (const peer of PEERS) {
  process.stderr.write(`\rmemory: ${peer.name.padEnd(30)}`);
  const runs = results.get(peer.name);
  const median = (pick) => runs.map(pick).sort((a, b) => a - b)[Math.floor(runs.length / 2)];
  const memory = await idleCost(peer);
  rows.push({
    name: peer.name,
    turnsPerSecond: median((run) => run.turnsPerSecond),
    p50Ms: median((run) => run.answerMs.p50),
    p99Ms: median((run) => run.answerMs.p99),
    idleHeapKiB: memory.heap / 1024,
    idleRssKiB: memory.rss / 1024,
    faults: runs.flatMap((run) => run.faults),
    lost: runs.reduce((sum, run) => sum + calls * turns - run.turns, 0),
  });
}
process.stderr.write(`\r${' '.repeat(50)}\r`);

const limit = rows[0];
const number = (value, digits = 1) => value.toFixed(digits).padStart(9);
console.log(`${calls} calls at once, ${turns} turns each, Node ${process.version}, median of ${rounds}`);
console.log(
  `${''.padEnd(18)}  turns/s   x limit    p50 ms    p99 ms  heap KiB   rss KiB      lost    faults`,
);
for (const row of rows) {
  const cells = [
    number(row.turnsPerSecond, 0),
    number(row.turnsPerSecond / limit.turnsPerSecond, 2),
    number(row.p50Ms),
    number(row.p99Ms),
    number(row.idleHeapKiB),
    number(row.idleRssKiB),
    number(row.lost, 0),
    number(row.faults.length, 0),
  ];
  console.log(row.name.padEnd(18) + cells.join(' '));
}
console.log('heap and rss: of one idle call, in the server');
writeFileSync(
  here('results.json'),
  `${JSON.stringify({ node: process.version, calls, turns, rows }, null, 2)}\n`,
);
for (const fault of rows.flatMap((row) => row.faults).slice(0, 5)) console.log(fault);
process.exitCode = rows.some((row) => row.faults.length > 0 || row.lost > 0) ? 1 : 0;
