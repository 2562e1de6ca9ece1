import fc from 'fast-check';
import {
  ActionLedger,
  type Claim,
  type LedgerOptions,
  MemoryRuns,
  type NotAdded,
  type RunRecord,
} from '../src/policy/action-ledger';
import { actionContent, type RiskyAction } from '../src/policy/risky-action';

const RUNS = 20_000;

const TRANSFER: RiskyAction = { type: 'transfer', destination: 'werkstatt' };
const OTHER: RiskyAction = { type: 'transfer', destination: 'empfang' };
const SMS: RiskyAction = { type: 'send_sms', text: 'Ihr Termin: 9 Uhr' };
const OK = { ok: true };
const FAILED = { ok: false, detail: 'busy' };

/** The ledger with the record of one call. */
function opened(options: LedgerOptions = {}, record: RunRecord = new MemoryRuns()) {
  const ledger = new ActionLedger(options);
  const claim = (turnId: string, action: RiskyAction = TRANSFER, number?: string): Promise<Claim> =>
    ledger.claim(record, { turnId, action, number });
  return {
    record,
    claim,
    /** The id of a run that must be granted. */
    granted: async (turnId: string, action?: RiskyAction, number?: string): Promise<string> => {
      const answer = await claim(turnId, action, number);
      if (!answer.granted) throw new Error(`refused: ${answer.reason}`);
      return answer.runId;
    },
    told: async (turnId: string, action?: RiskyAction, number?: string): Promise<string> => {
      const answer = await claim(turnId, action, number);
      if (answer.granted) return 'granted';
      return answer.reason === 'done' ? `done ${answer.outcome.ok}` : answer.reason;
    },
    commit: (runId: string, outcome: { ok: boolean }) => ledger.commit(record, runId, outcome),
    withdraw: (runId: string) => ledger.withdraw(record, runId),
    turnStarted: (turnId: string) => ledger.turnStarted(record, turnId),
    turnEnded: (turnId: string) => ledger.turnEnded(record, turnId),
  };
}

