import fc from 'fast-check';
import {
  CALL_OUTCOMES,
  type CallFact,
  type CallOutcome,
  type CampaignRules,
  type DialRecord,
  Schedule,
  type Target,
  zonesOf,
} from '../src';
import { german, rules } from './support/rules';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Thursday evening in Berlin: two nights and a Sunday lie ahead. */
const START = Date.parse('2026-03-26T17:30:00Z');

/** What the network, the world and other processes do, drawn once per run. */
interface World {
  targets: Target[];
  rules: CampaignRules;
  /** What becomes of the n-th call, in turn. */
  fates: Fate[];
  doNotCall: { number: string; atMs: number }[];
  pauses: { fromMs: number; forMs: number }[];
  /** How long the runner oversleeps. */
  lateMs: number[];
}

interface Fate {
  kind: CallOutcome | 'lost';
  afterMs: number;
  repeated: boolean;
}

const places = [
  { where: 'DE', first: 4_915_790_000_000 },
  // Three zones, one of them an hour behind.
  { where: 'ES', first: 34_612_345_000 },
  { where: 'America/New_York', first: 12_125_551_000 },
];
const target = fc
  .tuple(fc.constantFrom(...places), fc.nat(99))
  .map(([{ where, first }, n]): Target => ({ id: String(n), number: `+${first + n}`, place: where }));
const outcome = fc.constantFrom<Fate['kind'][]>(
  'reached',
  'transferred',
  'voicemail',
  'machine',
  'fax',
  'no_answer',
  'busy',
  'declined',
  'failed',
  'broken',
  'refused',
  'not_placed',
  'not_placed',
  'lost',
  'unreported',
);
const fate = fc.record({
  kind: outcome,
  afterMs: fc.integer({ min: 0, max: 10 * MINUTE }),
  repeated: fc.boolean(),
});
const retryRule = fc.record({ times: fc.nat(3), afterMs: fc.constantFrom(0, MINUTE, HOUR, DAY) });

const world: fc.Arbitrary<World> = fc
  .uniqueArray(target, { minLength: 1, maxLength: 12, selector: ({ number }) => number })
  .chain((targets) =>
    fc.record({
      targets: fc.constant(targets),
      rules: fc
        .record({
          callsPerSecond: fc.constantFrom(0.01, 0.5, 1, 4),
          concurrent: fc.integer({ min: 1, max: 4 }),
          reports: fc.boolean(),
          retry: fc.dictionary(
            fc.constantFrom(
              'no_answer',
              'busy',
              'declined',
              'failed',
              'machine',
              'voicemail',
              'unreported',
              'fax',
            ),
            retryRule,
          ),
          caps: fc.record({
            perTarget: fc.integer({ min: 1, max: 4 }),
            perNumberPerDay: fc.integer({ min: 1, max: 3 }),
            perDay: fc.integer({ min: 2, max: 30 }),
            total: fc.integer({ min: 2, max: 40 }),
          }),
          untilMs: fc.option(fc.integer({ min: START, max: START + 4 * DAY }), { nil: undefined }),
        })
        .map(rules),
      fates: fc
        .array(fate, { maxLength: 20 })
        // A network that takes no call at all would be asked for ever.
        .map((fates): Fate[] => [...fates, { kind: 'reached', afterMs: MINUTE, repeated: false }]),
      doNotCall: fc.array(
        fc.record({
          number: fc.constantFrom(...targets.map(({ number }) => number)),
          atMs: fc.integer({ min: START, max: START + DAY }),
        }),
        { maxLength: 2 },
      ),
      pauses: fc.array(
        fc.record({
          fromMs: fc.integer({ min: START, max: START + 2 * DAY }),
          forMs: fc.integer({ min: 0, max: HOUR }),
        }),
        { maxLength: 2 },
      ),
      lateMs: fc.array(fc.integer({ min: 0, max: 10 * MINUTE }), { minLength: 1, maxLength: 5 }),
    }),
  );

