import { VirtualClock } from '@jovo-telephony/telephony/testing';
import {
  type CampaignRules,
  CampaignRunner,
  type DialAnswer,
  DialerError,
  type DialRequest,
  type DialStore,
  DO_NOT_CALL_STREAM,
  MemoryStore,
  noteFact,
  type OutboundNetwork,
  openCampaign,
  type RunnerOptions,
  type RunSignals,
  Schedule,
  type Target,
} from '../src';
import { german, rules } from './support/rules';

/** A Tuesday, 10:00 in Berlin. */
const TUESDAY = Date.parse('2026-03-03T09:00:00Z');

/** A network whose answers are given by the test, in turn; the last one goes on. */
function scripted(answers: (DialAnswer | Promise<DialAnswer> | (() => DialAnswer))[]) {
  const asked: DialRequest[] = [];
  const network: OutboundNetwork = {
    name: 'audiocodes',
    can: { reports: true, metadata: true, machineDetection: true },
    check() {},
    async dial(request) {
      asked.push(request);
      const answer = answers[Math.min(asked.length, answers.length) - 1] ?? { result: 'unknown' };
      return typeof answer === 'function' ? answer() : answer;
    },
  };
  return { network, asked };
}

interface Given {
  targets?: Target[];
  answers?: Parameters<typeof scripted>[0];
  changes?: Partial<CampaignRules>;
  store?: DialStore;
  clock?: VirtualClock;
  holder?: string;
  listed?: RunnerOptions['listed'];
  onListFault?: RunnerOptions['onListFault'];
  pollMs?: number;
}

async function campaign({
  targets = [german(1)],
  answers = [{ result: 'placed' }],
  changes,
  ...given
}: Given = {}) {
  const { store = new MemoryStore(), clock = new VirtualClock() } = given;
  const { network, asked } = scripted(answers);
  const wallMs = () => TUESDAY + clock.nowMs();
  await openCampaign(store, {
    name: 'spring',
    rules: rules(changes),
    targets,
    fingerprint: 'f',
    nowMs: wallMs(),
  });
  const schedule = new Schedule('spring', rules(changes));
  const runner = new CampaignRunner({
    schedule,
    store,
    network,
    requestFor: ({ number }, key) => ({ number, metadata: { key } }),
    clock,
    wallMs,
    random: () => 0,
    holder: given.holder ?? 'one',
    listed: given.listed,
    onListFault: given.onListFault,
    timing: { pollMs: given.pollMs ?? 250 },
  });
  const report = (key: string, reasonCode: string, result?: string) =>
    noteFact(
      store,
      key,
      {
        type: 'notified',
        notification: {
          status: ['busy', 'no-answer', 'declined'].includes(reasonCode) ? 'failed' : 'completed',
          reasonCode,
          botOperationResult: result,
        },
      },
      wallMs(),
    );
  return {
    store,
    clock,
    schedule,
    asked,
    report,
    runner,
    run: (signals?: RunSignals) => {
      const running = runner.run(signals);
      running.catch(() => {});
      return running;
    },
    outcomes: () => schedule.targets.map(({ final }) => final?.outcome),
    numbers: () => asked.map(({ number }) => number),
  };
}

