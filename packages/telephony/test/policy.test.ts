import fc from 'fast-check';
import { hoursProblems, isOpen, localTime, type OpeningHours } from '../src/policy/hours';
import {
  type Budgets,
  DEFAULT_BUDGETS,
  judge,
  type PolicyRequest,
  type PolicyRules,
  type PolicyUsage,
  type PolicyVerdict,
} from '../src/policy/policy';
import { policyProblems } from '../src/policy/policy-problems';
import { POLICY_REASONS } from '../src/policy/reasons';
import {
  actionContent,
  RISKY_ACTION_TYPES,
  type RiskyAction,
  type RiskyActionType,
} from '../src/policy/risky-action';

const RUNS = 100_000;

const OFFICE: OpeningHours = {
  timeZone: 'Europe/Berlin',
  week: [
    { days: 'mon-fri', from: '09:00', to: '18:00' },
    { days: 'sat', from: '10:00', to: '14:00' },
  ],
  holidays: ['2026-11-18', '12-25'],
};
const NIGHT: OpeningHours = {
  timeZone: 'Europe/Berlin',
  week: [{ days: 'fri-sat', from: '22:00', to: '02:00' }],
  holidays: ['2026-11-21'],
};

const RULES: PolicyRules = {
  numbers: { allowedPrefixes: ['+49', '+44'] },
  destinations: {
    werkstatt: { number: '+49211635500' },
    notdienst: { number: '+4915112345678', hours: 'always' },
    hotline: { number: '+499001234567' },
    bar: { number: '+49211635501', hours: NIGHT },
  },
  actions: {
    transfer: {},
    send_sms: { budgets: { call: 1 }, maxTextLength: 20 },
    dial: { anyNumber: true, confirmation: true },
    record: {},
  },
  hours: OFFICE,
};

const UNUSED: PolicyUsage = { call: 0, caller: 0, profile: 0, day: 0 };
/** A Thursday, 10:00 in Berlin. */
const THURSDAY = '2026-11-19T09:00:00Z';
const CALLER = '4915112345678';

const transfer = (destination: string): RiskyAction => ({ type: 'transfer', destination });
const sms = (text: string, number?: string): RiskyAction => ({ type: 'send_sms', text, number });
const confirmed = (action: RiskyAction): PolicyRequest => ({
  action,
  confirmedContent: actionContent(action),
});

const told = (verdict: PolicyVerdict): string =>
  verdict.allowed ? `allowed ${verdict.number ?? '-'}` : `${verdict.reason} by ${verdict.rule}`;

