import { VirtualClock } from '@jovo-telephony/telephony/testing';
import type { NewCall } from '../../src/agent/agent';
import { CallLimits } from '../../src/operations/call-limits';

const NONE = { concurrent: 0, perCaller: 0, perNumber: 0 };
const clock = new VirtualClock();

let nth = 0;
function call(fields: Partial<NewCall> = {}): NewCall {
  nth += 1;
  return {
    network: 'sipgate',
    callId: `call-${nth}`,
    callerNumber: '4915790000001',
    ownNumber: '4921163550',
    profileKey: 'praxis',
    ...fields,
  };
}

test('without limits every call is let in', () => {
  const limits = new CallLimits(NONE, clock);
  for (let calls = 0; calls < 500; calls += 1) expect(limits.admit(call())).toBeUndefined();
});

test('so many calls at the same time; one that ends makes room', () => {
  const limits = new CallLimits({ ...NONE, concurrent: 2 }, clock);
  const first = call();
  expect(limits.admit(first)).toBeUndefined();
  expect(limits.admit(call())).toBeUndefined();
  const third = call();
  expect(limits.admit(third)).toBe('calls');
  // The end of a call that was not let in makes no room.
  limits.ended(third);
  expect(limits.admit(call())).toBe('calls');
  limits.ended(first);
  expect(limits.admit(call())).toBeUndefined();
});

test('so many calls of one profile; other profiles are not concerned', () => {
  const limits = new CallLimits(NONE, clock);
  const narrow = (fields: Partial<NewCall> = {}) => call({ concurrentCalls: 1, ...fields });
  const first = narrow();
  expect(limits.admit(first)).toBeUndefined();
  expect(limits.admit(narrow())).toBe('profile_calls');
  expect(limits.admit(narrow({ profileKey: 'cycles' }))).toBeUndefined();
  limits.ended(first);
  expect(limits.admit(narrow())).toBeUndefined();
});

test('so many a minute from one caller, who then leaves the line to others', async () => {
  const limits = new CallLimits({ ...NONE, perCaller: 2, perNumber: 3 }, clock);
  expect(limits.admit(call())).toBeUndefined();
  expect(limits.admit(call())).toBeUndefined();
  expect(limits.admit(call())).toBe('caller_rate');
  expect(limits.admit(call())).toBe('caller_rate');
  expect(limits.admit(call({ callerNumber: '4915790000002' }))).toBeUndefined();
  expect(limits.admit(call({ callerNumber: '4915790000003' }))).toBe('number_rate');
  expect(limits.admit(call({ callerNumber: '4915790000003', ownNumber: '442079460123' }))).toBeUndefined();
  await clock.pass(60_000);
  expect(limits.admit(call())).toBeUndefined();
});

test('callers who withhold their number do not share a limit', () => {
  const limits = new CallLimits({ ...NONE, perCaller: 1 }, clock);
  for (let calls = 0; calls < 5; calls += 1) {
    expect(limits.admit(call({ callerNumber: undefined }))).toBeUndefined();
  }
});

test('a call that is known is not judged again', () => {
  const limits = new CallLimits({ ...NONE, concurrent: 1, perCaller: 1 }, clock);
  const known = call();
  expect(limits.admit(known)).toBeUndefined();
  expect(limits.admit(known)).toBeUndefined();
  // The same id on another network is another call.
  expect(limits.admit({ ...known, network: 'audiocodes' })).toBe('calls');
});

describe('a call whose end another process has seen does not take up room for ever', () => {
  test('it is gone once this process learns of it', () => {
    const limits = new CallLimits({ ...NONE, concurrent: 1 }, clock);
    const first = call();
    expect(limits.admit(first)).toBeUndefined();
    limits.observe({ type: 'call_closed', durationMs: 1, ...first });
    expect(limits.admit(call())).toBeUndefined();
  });

  test('or when it has not been heard of for minutes; one that goes on is counted', async () => {
    const limits = new CallLimits({ ...NONE, concurrent: 2 }, clock);
    const [goesOn, endsElsewhere] = [call(), call({ concurrentCalls: 2 })];
    expect(limits.admit(goesOn)).toBeUndefined();
    expect(limits.admit(endsElsewhere)).toBeUndefined();
    for (let minute = 0; minute < 5; minute += 1) {
      await clock.pass(60_000);
      limits.observe({ type: 'turn_began', waitedMs: 0, turn: minute, inputType: 'TEXT', ...goesOn });
    }
    expect(limits.admit(call())).toBe('calls');
    await clock.pass(1_000);
    expect(limits.admit(call({ concurrentCalls: 2 }))).toBeUndefined();
    expect(limits.admit(call())).toBe('calls');
  });
});
