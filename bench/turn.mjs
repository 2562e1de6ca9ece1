// npm run bench: what one turn costs in process, from the parsed event to the answer, without network and model: a stock
// Jovo app, ours without a journal, and ours with each journal that needs no server. Rounds are interleaved, so that a
// busy machine is as unfair to one as to the other; compare the ratios.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { stockTurns } from './servers/stock-jovo.mjs';

const require = createRequire(import.meta.url);
// The stock app keeps a framework of its own: ours prepares the one that it runs in.
for (const file of Object.keys(require.cache)) delete require.cache[file];
const { OutboundAgent } = require('../dist/agent/outbound-agent.js');
const { loadProfiles } = require('../dist/agent/profiles/profiles.js');
const { createApp } = require('../dist/app.js');
const { JournalRecords } = require('../dist/journal/journal-records.js');
const { openJournal } = require('../dist/journal/open-journal.js');
const { systemClock } = require('../dist/system-clock.js');
const { HttpServer, SipgateAiflowPlatform } = require('@lautmaler/jovo-platform-aiflow');

const HELP = `node bench/turn.mjs [options]
  --turns N     turns of each kind in each round (1000)
  --rounds N    rounds; the first one only warms up (7)
  --help        this text`;

const { values } = parseArgs({
  options: {
    turns: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '7' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const [turns, rounds] = [values.turns, values.rounds].map(Number);

/** What a call is long, so that its history is as long as that of a real one. */
const TURNS_PER_CALL = 20;

const profiles = loadProfiles('agents');
const brain = {
  name: 'echo',
  async *reply({ messages }) {
    yield { type: 'text', text: `You said: ${messages.at(-1).text}.` };
  },
};

/** Our app; `url` names its journal, without one calls live in the platform's memory. */
async function ourTurns(url) {
  const journal = await openJournal(
    { url: url ?? 'memory:', dataDir: '', key: undefined },
    { profiles, clock: systemClock, epochMs: Date.now },
  );
  const agent = new OutboundAgent({
    profiles,
    brain,
    clock: systemClock,
    timing: {
      fillerAfterMs: 30_000,
      holdAfterMs: 30_000,
      maxSilenceMs: 30_000,
      answerWithinMs: 60_000,
      finishWithinMs: 1_000,
      inputTimeoutMs: 8_000,
    },
    ...(url && { records: new JournalRecords(journal, Date.now) }),
  });
  const platform = new SipgateAiflowPlatform({ clock: systemClock, keeper: url ? journal : undefined });
  const app = createApp({ agent, journal, platforms: [platform], onError: console.error });
  await app.initialize();
  let calls = 0;
  /** To the end of the event: what is written behind its answer is written, as between two events of a real call. */
  const send = async (type, id, text) => {
    const session = { id, from_phone_number: '4915790000001', to_phone_number: '4921163550' };
    const since = process.hrtime.bigint();
    let answer;
    await app.handle(
      new HttpServer({ type, text, session }, {}, ({ body }) => {
        answer = { body, us: Number(process.hrtime.bigint() - since) / 1_000 };
      }),
    );
    return answer;
  };
  const run = async (count, times) => {
    for (let done = 0; done < count; ) {
      const id = `turn-${calls++}`;
      await send('session_start', id);
      for (let turn = 0; turn < TURNS_PER_CALL && done < count; turn += 1, done += 1) {
        const { body, us } = await send('user_speak', id, `What about number ${turn} please`);
        times.push(us);
        if (body === undefined) throw new Error('A turn was not answered');
        // Nobody asks the next question before the answer was heard; whatever was not is kept with the call.
        await send('assistant_speech_ended', id);
      }
      await send('session_end', id);
    }
  };
  return { run, close: () => journal.close() };
}

const folder = mkdtempSync(join(tmpdir(), 'bench-turn-'));
const kinds = [
  { name: 'stock Jovo', ...(await stockTurns()) },
  { name: 'ours, no journal', ...(await ourTurns()) },
  { name: 'ours, journal in memory', ...(await ourTurns('memory:')) },
  { name: 'ours, journal in SQLite', ...(await ourTurns(`sqlite:${join(folder, 'journal.db')}`)) },
];
const times = kinds.map(() => []);
const cpuUs = kinds.map(() => []);
for (let round = 0; round < rounds; round += 1) {
  for (const [index, kind] of kinds.entries()) {
    globalThis.gc?.();
    const taken = [];
    const since = process.cpuUsage();
    await kind.run(turns, taken);
    const { user, system } = process.cpuUsage(since);
    if (round === 0) continue;
    times[index].push(...taken);
    cpuUs[index].push((user + system) / turns);
  }
}
for (const { close } of kinds) await close?.();
rmSync(folder, { recursive: true });

const rows = kinds.map(({ name }, index) => {
  const sorted = times[index].sort((a, b) => a - b);
  const at = (share) => sorted[Math.floor(sorted.length * share)];
  const cpu = cpuUs[index].sort((a, b) => a - b)[Math.floor(cpuUs[index].length / 2)];
  return { name, p50Us: at(0.5), p90Us: at(0.9), p99Us: at(0.99), cpuUs: cpu };
});
const [stock, plain] = rows;
console.log(`one turn in process, Node ${process.version}, ${turns * (rounds - 1)} turns of each kind`);
console.log(`${''.padEnd(25)}   p50 us   p90 us   p99 us   cpu us  x stock    added`);
for (const { name, p50Us, p90Us, p99Us, cpuUs: cpu } of rows) {
  const cells = [p50Us, p90Us, p99Us, cpu].map((us) => us.toFixed(0).padStart(8));
  const added = p50Us - plain.p50Us;
  const ratios = [
    (p50Us / stock.p50Us).toFixed(2).padStart(8),
    added > 0 && name !== stock.name ? added.toFixed(0).padStart(8) : ''.padStart(8),
  ];
  console.log(name.padEnd(25) + [...cells, ...ratios].join(' '));
}
writeFileSync(
  new URL('turn-results.json', import.meta.url),
  `${JSON.stringify({ node: process.version, turns, rounds, rows }, null, 2)}\n`,
);
