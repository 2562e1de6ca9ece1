import type { NewCall } from '../../src/agent/agent';
import { CallLimits } from '../../src/operations/call-limits';

const NONE = { concurrent: 0, perCaller: 0, perNumber: 0 };

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

test('without limits every call is let in', async () => {
  const limits = new CallLimits(NONE);
  for (let calls = 0; calls < 500; calls += 1) expect(await limits.admit(call())).toBeUndefined();
});

test('so many calls at the same time; one that ends makes room', async () => {
  const limits = new CallLimits({ ...NONE, concurrent: 2 });
  const first = call();
  expect(await limits.admit(first)).toBeUndefined();
  expect(await limits.admit(call())).toBeUndefined();
  const third = call();
  expect(await limits.admit(third)).toBe('calls');
  // The end of a call that was not let in makes no room.
  limits.ended(third);
  expect(await limits.admit(call())).toBe('calls');
  limits.ended(first);
  expect(await limits.admit(call())).toBeUndefined();
  expect(limits.size).toBe(2);
});

test('two that come at once are not both the last', async () => {
  const limits = new CallLimits({ ...NONE, concurrent: 1, perCaller: 100 });
  expect((await Promise.all([limits.admit(call()), limits.admit(call())])).sort()).toEqual(['calls', undefined]);
});

test('so many calls of one profile; other profiles are not concerned', async () => {
  const limits = new CallLimits(NONE);
  const narrow = (fields: Partial<NewCall> = {}) => call({ concurrentCalls: 1, ...fields });
  const first = narrow();
  expect(await limits.admit(first)).toBeUndefined();
  expect(await limits.admit(narrow())).toBe('profile_calls');
  expect(await limits.admit(narrow({ profileKey: 'cycles' }))).toBeUndefined();
  limits.ended(first);
  expect(await limits.admit(narrow())).toBeUndefined();
});

test('so many a minute from one caller, who then leaves the line to others', async () => {
  const limits = new CallLimits({ ...NONE, perCaller: 2, perNumber: 3 });
  expect(await limits.admit(call())).toBeUndefined();
  expect(await limits.admit(call())).toBeUndefined();
  expect(await limits.admit(call())).toBe('caller_rate');
  expect(await limits.admit(call())).toBe('caller_rate');
  expect(limits.size).toBe(2);
  expect(await limits.admit(call({ callerNumber: '4915790000002' }))).toBeUndefined();
  expect(await limits.admit(call({ callerNumber: '4915790000003' }))).toBe('number_rate');
  expect(await limits.admit(call({ callerNumber: '4915790000003', ownNumber: '442079460123' }))).toBeUndefined();
});

test('callers who withhold their number do not share a limit', async () => {
  const limits = new CallLimits({ ...NONE, perCaller: 1 });
  for (let calls = 0; calls < 5; calls += 1) {
    expect(await limits.admit(call({ callerNumber: undefined }))).toBeUndefined();
  }
});

test('a call that is known is not judged again', async () => {
  const limits = new CallLimits({ ...NONE, concurrent: 1, perCaller: 1 });
  const known = call();
  expect(await limits.admit(known)).toBeUndefined();
  expect(await limits.admit(known)).toBeUndefined();
  // The same id on another network is another call.
  expect(await limits.admit({ ...known, network: 'audiocodes' })).toBe('calls');
});