describe('at most once', () => {
  test('a repeat in the same turn hears how it went', async () => {
    const { granted, told, commit } = opened();
    const runId = await granted('t1', SMS);
    expect(await told('t1', SMS)).toBe('in_flight');
    commit(runId, OK);
    expect(await told('t1', { type: 'send_sms', text: 'ihr termin 9 uhr.' })).toBe('done true');
  });

  test('the interrupted model asks again in its next turn, before and after the result is there', async () => {
    const { granted, told, commit, turnStarted, turnEnded } = opened();
    const runId = await granted('t1');
    turnStarted('t2');
    expect(await told('t2')).toBe('in_flight');
    expect(commit(runId, FAILED)).toBe(true);
    turnEnded('t2');
    // t2 had the claim's answer, but not the outcome.
    expect(await told('t3')).toBe('done false');
    turnEnded('t3');
    expect(await told('t4')).toBe('granted');
  });

  test('a result that a whole turn has seen frees a transfer, never a message', async () => {
    const { granted, told, commit, turnStarted, turnEnded } = opened();
    commit(await granted('t1'), FAILED);
    commit(await granted('t1', SMS), OK);
    turnStarted('t2');
    turnEnded('t2');
    expect(await told('t3')).toBe('granted');
    expect(await told('t3', SMS)).toBe('done true');
    // The event of the first turn comes a second time.
    expect(await told('t1')).toBe('done false');
  });

  test('one transfer at a time, whoever it goes to', async () => {
    const { claim, granted, told, commit } = opened();
    const runId = await granted('t1');
    expect(await claim('t1', OTHER)).toEqual({ granted: false, reason: 'in_flight', runId });
    commit(runId, FAILED);
    expect(await told('t1', OTHER)).toBe('granted');
  });

  test('two names of one number are one destination', async () => {
    const { granted, told, commit } = opened();
    commit(await granted('t1', TRANSFER, '+49211635500'), FAILED);
    expect(await told('t1', OTHER, '+49211635500')).toBe('done false');
  });

  test('the first result counts, and only for runs that there are', async () => {
    const { granted, told, commit } = opened();
    const runId = await granted('t1');
    expect([commit(runId, OK), commit(runId, FAILED), commit('x', OK)]).toEqual([true, false, false]);
    expect(await told('t1')).toBe('done true');
  });

  test('what was claimed and certainly not done may be done later', async () => {
    const { granted, told, commit, withdraw } = opened();
    const runId = await granted('t1', SMS);
    withdraw(runId);
    expect(commit(runId, OK)).toBe(false);
    commit(await granted('t1', SMS), OK);
    // What has an outcome has been done.
    withdraw('1');
    expect(await told('t2', SMS)).toBe('done true');
  });

  test('the limit of a call, and one more', async () => {
    const { told } = opened({ maxRunsPerCall: 2 });
    const texts = [];
    for (const text of ['a', 'b', 'c']) texts.push(await told('t1', { type: 'send_sms', text }));
    expect(texts).toEqual(['granted', 'granted', 'ledger_full']);
    expect(await told('t1', { type: 'send_sms', text: 'a' })).toBe('in_flight');
  });

  test('what cannot be written down is not granted', async () => {
    const answers: NotAdded[] = [
      { reason: 'down' },
      { reason: 'stale' },
      { reason: 'exhausted', budget: 'day' },
    ];
    for (const answer of answers) {
      const { claim } = opened({}, { runs: [], add: async () => answer, update: () => {} });
      expect(await claim('t1')).toEqual({ granted: false, ...answer });
    }
  });

  test('it is written down before it is granted, with the budgets that it counts towards', async () => {
    const limits = { call: 1, caller: 2, profile: 3, day: 4 };
    const added: unknown[] = [];
    const record = new MemoryRuns();
    const add: RunRecord['add'] = async (run, within) => {
      added.push([run.runId, within]);
      return record.add(run);
    };
    const ledger = new ActionLedger();
    const attempt = { turnId: 't1', action: SMS, limits };
    const claim = await ledger.claim({ runs: [], add, update: () => {} }, attempt);
    expect(claim).toEqual({ granted: true, runId: '0' });
    expect(added).toEqual([['0', limits]]);
  });

  test('what it was given cannot be used to change it', async () => {
    const { granted, told, commit } = opened();
    const outcome = { ok: true };
    commit(await granted('t1'), outcome);
    outcome.ok = false;
    expect(await told('t1')).toBe('done true');
  });

  test('scopes that are given as undefined are the defaults', async () => {
    const { granted, told, commit, turnEnded } = opened({ scopes: { send_sms: undefined } });
    commit(await granted('t1', SMS), OK);
    turnEnded('t1');
    expect(await told('t2', SMS)).toBe('done true');
  });
});

/** The same few things said in many ways. */
const anyAction: fc.Arbitrary<RiskyAction> = fc.oneof(
  fc.constantFrom('werkstatt', ' Werkstatt', 'WERKSTATT!', 'empfang').map((destination) => ({
    type: 'transfer' as const,
    destination,
  })),
  fc
    .constantFrom('9 Uhr', '9  uhr.', '„9 Uhr“', '10 Uhr')
    .map((text) => ({ type: 'send_sms' as const, text })),
  fc.constantFrom('+49 211 1', '0049211-1', '492111').map((number) => ({ type: 'dial' as const, number })),
  fc.constant({ type: 'record' as const }),
);

type Move =
  | { do: 'claim'; turn: number; action: RiskyAction }
  | { do: 'commit'; pick: number; ok: boolean }
  | { do: 'withdraw'; pick: number }
  | { do: 'start'; turn: number }
  | { do: 'end'; turn: number }
  | { do: 'restart' };