describe('a risky action', () => {
  const dialHim: RiskyAction = { type: 'dial', number: '+442079460123' };
  const record: RiskyAction = { type: 'record' };
  const table: [what: string, request: PolicyRequest, verdict: string][] = [
    ['to a name', { action: transfer('werkstatt') }, 'allowed +49211635500'],
    ['to a name nobody knows', { action: transfer('Werkstatt 2') }, 'unknown_destination by destinations'],
    ['to a number', { action: transfer('+49211635500') }, 'unknown_destination by destinations'],
    ['to a property', { action: transfer('__proto__') }, 'unknown_destination by destinations'],
    ['to a method', { action: transfer('toString') }, 'unknown_destination by destinations'],
    [
      'to a premium number in the profile',
      { action: transfer('hotline') },
      'number_premium by destinations.hotline.number',
    ],
    ['while that one is closed', { action: transfer('bar') }, 'closed by destinations.bar.hours'],
    ['SMS', { action: sms('Hallo'), callerNumber: CALLER }, 'allowed +4915112345678'],
    [
      'SMS to the caller by number',
      { action: sms('Hallo', '+4915112345678'), callerNumber: CALLER },
      'allowed +4915112345678',
    ],
    [
      'SMS to somebody else',
      { action: sms('Hallo', '+4915112345679'), callerNumber: CALLER },
      'not_the_caller by actions.send_sms',
    ],
    [
      'SMS to a trick',
      { action: sms('Hallo', 'tel:+4915112345678'), callerNumber: CALLER },
      'not_the_caller by actions.send_sms',
    ],
    ['SMS to nobody', { action: sms('Hallo') }, 'caller_unknown by actions.send_sms'],
    ['SMS to anonymous', { action: sms('Hallo'), callerNumber: 'anonymous' }, 'number_letters by numbers'],
    ['SMS to a landline', { action: sms('Hallo'), callerNumber: '49211635500' }, 'number_type by numbers'],
    ['SMS abroad', { action: sms('Hallo'), callerNumber: '+33612345678' }, 'number_country by numbers'],
    ['SMS without text', { action: sms(' \n'), callerNumber: CALLER }, 'text_empty by actions.send_sms'],
    ['SMS at the limit', { action: sms('x'.repeat(20)), callerNumber: CALLER }, 'allowed +4915112345678'],
    [
      'SMS above',
      { action: sms('x'.repeat(21)), callerNumber: CALLER },
      'text_too_long by actions.send_sms.maxTextLength',
    ],
    ['dial, confirmed', confirmed(dialHim), 'allowed +442079460123'],
    ['dial, not confirmed', { action: dialHim }, 'not_confirmed by actions.dial.confirmation'],
    [
      'dial, something else confirmed',
      { action: dialHim, confirmedContent: actionContent({ type: 'dial', number: '+442079460124' }) },
      'not_confirmed by actions.dial.confirmation',
    ],
    ['dial a trick', confirmed({ type: 'dial', number: '0044 207' }), 'number_characters by numbers'],
    ['dial a name', confirmed({ type: 'dial', destination: 'werkstatt' }), 'allowed +49211635500'],
    ['record, confirmed', confirmed(record), 'allowed -'],
    ['record, not confirmed', { action: record }, 'not_confirmed by actions.record.confirmation'],
  ];
  test.each(table)('%s', (_what, request, verdict) => {
    expect(told(judge(request, RULES, UNUSED, THURSDAY))).toBe(verdict);
  });

  test('what the profile does not list is refused', () => {
    for (const type of [...RISKY_ACTION_TYPES, 'constructor', '__proto__', 'speak']) {
      const action = { type, destination: 'werkstatt', text: 'x' } as RiskyAction;
      const verdict = judge({ action, callerNumber: CALLER }, { ...RULES, actions: {} }, UNUSED, THURSDAY);
      expect(told(verdict)).toBe(`action_not_allowed by actions.${type}`);
    }
    const strange = { speak: {} } as PolicyRules['actions'];
    const action = { type: 'speak' } as unknown as RiskyAction;
    expect(judge({ action }, { ...RULES, actions: strange }, UNUSED, THURSDAY).allowed).toBe(false);
  });

  test('numbers without a name need a word from the profile', () => {
    const rules = { ...RULES, actions: { dial: {} } };
    expect(told(judge({ action: dialHim }, rules, UNUSED, THURSDAY))).toBe(
      'number_not_named by actions.dial.anyNumber',
    );
  });

  const scopes: (keyof Budgets)[] = ['call', 'caller', 'profile', 'day'];
  test.each(scopes)('the budget of the %s, at the limit and below', (scope) => {
    const limit = DEFAULT_BUDGETS.transfer[scope];
    const after = (used: number) =>
      told(judge({ action: transfer('werkstatt') }, RULES, { ...UNUSED, [scope]: used }, THURSDAY));
    expect(after(limit - 1)).toBe('allowed +49211635500');
    expect(after(limit)).toBe(`budget_${scope} by actions.transfer.budgets.${scope}`);
    for (const used of [-1, Number.NaN, 0.5, Number.POSITIVE_INFINITY, undefined as unknown as number]) {
      expect(after(used)).toBe(`bad_usage by actions.transfer.budgets.${scope}`);
    }
  });

  test('a budget that is no number allows nothing', () => {
    const rules = { ...RULES, actions: { transfer: { budgets: { call: Number.NaN } } } };
    expect(judge({ action: transfer('werkstatt') }, rules, UNUSED, THURSDAY)).toMatchObject({
      reason: 'budget_call',
    });
  });

  test.each([
    ['2026-11-19T17:00:00Z', 'werkstatt', 'closed by hours'],
    ['2026-11-19T16:59:59Z', 'werkstatt', 'allowed +49211635500'],
    ['2026-11-18T09:00:00Z', 'werkstatt', 'closed by hours'],
    ['2026-11-19T17:00:00Z', 'notdienst', 'allowed +4915112345678'],
    ['2026-11-20T22:00:00Z', 'bar', 'allowed +49211635501'],
    ['yesterday', 'werkstatt', 'bad_time by hours'],
    ['2026-11-19T09:00:00', 'werkstatt', 'bad_time by hours'],
  ])('at %s to %s: %s', (nowIso, destination, verdict) => {
    expect(told(judge({ action: transfer(destination) }, RULES, UNUSED, nowIso))).toBe(verdict);
  });

  test('a message may be sent after hours, unless its own hours say otherwise', () => {
    const request = { action: sms('Hallo'), callerNumber: CALLER };
    expect(judge(request, RULES, UNUSED, '2026-11-22T23:00:00Z').allowed).toBe(true);
    const rules = { ...RULES, actions: { send_sms: { hours: OFFICE } } };
    expect(told(judge(request, rules, UNUSED, '2026-11-22T23:00:00Z'))).toBe(
      'closed by actions.send_sms.hours',
    );
  });
});

