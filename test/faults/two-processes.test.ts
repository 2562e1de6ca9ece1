import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ActionLedger, type RiskyAction } from '@jovo-telephony/telephony';
import { gist, type ToyHandler, toyProcess } from '../../packages/platform-base/test/support/toy-platform';
import type { Conversation } from '../../src/agent/conversation';
import { Journal } from '../../src/journal/journal';
import { JournalRecords } from '../../src/journal/journal-records';
import { Sealing } from '../../src/journal/sealing';
import type { JournalStore, StoredCall } from '../../src/journal/store';
import { DynamoStore } from '../../src/journal/stores/dynamodb';
import { PostgresStore } from '../../src/journal/stores/postgres';
import { SqliteStore } from '../../src/journal/stores/sqlite';
import { systemClock } from '../../src/system-clock';
import { startDynamo } from '../support/dynamo';
import { startPostgres } from '../support/postgres';
import { randomOf } from '../support/quick-clock';

/* SEED repeats a run. */
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000_000);
/** The emulator takes its time. */
const CALLS: Readonly<Record<string, number>> = { SQLite: 40, PostgreSQL: 25, DynamoDB: 8 };
const EVENTS = 24;

/** Every third event asks for a text message. */
const isMessage = (text: string) => Number(text.split('-')[1]) % 3 === 0;

interface Process {
  post(event: unknown): Promise<string[]>;
  journal: Journal;
}

/**
 * A process with its own connection to the store. Its app writes every event into its session, after a pause in which
 * another process could come between, and sends a text message where one is asked for.
 */
async function processOn(store: JournalStore, key: Uint8Array, sent: Map<string, number>): Promise<Process> {
  const journal = new Journal({ store, sealing: new Sealing([key]), clock: systemClock, epochMs: Date.now });
  const records = new JournalRecords(journal, Date.now);
  const ledger = new ActionLedger();
  const limits = { call: 1_000, caller: 100_000, profile: 100_000, day: 100_000 };
  const handler: ToyHandler = async function ({ text = '', call }) {
    const session = this.$session.data as { seen?: string[] };
    if (text === 'what have you seen?') return this.$send((session.seen ?? []).join(' '));
    const before = session.seen ?? [];
    await new Promise((resolve) => setTimeout(resolve, before.length % 3));
    session.seen = [...before, text];
    if (!isMessage(text)) return this.$send(`heard ${text}`);
    const record = records.of({ network: 'toy', callId: call } as Conversation, 'toy');
    const action: RiskyAction = { type: 'send_sms', text };
    const claim = await ledger.claim(record, { turnId: text, action, limits });
    if (!claim.granted) return this.$send(`not sent ${claim.reason}`);
    // From here on the message is on its way.
    sent.set(text, (sent.get(text) ?? 0) + 1);
    ledger.commit(record, claim.runId, { ok: true });
    return this.$send(`sent ${text}`);
  };
  const { post } = await toyProcess(handler, { keeper: journal });
  return { journal, post: async (event) => gist(await post(event)) };
}

/** The events of one call as a network delivers them that repeats and swaps one of ten. */
function deliveries(call: string, random: () => number) {
  const events = Array.from({ length: EVENTS }, (_, index) => {
    const text = `${call}-${index}`;
    return { type: 'key', call, text, key: text };
  });
  for (let at = 1; at < events.length; at += 1) {
    if (random() >= 0.1) continue;
    const [one, two] = [events[at - 1], events[at]];
    if (one && two) events.splice(at - 1, 2, two, one);
  }
  return events.flatMap((event) => (random() < 0.1 ? [event, event] : [event]));
}

const folder = mkdtempSync(join(tmpdir(), 'two-processes-'));
const stops: (() => unknown)[] = [() => rmSync(folder, { recursive: true })];

afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

const ENGINES: Readonly<Record<string, () => Promise<() => Promise<JournalStore>>>> = {
  SQLite: async () => () => SqliteStore.open(join(folder, 'journal.db')),
  PostgreSQL: async () => {
    const server = await startPostgres();
    stops.push(server.stop);
    return () => PostgresStore.open(server.url);
  },
  DynamoDB: async () => {
    const server = await startDynamo();
    stops.push(server.stop);
    return () => DynamoStore.open(server.url);
  },
};

test.each(Object.keys(ENGINES))(
  `%s: of events that come twice or in another order, to either process, none is lost and none done twice (seed ${SEED})`,
  async (name) => {
    const open = await ENGINES[name]?.();
    if (!open) throw new Error(name);
    const random = randomOf(SEED);
    const key = randomBytes(32);
    const sent = new Map<string, number>();
    const processes = [await processOn(await open(), key, sent), await processOn(await open(), key, sent)];
    const anyProcess = () => processes[Math.floor(random() * processes.length)] as Process;

    const faults: string[] = [];
    const play = async (call: string) => {
      const under: Promise<unknown>[] = [];
      for (const event of deliveries(call, random)) {
        const answered = anyProcess().post(event);
        // Some are sent before the one before is answered.
        if (random() < 0.3) under.push(answered);
        else await answered;
      }
      await Promise.all(under);
      const [seen = ''] = await anyProcess().post({
        type: 'key',
        call,
        text: 'what have you seen?',
        key: `${call}-?`,
      });
      const wanted = Array.from({ length: EVENTS }, (_, index) => `${call}-${index}`);
      const got = seen.split(' ');
      faults.push(...wanted.filter((text) => !got.includes(text)).map((text) => `${text} was lost`));
      faults.push(...got.filter((text, at) => got.indexOf(text) !== at).map((text) => `${text} came twice`));
      for (const text of wanted.filter(isMessage)) {
        if (sent.get(text) !== 1) faults.push(`${text} was sent ${sent.get(text) ?? 0} times`);
      }
      await anyProcess().post({ type: 'end', call, key: `${call}-end` });
    };
    // A few at a time: it is order that is tested, not load.
    const calls = CALLS[name] ?? 0;
    const ids = Array.from({ length: calls }, (_, index) => `c${index}`);
    const line = async () => {
      for (let id = ids.pop(); id; id = ids.pop()) await play(id);
    };
    await Promise.all([line(), line(), line(), line()]);
    expect(faults).toEqual([]);

    for (const { journal } of processes) await journal.close();
    const store = await open();
    const left: StoredCall[] = [];
    for await (const call of store.read({})) left.push(call);
    await store.close();
    expect(left).toHaveLength(calls);
    // No profile has asked to keep anything: what is over is over.
    const isOver = ({ endedAtMs, pages, claimCount }: StoredCall) =>
      endedAtMs !== undefined && pages.length === 0 && claimCount === 0;
    expect(left.filter((call) => !isOver(call)).map(({ callId }) => callId)).toEqual([]);
  },
  120_000,
);
