import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type CalleeRule,
  type DeliveryPlan,
  type DialoutRequest,
  VoiceAiGateway,
} from '@jovo-telephony/phone-simulator';
import {
  type DialRecord,
  loadCampaign,
  notificationReceiver,
  notifySecret,
  reportOf,
  reportTable,
  Schedule,
  SqliteStore,
  type TargetOutcome,
} from '../src';
import { campaignFolder } from './support/campaign-folder';
import { type ScaledTime, scaled } from './support/scaled';
import { bundleCampaignProcess, type CampaignProcess, spawnCampaign } from './support/spawn-campaign';

const SPEED = 100;
/** Two minutes before nine, on a Tuesday in Berlin. */
const START_MS = Date.parse('2026-03-03T07:58:00Z');
const NINE_MS = Date.parse('2026-03-03T08:00:00Z');
const CALLS_PER_SECOND = 5;
/** More than the gateway allows, so that it has to say 429. */
const CONCURRENT = 14;
const GATEWAY_CONCURRENT = 10;

/** What each kind of target does, and what the rules make of it: how many calls, and how it ends. */
interface Kind {
  /** The n-th call, from 0. Default: somebody answers. */
  callee?: CalleeRule;
  /** Of the conversation. */
  result?: string;
  fault?: 'dials and says 500' | 'says 500' | 'says 400' | 'dials and cuts';
  notifications?: 'lost' | 'twice, out of order' | 'late';
  calls: number;
  outcome: TargetOutcome;
}

const turns =
  (...outcomes: ReturnType<CalleeRule>[]): CalleeRule =>
  (_number, attempt) =>
    outcomes[Math.min(attempt, outcomes.length - 1)] ?? 'answer';

const KINDS: Kind[] = [
  { calls: 1, outcome: 'reached' },
  { callee: turns('busy', 'answer'), calls: 2, outcome: 'reached' },
  { callee: turns('busy'), calls: 3, outcome: 'busy' },
  { callee: turns('no_answer'), calls: 2, outcome: 'no_answer' },
  { result: 'confirmed', calls: 1, outcome: 'reached' },
  { callee: turns('no_answer', 'busy', 'answer'), calls: 3, outcome: 'reached' },
  { callee: turns('declined'), calls: 1, outcome: 'declined' },
  { callee: turns('error'), calls: 1, outcome: 'failed' },
  { callee: turns('voicemail'), calls: 1, outcome: 'voicemail' },
  { callee: turns({ outcome: 'voicemail', beeps: false }), calls: 1, outcome: 'voicemail' },
  { callee: turns('fax'), calls: 1, outcome: 'fax' },
  { notifications: 'twice, out of order', calls: 1, outcome: 'reached' },
  { callee: turns('busy'), notifications: 'twice, out of order', calls: 3, outcome: 'busy' },
  { fault: 'dials and says 500', calls: 1, outcome: 'reached' },
  { calls: 1, outcome: 'reached' },
  { fault: 'dials and says 500', callee: turns('busy', 'answer'), calls: 2, outcome: 'reached' },
  { notifications: 'late', calls: 1, outcome: 'reached' },
  { fault: 'says 500', calls: 0, outcome: 'unknown' },
  { result: 'do-not-call', calls: 1, outcome: 'reached' },
  { fault: 'says 400', calls: 0, outcome: 'refused' },
  { calls: 1, outcome: 'reached' },
  { fault: 'dials and cuts', calls: 1, outcome: 'reached' },
  { notifications: 'lost', calls: 1, outcome: 'unreported' },
  { callee: turns('busy', 'no_answer', 'declined'), calls: 3, outcome: 'declined' },
  { calls: 0, outcome: 'do_not_call' },
];

/** 500 targets: 20 of each kind but the last five, which are who must not or cannot be called. */
const numberOf = (index: number): string => `+49157${String(90_000_000 + index)}`;
/** A call whose end is never heard of holds its place for long: four of that kind are enough. */
const kindOf = (index: number): Kind => {
  const kind = KINDS[index % KINDS.length] as Kind;
  return kind.notifications === 'lost' && index >= 100 ? (KINDS[0] as Kind) : kind;
};
const CALLED = 490;
const OTHERS = [
  { row: numberOf(0), outcome: 'duplicate' },
  { row: '+499001234567', outcome: 'blocked' },
  { row: '+8613912345678', outcome: 'blocked' },
  { row: 'Anna', outcome: 'invalid' },
  { row: '+49110', outcome: 'blocked' },
  // Fast asleep until the afternoon.
  ...Array.from({ length: 5 }, (_, n) => ({ row: `+1212555${String(1_000 + n)}`, outcome: 'cancelled' })),
] as const;