describe('a campaign that runs', () => {
  it('writes each call down before it asks for it, and is told of its end by the records', async () => {
    const spring = await campaign({ targets: [german(1), german(2)] });
    const running = spring.run();
    await spring.clock.pass(2_000);
    expect(spring.asked.map(({ metadata }) => metadata?.key)).toEqual(['spring.0.1', 'spring.1.1']);
    await spring.report('spring.0.1', 'client-disconnected', 'confirmed');
    await spring.report('spring.1.1', 'declined');
    await spring.clock.pass(1_000);
    expect(await running).toEqual({ result: 'finished' });
    expect(spring.outcomes()).toEqual(['reached', 'declined']);
    const types = (await spring.store.read('spring')).map(({ body }) => body.type);
    expect(types).toEqual(['campaign', 'targets', 'dialling', 'fact', 'dialling', 'fact', 'fact', 'fact']);
  });

  it('is run by one process at a time, and taken over when that one is no more', async () => {
    const spring = await campaign();
    const other = await campaign({ store: spring.store, clock: spring.clock, holder: 'two' });
    void spring.run();
    await spring.clock.pass(1_000);
    const refused = other.run();
    // It is waited for as long as a process that was killed would be in the way.
    await spring.clock.pass(16_000);
    await expect(refused).rejects.toMatchObject({ code: 'DIALER_IN_USE' });
    expect(other.asked).toEqual([]);
    // The first one stops renewing: nothing of it moves any more. Whoever comes after it waits for its lease to end.
    const dead = await campaign({ store: spring.store, clock: new VirtualClock(), holder: 'three' });
    await dead.clock.pass(17_000);
    const taken = dead.run();
    await dead.clock.pass(16_000);
    await dead.report('spring.0.1', 'busy');
    await dead.clock.pass(1_000);
    expect(await taken).toEqual({ result: 'finished' });
    expect(dead.asked).toEqual([]);
    expect(dead.outcomes()).toEqual(['busy']);
  });

  it('asks nobody again whom a killed process may have asked', async () => {
    const never = new Promise<DialAnswer>(() => {});
    const killed = await campaign({
      answers: [never],
      targets: [german(1), german(2)],
      changes: { concurrent: 1 },
    });
    void killed.run();
    await killed.clock.pass(1_000);
    expect(killed.numbers()).toEqual([german(1).number]);
    const next = await campaign({ store: killed.store, holder: 'two', changes: { concurrent: 1 } });
    const running = next.run();
    await next.clock.pass(1_300_000);
    await next.report('spring.1.1', 'busy');
    await next.clock.pass(1_000);
    expect(await running).toEqual({ result: 'finished' });
    expect(next.numbers()).toEqual([german(2).number]);
    expect(next.outcomes()).toEqual(['unknown', 'busy']);
  });

  it('comes back later, and later still, when there were too many calls', async () => {
    const atMs: number[] = [];
    const clock = new VirtualClock();
    const throttled = (retryAfterMs?: number) => () => {
      atMs.push(clock.nowMs());
      return { result: 'throttled', retryAfterMs } as const;
    };
    const spring = await campaign({
      clock,
      answers: [throttled(), throttled(), throttled(20_000), { result: 'placed' }],
    });
    void spring.run();
    await clock.pass(60_000);
    expect(atMs.map((ms) => Math.round(ms / 250) * 250)).toEqual([0, 1_000, 2_000]);
    expect(spring.asked).toHaveLength(4);
    expect(spring.schedule.targets[0]?.calls.map(({ outcome }) => outcome)).toEqual([
      'not_placed',
      'not_placed',
      'not_placed',
      undefined,
    ]);
  });

  it.each<[string, DialAnswer[], number, RegExp]>([
    ['its credentials', [{ result: 'refused', reason: 'unauthorized' }], 1, /credentials/],
    [
      'a bot that is not known',
      [{ result: 'placed' }, { result: 'refused', reason: 'not_found' }],
      2,
      /does not know/,
    ],
    ['one refusal after the other', [{ result: 'refused', reason: 'bad_request' }], 5, /refuses the request/],
    ['silence after silence', [{ result: 'unknown' }], 5, /does not say any more/],
  ])('halts because of %s, before everybody is used up', async (_, answers, asked, advice) => {
    const targets = Array.from({ length: 20 }, (_each, n) => german(n));
    const spring = await campaign({ answers, targets, changes: { concurrent: 20 } });
    const running = spring.run();
    await spring.clock.pass(1_400_000);
    expect(await running).toMatchObject({ result: 'halted', advice: expect.stringMatching(advice) });
    expect(spring.asked).toHaveLength(asked);
    // Whoever was refused for no fault of their own is dialled when it has been mended.
    expect(spring.schedule.progress.waiting).toBeGreaterThanOrEqual(15);
  });

  it('goes on in spite of a few refusals', async () => {
    const refused: DialAnswer = { result: 'refused', reason: 'bad_request' };
    const answers = Array.from(
      { length: 20 },
      (_, n): DialAnswer => (n % 5 < 4 ? refused : { result: 'placed' }),
    );
    const targets = Array.from({ length: 20 }, (_each, n) => german(n));
    const spring = await campaign({ answers, targets, changes: { concurrent: 20 } });
    const running = spring.run();
    await spring.clock.pass(1_400_000);
    expect(await running).toEqual({ result: 'finished' });
    expect(spring.outcomes().filter((outcome) => outcome === 'refused')).toHaveLength(16);
  });

  it('stops dialling when it is told to, waits for the calls that are going on, and leaves when it is told so', async () => {
    const spring = await campaign({ targets: [german(1), german(2), german(3)] });
    const [stop, leave] = [new AbortController(), new AbortController()];
    const running = spring.run({ stop: stop.signal, leave: leave.signal });
    await spring.clock.pass(1_500);
    stop.abort();
    await spring.clock.pass(10_000);
    expect(spring.asked).toHaveLength(2);
    await spring.report('spring.0.1', 'busy');
    await spring.clock.pass(10_000);
    leave.abort();
    await spring.clock.pass(1);
    expect(await running).toEqual({ result: 'stopped' });
    expect(spring.outcomes()).toEqual(['busy', undefined, undefined]);
    // The lease is given back: the next one need not wait.
    const next = await campaign({ store: spring.store, clock: spring.clock, holder: 'two' });
    void next.run();
    await next.clock.pass(1_000);
    expect(next.numbers()).toEqual([german(3).number]);
  });

  it('obeys what another process writes: pause, resume, cancel', async () => {
    const spring = await campaign({ targets: [german(1), german(2), german(3)] });
    const running = spring.run();
    await spring.clock.pass(500);
    await spring.store.append('spring', { type: 'paused', atMs: TUESDAY });
    await spring.clock.pass(60_000);
    expect(spring.asked).toHaveLength(1);
    await spring.store.append('spring', { type: 'resumed', atMs: TUESDAY });
    await spring.clock.pass(500);
    expect(spring.asked).toHaveLength(2);
    await spring.store.append('spring', { type: 'cancelled', atMs: TUESDAY });
    await spring.report('spring.0.1', 'busy');
    await spring.report('spring.1.1', 'busy');
    await spring.clock.pass(500);
    expect(await running).toEqual({ result: 'finished' });
    expect(spring.outcomes()).toEqual(['busy', 'busy', 'cancelled']);
  });

  it('does not call numbers of its lists, of the list of the store, nor of whoever has said so on the phone', async () => {
    const list = [german(1).number];
    const spring = await campaign({
      targets: [german(1), german(2), german(3), german(4), german(5)],
      changes: { concurrent: 1 },
      listed: () => list,
    });
    await spring.store.append(DO_NOT_CALL_STREAM, {
      type: 'do_not_call',
      number: german(2).number,
      atMs: TUESDAY,
    });
    const running = spring.run();
    await spring.clock.pass(500);
    expect(spring.numbers()).toEqual([german(3).number]);
    // Both lists grow while it runs.
    list.push(german(4).number);
    await spring.clock.pass(60_000);
    await spring.report('spring.2.1', 'client-disconnected', 'do-not-call');
    await spring.clock.pass(1_000);
    await spring.report('spring.4.1', 'client-disconnected');
    await spring.clock.pass(1_000);
    expect(await running).toEqual({ result: 'finished' });
    expect(spring.outcomes()).toEqual(['do_not_call', 'do_not_call', 'reached', 'do_not_call', 'reached']);
    const next = await campaign({
      store: spring.store,
      clock: spring.clock,
      holder: 'two',
    });
    expect(
      (await next.store.read(DO_NOT_CALL_STREAM)).map(({ body }) => 'number' in body && body.number),
    ).toEqual([german(2).number, german(3).number]);
  });

  it('keeps to the last good state of a list, and calls nobody without a first one', async () => {
    let list: () => string[] = () => [german(2).number];
    const told: unknown[] = [];
    const spring = await campaign({
      targets: [german(1), german(2)],
      listed: () => list(),
      onListFault: (error) => told.push(error),
    });
    void spring.run();
    await spring.clock.pass(500);
    list = () => {
      throw new DialerError('DIALER_CAMPAIGN', ['list.txt:1: expected a phone number']);
    };
    await spring.clock.pass(120_000);
    expect(told).toHaveLength(2);
    expect(spring.outcomes()).toEqual([undefined, 'do_not_call']);
    const blind = await campaign({ listed: list });
    await expect(blind.run()).rejects.toThrow(/list.txt:1/);
    expect(blind.asked).toEqual([]);
  });

  it('calls a number no more often on one day than it may, whichever campaign', async () => {
    const caps = { perTarget: 9, perNumberPerDay: 1, perDay: 99, total: 99 };
    const spring = await campaign({ changes: { caps }, pollMs: 60_000 });
    void spring.run();
    await spring.clock.pass(500);
    await spring.report('spring.0.1', 'busy');
    await spring.clock.pass(500);
    // The same person, in another campaign.
    const { store, clock } = spring;
    const wallMs = () => TUESDAY + clock.nowMs();
    const { network, asked } = scripted([{ result: 'placed' }]);
    const given = rules({ caps });
    await openCampaign(store, {
      name: 'autumn',
      rules: given,
      targets: [german(1)],
      fingerprint: 'f',
      nowMs: wallMs(),
    });
    const autumn = new CampaignRunner({
      schedule: new Schedule('autumn', given),
      store,
      network,
      requestFor: ({ number }) => ({ number }),
      clock,
      wallMs,
      random: () => 0,
      holder: 'two',
      timing: { pollMs: 60_000 },
    });
    autumn.run().catch(() => {});
    await clock.pass(9 * 3_600_000);
    expect(asked).toEqual([]);
    await clock.pass(15 * 3_600_000);
    expect(asked).toHaveLength(1);
  });

  it('does not go on when its records cannot be written', async () => {
    class Failing extends MemoryStore {
      broken = false;
      override append: MemoryStore['append'] = async (...given) => {
        if (this.broken) throw new Error('disk full');
        return super.append(...given);
      };
    }
    const store = new Failing();
    const spring = await campaign({
      store,
      targets: [german(1), german(2)],
      answers: [
        () => {
          store.broken = true;
          return { result: 'placed' };
        },
      ],
    });
    const running = spring.run();
    await spring.clock.pass(5_000);
    await expect(running).rejects.toThrow('disk full');
    expect(spring.asked).toHaveLength(1);
  });
});

