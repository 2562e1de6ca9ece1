import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CampaignRunner,
  type DialRecord,
  loadCampaign,
  prepareCampaign,
  readDialerSettings,
  reportOf,
  Schedule,
  SqliteStore,
  storeCampaign,
} from '@jovo-telephony/dialer';
import { type CalleeRule, SipgateCallApi } from '@jovo-telephony/phone-simulator';
import type { RunningServer } from '../src/server';
import { systemClock } from '../src/system-clock';
import { startServer } from './support/call-server';

const SPEED = 30;
const folder = mkdtempSync(join(tmpdir(), 'outbound-'));
const NUMBERS = ['+4915790000008', '+4915790000018', '+4915790000028'];

let api: SipgateCallApi;
let server: RunningServer;
let listener: Server;
const told: Record<string, unknown>[] = [];
const heard = new Map<string, string>();

/** What each callee does, and what it hears. */
const callees: CalleeRule = (number) => ({
  outcome: number.endsWith('28') ? 'no_answer' : 'answer',
  async behave(call) {
    await call.agentFinished();
    await call.says(number.endsWith('18') ? 'Rufen Sie mich bitte nie wieder an.' : 'Ja, der Termin passt.');
    await call.agentFinished();
    heard.set(
      number,
      call.log.entries.flatMap((entry) => (entry.kind === 'hears' ? [entry.utterance.text] : [])).join(' '),
    );
  },
});

beforeAll(async () => {
  listener = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      told.push(JSON.parse(body) as Record<string, unknown>);
      response.end();
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await server?.close();
  await api?.close();
  listener.closeAllConnections();
  await new Promise((resolve) => listener.close(resolve));
  rmSync(folder, { recursive: true });
});

const until = async (done: () => boolean | Promise<boolean>) => {
  for (let n = 0; !(await done()); n += 1) {
    if (n > 300) throw new Error('It does not come');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/** Lets the runner take every hour for a good one: what it does at night is tried elsewhere. */
async function runCampaign(
  store: SqliteStore,
  name: string,
  settings: ReturnType<typeof readDialerSettings>,
) {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(
    file,
    `name: ${name}
network: sipgate
targets: targets.csv
allow: ["+49"]
hours: always
callsPerSecond: 20
answerTimeoutSec: 1
`,
  );
  const tools = { clock: systemClock, wallMs: Date.now };
  const prepared = prepareCampaign(file, settings, tools);
  // Nobody lets it ring for a minute in a test.
  prepared.rules.ringMs = 4_000;
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
  return { result: await runner.run(), report: reportOf(schedule) };
}

describe('calls that we place through sipgate', () => {
  it('are conversations that know whom they call, and the campaign knows how they went', async () => {
    const token = 'sipgate-token';
    // The network has to know our address, and we the network's.
    api = await SipgateCallApi.start({
      flows: [
        {
          id: 'flow',
          phoneNumber: '4921163550',
          get url() {
            return `ws://127.0.0.1:${server.port}/sipgate`;
          },
        },
      ],
      token,
      callees,
      speed: SPEED,
    });
    const store = join(folder, 'dialer.db');
    const dialout = join(folder, 'dialout.yaml');
    const listening = `127.0.0.1:${(listener.address() as { port: number }).port}`;
    writeFileSync(
      dialout,
      `bots: { reminder-bot: { network: sipgate, allow: ["+49"], allowedCallers: ["+4921163550"], hours: always } }
clients: { crm: { secretVariable: DIALOUT_CRM_SECRET, scopes: ["*"], notifyHosts: ["${listening}"] } }
`,
    );
    const environment = {
      DIALER_STORE: store,
      DIALOUT_FILE: dialout,
      DIALOUT_CRM_SECRET: 'a secret of sixteen and more',
      SIPGATE_API_URL: api.url,
      SIPGATE_API_TOKEN: token,
      SIPGATE_FLOW_ID: 'flow',
      SIPGATE_BILLING_DEVICE: 'e2',
    };
    server = await startServer({ AGENTS_DIR: join(__dirname, 'fixtures/agents-outbound'), ...environment });
    writeFileSync(
      join(folder, 'targets.csv'),
      [
        'number,id,name,slot',
        `${NUMBERS[0]},anna,Anna Sommer,neun`,
        `${NUMBERS[1]},bert,Bert Winter,zehn`,
        `${NUMBERS[2]},cleo,Cleo,elf`,
      ].join('\n'),
    );
    const records = new SqliteStore(store);
    const { result, report } = await runCampaign(records, 'spring', readDialerSettings(environment));
    expect(result).toEqual({ result: 'finished' });
    expect(report.rows.map(({ id, outcome, calls, result: said }) => [id, outcome, calls, said])).toEqual([
      ['anna', 'reached', 1, undefined],
      ['bert', 'reached', 1, 'do-not-call'],
      // sipgate tells of nobody who does not pick up.
      ['cleo', 'unreported', 1, undefined],
    ]);
    expect(heard.get('4915790000008')).toMatch(
      /Spreche ich mit Anna Sommer\? .*Ihren Termin um neun\. .*sehen wir uns um neun/,
    );
    expect(heard.get('4915790000018')).toMatch(/Spreche ich mit Bert Winter\? .*ich rufe Sie nicht mehr an/);

    // A second campaign does not call whoever has asked for that.
    const second = await runCampaign(records, 'summer', readDialerSettings(environment));
    expect(second.report.rows[1]).toMatchObject({ id: 'bert', outcome: 'do_not_call', calls: 0 });
    expect(api.dialled.filter((number) => number === '4915790000018')).toHaveLength(1);
    expect(await loadCampaign(records, 'summer')).toBeDefined();

    // The same through our own endpoint, as a dialer of the gateway would do it.
    heard.clear();
    const response = await fetch(`http://127.0.0.1:${server.port}/api/v1/actions/dialout`, {
      method: 'POST',
      headers: { Authorization: `Basic ${btoa('crm:a secret of sixteen and more')}` },
      body: JSON.stringify({
        bot: 'reminder-bot',
        target: 'tel:+4915790000108',
        caller: '+4921163550',
        notifyUrl: `http://${listening}/notify`,
        metadata: { name: 'Dora', slot: 'zwölf' },
      }),
    });
    expect(response.status).toBe(200);
    const { conversationId } = (await response.json()) as { conversationId: string };
    await until(() => told.length === 2);
    expect(told).toMatchObject([
      { conversationId, status: 'answered' },
      { conversationId, status: 'completed', reasonCode: 'client-disconnected' },
    ]);
    expect(heard.get('4915790000108')).toMatch(/Spreche ich mit Dora\?/);

    // Nothing of it is without a record, and none of it is about anybody else.
    const kept = (await records.read('spring')).map(({ body }: { body: DialRecord }) => body.type);
    expect(kept.filter((type) => type === 'dialling')).toHaveLength(3);
    records.close();
  }, 60_000);
});
