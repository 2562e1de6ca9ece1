import { VirtualClock } from '@jovo-telephony/telephony/testing';
import { CALL_LIMITS, Calls } from '../src';
import { RecentKeys } from '../src/recent-keys';
import { toyWire } from './support/toy-wire';

describe('calls that have ended are remembered, but not for ever and not without number', () => {
  const limits = {
    ...CALL_LIMITS,
    idleMs: 1_000,
    idleAfterTransferMs: 100,
    rememberEndedMs: 500,
    maxRememberedEnded: 3,
  };
  const endedCalls = (...ids: string[]) => {
    const clock = new VirtualClock();
    const calls = new Calls({ wire: toyWire, clock, epochMs: () => 0 }, limits);
    for (const id of ids) calls.end(calls.open(id));
    return { calls, clock };
  };

  test('for a while', async () => {
    const { calls, clock } = endedCalls('a');
    await clock.pass(500);
    expect(calls.hasEnded('a')).toBe(true);
    await clock.pass(1);
    expect(calls.hasEnded('a')).toBe(false);
  });

  test('the last few', () => {
    const { calls } = endedCalls('a', 'b', 'c', 'd');
    expect(['a', 'b', 'c', 'd'].map((id) => calls.hasEnded(id))).toEqual([false, true, true, true]);
  });

  test('until they start again; the end of an earlier call of that id is not the end of this one', () => {
    const { calls } = endedCalls();
    const first = calls.open('a');
    calls.end(first);
    const second = calls.open('a');
    calls.end(first);
    expect(calls.find('a')).toBe(second);
    expect(calls.hasEnded('a')).toBe(false);
  });

  test('ids that are names of object members are ids', () => {
    const { calls } = endedCalls('__proto__', 'constructor');
    expect(calls.hasEnded('__proto__')).toBe(true);
    expect(calls.hasEnded('toString')).toBe(false);
    expect(calls.find('hasOwnProperty')).toBeUndefined();
  });
});

test('as many calls are closed as were opened, whether they were calls or not', () => {
  const seen: string[] = [];
  const observe = ({ type }: { type: string }) => seen.push(type);
  const calls = new Calls({ wire: toyWire, clock: new VirtualClock(), epochMs: () => 0, observe });
  calls.end(calls.open('a'));
  const unknown = calls.open('b');
  calls.drop(unknown);
  calls.drop(unknown);
  expect(seen).toEqual(['call_opened', 'call_closed', 'call_opened', 'call_closed']);
});

test('the keys of the last 256 events are remembered', () => {
  const keys = new RecentKeys();
  const come = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, at) => keys.hasCome(`key ${from + at}`));
  expect(come(0, 256)).not.toContain(true);
  expect(come(0, 256)).not.toContain(false);
  expect(keys.hasCome('one more')).toBe(false);
  expect(keys.hasCome('key 1')).toBe(true);
  expect(keys.hasCome('key 0')).toBe(false);
});
