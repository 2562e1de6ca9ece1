import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CampaignRunner,
  type DialStore,
  learn,
  NEW_CALL,
  type OutboundCall,
  openDialStore,
  prepareCampaign,
  readDialerSettings,
  reportOf,
  Schedule,
  storeCampaign,
} from '@jovo-telephony/dialer';
import { type CalleeRule, VoiceAiGateway, type Wire } from '@jovo-telephony/phone-simulator';
import { runJournalCli } from '../src/journal/cli';
import type { RunningServer } from '../src/server';
import { systemClock } from '../src/system-clock';
import { startServer } from './support/call-server';

const SPEED = 30;
const TARGETS = [
  ['anna', '+4915790000008', 'Anna Sommer', 'neun'],
  ['bert', '+4915790000018', 'Bert Winter', 'zehn'],
  ['cleo', '+4915790000028', 'Cleo Herbst', 'elf'],
  ['dora', '+4915790000038', 'Dora Lenz', 'zwölf'],
  ['emil', '+4915790000048', 'Emil Frost', 'eins'],
] as const;

const folder = mkdtempSync(join(tmpdir(), 'outbound-'));
let server: RunningServer | undefined;
let gateway: VoiceAiGateway | undefined;
let store: DialStore | undefined;
afterEach(async () => {
  await server?.close();
  await gateway?.close();
  await store?.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const freePort = async (): Promise<number> => {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
};

const callees: CalleeRule = (number) => {
  // Half a second in reality: a machine is not recognised while the call is still being answered.
  const detectedAfterMs = 500 * SPEED;
  if (number.endsWith('28'))
    return { outcome: 'voicemail', detectedAfterMs, greetingMs: 2 * detectedAfterMs, recordMs: 30_000 };
  if (number.endsWith('38')) return 'busy';
  if (number.endsWith('48')) return { outcome: 'fax', detectedAfterMs };
  return {
    outcome: 'answer',
    async behave(call) {
      await call.agentFinished();
      await call.says(
        number.endsWith('18') ? 'Rufen Sie mich bitte nie wieder an.' : 'Ja, der Termin passt.',
      );
      await call.agentFinished();
    },
  };
};

/** What was heard at the other end of a call. */
const heard = (number: string): string => {
  const placed = gateway?.calls.find(({ request }) => request.target === `tel:${number}`);
  const entries = placed?.call?.log.entries ?? [];
  return entries.flatMap((entry) => (entry.kind === 'hears' ? [entry.utterance.text] : [])).join(' ');
};

/** Everything that was heard of one call, from whichever side. */
const knownOf = async (name: string, target: number): Promise<OutboundCall> => {
  const records = (await store?.read(name)) ?? [];
  return records
    .flatMap(({ body }) => (body.type === 'fact' && body.key === `${name}.${target}.1` ? [body.fact] : []))
    .reduce(learn, NEW_CALL);
};

describe('calls that we place through AudioCodes', () => {
  it.each<[Wire]>([['http'], ['http+ws'], ['ws']])(
    'know whom they call and who picks up, and the campaign knows how they went: wire %s',
    async (wire) => {
      const port = await freePort();
      const name = `spring-${wire.replace('+', '-')}`;
      const scheme = wire === 'ws' ? 'ws' : 'http';
      gateway = await VoiceAiGateway.start({
        bots: [
          {
            name: 'reminder-bot',
            url: `${scheme}://127.0.0.1:${port}/audiocodes`,
            wire,
            token: 'gateway-token',
            language: 'de-DE',
            gateway: { config: { sendEventsToBot: ['dialoutInitiated'] } },
          },
        ],
        callees,
        speed: SPEED,
      });
      const environment = {
        DIALER_STORE: join(folder, `${name}.db`),
        DIALER_PUBLIC_URL: `http://127.0.0.1:${port}`,
        AUDIOCODES_API_URL: gateway.url,
        AUDIOCODES_API_CLIENT_ID: 'dialer',
        AUDIOCODES_API_CLIENT_SECRET: 'secret',
      };
      const kept = { JOURNAL_URL: '', DATA_DIR: join(folder, name) };
      server = await startServer({
        PORT: String(port),
        ...kept,
        AUDIOCODES_TOKEN: 'gateway-token',
        AGENTS_DIR: join(__dirname, 'fixtures/agents-outbound'),
        ...environment,
      });
      const file = join(folder, `${name}.yaml`);
      writeFileSync(
        file,
        `name: ${name}
network: audiocodes
bot: reminder-bot
targets: ${name}.csv
caller: "+4921163550"
hours: always
callsPerSecond: 20
concurrent: 5
machineDetection: detect
retry: {}
`,
      );
      const rows = TARGETS.map(([id, number, who, slot]) => `${number},${id},${who},${slot}`);
      writeFileSync(join(folder, `${name}.csv`), ['number,id,name,slot', ...rows].join('\n'));
      const settings = readDialerSettings(environment);
      store = await openDialStore(settings.store);
      const prepared = prepareCampaign(file, settings, { clock: systemClock, wallMs: Date.now });
      const { requestFor } = await storeCampaign(prepared, store, settings, Date.now);
      const schedule = new Schedule(name, prepared.rules);
      const runner = new CampaignRunner({
        schedule,
        store,
        network: prepared.network,
        requestFor,
        clock: systemClock,
        wallMs: Date.now,
        random: Math.random,
        holder: 'test',
      });
      expect(await runner.run()).toEqual({ result: 'finished' });
      const report = reportOf(schedule);
      expect(report.rows.map(({ id, outcome, calls, result }) => [id, outcome, calls, result])).toEqual([
        ['anna', 'reached', 1, undefined],
        ['bert', 'reached', 1, 'do-not-call'],
        ['cleo', 'voicemail', 1, 'voicemail'],
        ['dora', 'busy', 1, undefined],
        ['emil', 'fax', 1, undefined],
      ]);
      expect(heard('+4915790000008')).toMatch(
        /Spreche ich mit Anna Sommer\? .*Ihren Termin um neun\. .*sehen wir uns um neun/,
      );
      expect(heard('+4915790000018')).toMatch(/Spreche ich mit Bert Winter\? .*ich rufe Sie nicht mehr an/);
      // The machine has nothing but the message on its tape, besides what was begun before it was recognised.
      expect(heard('+4915790000028')).toMatch(
        /mit einer Nachricht für Cleo Herbst\. Bitte rufen Sie uns zurück\.$/,
      );
      expect(heard('+4915790000028')).not.toMatch(/sehen wir uns/);
      // What the answer, the report and the conversation have said is one call.
      const conversationId = report.rows[2]?.conversationId ?? '(none)';
      expect(await knownOf(name, 2)).toMatchObject({
        conversationId: { id: conversationId, rank: 3 },
        placed: true,
        initiated: true,
        connected: true,
        voicemail: true,
        messageTime: true,
        ended: { result: 'voicemail' },
        end: { status: 'completed', machineDetection: 'voicemail beep', botOperationResult: 'voicemail' },
      });
      expect(await knownOf(name, 3)).toMatchObject({
        placed: true,
        initiated: true,
        end: { reasonCode: 'busy' },
      });
      expect((await knownOf(name, 3)).connected).toBeUndefined();
      // And so it is in the journal of the conversation.
      const calls: Record<string, unknown>[] = [];
      await runJournalCli(['export'], { ...kept, ...environment }, (line) => calls.push(JSON.parse(line)));
      const inJournal = (target: number) =>
        calls.find(({ dialerCall }) => dialerCall === `${name}.${target}.1`);
      expect(inJournal(2)).toMatchObject({
        call: `audiocodes/${conversationId}`,
        direction: 'outbound',
        metadata: 'name slot',
        machine: 'recording',
        result: 'voicemail',
        entries: expect.arrayContaining([
          expect.objectContaining({ kind: 'event', type: 'OUTBOUND_INITIATED' }),
          expect.objectContaining({ kind: 'event', type: 'MACHINE_DETECTED' }),
        ]),
        dialled: {
          outcome: 'voicemail',
          heard: ['placed', 'initiated', 'connected', 'voicemail', 'message_time'],
          status: 'completed',
          reasonCode: 'bot-disconnected',
          machineDetection: 'voicemail beep',
          seconds: expect.any(Number),
          result: 'voicemail',
        },
      });
      // Nobody was there, and that is what it says.
      expect(inJournal(3)).toMatchObject({
        outcome: 'not_answered',
        dialled: { outcome: 'busy', heard: ['placed', 'initiated'], status: 'failed', reasonCode: 'busy' },
      });
      expect(JSON.stringify(calls)).not.toMatch(/157900000|Sommer/);
      const shown: string[] = [];
      const id = `audiocodes/${conversationId}`;
      await runJournalCli(['show', id], { ...kept, ...environment }, (text) => shown.push(text));
      expect(shown.join()).toMatch(/^at the dialer\n {2}outcome +voicemail\n {2}heard +placed, initiated,/m);
      for (const { call, request } of gateway.calls)
        expect([request.target, call?.violations ?? []]).toEqual([request.target, []]);
    },
    60_000,
  );
});
