import fc from 'fast-check';
import { ActionLedger, type Claim, type LedgerOptions } from '../src/policy/action-ledger';
import { actionContent, type RiskyAction } from '../src/policy/risky-action';

const RUNS = 100_000;

const TRANSFER: RiskyAction = { type: 'transfer', destination: 'werkstatt' };
const OTHER: RiskyAction = { type: 'transfer', destination: 'empfang' };
const SMS: RiskyAction = { type: 'send_sms', text: 'Ihr Termin: 9 Uhr' };
const OK = { ok: true };
const FAILED = { ok: false, detail: 'busy' };

const claim = (
  ledger: ActionLedger,
  turnId: string,
  action: RiskyAction = TRANSFER,
  callId = 'call',
): Claim => ledger.claim({ callId, turnId, action });

const granted = (answer: Claim): string => {
  if (!answer.granted) throw new Error(`refused: ${answer.reason}`);
  return answer.runId;
};

const told = (answer: Claim): string => {
  if (answer.granted) return 'granted';
  return answer.reason === 'done' ? `done ${answer.outcome.ok}` : answer.reason;
};

describe('at most once', () => {
  test('a repeat in the same turn hears how it went', () => {
    const ledger = new ActionLedger();
    const runId = granted(claim(ledger, 't1', SMS));
    expect(told(claim(ledger, 't1', SMS))).toBe('in_flight');
    ledger.commit(runId, OK);
    expect(told(claim(ledger, 't1', { type: 'send_sms', text: 'ihr termin 9 uhr.' }))).toBe('done true');
  });

  test('the interrupted model asks again in its next turn, before and after the result is there', () => {
    const ledger = new ActionLedger();
    const runId = granted(claim(ledger, 't1'));
    expect(ledger.turnStarted('call', 't2')).toMatchObject([{ runId }]);
    expect(told(claim(ledger, 't2'))).toBe('in_flight');
    expect(ledger.commit(runId, FAILED)).toBe(true);
    ledger.turnEnded('call', 't2');
    // t2 had the claim's answer, but not the outcome.
    expect(told(claim(ledger, 't3'))).toBe('done false');
    ledger.turnEnded('call', 't3');
    expect(told(claim(ledger, 't4'))).toBe('granted');
  });

  test('a result that a whole turn has seen frees a transfer, never a message', () => {
    const ledger = new ActionLedger();
    ledger.commit(granted(claim(ledger, 't1')), FAILED);
    ledger.commit(granted(claim(ledger, 't1', SMS)), OK);
    ledger.turnStarted('call', 't2');
    ledger.turnEnded('call', 't2');
    expect(told(claim(ledger, 't3'))).toBe('granted');
    expect(told(claim(ledger, 't3', SMS))).toBe('done true');
    // The event of the first turn comes a second time.
    expect(told(claim(ledger, 't1'))).toBe('done false');
  });

  test('one transfer at a time, whoever it goes to', () => {
    const ledger = new ActionLedger();
    const runId = granted(claim(ledger, 't1'));
    expect(claim(ledger, 't1', OTHER)).toEqual({ granted: false, reason: 'in_flight', runId });
    ledger.commit(runId, FAILED);
    expect(told(claim(ledger, 't1', OTHER))).toBe('granted');
  });

  test('two names of one number are one destination', () => {
    const ledger = new ActionLedger();
    const attempt = { callId: 'call', turnId: 't1', number: '+49211635500' };
    ledger.commit(granted(ledger.claim({ ...attempt, action: TRANSFER })), FAILED);
    expect(told(ledger.claim({ ...attempt, action: OTHER }))).toBe('done false');
  });

  test('calls know nothing of each other', () => {
    const ledger = new ActionLedger();
    granted(claim(ledger, 't1', SMS, 'a'));
    granted(claim(ledger, 't1', SMS, 'b'));
    ledger.forget('a');
    expect(ledger.runs('a')).toEqual([]);
    expect(told(claim(ledger, 't1', SMS, 'b'))).toBe('in_flight');
  });

  test('the first result counts, and only for runs that there are', () => {
    const ledger = new ActionLedger();
    const runId = granted(claim(ledger, 't1'));
    expect([ledger.commit(runId, OK), ledger.commit(runId, FAILED), ledger.commit('x', OK)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(told(claim(ledger, 't1'))).toBe('done true');
  });

  test('the limit of a call, and one more', () => {
    const ledger = new ActionLedger({ maxRunsPerCall: 2 });
    const texts = ['a', 'b', 'c'].map((text) => told(claim(ledger, 't1', { type: 'send_sms', text })));
    expect(texts).toEqual(['granted', 'granted', 'ledger_full']);
    expect(told(claim(ledger, 't1', { type: 'send_sms', text: 'a' }))).toBe('in_flight');
  });

  test('what it hands out cannot be used to change it', () => {
    const ledger = new ActionLedger();
    const outcome = { ok: true };
    ledger.commit(granted(claim(ledger, 't1')), outcome);
    outcome.ok = false;
    const [run] = ledger.runs('call');
    if (run?.outcome) run.outcome.ok = false;
    expect(told(claim(ledger, 't1'))).toBe('done true');
  });

  test('scopes that are given as undefined are the defaults', () => {
    const ledger = new ActionLedger({ scopes: { send_sms: undefined } });
    ledger.commit(granted(claim(ledger, 't1', SMS)), OK);
    ledger.turnEnded('call', 't1');
    expect(told(claim(ledger, 't2', SMS))).toBe('done true');
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
  | { do: 'claim'; call: string; turn: number; action: RiskyAction }
  | { do: 'commit'; pick: number; ok: boolean }
  | { do: 'start'; call: string; turn: number }
  | { do: 'end'; call: string; turn: number }
  | { do: 'restart' };

const call = fc.constantFrom('a', 'a', '__proto__');
const turn = fc.nat(3);
const anyMove: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('claim' as const), call, turn, action: anyAction }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('commit' as const), pick: fc.nat(9), ok: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('start' as const), call, turn }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('end' as const), call, turn }) },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
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

describe('properties', () => {
  test('the same logical action never runs twice, and a refused claim gets the earlier outcome', () => {
    let regranted = 0;
    fc.assert(
      fc.property(anyOptions, fc.array(anyMove, { maxLength: 30, size: 'max' }), (options, moves) => {
        let ledger = new ActionLedger(options);
        const runs: { runId: string; logical: string; turns: string; type: string; outcome?: boolean }[] = [];
        for (const move of moves) {
          if (move.do === 'restart') {
            ledger = new ActionLedger(options, JSON.parse(JSON.stringify(ledger)));
          } else if (move.do === 'start') {
            ledger.turnStarted(move.call, `${move.turn}`);
          } else if (move.do === 'end') {
            ledger.turnEnded(move.call, `${move.turn}`);
          } else if (move.do === 'commit') {
            const run = runs[move.pick % Math.max(1, runs.length)];
            if (run === undefined) continue;
            requireThat(
              ledger.commit(run.runId, { ok: move.ok }) === (run.outcome === undefined),
              'committed twice',
            );
            run.outcome ??= move.ok;
          } else {
            const { action } = move;
            const { type } = action;
            const logical = `${move.call} ${actionContent(action)}`;
            const answer = ledger.claim({ callId: move.call, turnId: `${move.turn}`, action });
            const same = runs.filter((run) => run.logical === logical);
            if (answer.granted) {
              const standard = type === 'transfer' ? 'turn' : 'call';
              const once = (options.scopes?.[type] ?? standard) === 'call';
              requireThat(!once || same.length === 0, 'twice in a call');
              requireThat(!same.some((run) => run.turns === `${move.turn}`), 'twice in a turn');
              requireThat(!same.some((run) => run.outcome === undefined), 'again while in flight');
              requireThat(!runs.some((run) => run.runId === answer.runId), 'a run id twice');
              const busy = runs.some(
                (run) => run.logical.startsWith(`${move.call} `) && run.type === type && !('outcome' in run),
              );
              requireThat(type !== 'transfer' || !busy, 'two transfers at once');
              if (same.length > 0) regranted += 1;
              runs.push({ runId: answer.runId, logical, turns: `${move.turn}`, type });
            } else if (answer.reason !== 'ledger_full') {
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
      }),
      { numRuns: RUNS },
    );
    // A ledger that never grants anything twice would be safe and useless.
    expect(regranted).toBeGreaterThan(1000);
  }, 60_000);
});
