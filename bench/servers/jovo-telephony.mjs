// Our server as it runs in production: doors, queue, Jovo, components, agent. Only the brain is replaced, by one that
// answers at once, since it is the rest that is measured.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { hello } from './hello.mjs';

const require = createRequire(import.meta.url);
const { Agent } = require('../../dist/agent/agent.js');
const { loadProfiles } = require('../../dist/agent/profiles/profiles.js');
const { createApp } = require('../../dist/app.js');
const { openJournal } = require('../../dist/journal/open-journal.js');
const { systemClock } = require('../../dist/system-clock.js');
const { webSocketDoor } = require('@lautmaler/jovo-platform-aiflow');

const brain = {
  name: 'echo',
  async *reply({ messages }) {
    yield { type: 'text', text: `You said: ${messages.at(-1).text}.` };
  },
};
const profiles = loadProfiles('agents');
const agent = new Agent({
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
});
const journal = await openJournal(
  { url: process.env.JOURNAL_URL ?? 'memory:', dataDir: 'data', key: undefined },
  { profiles, clock: systemClock, epochMs: Date.now },
);
const app = createApp({ agent, clock: systemClock, journal, onError: console.error });
await app.initialize();
const door = webSocketDoor(app);
const server = createServer();
server.on('upgrade', door.upgrade);
hello(server);