const indexOfTarget = (target: string): number => Number(target.slice(-8)) - 90_000_000;

let gateway: VoiceAiGateway;
let receiver: Server | undefined;
let store: SqliteStore;
const processes: CampaignProcess[] = [];
const files = campaignFolder();

afterAll(async () => {
  for (const { child } of processes) child.kill('SIGKILL');
  await gateway?.close();
  receiver?.closeAllConnections();
  receiver?.close();
  store?.close();
  files.remove();
});

/** The gateway, played by the simulator. */
async function startGateway(): Promise<VoiceAiGateway> {
  const kind = ({ target }: DialoutRequest) => kindOf(indexOfTarget(target));
  const faults = new Set<string>();
  return VoiceAiGateway.start({
    bots: [
      {
        name: 'reminder-bot',
        allowedCallers: ['+4921163550'],
        maxConcurrentCalls: GATEWAY_CONCURRENT,
        result: (request) => ({ result: kind(request).result }),
      },
    ],
    callees: (number, attempt) => kindOf(indexOfTarget(number)).callee?.(number, attempt) ?? 'answer',
    speed: SPEED,
    fault(request) {
      const { fault } = kind(request);
      // Only the first time: what is asked for again must be answered.
      if (!fault || faults.has(request.target)) return undefined;
      faults.add(request.target);
      if (fault === 'says 400')
        return { status: 400, body: { error: 'request is not to the taste of the gateway' } };
      if (fault === 'dials and cuts') return { status: 500, cut: true, dialsAnyway: true };
      return { status: 500, dialsAnyway: fault === 'dials and says 500' };
    },
    notifications({ conversationId, status }): DeliveryPlan {
      const call = gateway.calls.find((each) => each.conversationId === conversationId);
      const plan = call && kind(call.request).notifications;
      if (plan === 'lost') return { times: 0 };
      if (plan === 'late') return { afterMs: 300 };
      return plan ? { times: 2, afterFinal: status === 'answered' } : {};
    },
  });
}

