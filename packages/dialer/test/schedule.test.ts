import { type CallFact, type CampaignRules, type DialRecord, Schedule, type Step, type Target } from '../src';
import { german, rules } from './support/rules';

/** A Tuesday, 10:00 in Berlin. */
const TUESDAY = Date.parse('2026-03-03T09:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A schedule whose steps are carried out as a runner would. */
function campaign(targets: Target[], changes: Partial<CampaignRules> = {}) {
  const records: DialRecord[] = [];
  const schedule = new Schedule('spring', rules(changes));
  let nowMs = TUESDAY;
  const apply = (record: DialRecord) => {
    records.push(record);
    schedule.apply(record);
  };
  apply({ type: 'targets', targets });
  const dialled: { target: number; key: string; atMs: number }[] = [];
  const carryOut = (step: Step) => {
    const atMs = nowMs;
    if (step.do === 'dial') {
      const { number } = targets[step.target] as Target;
      dialled.push({ target: step.target, key: step.key, atMs });
      apply({ type: 'dialling', key: step.key, target: step.target, number, network: 'audiocodes', atMs });
    } else if (step.do === 'close') {
      apply({ type: 'closed', target: step.target, outcome: step.outcome, reason: step.reason, atMs });
    } else if (step.do === 'defer')
      apply({ type: 'deferred', target: step.target, untilMs: step.untilMs, atMs });
    else if (step.do === 'expire') apply({ type: 'fact', key: step.key, fact: { type: 'expired' }, atMs });
    else if (step.do === 'end') apply({ type: 'over', outcome: step.outcome, atMs });
  };
  return {
    schedule,
    records,
    dialled,
    apply,
    hear: (key: string, fact: CallFact) => apply({ type: 'fact', key, fact, atMs: nowMs }),
    /** Everything that is to be done until a moment; returns the step at which it waits there. */
    until(ms: number): Step {
      for (;;) {
        const step = schedule.next(nowMs);
        if (step.do === 'finish') return step;
        if (step.do !== 'wait') carryOut(step);
        else if (step.untilMs > ms || nowMs >= ms) {
          nowMs = Math.max(nowMs, ms);
          return step;
        } else nowMs = Math.max(step.untilMs, nowMs + 1);
      }
    },
    outcomes: () => schedule.targets.map(({ final }) => final?.outcome),
  };
}

const failed = (reasonCode: string): CallFact => ({
  type: 'notified',
  notification: { status: 'failed', reasonCode },
});
const completed = (result?: string): CallFact => ({
  type: 'notified',
  notification: { status: 'completed', reasonCode: 'client-disconnected', botOperationResult: result },
});

describe('a campaign', () => {
  it('dials in the order of the file, as fast and as many at once as it may', () => {
    const spring = campaign([german(1), german(2), german(3), german(4)], {
      callsPerSecond: 0.5,
      concurrent: 3,
    });
    spring.until(TUESDAY + MINUTE - 1);
    expect(spring.dialled.map(({ target, atMs }) => [target, atMs - TUESDAY])).toEqual([
      [0, 0],
      [1, 2_000],
      [2, 4_000],
    ]);
    spring.hear('spring.1.1', completed());
    spring.until(TUESDAY + MINUTE);
    expect(spring.dialled.at(-1)).toMatchObject({ target: 3, key: 'spring.3.1' });
  });

  it('tries a busy line again as often and as late as its rule says', () => {
    const spring = campaign([german(1)], {
      retry: { busy: { times: 2, afterMs: 15 * MINUTE } },
      caps: { perTarget: 9, perNumberPerDay: 9, perDay: 99, total: 99 },
    });
    for (const nth of [1, 2, 3]) {
      spring.until(TUESDAY + nth * 16 * MINUTE);
      expect(spring.dialled).toHaveLength(nth);
      spring.hear(`spring.0.${nth}`, failed('busy'));
    }
    expect(spring.until(TUESDAY + 9 * HOUR)).toEqual({ do: 'finish' });
    // Fifteen minutes from the end of the call before.
    expect(spring.dialled.map(({ atMs }) => (atMs - TUESDAY) / MINUTE)).toEqual([0, 31, 47]);
    expect(spring.outcomes()).toEqual(['busy']);
  });

  it('never dials anybody again of whom it does not know whether the phone has rung', () => {
    const spring = campaign([german(1)], { retry: { no_answer: { times: 5, afterMs: 0 } } });
    spring.until(TUESDAY);
    spring.hear('spring.0.1', { type: 'uncertain' });
    expect(spring.until(TUESDAY + 9 * HOUR)).toEqual({ do: 'finish' });
    expect(spring.outcomes()).toEqual(['unknown']);
    // What comes late makes it better known, and no more than that.
    spring.hear('spring.0.1', failed('no-answer'));
    expect(spring.outcomes()).toEqual(['no_answer']);
    expect(spring.until(TUESDAY + 10 * HOUR)).toEqual({ do: 'finish' });
    expect(spring.dialled).toHaveLength(1);
  });

  it('holds everybody back while the network has had too much, and forgets the try', () => {
    const spring = campaign([german(1), german(2)], {
      caps: { perTarget: 1, perNumberPerDay: 1, perDay: 2, total: 2 },
    });
    spring.until(TUESDAY);
    spring.hear('spring.0.1', { type: 'not_placed', cause: 'throttled', waitMs: 30_000 });
    spring.until(TUESDAY + 29_999);
    expect(spring.dialled).toHaveLength(1);
    spring.until(TUESDAY + 40_000);
    expect(spring.dialled.map(({ key }) => key)).toEqual(['spring.0.1', 'spring.0.2', 'spring.1.1']);
  });

  it('sleeps at night, by the clock of the callee', () => {
    // 10:00 in Berlin is the middle of the night in New York and 20:00 in Sydney.
    const newYork = german(2, { number: '+12125550143', place: 'America/New_York' });
    const anywhereInAmerica = german(3, { number: '+12125550144', place: 'US' });
    const sydney = german(4, { number: '+61255501234', place: 'Australia/Sydney' });
    const spring = campaign([newYork, anywhereInAmerica, sydney, german(1)], { concurrent: 9 });
    spring.until(TUESDAY + 36 * HOUR);
    const at = Object.fromEntries(
      spring.dialled.map(({ target, atMs }) => [target, new Date(atMs).toISOString().slice(0, 16)]),
    );
    expect(at).toEqual({
      3: '2026-03-03T09:00',
      0: '2026-03-03T14:00',
      // Nine o'clock in the Aleutians, two in the afternoon in New York.
      1: '2026-03-03T19:00',
      2: '2026-03-03T22:00',
    });
  });

  it('dials nobody whose number is on a list, however late it was put there', () => {
    const spring = campaign([german(1), german(2), german(3)], {
      concurrent: 1,
      retry: { busy: { times: 3, afterMs: 0 } },
    });
    spring.apply({ type: 'do_not_call', number: german(2).number, atMs: TUESDAY });
    spring.until(TUESDAY);
    spring.apply({ type: 'do_not_call', number: german(1).number, atMs: TUESDAY });
    spring.hear('spring.0.1', failed('busy'));
    spring.until(TUESDAY + HOUR);
    spring.hear('spring.2.1', completed('do-not-call'));
    expect(spring.outcomes()).toEqual(['do_not_call', 'do_not_call', 'reached']);
    expect(spring.schedule.takeOptOuts()).toEqual([german(3).number]);
    expect(spring.schedule.takeOptOuts()).toEqual([]);
    expect(spring.dialled.map(({ target }) => target)).toEqual([0, 2]);
  });

  it('asks the policy about everybody', () => {
    const premium = german(2, { number: '+499001234567' });
    const spring = campaign([german(1), premium], {
      numbers: { allowedPrefixes: ['+49'], deniedPrefixes: ['+4915790000001'] },
    });
    expect(spring.until(TUESDAY)).toEqual({ do: 'finish' });
    expect(spring.schedule.targets.map(({ final }) => final)).toEqual([
      { outcome: 'blocked', reason: 'number_denied' },
      { outcome: 'blocked', reason: 'number_premium' },
    ]);
    expect(spring.dialled).toEqual([]);
  });

  it('calls a number twice a day and goes on tomorrow', () => {
    const spring = campaign([german(1)], { retry: { no_answer: { times: 9, afterMs: HOUR } } });
    for (const [index, hours] of [0, 1, 23, 24].entries()) {
      spring.until(TUESDAY + hours * HOUR);
      spring.hear(`spring.0.${index + 1}`, failed('no-answer'));
    }
    expect(spring.dialled.map(({ atMs }) => new Date(atMs).toISOString().slice(8, 16))).toEqual([
      '03T09:00',
      '03T10:00',
      '04T08:00',
      '04T09:00',
    ]);
    expect(spring.until(TUESDAY + 99 * HOUR)).toEqual({ do: 'finish' });
  });

  it.each<[string, Partial<CampaignRules>, string]>([
    ['its time', { untilMs: TUESDAY + 1_500 }, 'out_of_time'],
    ['its calls', { caps: { perTarget: 9, perNumberPerDay: 9, perDay: 99, total: 2 } }, 'capped'],
  ])('ends when %s are used up', (_, changes, outcome) => {
    const spring = campaign([german(1), german(2), german(3), german(4)], changes);
    spring.until(TUESDAY + MINUTE);
    spring.hear('spring.0.1', completed());
    spring.hear('spring.1.1', failed('declined'));
    expect(spring.until(TUESDAY + 2 * MINUTE)).toEqual({ do: 'finish' });
    expect(spring.outcomes()).toEqual(['reached', 'declined', outcome, outcome]);
  });

  it('waits for the next day when those of one are used up', () => {
    const caps = { perTarget: 9, perNumberPerDay: 9, perDay: 2, total: 99 };
    const spring = campaign([german(1), german(2), german(3)], { caps });
    spring.until(TUESDAY + 30 * HOUR);
    expect(spring.dialled.map(({ atMs }) => new Date(atMs).toISOString().slice(8, 16))).toEqual([
      '03T09:00',
      '03T09:00',
      '04T08:00',
    ]);
  });

  it('pauses, resumes and is cancelled', () => {
    const spring = campaign([german(1), german(2), german(3)], { retry: { busy: { times: 1, afterMs: 0 } } });
    spring.until(TUESDAY);
    spring.apply({ type: 'paused', atMs: TUESDAY });
    spring.until(TUESDAY + HOUR);
    expect(spring.dialled).toHaveLength(1);
    spring.apply({ type: 'resumed', atMs: TUESDAY });
    spring.until(TUESDAY + HOUR);
    expect(spring.dialled).toHaveLength(2);
    spring.apply({ type: 'cancelled', atMs: TUESDAY });
    spring.hear('spring.1.1', failed('busy'));
    expect(spring.until(TUESDAY + 2 * HOUR)).toEqual({ do: 'finish' });
    // Somebody who was tried is what that try has said.
    expect(spring.outcomes()).toEqual(['unknown', 'busy', 'cancelled']);
  });

  it('takes silence for an answer where the network reports nothing', () => {
    const spring = campaign([german(1), german(2)], { reports: false, concurrent: 1 });
    spring.until(TUESDAY);
    spring.hear('spring.0.1', { type: 'placed' });
    spring.until(TUESDAY + 61_000);
    expect(spring.outcomes()).toEqual(['unreported', undefined]);
    spring.hear('spring.1.1', { type: 'placed' });
    spring.hear('spring.1.1', { type: 'started', conversationId: 's-1' });
    expect(spring.until(TUESDAY + 5 * MINUTE)).toMatchObject({ do: 'wait' });
    spring.hear('spring.1.1', { type: 'ended' });
    expect(spring.outcomes()).toEqual(['unreported', 'reached']);
  });

  it('waits a while for the report of a conversation that is over', () => {
    const spring = campaign([german(1), german(2)]);
    spring.until(TUESDAY + 1_000);
    for (const key of ['spring.0.1', 'spring.1.1']) {
      spring.hear(key, { type: 'placed' });
      spring.hear(key, { type: 'started' });
      spring.hear(key, { type: 'ended' });
    }
    spring.hear('spring.0.1', {
      type: 'notified',
      notification: { status: 'completed', reasonCode: 'transferred' },
    });
    expect(spring.outcomes()).toEqual(['transferred', undefined]);
    expect(spring.until(TUESDAY + MINUTE)).toEqual({ do: 'finish' });
    expect(spring.outcomes()).toEqual(['transferred', 'reached']);
  });

  it('is not held up by a clock that was put back', () => {
    const spring = campaign([german(1), german(2)]);
    spring.apply({
      type: 'dialling',
      key: 'spring.0.1',
      target: 0,
      number: german(1).number,
      network: 'audiocodes',
      atMs: TUESDAY + HOUR,
    });
    spring.until(TUESDAY + 2_000);
    expect(spring.dialled.map(({ target }) => target)).toEqual([1]);
  });

  it('lets closed targets be', () => {
    const spring = campaign([
      german(1, { closed: { outcome: 'duplicate' } }),
      german(2, { closed: { outcome: 'invalid', reason: 'x' } }),
    ]);
    expect(spring.until(TUESDAY)).toEqual({ do: 'finish' });
    expect(spring.outcomes()).toEqual(['duplicate', 'invalid']);
  });
});
