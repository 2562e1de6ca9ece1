import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { httpDoor, SipgateAiflowPlatform } from '@lautmaler/jovo-platform-aiflow';
import type { Brain, BrainEvent } from '../../../src/agent/brain';
import { OutboundAgent } from '../../../src/agent/outbound-agent';
import { loadProfiles } from '../../../src/agent/profiles/profiles';
import { createApp } from '../../../src/app';
import { JournalRecords } from '../../../src/journal/journal-records';
import { openJournal } from '../../../src/journal/open-journal';
import { systemClock } from '../../../src/system-clock';

/*
 * A server process that is made to be killed: doors, Jovo, agent, policy and journal are the real ones. Its brain says
 * what it was told so far, and sends a text message where one is asked for.
 */
const BRAIN: Brain = {
  name: 'test',
  async *reply({ messages }): AsyncGenerator<BrainEvent> {
    const last = messages.at(-1);
    const text = last && 'text' in last ? last.text : '';
    // What a model needs for its first word: here a process is killed in the middle of a turn.
    await new Promise((resolve) => setTimeout(resolve, 5));
    const [, message] = /message ([a-z0-9]+)$/.exec(text) ?? [];
    if (message) {
      yield { type: 'tool', call: { name: 'send_sms', arguments: { text: `Message ${message}` } } };
      return;
    }
    const heard = messages.flatMap((each) =>
      each.role === 'caller' ? (each.text.match(/[nm][0-9]+x[0-9]+/g) ?? []) : [],
    );
    yield { type: 'text', text: /everything$/.test(text) ? `So far ${heard.join(' ')}.` : 'Noted.' };
  },
};

async function main(): Promise<void> {
  const [dataDir = '', agentsDir = ''] = process.argv.slice(2);
  const profiles = loadProfiles(agentsDir);
  const journal = await openJournal(
    { url: undefined, dataDir, key: undefined },
    { profiles, clock: systemClock, epochMs: Date.now },
  );
  const agent = new OutboundAgent({
    profiles,
    brain: BRAIN,
    clock: systemClock,
    timing: {
      fillerAfterMs: 900,
      holdAfterMs: 1_500,
      maxSilenceMs: 2_200,
      answerWithinMs: 6_000,
      finishWithinMs: 0,
      inputTimeoutMs: 8_000,
    },
    records: new JournalRecords(journal, Date.now),
  });
  const app = createApp({
    agent,
    journal,
    platforms: [new SipgateAiflowPlatform({ clock: systemClock, keeper: journal, onWarning: () => {} })],
    onError: (error) => process.send?.({ error: String(error) }),
  });
  await app.initialize();
  const server = createServer(httpDoor(app));
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
  process.once('disconnect', () => process.exit(0));
}

void main();