describe('a campaign that is opened again', () => {
  it('goes on with other rules, but not with other targets', async () => {
    const store = new MemoryStore();
    const open = (
      fingerprint: string,
      changes: Partial<CampaignRules> = {},
      targets = [german(1), german(2)],
    ) => openCampaign(store, { name: 'spring', rules: rules(changes), targets, fingerprint, nowMs: TUESDAY });
    await open('f');
    const faster = await open('f', { callsPerSecond: 2 });
    expect(faster.rules.callsPerSecond).toBe(2);
    expect(faster.targets).toHaveLength(2);
    await open('f', { callsPerSecond: 2 });
    expect((await store.read('spring')).map(({ body }) => body.type)).toEqual([
      'campaign',
      'targets',
      'campaign',
    ]);
    await expect(open('g')).rejects.toThrow(/the file has changed since the campaign "spring" began/);
  });

  it('completes targets of which a killed process has stored a part', async () => {
    const store = new MemoryStore();
    const targets = Array.from({ length: 1_200 }, (_, n) => german(n));
    await store.append('spring', {
      type: 'campaign',
      rules: rules(),
      targets: 1_200,
      fingerprint: 'f',
      atMs: TUESDAY,
    });
    await store.append('spring', { type: 'targets', targets: targets.slice(0, 500) }, ['targets/spring/0']);
    const open = () =>
      openCampaign(store, { name: 'spring', rules: rules(), targets, fingerprint: 'f', nowMs: TUESDAY });
    // Two at once do not store anybody twice.
    await Promise.all([open(), open()]);
    const { targets: stored } = await open();
    expect(stored.map(({ target }) => target.id)).toEqual(targets.map(({ id }) => id));
  });
});
