import fc from 'fast-check';
import {
  type LadderEvent,
  type LadderState,
  type LadderStep,
  ladderDueAtMs,
  ladderProblems,
  ladderStart,
  nextOnLadder,
  type SilenceLadder,
} from '../src/silence-ladder';

const RUNS = 100_000;

const LADDER: SilenceLadder = {
  rungs: [
    { kind: 'reprompt', texts: ['Sind Sie noch da?', 'Hallo?'] },
    { kind: 'reprompt', texts: ['Ich höre Sie leider nicht.'] },
    { kind: 'offer', texts: ['Soll ich Sie mit einer Kollegin verbinden?'] },
  ],
  caps: { turnsWithoutProgress: 3, callLengthMs: 600_000, cost: 50 },
  ending: { do: 'transfer', destination: 'empfang', text: 'Ich verbinde Sie.', goodbye: 'Auf Wiederhören.' },
  endings: {
    call_length: { do: 'goodbye', text: 'Unsere Zeit ist um.' },
    cost: { do: 'goodbye', text: 'Ich muss Schluss machen.' },
  },
};

const told = (step: LadderStep): string => {
  switch (step.do) {
    case 'nothing':
      return '-';
    case 'say':
      return `${step.kind}: ${step.text}`;
    case 'transfer':
      return `transfer (${step.reason}) to ${step.destination}: ${step.text}`;
    case 'goodbye':
      return `goodbye (${step.reason}): ${step.text}`;
  }
};

const walk = (events: LadderEvent[], ladder = LADDER): string[] => {
  let state = ladderStart(0);
  return events.map((event) => {
    const next = nextOnLadder(ladder, state, event);
    state = next.state;
    return told(next.step);
  });
};

const silence = (nowMs = 0): LadderEvent => ({ type: 'silence', nowMs });
const speech: LadderEvent = { type: 'speech', nowMs: 0 };
const turn = (progress: boolean): LadderEvent => ({ type: 'turn_ended', nowMs: 0, progress });
const failed = (nowMs = 0): LadderEvent => ({ type: 'transfer_failed', nowMs });

describe('a silent caller', () => {
  test('hears every rung once, then the transfer, then nothing any more', () => {
    expect(walk([silence(), silence(), silence(), silence(), silence(), speech])).toEqual([
      'reprompt: Sind Sie noch da?',
      'reprompt: Ich höre Sie leider nicht.',
      'offer: Soll ich Sie mit einer Kollegin verbinden?',
      'transfer (silence) to empfang: Ich verbinde Sie.',
      '-',
      '-',
    ]);
  });

  test('who speaks begins at the first rung again, in other words', () => {
    expect(walk([silence(), speech, silence(), speech, silence()])).toEqual([
      'reprompt: Sind Sie noch da?',
      '-',
      'reprompt: Hallo?',
      '-',
      'reprompt: Sind Sie noch da?',
    ]);
  });

  test('a rung with one text that was just said is skipped', () => {
    const ladder = { ...LADDER, rungs: LADDER.rungs.slice(1) };
    expect(walk([silence(), speech, silence()], ladder)[2]).toBe(
      'offer: Soll ich Sie mit einer Kollegin verbinden?',
    );
  });

  test('fewer silences in a row may be enough', () => {
    const ladder = { ...LADDER, caps: { silencesInARow: 2 } };
    expect(walk([silence(), silence()], ladder)[1]).toBe('transfer (silence) to empfang: Ich verbinde Sie.');
  });

  test('after a transfer that failed comes one more round, and its end is a goodbye', () => {
    const four = [silence(), silence(), silence(), silence()];
    const steps = walk([...four, failed(), ...four, failed(), silence()]);
    expect(steps.slice(4)).toEqual([
      '-',
      'reprompt: Sind Sie noch da?',
      'reprompt: Ich höre Sie leider nicht.',
      'offer: Soll ich Sie mit einer Kollegin verbinden?',
      'goodbye (silence): Auf Wiederhören.',
      '-',
      '-',
    ]);
  });
});

