import { VirtualClock } from '@jovo-telephony/telephony/testing';
import { Drain } from '../../src/operations/drain';
import { SILENT } from '../../src/operations/log';

function rig(calls: number, transferred = 0) {
  const clock = new VirtualClock();
  const did: string[] = [];
  const line = { calls, swept: 0 };
  const drain = new Drain({
    clock,
    log: SILENT,
    calls: () => line.calls + transferred,
    expected: () => line.calls,
    sweep: async () => {
      line.swept += 1;
    },
    limitMs: 10_000,
    sayGoodbye: () => did.push(`goodbye to ${line.calls}`),
    goodbyeMs: 5_000,
    end: async () => {
      did.push(`end ${line.calls}`);
      line.calls = 0;
    },
  });
  let over = false;
  const begin = () => {
    void drain.begin().then(() => {
      over = true;
    });
  };
  return { clock, did, line, drain, begin, isOver: () => over };
}

test('without calls it is over at once', async () => {
  const { clock, drain, begin, isOver, did } = rig(0);
  expect([drain.state, drain.accepting]).toEqual(['serving', true]);
  begin();
  expect([drain.state, drain.accepting]).toEqual(['draining', false]);
  await clock.pass(0);
  expect([isOver(), drain.state, did]).toEqual([true, 'ended', []]);
});

test('calls that end by themselves are waited for, and nobody is bothered', async () => {
  const { clock, line, begin, isOver, did } = rig(2);
  begin();
  await clock.pass(9_000);
  expect(isOver()).toBe(false);
  line.calls = 0;
  await clock.pass(100);
  expect([isOver(), did]).toEqual([true, []]);
});

test('at the limit those that are left hear a goodbye', async () => {
  const { clock, line, drain, begin, isOver, did } = rig(3);
  begin();
  await clock.pass(9_000);
  line.calls = 1;
  await clock.pass(1_000);
  expect([drain.state, did]).toEqual(['goodbye', ['goodbye to 1']]);
  line.calls = 0;
  await clock.pass(100);
  expect([isOver(), did]).toEqual([true, ['goodbye to 1']]);
});

test('who does not go even then is ended', async () => {
  const { clock, begin, isOver, did } = rig(1);
  begin();
  await clock.pass(15_100);
  expect([isOver(), did]).toEqual([true, ['goodbye to 1', 'end 1']]);
});

test('forced, nothing is waited for', async () => {
  const { clock, drain, begin, isOver, did } = rig(4);
  begin();
  await clock.pass(1_000);
  void drain.force();
  await clock.pass(100);
  expect([isOver(), did]).toEqual([true, ['end 4']]);
});

test('nobody waits for calls that are with somebody else, but they are ended, for their reports', async () => {
  const { clock, begin, isOver, did } = rig(0, 2);
  begin();
  await clock.pass(100);
  expect([isOver(), did]).toEqual([true, ['end 0']]);
});

test('while it waits it looks for calls that have ended in another process', async () => {
  const { clock, line, begin, isOver } = rig(1);
  begin();
  await clock.pass(5_000);
  expect(line.swept).toBe(3);
  line.calls = 0;
  await clock.pass(100);
  expect(isOver()).toBe(true);
});

test('asking twice drains once', async () => {
  const { clock, drain, begin, did } = rig(1);
  begin();
  begin();
  const same = drain.begin();
  await clock.pass(20_000);
  await same;
  expect(did).toEqual(['goodbye to 1', 'end 1']);
});
