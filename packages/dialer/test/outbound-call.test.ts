import fc from 'fast-check';
import {
  CALL_OUTCOMES,
  type CallFact,
  type CallOutcome,
  learn,
  NEW_CALL,
  outcomeOf,
  readNotification,
} from '../src';
import { fixture } from './support/fixtures';

const knownOf = (facts: readonly CallFact[]) => facts.reduce(learn, NEW_CALL);

const notified = (body: unknown): CallFact => {
  const notification = readNotification(body);
  if (!notification) throw new Error('That is no notification');
  return { type: 'notified', notification };
};
const example = (name: string) => notified(fixture(name));

const PLACED: CallFact = { type: 'placed', conversationId: '8b9d2a64-12f7-4c0e-8e3b-0a7d41c6e2b5' };
const EXPIRED: CallFact = { type: 'expired' };

describe('how a call of ours ended', () => {
  it.each<[string, CallOutcome | undefined]>([
    ['notify-answered', undefined],
    ['notify-completed', 'reached'],
    ['notify-completed-transferred', 'transferred'],
    ['notify-completed-voicemail-beep', 'voicemail'],
    ['notify-completed-voicemail-timeout', 'voicemail'],
    ['notify-completed-machine-voicemail', 'machine'],
    ['notify-completed-machine-fax', 'fax'],
    ['notify-failed-busy', 'busy'],
    ['notify-failed-declined', 'declined'],
    ['notify-failed-error', 'failed'],
    ['notify-failed-no-answer', 'no_answer'],
  ])('%s -> %s', (name, outcome) => {
    expect(outcomeOf(knownOf([PLACED, example(name)]), true)).toBe(outcome);
  });

  it.each<[string, string, CallOutcome]>([
    ['failed', 'no-answer', 'no_answer'],
    ['failed', 'busy', 'busy'],
    ['failed', 'declined', 'declined'],
    ['failed', 'error', 'failed'],
    ['completed', 'error', 'broken'],
    ['completed', 'bot-disconnected', 'reached'],
    ['completed', 'client-disconnected', 'reached'],
    ['completed', 'transferred', 'transferred'],
    ['completed', 'machine-detected', 'machine'],
  ])('%s for the reason %s: %s', (status, reasonCode, outcome) => {
    expect(outcomeOf(knownOf([PLACED, notified({ status, reasonCode })]), true)).toBe(outcome);
  });

  it.each<[string, CallFact[], CallOutcome | undefined]>([
    ['the network refuses', [{ type: 'refused', reason: 'bad_request' }], 'refused'],
    ['there were too many calls', [{ type: 'not_placed', cause: 'throttled' }], 'not_placed'],
    ['no answer to our request yet', [{ type: 'uncertain' }], undefined],
    ['no answer to our request, ever', [{ type: 'uncertain' }, EXPIRED], 'unknown'],
    ['we crashed while we asked', [EXPIRED], 'unknown'],
    ['no answer, but a report', [{ type: 'uncertain' }, example('notify-failed-busy')], 'busy'],
    ['placed, then silence', [PLACED, EXPIRED], 'unreported'],
    ['answered, then silence', [PLACED, example('notify-answered'), EXPIRED], 'reached'],
    ['the report of the answer got lost', [PLACED, example('notify-completed')], 'reached'],
    [
      'refused, and yet it rings',
      [{ type: 'refused', reason: 'bad_request' }, { type: 'started' }],
      undefined,
    ],
    [
      'a machine, by the conversation',
      [PLACED, { type: 'machine', kind: 'message_time' }, example('notify-completed')],
      'voicemail',
    ],
    [
      'completed for a reason that is not known',
      [notified({ status: 'completed', reasonCode: 'moon' })],
      'reached',
    ],
    ['failed without a reason', [notified({ status: 'failed' })], 'failed'],
  ])('%s', (_, facts, outcome) => {
    expect(outcomeOf(knownOf(facts), true)).toBe(outcome);
  });

  it('goes by the conversation where the network reports nothing', () => {
    const facts: CallFact[] = [PLACED, { type: 'started' }];
    expect(outcomeOf(knownOf(facts), false)).toBeUndefined();
    expect(outcomeOf(knownOf([...facts, { type: 'ended' }]), false)).toBe('reached');
    // Where it does, its report says more and is worth waiting for.
    expect(outcomeOf(knownOf([...facts, { type: 'ended' }]), true)).toBeUndefined();
    expect(outcomeOf(knownOf([...facts, { type: 'ended' }, EXPIRED]), true)).toBe('reached');
  });
});