describe('caps', () => {
  test('turns without progress count in a row, and speech does not reset them', () => {
    expect(walk([turn(false), speech, turn(false), speech, turn(false)]).at(-1)).toMatch(
      /^transfer \(no_progress\)/,
    );
    expect(walk([turn(false), turn(false), turn(true), turn(false), turn(false)])).toEqual(
      Array(5).fill('-'),
    );
  });

  test('length, at the millisecond, by any event', () => {
    expect(ladderDueAtMs(LADDER, ladderStart(1000))).toBe(601_000);
    expect(ladderDueAtMs({ ...LADDER, caps: {} }, ladderStart(0))).toBeUndefined();
    expect(walk([{ type: 'tick', nowMs: 599_999 }])).toEqual(['-']);
    expect(walk([{ type: 'tick', nowMs: 600_000 }])).toEqual(['goodbye (call_length): Unsere Zeit ist um.']);
    expect(walk([{ type: 'speech', nowMs: 600_001 }])).toEqual([
      'goodbye (call_length): Unsere Zeit ist um.',
    ]);
  });

  test('cost adds up; what is no cost counts for nothing', () => {
    const cost = (amount: number): LadderEvent => ({ type: 'cost', nowMs: 0, amount });
    expect(walk([cost(30), cost(-20), cost(Number.NaN), cost(20)]).at(-1)).toMatch(/^goodbye \(cost\)/);
    expect(walk([cost(30), cost(19.9)])).toEqual(['-', '-']);
  });

  test('a goodbye that is called off: silence and misunderstanding are forgiven, length and cost are not', () => {
    const off = (nowMs = 0): LadderEvent => ({ type: 'called_off', nowMs });
    const { caps: _, ...ladder } = LADDER;
    const short: SilenceLadder = {
      ...ladder,
      ending: { do: 'goodbye', text: 'Bye' },
      rungs: [],
      caps: { turnsWithoutProgress: 2, callLengthMs: 1_000 },
    };
    expect(walk([silence(), off(), silence()], short)).toEqual([
      'goodbye (silence): Bye',
      '-',
      'goodbye (silence): ',
    ]);
    expect(walk([turn(false), turn(false), off(), turn(false)], short)).toEqual([
      '-',
      'goodbye (no_progress): Bye',
      '-',
      '-',
    ]);
    // Who talks over a goodbye of the brain's own gets no credit.
    expect(walk([turn(false), off(), turn(false)], short)).toEqual(['-', '-', 'goodbye (no_progress): Bye']);
    expect(walk([{ type: 'tick', nowMs: 1_000 }, off(1_001)], short)).toEqual([
      'goodbye (call_length): Unsere Zeit ist um.',
      'goodbye (call_length): ',
    ]);
  });

  test('a call that is over its length gets no second round after a transfer', () => {
    const ladder: SilenceLadder = { ...LADDER, endings: {} };
    const steps = walk([{ type: 'tick', nowMs: 600_000 }, failed(600_001), silence(600_002)], ladder);
    expect(steps).toEqual([
      'transfer (call_length) to empfang: Ich verbinde Sie.',
      'goodbye (call_length): Auf Wiederhören.',
      '-',
    ]);
  });

  test('a transfer of the conversation that failed gives no credit', () => {
    expect(walk([turn(false), turn(false), failed(), turn(false)]).at(-1)).toMatch(/no_progress/);
  });
});

describe('declared ladders', () => {
  test.each<[string, Partial<SilenceLadder>, number]>([
    ['as above', {}, 0],
    ['no rungs', { rungs: [] }, 0],
    ['a rung without text', { rungs: [{ kind: 'reprompt', texts: [] }] }, 1],
    ['an empty text', { rungs: [{ kind: 'reprompt', texts: [' '] }] }, 1],
    ['the same text twice', { rungs: [{ kind: 'reprompt', texts: ['a', 'a'] }] }, 1],
    ['a cap of nothing', { caps: { cost: 0 } }, 1],
    ['a cap that is no number', { caps: { callLengthMs: Number.NaN } }, 1],
  ])('%s', (_what, change, problems) => {
    expect(ladderProblems({ ...LADDER, ...change })).toHaveLength(problems);
  });
});

const text = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const ending = fc.oneof(
  fc.record({ do: fc.constant('goodbye' as const), text }),
  fc.record({ do: fc.constant('transfer' as const), destination: text, text, goodbye: text }),
);
const maybe = (max: number) => fc.option(fc.integer({ min: 1, max }), { nil: undefined });
/** Not only sensible ladders: the same text may come in several rungs. */
const anyLadder: fc.Arbitrary<SilenceLadder> = fc.record({
  rungs: fc.array(
    fc.record({
      kind: fc.constantFrom('reprompt' as const, 'offer' as const),
      texts: fc.array(text, { maxLength: 3 }),
    }),
    { maxLength: 5 },
  ),
  caps: fc.record({
    silencesInARow: maybe(7),
    turnsWithoutProgress: maybe(5),
    callLengthMs: maybe(100_000),
    cost: maybe(100),
  }),
  ending,
  endings: fc.record(
    { silence: ending, no_progress: ending, call_length: ending, cost: ending },
    { requiredKeys: [] },
  ),
});