/** What `npm start` would be: takes the notifications, whatever becomes of the process that dials. */
async function startReceiver(wallMs: () => number): Promise<string> {
  const secret = await notifySecret(store, wallMs);
  const server = createServer(notificationReceiver({ store, secret, wallMs }));
  receiver = server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const until = async (done: () => boolean | Promise<boolean>, what: () => string): Promise<void> => {
  for (let waited = 0; !(await done()); waited += 1) {
    if (waited > 400) throw new Error(`It does not come to: ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
};

describe('a campaign of 500 targets', () => {
  it('dials everybody exactly as the rules say, through a crash and a gateway that has too much', async () => {
    const time: ScaledTime = { startMs: START_MS, realStartMs: Date.now(), speed: SPEED };
    const { wallMs } = scaled(time);
    store = new SqliteStore(files.path('dialer.db'));
    gateway = await startGateway();
    const publicUrl = await startReceiver(wallMs);
    const numbers = [
      ...Array.from({ length: CALLED }, (_, index) => numberOf(index)),
      ...OTHERS.map(({ row }) => row),
    ];
    files.write(
      'targets.csv',
      ['id,number,name', ...numbers.map((number, index) => `t${index},${number},N. N.`)].join('\n'),
    );
    const listed = numbers.filter((_, index) => index < CALLED && kindOf(index).outcome === 'do_not_call');
    files.write('do-not-call.txt', listed.join('\n'));
    const campaign = files.write(
      'campaign.yaml',
      `name: spring
network: audiocodes
bot: reminder-bot
targets: targets.csv
doNotCall: [do-not-call.txt]
caller: "+4921163550"
allow: ["+49", "+1"]
machineDetection: detect
callsPerSecond: ${CALLS_PER_SECOND}
concurrent: ${CONCURRENT}
retry:
  busy: { times: 2, after: 30s }
  no_answer: { times: 1, after: 1m }
caps: { perNumberPerDay: 9 }
longestCall: 10m
`,
    );
    const bundle = bundleCampaignProcess(files.path('campaign-process.js'));
    const run = () => {
      const started = spawnCampaign(bundle, ['run', campaign], time, {
        DIALER_STORE: files.path('dialer.db'),
        DIALER_PUBLIC_URL: publicUrl,
        AUDIOCODES_API_URL: gateway.url,
        AUDIOCODES_API_CLIENT_ID: 'dialer',
        AUDIOCODES_API_CLIENT_SECRET: 'secret',
      });
      processes.push(started);
      return started;
    };

    // Killed twice: in the middle, and again soon after it has gone on.
    for (const calls of [150, 300]) {
      const killed = run();
      await until(
        () => gateway.calls.length >= calls,
        () => `${calls} calls\n${killed.output()}`,
      );
      killed.child.kill('SIGKILL');
      expect(await killed.ended).toBe('SIGKILL');
    }
    const last = run();
    const loaded = async () => (await loadCampaign(store, 'spring'))?.schedule;
    await until(
      async () => {
        const { waiting, calling } = (await loaded())?.progress ?? {};
        return waiting === 5 && calling === 0;
      },
      () => `everybody settled but New York\n${last.output()}`,
    );
    await gateway.idle();
    // Those who are still asleep are let be.
    await store.append('spring', { type: 'cancelled', atMs: wallMs() });
    expect(await last.ended).toBe(0);

    const schedule = await loaded();
    if (!schedule) throw new Error('The campaign has left no records');
    const report = reportOf(schedule);
    expect(last.output()).toContain(reportTable(report));

    // Everybody is in the report once, and it adds up.
    expect(report).toMatchObject({ targets: 500, settled: 500, waiting: 0, calling: 0 });
    expect(Object.values(report.outcomes).reduce((sum, count) => sum + count, 0)).toBe(500);

    // Whoever was called, how often, and how it ended: exactly as the rules say. A process that is killed between
    // writing a call down and asking for it leaves one that nobody knows of. It is not asked for again.
    const dialled = new Map<number, number>();
    for (const target of gateway.dialled) {
      dialled.set(indexOfTarget(target), (dialled.get(indexOfTarget(target)) ?? 0) + 1);
    }
    let lost = 0;
    for (const [index, row] of report.rows.slice(0, CALLED).entries()) {
      const { calls, outcome } = kindOf(index);
      const made = dialled.get(index) ?? 0;
      expect(made).toBeLessThanOrEqual(calls);
      if (row.outcome === 'unknown' && outcome !== 'unknown') lost += 1;
      else expect([row.id, row.outcome, made]).toEqual([row.id, outcome, calls]);
    }
    expect(lost).toBeLessThanOrEqual(2 * CONCURRENT);
    expect(report.rows.slice(CALLED).map(({ outcome }) => outcome)).toEqual(
      OTHERS.map(({ outcome }) => outcome),
    );
    expect(report.rows.slice(CALLED).map(({ calls }) => calls)).toEqual(OTHERS.map(() => 0));

    // Nobody on the list was as much as asked for.
    const asked = gateway.requests.map(({ text }) => (JSON.parse(text) as DialoutRequest).target);
    expect(listed.filter((number) => asked.includes(`tel:${number}`))).toEqual([]);

    // The gateway had too much, and everybody who was refused for that reason was called later.
    const statuses = gateway.requests.map(({ status }) => status);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);

    // Never too fast, never too many at once, never before nine; by the records, over all three processes.
    const records = (await store.read('spring')).map(({ body }) => body);
    const dials = records.filter(
      (record): record is Extract<DialRecord, { type: 'dialling' }> => record.type === 'dialling',
    );
    expect(dials[0]?.atMs).toBeGreaterThanOrEqual(NINE_MS);
    for (const [index, { atMs }] of dials.entries()) {
      const before = dials[index - 1]?.atMs ?? Number.NEGATIVE_INFINITY;
      expect(atMs - before).toBeGreaterThanOrEqual(1000 / CALLS_PER_SECOND);
    }
    expect(new Set(dials.map(({ key }) => key)).size).toBe(dials.length);
    expect(gateway.calls.every(({ request }) => typeof request.metadata?.dialerCall === 'string')).toBe(true);
    expect(await mostAtOnce()).toBeLessThanOrEqual(CONCURRENT);
  }, 120_000);
});

/** Calls that were open at the same time, replayed from the records. */
async function mostAtOnce(): Promise<number> {
  const loaded = await loadCampaign(store, 'spring');
  if (!loaded) return 0;
  const replay = new Schedule('spring', loaded.schedule.rules);
  let most = 0;
  for (const { body } of await store.read('spring')) {
    replay.apply(body);
    most = Math.max(most, replay.openCalls);
  }
  return most;
}