describe('a notification', () => {
  it('keeps what the conversation has left for the dialer', () => {
    expect(readNotification(fixture('notify-completed'))).toEqual({
      status: 'completed',
      conversationId: '8b9d2a64-12f7-4c0e-8e3b-0a7d41c6e2b5',
      reasonCode: 'client-disconnected',
      connectTime: '2026-03-02T09:12:04.512Z',
      callDurationSec: 47,
      sbcSessionId: 'b7d1f0a2c4e69358',
      botOperationResult: 'appointment-confirmed',
      botOperationData: '{"slot":"2026-03-05T10:30"}',
    });
  });

  it.each([[null], ['text'], [[]], [{}], [{ status: 'ringing' }], [{ status: 7 }]])('is none: %j', (body) => {
    expect(readNotification(body)).toBeUndefined();
  });

  it('of any shape is read without harm', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('answered', 'completed', 'failed'), (value, status) => {
        const body = typeof value === 'object' && !Array.isArray(value) ? { ...value, status } : value;
        const read = readNotification(body);
        if (read)
          expect(outcomeOf(knownOf([{ type: 'notified', notification: read }]), true)).not.toBe('unknown');
      }),
    );
  });
});

describe('whatever is heard of a call', () => {
  const id = fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined });
  const report = fc.record(
    {
      conversationId: fc.constantFrom('a', 'b', 'c'),
      reason: fc.constantFrom('fax detected', 'voicemail detected', 'SIP ;cause=486'),
      machineDetection: fc.constantFrom('voicemail beep', 'voicemail timeout'),
      callDurationSec: fc.nat(300),
      botOperationResult: fc.constantFrom('confirmed', 'declined'),
    },
    { requiredKeys: [] },
  );
  const reasonCode = fc.constantFrom(
    'no-answer',
    'busy',
    'declined',
    'error',
    'bot-disconnected',
    'client-disconnected',
    'transferred',
    'machine-detected',
    'something new',
    undefined,
  );
  const fact: fc.Arbitrary<CallFact> = fc.oneof(
    id.map((conversationId): CallFact => ({ type: 'placed', conversationId })),
    fc.constant<CallFact>({ type: 'refused', reason: 'bad_request' }),
    fc.constant<CallFact>({ type: 'not_placed', cause: 'throttled', waitMs: 1_000 }),
    fc.constant<CallFact>({ type: 'uncertain' }),
    id.map((conversationId): CallFact => ({ type: 'initiated', conversationId })),
    id.map((conversationId): CallFact => ({ type: 'started', conversationId })),
    fc.constantFrom('voicemail', 'message_time', 'fax').map((kind): CallFact => ({ type: 'machine', kind })),
    fc
      .option(fc.constantFrom('x', 'y'), { nil: undefined })
      .map((reason): CallFact => ({ type: 'ended', reason })),
    fc.constant(EXPIRED),
    report.map((rest): CallFact => ({ type: 'notified', notification: { status: 'answered', ...rest } })),
    fc.tuple(fc.constantFrom('completed', 'failed'), reasonCode, report).map(
      ([status, code, rest]): CallFact => ({
        type: 'notified',
        notification: { status, ...(code ? { reasonCode: code } : {}), ...rest },
      }),
    ),
  );

  it('ends in the same knowledge, in any order and however often', () => {
    const heard = fc.array(fact, { maxLength: 8 }).chain((facts) =>
      fc.record({
        facts: fc.constant(facts),
        other: fc
          .shuffledSubarray([...facts, ...facts, ...facts], { minLength: facts.length * 3 })
          .map((shuffled) => shuffled.slice()),
      }),
    );
    fc.assert(
      fc.property(heard, ({ facts, other }) => {
        expect(knownOf(other)).toEqual(knownOf(facts));
      }),
      { numRuns: 500 },
    );
  });

  it('never takes back that a call may have rung', () => {
    fc.assert(
      fc.property(fc.array(fact, { maxLength: 8 }), fc.boolean(), (facts, reports) => {
        let call = NEW_CALL;
        let rang = false;
        for (const each of facts) {
          call = learn(call, each);
          const outcome = outcomeOf(call, reports);
          if (['placed', 'notified', 'started', 'initiated', 'ended'].includes(each.type)) rang = true;
          if (rang) expect(['refused', 'not_placed', 'unknown']).not.toContain(outcome);
          if (outcome) expect(Object.keys(CALL_OUTCOMES)).toContain(outcome);
        }
      }),
    );
  });

  it('has an end as soon as nothing more is expected', () => {
    fc.assert(
      fc.property(fc.array(fact, { maxLength: 8 }), fc.boolean(), (facts, reports) => {
        expect(outcomeOf(knownOf([...facts, EXPIRED]), reports)).toBeDefined();
      }),
    );
  });
});