const factOf = (kind: Fate['kind']): CallFact | undefined => {
  const report = (status: 'completed' | 'failed', reasonCode: string, rest = {}): CallFact => ({
    type: 'notified',
    notification: { status, reasonCode, ...rest },
  });
  switch (kind) {
    case 'reached':
      return report('completed', 'bot-disconnected');
    case 'transferred':
      return report('completed', 'transferred');
    case 'voicemail':
      return report('completed', 'bot-disconnected', { machineDetection: 'voicemail beep' });
    case 'machine':
      return report('completed', 'machine-detected', { reason: 'voicemail detected' });
    case 'fax':
      return report('completed', 'machine-detected', { reason: 'fax detected' });
    case 'broken':
      return report('completed', 'error');
    case 'no_answer':
      return report('failed', 'no-answer');
    case 'busy':
      return report('failed', 'busy');
    case 'declined':
      return report('failed', 'declined');
    case 'failed':
      return report('failed', 'error');
    case 'refused':
      return { type: 'refused', reason: 'bad_request' };
    case 'not_placed':
      return { type: 'not_placed', cause: 'throttled', waitMs: 2_000 };
    case 'unreported':
      return { type: 'placed' };
    default:
      return undefined;
  }
};

/** The hour on every wall of a place, told by other means than the code under test. */
const hoursOn = (where: string, atMs: number) =>
  zonesOf(where).map((timeZone) => {
    const text = new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'short',
      hour: 'numeric',
      hourCycle: 'h23',
    });
    const parts = Object.fromEntries(text.formatToParts(atMs).map(({ type, value }) => [type, value]));
    return { weekday: parts.weekday, hour: Number(parts.hour) };
  });
const isDecent = ({ weekday, hour }: { weekday?: string; hour: number }): boolean =>
  weekday === 'Sat' ? hour >= 10 && hour < 18 : weekday !== 'Sun' && hour >= 9 && hour < 20;
const dayOf = (timeZone: string, atMs: number) => new Intl.DateTimeFormat('en-CA', { timeZone }).format(atMs);

interface Dial {
  target: number;
  key: string;
  atMs: number;
  /** As this test reckons, not as the schedule does. */
  overMs?: number;
  outcome?: CallOutcome;
}