const turn = fc.nat(3);
const pick = fc.nat(9);
const anyMove: fc.Arbitrary<Move> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant('claim' as const), turn, action: anyAction }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('commit' as const), pick, ok: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('withdraw' as const), pick }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('start' as const), turn }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('end' as const), turn }) },
  { weight: 2, arbitrary: fc.constant({ do: 'restart' as const }) },
);
const anyOptions: fc.Arbitrary<LedgerOptions> = fc.constantFrom(
  {},
  {},
  { scopes: { transfer: 'call' as const } },
  { scopes: { send_sms: 'turn' as const, dial: 'turn' as const } },
  { maxRunsPerCall: 3 },
);

const requireThat = (truth: boolean, what: string): void => {
  if (!truth) throw new Error(what);
};

interface Seen {
  runId: string;
  logical: string;
  turns: string;
  type: string;
  outcome?: boolean;
}

describe('properties', () => {
  test('the same logical action never runs twice, and a refused claim gets the earlier outcome', async () => {
    let regranted = 0;
    await fc.assert(
      fc.asyncProperty(
        anyOptions,
        fc.array(anyMove, { maxLength: 30, size: 'max' }),
        async (options, moves) => {
          const ledger = new ActionLedger(options);
          let record = new MemoryRuns();
          let runs: Seen[] = [];
          for (const move of moves) {
            if (move.do === 'restart') {
              const { runs: stored } = record;
              record = new MemoryRuns();
              record.update(JSON.parse(JSON.stringify(stored)));
            } else if (move.do === 'start') {
              ledger.turnStarted(record, `${move.turn}`);
            } else if (move.do === 'end') {
              ledger.turnEnded(record, `${move.turn}`);
            } else if (move.do === 'commit') {
              const run = runs[move.pick % Math.max(1, runs.length)];
              if (run === undefined) continue;
              const first = run.outcome === undefined;
              requireThat(ledger.commit(record, run.runId, { ok: move.ok }) === first, 'committed twice');
              run.outcome ??= move.ok;
            } else if (move.do === 'withdraw') {
              const run = runs[move.pick % Math.max(1, runs.length)];
              if (run === undefined) continue;
              ledger.withdraw(record, run.runId);
              if (run.outcome === undefined) runs = runs.filter((each) => each !== run);
            } else {
              const { action } = move;
              const { type } = action;
              const logical = actionContent(action);
              const answer = await ledger.claim(record, { turnId: `${move.turn}`, action });
              const same = runs.filter((run) => run.logical === logical);
              if (answer.granted) {
                const standard = type === 'transfer' ? 'turn' : 'call';
                const once = (options.scopes?.[type] ?? standard) === 'call';
                requireThat(!once || same.length === 0, 'twice in a call');
                requireThat(!same.some((run) => run.turns === `${move.turn}`), 'twice in a turn');
                requireThat(!same.some((run) => run.outcome === undefined), 'again while in flight');
                requireThat(!runs.some((run) => run.runId === answer.runId), 'a run id twice');
                const busy = runs.some((run) => run.type === type && run.outcome === undefined);
                requireThat(type !== 'transfer' || !busy, 'two transfers at once');
                if (same.length > 0) regranted += 1;
                runs.push({ runId: answer.runId, logical, turns: `${move.turn}`, type });
              } else if ('runId' in answer) {
                const run = runs.find(({ runId }) => runId === answer.runId);
                const outcome = answer.reason === 'done' ? answer.outcome.ok : undefined;
                requireThat(run !== undefined && run.outcome === outcome, 'wrong outcome');
                requireThat(
                  run?.logical === logical || (type === 'transfer' && outcome === undefined),
                  'wrong run',
                );
              }
            }
          }
        },
      ),
      { numRuns: RUNS },
    );
    // A ledger that never grants anything twice would be safe and useless.
    expect(regranted).toBeGreaterThan(RUNS / 100);
  }, 60_000);
});