describe('opening hours', () => {
  test.each<[string, OpeningHours, boolean | undefined]>([
    ['2026-11-19T07:59:59Z', OFFICE, false],
    ['2026-11-19T08:00:00Z', OFFICE, true],
    ['2026-07-16T07:00:00Z', OFFICE, true],
    ['2026-07-16T16:00:00Z', OFFICE, false],
    ['2026-11-21T11:00:00+01:00', OFFICE, true],
    ['2026-11-22T11:00:00+01:00', OFFICE, false],
    ['2026-12-25T11:00:00+01:00', OFFICE, false],
    ['2026-11-20T22:30:00+01:00', NIGHT, true],
    ['2026-11-21T01:59:00+01:00', NIGHT, true],
    ['2026-11-21T02:00:00+01:00', NIGHT, false],
    ['2026-11-21T23:00:00+01:00', NIGHT, false],
    ['2026-11-22T01:00:00+01:00', NIGHT, false],
    ['2026-11-28T23:00:00+01:00', NIGHT, true],
    ['2026-11-29T01:00:00+01:00', NIGHT, true],
    ['2026-11-19T23:59:59Z', { timeZone: 'UTC', week: [{ days: 'thu', from: '00:00', to: '24:00' }] }, true],
    ['2026-11-20T00:00:00Z', { timeZone: 'UTC', week: [{ days: 'thu', from: '00:00', to: '24:00' }] }, false],
    [
      '2026-11-15T12:00:00Z',
      { timeZone: 'UTC', week: [{ days: 'sat-mon', from: '09:00', to: '18:00' }] },
      true,
    ],
    [
      '2026-11-18T12:00:00Z',
      { timeZone: 'UTC', week: [{ days: 'Mon, Wed', from: '09:00', to: '18:00' }] },
      true,
    ],
    ['2026-11-19T12:00:00Z', { timeZone: 'Mars/Olympus', week: [] }, undefined],
    [
      '2026-11-19T12:00:00Z',
      { timeZone: 'UTC', week: [{ days: 'daily', from: '09:00', to: '18:00' }] },
      undefined,
    ],
    ['2026-02-30', OFFICE, undefined],
    ['2026-11-19T12:00:00Z', { timeZone: 'UTC', week: [] }, false],
  ])('%s in %j: %s', (nowIso, hours, open) => expect(isOpen(hours, nowIso)).toBe(open));

  test('summer time ends with one hour that comes twice', () => {
    expect(localTime('2026-10-25T00:30:00Z', 'Europe/Berlin')).toEqual({
      date: '2026-10-25',
      weekday: 6,
      minutes: 150,
    });
    expect(localTime('2026-10-25T01:30:00Z', 'Europe/Berlin')).toEqual({
      date: '2026-10-25',
      weekday: 6,
      minutes: 150,
    });
  });

  test.each<[Partial<OpeningHours>, number]>([
    [{}, 0],
    [{ timeZone: 'Berlin' }, 1],
    [{ week: [{ days: 'mon-', from: '9:00', to: '18:60' }] }, 3],
    [{ week: [{ days: 'mon', from: '09:00', to: '09:00' }] }, 1],
    [{ week: [{ days: 'mon', from: '09:00', to: '24:01' }] }, 1],
    [{ holidays: ['24.12.'] }, 1],
  ])('%j has %d problems', (change, problems) =>
    expect(hoursProblems({ ...OFFICE, ...change })).toHaveLength(problems),
  );
});

describe('declared rules', () => {
  const good = { ...RULES, destinations: { werkstatt: { number: '+49211635500' } } };
  test.each<[string, PolicyRules, string[]]>([
    ['good ones', good, []],
    [
      'a destination that could never be called',
      RULES,
      ['destinations.hotline.number: Premium rate numbers are not called.'],
    ],
    [
      'a budget below nothing',
      { ...good, actions: { dial: { budgets: { day: -1 } } } },
      ['actions.dial.budgets.day: must be 0 or more.'],
    ],
    [
      'hours',
      { ...good, hours: { ...OFFICE, holidays: ['Xmas'] } },
      ['hours: "Xmas" is not a date: write it like 2026-12-24.'],
    ],
    [
      'numbers',
      { ...good, destinations: {}, numbers: { allowedPrefixes: ['49'] } },
      ['numbers: "49" is not a prefix: write it like +49.'],
    ],
  ])('%s', (_what, rules, problems) => expect(policyProblems(rules)).toEqual(problems));
});