/** Lives through a world; throws as soon as a law is broken. */
function live({ targets, rules: given, fates, doNotCall, pauses, lateMs }: World) {
  const records: DialRecord[] = [];
  let schedule = new Schedule('spring', given);
  let nowMs = START;
  const apply = (record: DialRecord) => {
    records.push(record);
    schedule.apply(record);
  };
  apply({ type: 'targets', targets });
  const dials: Dial[] = [];
  const events: { atMs: number; record: DialRecord }[] = [
    ...doNotCall.map(({ number, atMs }) => ({
      atMs,
      record: { type: 'do_not_call', number, atMs } as const,
    })),
    ...pauses.flatMap(({ fromMs, forMs }) => [
      { atMs: fromMs, record: { type: 'paused', atMs: fromMs } as const },
      { atMs: fromMs + forMs, record: { type: 'resumed', atMs: fromMs + forMs } as const },
    ]),
  ];
  const happen = () => {
    events.sort((a, b) => a.atMs - b.atMs);
    while (events[0] && events[0].atMs <= nowMs) {
      const { record } = events.shift() as (typeof events)[number];
      apply(record);
      const dial = record.type === 'fact' ? dials.find(({ key }) => key === record.key) : undefined;
      if (dial) note(dial, record.type === 'fact' ? record.atMs : nowMs);
    }
  };
  const note = (dial: Dial, atMs: number) => {
    const call = schedule.targets[dial.target]?.calls.find(({ key }) => key === dial.key);
    if (call?.outcome) dial.overMs ??= atMs;
    dial.outcome = call?.outcome;
  };
  for (let steps = 0; ; steps += 1) {
    if (steps > 20_000) throw new Error('It never ends');
    happen();
    const step = schedule.next(nowMs);
    // A process that was killed here would have gone on in the same way.
    if (steps % 100 === 0 || (step.do === 'dial' && dials.length % 4 === 0)) {
      const again = new Schedule('spring', given);
      for (const record of records) again.apply(record);
      expect(again.next(nowMs)).toEqual(step);
      schedule = again;
    }
    const atMs = nowMs;
    if (step.do === 'finish') break;
    if (step.do === 'wait') {
      expect(step.untilMs).toBeGreaterThan(nowMs);
      const sleepMs = Math.max(step.untilMs - nowMs, schedule.openCalls > 0 ? 0 : 20 * MINUTE);
      nowMs += Math.min(sleepMs, (events[0]?.atMs ?? Infinity) - nowMs || Infinity);
      if (steps % 7 === 0) nowMs += lateMs[steps % lateMs.length] ?? 0;
    } else if (step.do === 'expire') {
      apply({ type: 'fact', key: step.key, fact: { type: 'expired' }, atMs });
      note(dials.find(({ key }) => key === step.key) as Dial, atMs);
    } else if (step.do === 'close') {
      apply({ type: 'closed', target: step.target, outcome: step.outcome, reason: step.reason, atMs });
    } else if (step.do === 'defer') {
      expect(step.untilMs).toBeGreaterThan(nowMs);
      apply({ type: 'deferred', target: step.target, untilMs: step.untilMs, atMs });
    } else if (step.do === 'end') apply({ type: 'over', outcome: step.outcome, atMs });
    else {
      const { number } = targets[step.target] as Target;
      checkDial({ target: step.target, atMs });
      dials.push({ target: step.target, key: step.key, atMs });
      apply({ type: 'dialling', key: step.key, target: step.target, number, network: 'audiocodes', atMs });
      const fate = fates[(dials.length - 1) % fates.length] as Fate;
      const fact = factOf(fate.kind);
      const told = {
        atMs: atMs + fate.afterMs,
        record: { type: 'fact', key: step.key, fact, atMs: atMs + fate.afterMs },
      };
      if (fact) events.push(told as (typeof events)[number]);
      if (fact && fate.repeated) events.push({ ...told, atMs: told.atMs + HOUR } as (typeof events)[number]);
    }
  }

  function checkDial({ target: index, atMs }: { target: number; atMs: number }): void {
    const { number, place: where } = targets[index] as Target;
    const last = dials.at(-1);
    if (last) expect(atMs - last.atMs).toBeGreaterThanOrEqual(1000 / given.callsPerSecond - 1e-6);
    expect(dials.filter(({ overMs }) => overMs === undefined).length).toBeLessThan(given.concurrent);
    expect(hoursOn(where, atMs).every(isDecent)).toBe(true);
    expect(records.some((record) => record.type === 'do_not_call' && record.number === number)).toBe(false);
    expect(atMs).toBeLessThan(given.untilMs ?? Infinity);
    const paused = records.findLast(({ type }) => type === 'paused' || type === 'resumed');
    expect(paused?.type).not.toBe('paused');
    const rang = dials.filter(({ outcome: each }) => each !== 'not_placed');
    expect(rang.length).toBeLessThan(given.caps.total);
    const today = rang.filter((dial) => dayOf('Europe/Berlin', dial.atMs) === dayOf('Europe/Berlin', atMs));
    expect(today.length).toBeLessThan(given.caps.perDay);
    const before = rang.filter((dial) => dial.target === index);
    expect(before.length).toBeLessThan(given.caps.perTarget);
    const zone = zonesOf(where)[0] ?? 'UTC';
    expect(before.filter((dial) => dayOf(zone, dial.atMs) === dayOf(zone, atMs)).length).toBeLessThan(
      given.caps.perNumberPerDay,
    );
    const latest = before.at(-1);
    if (!latest) return;
    // Whoever is dialled again is known to have ended in a way that has a rule, and long enough ago.
    const rule = latest.outcome && given.retry[latest.outcome];
    if (!latest.outcome || !rule || latest.overMs === undefined)
      throw new Error(`Dialled again: ${latest.outcome}`);
    expect(CALL_OUTCOMES[latest.outcome].final).toBe(false);
    expect(before.filter(({ outcome: each }) => each === latest.outcome).length).toBeLessThanOrEqual(
      rule.times,
    );
    expect(atMs - latest.overMs).toBeGreaterThanOrEqual(rule.afterMs);
  }
  return { schedule, dials };
}

describe('the laws of a campaign', () => {
  it('hold in every world, and everybody ends in one final state', () => {
    fc.assert(
      fc.property(world, (given) => {
        const { schedule, dials } = live(given);
        const finals = schedule.targets.map(({ final }) => final?.outcome);
        expect(finals).toHaveLength(given.targets.length);
        expect(finals).not.toContain(undefined);
        expect(schedule.openCalls).toBe(0);
        const counted = schedule.targets.flatMap(({ calls }) => calls);
        expect(counted.map(({ key }) => key).sort()).toEqual(dials.map(({ key }) => key).sort());
        // What is final stays final, whatever is heard later.
        schedule.apply({ type: 'do_not_call', number: german(1).number, atMs: START });
        for (const { key } of dials) {
          schedule.apply({ type: 'fact', key, fact: factOf('busy') as CallFact, atMs: START + 9 * DAY });
        }
        expect(schedule.next(START + 10 * DAY)).toEqual({ do: 'finish' });
      }),
      { numRuns: 100 },
    );
  });
});
