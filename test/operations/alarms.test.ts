import { VirtualClock } from '@jovo-telephony/telephony/testing';
import { AlarmWatch } from '../../src/operations/alarm-watch';
import { ALARMS, type AlarmChange, type AlarmName, Alarms } from '../../src/operations/alarms';
import { ERROR_CODES } from '../../src/operations/error-codes';
import type { Log } from '../../src/operations/log';
import { Rolling } from '../../src/operations/rolling';

const CALM = { eventLoop: { p50Ms: 1, p99Ms: 5, maxMs: 9 }, heapUsed: 0.4 };
const CALL = { network: 'sipgate', callId: 'call-1' };
const TURN = { ...CALL, turn: 1, inputType: 'TEXT', durationMs: 100 } as const;

function rig() {
  const clock = new VirtualClock();
  const lines: [string, string, unknown][] = [];
  const note = (level: string) => (fields: unknown, message: string) => {
    lines.push([level, message, fields]);
  };
  const log: Log = {
    debug: note('debug'),
    info: note('info'),
    warn: note('warn'),
    error: note('error'),
    fatal: note('fatal'),
  };
  const alarms = new Alarms({ log, epochMs: () => 1_800_000_000_000 + clock.nowMs() });
  const changes: AlarmChange[] = [];
  alarms.onChange((change) => changes.push(change));
  const watch = new AlarmWatch(alarms, clock);
  const on = () => alarms.active.map(({ alarm }) => alarm);
  return { clock, lines, alarms, changes, watch, on };
}

describe('an alarm', () => {
  test('is told once when it comes on and once when it goes off, with the moment it began', async () => {
    const { alarms, clock, changes, lines } = rig();
    alarms.set('memory_high', true);
    alarms.set('memory_high', true);
    await clock.pass(5_000);
    alarms.set('memory_high', false);
    alarms.set('memory_high', false);
    expect(changes.map(({ state, at, since }) => [state, at, since])).toEqual([
      ['raised', '2027-01-15T08:00:00.000Z', '2027-01-15T08:00:00.000Z'],
      ['cleared', '2027-01-15T08:00:05.000Z', '2027-01-15T08:00:00.000Z'],
    ]);
    expect(new Set(changes.map(({ id }) => id)).size).toBe(2);
    expect(lines.map(([level, message]) => [level, message])).toEqual([
      ['error', 'Alarm raised'],
      ['info', 'Alarm cleared'],
    ]);
    expect(alarms.active).toEqual([]);
    expect(alarms.history).toEqual(changes);
  });

  test('the history keeps the last hundred changes', () => {
    const { alarms } = rig();
    for (let times = 0; times < 80; times += 1) {
      alarms.set('memory_high', true);
      alarms.set('memory_high', false);
    }
    expect(alarms.history).toHaveLength(100);
  });

  test('each has a code of its own in the registry', () => {
    const codes = Object.values(ALARMS).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    for (const code of codes) expect(ERROR_CODES[code].where).toBe('alarm');
  });
});

describe('a count of the last minute', () => {
  test('forgets step by step', async () => {
    const clock = new VirtualClock();
    const rolling = new Rolling(clock, 60_000);
    rolling.add(2);
    await clock.pass(30_000);
    rolling.add();
    expect(rolling.sum).toBe(3);
    await clock.pass(35_000);
    expect(rolling.sum).toBe(1);
    await clock.pass(600_000);
    expect(rolling.sum).toBe(0);
  });
});

describe('what raises and clears alarms', () => {
  test('turns that fail: a share of at least ten in a minute', async () => {
    const { watch, on, clock } = rig();
    for (let turn = 0; turn < 9; turn += 1) watch.observe({ type: 'turn_ended', ...TURN, result: 'failed' });
    watch.look(CALM);
    expect(on()).toEqual([]);
    watch.observe({ type: 'turn_ended', ...TURN, result: 'answered' });
    watch.look(CALM);
    expect(on()).toEqual(['turns_failing']);
    await clock.pass(65_000);
    watch.look(CALM);
    expect(on()).toEqual([]);
  });

  test('an apology of the agent is a failed turn; turns without anything to say do not count', () => {
    const { watch, on } = rig();
    for (let turn = 0; turn < 100; turn += 1) watch.observe({ type: 'turn_ended', ...TURN, result: 'quiet' });
    for (let turn = 0; turn < 10; turn += 1) {
      watch.observe({ type: 'turn_ended', ...TURN, result: 'answered' });
      if (turn < 3) watch.observe({ type: 'answer_failed', ...CALL, error: new Error('x') });
    }
    watch.look(CALM);
    expect(on()).toEqual(['turns_failing']);
  });

  test('answers that are slow', () => {
    const { watch, on } = rig();
    const heard = (silenceMs: number, first = true) =>
      watch.observe({ type: 'silence_ended', ...CALL, silenceMs, first });
    for (let turn = 0; turn < 10; turn += 1) heard(turn < 6 ? 1_001 : 1_000);
    for (let turn = 0; turn < 99; turn += 1) heard(0, false);
    watch.look(CALM);
    expect(on()).toEqual(['answers_slow']);
    for (let turn = 0; turn < 14; turn += 1) heard(100);
    watch.look(CALM);
    expect(on()).toEqual([]);
  });

  test('an event loop that is late twice in a row', () => {
    const { watch, on } = rig();
    const late = (p99Ms: number) => watch.look({ ...CALM, eventLoop: { p50Ms: 1, p99Ms, maxMs: p99Ms } });
    late(201);
    expect(on()).toEqual([]);
    late(150);
    late(201);
    expect(on()).toEqual([]);
    late(201);
    expect(on()).toEqual(['event_loop_slow']);
    late(150);
    expect(on()).toEqual(['event_loop_slow']);
    late(99);
    expect(on()).toEqual([]);
  });

  test.each([
    ['at the limit', 0.9, []],
    ['above it', 0.91, ['memory_high']],
  ])('a heap %s', (_where, heapUsed, expected) => {
    const { watch, on } = rig();
    watch.look({ ...CALM, heapUsed });
    expect(on()).toEqual(expected);
  });

  test('a brain that is left alone, until every one of them answers again', () => {
    const { watch, on } = rig();
    const brain = (name: string, available: boolean) =>
      watch.observe({ type: 'brain_availability', brain: name, available });
    brain('a', false);
    brain('b', false);
    brain('a', true);
    expect(on()).toEqual(['brain_unavailable']);
    brain('b', true);
    expect(on()).toEqual([]);
  });

  test('a caller who was turned away, a report that was lost, a journal that cannot be written', async () => {
    const { watch, on, clock } = rig();
    watch.observe({ type: 'call_refused', ...CALL, reason: 'calls' });
    watch.reportLost();
    watch.observe({ type: 'journal_health', degraded: true });
    expect(on().sort()).toEqual(['calls_refused', 'journal_degraded', 'reports_lost']);
    await clock.pass(70_000);
    watch.look(CALM);
    expect(on().sort()).toEqual(['journal_degraded', 'reports_lost']);
    await clock.pass(700_000);
    watch.observe({ type: 'journal_health', degraded: false });
    watch.look(CALM);
    expect(on()).toEqual([]);
  });

  test('every alarm can come on', () => {
    // One that nothing raises would be a promise that nobody keeps.
    const tried: AlarmName[] = [
      'brain_unavailable',
      'turns_failing',
      'journal_degraded',
      'answers_slow',
      'event_loop_slow',
      'memory_high',
      'calls_refused',
      'reports_lost',
    ];
    expect(Object.keys(ALARMS).sort()).toEqual(tried.sort());
  });
});