type Untimed = LadderEvent extends infer E ? (E extends LadderEvent ? Omit<E, 'nowMs'> : never) : never;
const anyEvent: fc.Arbitrary<Untimed> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ type: 'silence' as const }) },
  { weight: 2, arbitrary: fc.constant({ type: 'speech' as const }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('turn_ended' as const), progress: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('cost' as const), amount: fc.integer({ min: -5, max: 60 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ type: 'transfer_failed' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'called_off' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'tick' as const }) },
);

const requireThat = (truth: boolean, what: string): void => {
  if (!truth) throw new Error(what);
};

/** The counters, kept a second time in the plainest way. */
const model = (ladder: SilenceLadder) => {
  let silences = 0;
  let barren = 0;
  let cost = 0;
  const over = (limit: number | undefined, value: number) => limit !== undefined && value >= limit;
  return {
    hear(event: LadderEvent, reopened: boolean): boolean {
      if (event.type === 'silence') silences += 1;
      if (['speech', 'transfer_failed', 'called_off'].includes(event.type)) silences = 0;
      if (event.type === 'turn_ended') barren = event.progress ? 0 : barren + 1;
      if (reopened) barren = 0;
      if (event.type === 'cost' && event.amount > 0) cost += event.amount;
      const { caps } = ladder;
      return (
        over(caps.silencesInARow, silences) ||
        silences > ladder.rungs.length ||
        over(caps.turnsWithoutProgress, barren) ||
        over(caps.callLengthMs, event.nowMs) ||
        over(caps.cost, cost)
      );
    },
  };
};

describe('properties', () => {
  test('every ladder ends, keeps its caps, says nothing twice running and nothing after the end', () => {
    const ends = new Set<string>();
    const events = fc.array(fc.tuple(fc.nat(4000), anyEvent), { maxLength: 40, size: 'max' });
    fc.assert(
      fc.property(anyLadder, events, (ladder, timed) => {
        let state: LadderState = ladderStart(0);
        let nowMs = 0;
        let lastText = '';
        let final = false;
        let endings = 0;
        let calledOff = 0;
        const counters = model(ladder);
        const take = (untimed: Untimed): void => {
          const event = { ...untimed, nowMs } as LadderEvent;
          const wasEnded = state.ended;
          const { state: next, step } = nextOnLadder(ladder, state, event);
          const back = wasEnded === 'transfer' && event.type === 'transfer_failed';
          const reopened = back || (wasEnded !== undefined && event.type === 'called_off');
          if (event.type === 'called_off') {
            final = false;
            calledOff += 1;
          }
          if (wasEnded !== undefined && !reopened) requireThat(step.do === 'nothing', 'spoke after the end');
          else if (counters.hear(event, reopened)) requireThat(next.ended !== undefined, 'missed a cap');
          if (final) requireThat(step.do === 'nothing', 'a goodbye is final');
          if ('text' in step && step.text !== '') {
            requireThat(step.text !== lastText, `said ${step.text} twice`);
            lastText = step.text;
          }
          if (step.do === 'transfer' || step.do === 'goodbye') {
            endings += 1;
            ends.add(`${step.do} ${step.reason}`);
          }
          if (step.do === 'goodbye') final = true;
          state = next;
        };
        for (const [afterMs, event] of timed) {
          nowMs += afterMs;
          take(event);
        }
        for (let i = 0; i <= ladder.rungs.length; i++) take({ type: 'silence' });
        requireThat(state.ended !== undefined, 'silence did not end the call');
        take({ type: 'transfer_failed' });
        for (let i = 0; i <= ladder.rungs.length; i++) take({ type: 'silence' });
        requireThat(state.ended !== undefined, 'silence after a failed transfer did not end the call');
        take({ type: 'transfer_failed' });
        requireThat(endings <= 2 + calledOff && state.ended !== undefined, 'more than one second round');
      }),
      { numRuns: RUNS },
    );
    expect(ends.size).toBe(8);
  }, 60_000);
});