describe('the content of an action', () => {
  test.each<[RiskyAction, RiskyAction, boolean]>([
    [sms('Ihr Termin: 9 Uhr.'), sms('ihr termin  9 uhr'), true],
    [sms('Hallo', '+4915112345678'), sms('Hallo'), true],
    [sms('9 Uhr'), sms('10 Uhr'), false],
    [sms('?'), sms('!'), false],
    [transfer('Werkstatt '), transfer('werkstatt'), true],
    [transfer('a'), { type: 'dial', destination: 'a' }, false],
    [{ type: 'dial', number: '+49 211' }, { type: 'dial', number: '0049211' }, true],
    [{ type: 'dial', number: '49211' }, { type: 'dial', destination: '49211' }, false],
    [transfer('a","b'), transfer('a b'), true],
  ])('%j and %j are the same: %s', (one, other, same) => {
    expect(actionContent(one) === actionContent(other)).toBe(same);
  });
});

const name = fc.constantFrom(
  'werkstatt',
  'notdienst',
  'hotline',
  'bar',
  'nobody',
  '__proto__',
  '+49211635500',
);
const number = fc.constantFrom(
  CALLER,
  `+${CALLER}`,
  '49211635500',
  '+442079460123',
  '+499001234567',
  '112',
  'sip:a@b',
  '',
);
const anyAction: fc.Arbitrary<RiskyAction> = fc.oneof(
  fc.record({ type: fc.constant('transfer' as const), destination: name }),
  fc.record({ type: fc.constant('dial' as const), destination: name }),
  fc.record({ type: fc.constant('dial' as const), number }),
  fc.record({ type: fc.constant('record' as const) }),
  fc.record(
    { type: fc.constant('send_sms' as const), text: fc.string({ maxLength: 25 }), number },
    { requiredKeys: ['type', 'text'] },
  ),
);
const used = fc.oneof(
  { weight: 6, arbitrary: fc.nat(1) },
  { weight: 1, arbitrary: fc.integer({ min: -1, max: 1100 }) },
);
const anyUsage: fc.Arbitrary<PolicyUsage> = fc.record({ call: used, caller: used, profile: used, day: used });
const anyTime = fc.integer({ min: Date.UTC(2026, 10, 16), max: Date.UTC(2026, 10, 23) });
const listed = fc.subarray<RiskyActionType>([...RISKY_ACTION_TYPES], { minLength: 2 });

describe('properties', () => {
  test('nothing is allowed that any rule refuses, and every refusal names its reason', () => {
    const allowed = new Map<RiskyActionType, number>();
    const reasons = new Set<string>();
    fc.assert(
      fc.property(
        anyAction,
        fc.option(number, { nil: undefined }),
        fc.option(anyAction, { nil: undefined }),
        fc.boolean(),
        anyUsage,
        anyTime,
        listed,
        (action, callerNumber, other, confirms, usage, nowMs, types) => {
          const actions = Object.fromEntries(types.map((type) => [type, RULES.actions[type]]));
          const said = confirms ? action : other;
          const confirmedContent = said === undefined ? undefined : actionContent(said);
          const request = { action, callerNumber, confirmedContent };
          const nowIso = new Date(nowMs).toISOString();
          const verdict = judge(request, { ...RULES, actions }, usage, nowIso);
          reasons.add(verdict.reason);
          if (!verdict.allowed) {
            if (verdict.sentence !== POLICY_REASONS[verdict.reason] || verdict.rule === '')
              throw new Error('mute');
            return;
          }
          allowed.set(action.type, (allowed.get(action.type) ?? 0) + 1);
          const { type } = action;
          const limit = { ...DEFAULT_BUDGETS[type], ...RULES.actions[type]?.budgets };
          const wrong = [
            !types.includes(type),
            usage.call >= limit.call || usage.caller >= limit.caller,
            usage.profile >= limit.profile || usage.day >= limit.day,
            Object.values(usage).some((count) => count < 0),
            (type === 'record' || type === 'dial') && confirmedContent !== actionContent(action),
            'destination' in action && !['werkstatt', 'notdienst', 'bar'].includes(action.destination),
            'destination' in action && action.destination === 'werkstatt' && isOpen(OFFICE, nowIso) !== true,
            'destination' in action && action.destination === 'bar' && isOpen(NIGHT, nowIso) !== true,
            type === 'dial' && 'number' in action && !['+442079460123', `+${CALLER}`].includes(action.number),
            type === 'send_sms' && callerNumber?.replace('+', '') !== CALLER,
            type === 'send_sms' && verdict.number !== `+${CALLER}`,
            type === 'send_sms' && action.number !== undefined && action.number.replace('+', '') !== CALLER,
          ];
          if (wrong.includes(true)) throw new Error(`allowed although ${wrong.indexOf(true)}`);
        },
      ),
      { numRuns: RUNS },
    );
    for (const type of RISKY_ACTION_TYPES) expect(allowed.get(type) ?? 0).toBeGreaterThan(100);
    expect(reasons.size).toBeGreaterThan(12);
  }, 60_000);
});
