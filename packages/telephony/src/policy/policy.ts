import type { PhoneNumberType } from 'libphonenumber-js/max';
import { isOpen, type OpeningHours } from './hours';
import { judgeNumber, type NumberRules } from './number-rules';
import { POLICY_REASONS, type PolicyRefusal } from './reasons';
import { actionContent, type RiskyAction, type RiskyActionType } from './risky-action';

/** What an agent may do. What is not written here is refused. */
export interface PolicyRules {
  numbers: NumberRules;
  /** Name -> where that is. The names are all that a brain ever sees. */
  destinations: Readonly<Record<string, Destination>>;
  /** An action that is not listed is not allowed. */
  actions: Readonly<Partial<Record<RiskyActionType, ActionRules>>>;
  /** When transfers and calls of our own may go out; a destination's own hours come before these. */
  hours?: OpeningHours;
}

export interface Destination {
  /** E.164, judged like every other number. */
  number: string;
  hours?: OpeningHours | 'always';
}

export interface ActionRules {
  /** Upper limits; what is not given is {@link DEFAULT_BUDGETS}. */
  budgets?: Partial<Budgets>;
  /** The caller must have said yes to exactly this action. Default only for `record`, and there always. */
  confirmation?: boolean;
  /** Of this action, before those of the profile. */
  hours?: OpeningHours | 'always';
  /** `send_sms`: most characters. Default 480, three parts. */
  maxTextLength?: number;
  /** `dial`: numbers without a name are allowed as far as the number rules go. Default false. */
  anyNumber?: boolean;
}

/** How often the action was taken before; counted by whoever keeps the journal. */
export interface Budgets {
  /** In this call. */
  call: number;
  /** For this caller, over all calls of the day. */
  caller: number;
  /** By this agent profile, today. */
  profile: number;
  /** By the whole installation, today. */
  day: number;
}

export type PolicyUsage = Readonly<Budgets>;

/** What is asked for, and what is known about the call; nothing of this may come from the brain but `action`. */
export interface PolicyRequest {
  action: RiskyAction;
  /** As the network reports it; absent when it is withheld. */
  callerNumber?: string;
  /** {@link actionContent} of the action to which the caller said yes, kept by the dialogue. */
  confirmedContent?: string;
}

export type PolicyVerdict =
  /** `number`: E.164, the one to use; what the brain wrote is not. */
  | { allowed: true; reason: 'allowed'; rule: string; number?: string }
  /** `rule`: the path of the rule in the profile that decided. */
  | { allowed: false; reason: PolicyRefusal; rule: string; sentence: string };

export const DEFAULT_BUDGETS: Readonly<Record<RiskyActionType, Budgets>> = {
  transfer: { call: 3, caller: 10, profile: 500, day: 1_000 },
  send_sms: { call: 2, caller: 5, profile: 200, day: 500 },
  dial: { call: 1, caller: 3, profile: 100, day: 200 },
  record: { call: 1, caller: 10, profile: 500, day: 1_000 },
};

/** The budgets that hold for an action: those of the rules, otherwise the default ones. */
export function budgetsOf({ actions }: PolicyRules, type: RiskyActionType): Budgets {
  const given = Object.entries(actions[type]?.budgets ?? {}).filter(([, limit]) => limit !== undefined);
  return { ...DEFAULT_BUDGETS[type], ...Object.fromEntries(given) };
}

const DEFAULT_MAX_TEXT_LENGTH = 480;

const BUDGETS: readonly [keyof Budgets, PolicyRefusal][] = [
  ['call', 'budget_call'],
  ['caller', 'budget_caller'],
  ['profile', 'budget_profile'],
  ['day', 'budget_day'],
];

interface Case {
  request: PolicyRequest;
  rules: PolicyRules;
  own: ActionRules;
  usage: PolicyUsage;
  nowIso: string;
}

interface Refusal {
  reason: PolicyRefusal;
  rule: string;
}

/** Where the action goes: refused, or with the number to use. */
type Target = Refusal | { number?: string; destination?: string };

/**
 * Whether a risky action may happen now. Pure and deterministic: the same request, rules, usage and time give the same
 * verdict. Whatever is missing, unknown or unreadable refuses.
 *
 * @param nowIso ISO 8601 with `Z` or an offset
 */
export function judge(
  request: PolicyRequest,
  rules: PolicyRules,
  usage: PolicyUsage,
  nowIso: string,
): PolicyVerdict {
  const { type } = request.action;
  const known = Object.hasOwn(TARGETS, type) && Object.hasOwn(rules.actions, type);
  const own = known ? rules.actions[type] : undefined;
  if (own === undefined) return refuse({ reason: 'action_not_allowed', rule: `actions.${type}` });
  const asked: Case = { request, rules, own, usage, nowIso };
  const target = TARGETS[type](asked);
  if ('reason' in target) return refuse(target);
  const refusal = overHours(asked, target.destination) ?? overBudget(asked) ?? unconfirmed(asked);
  if (refusal !== undefined) return refuse(refusal);
  const { number } = target;
  return {
    allowed: true,
    reason: 'allowed',
    rule: `actions.${type}`,
    ...(number === undefined ? {} : { number }),
  };
}

const refuse = ({ reason, rule }: Refusal): PolicyVerdict => ({
  allowed: false,
  reason,
  rule,
  sentence: POLICY_REASONS[reason],
});

/** Whom each action reaches. */
const TARGETS: Readonly<Record<RiskyActionType, (asked: Case) => Target>> = {
  transfer: (asked) => named(asked),
  send_sms: (asked) => caller(asked),
  dial: (asked) => {
    const { action } = asked.request;
    if (action.type !== 'dial' || !('number' in action)) return named(asked);
    if (asked.own.anyNumber !== true) return { reason: 'number_not_named', rule: 'actions.dial.anyNumber' };
    return judged(action.number, asked.rules.numbers, 'numbers');
  },
  record: () => ({}),
};

const named = ({ request: { action }, rules }: Case): Target => {
  const name = 'destination' in action ? action.destination : '';
  const known = typeof name === 'string' && Object.hasOwn(rules.destinations, name);
  const destination = known ? rules.destinations[name] : undefined;
  if (destination === undefined) return { reason: 'unknown_destination', rule: 'destinations' };
  const target = judged(destination.number, rules.numbers, `destinations.${name}.number`);
  return 'reason' in target ? target : { ...target, destination: name };
};

const MOBILES: readonly PhoneNumberType[] = ['MOBILE', 'FIXED_LINE_OR_MOBILE'];

const caller = ({ request: { action, callerNumber }, rules, own }: Case): Target => {
  if (action.type !== 'send_sms') return { reason: 'action_not_allowed', rule: 'actions.send_sms' };
  if (callerNumber === undefined) return { reason: 'caller_unknown', rule: 'actions.send_sms' };
  // Networks report callers with and without the plus, and only a mobile can be counted on to show a message.
  const allowedTypes = rules.numbers.allowedTypes?.filter((type) => MOBILES.includes(type)) ?? MOBILES;
  const numbers: NumberRules = { ...rules.numbers, allowedTypes, bareDigits: 'international' };
  const target = judged(callerNumber, numbers, 'numbers');
  if ('reason' in target) return target;
  if (action.number !== undefined) {
    const asked = judgeNumber(action.number, numbers);
    if (!asked.allowed || asked.e164 !== target.number)
      return { reason: 'not_the_caller', rule: 'actions.send_sms' };
  }
  if (typeof action.text !== 'string' || action.text.trim() === '')
    return { reason: 'text_empty', rule: 'actions.send_sms' };
  const tooLong = action.text.length > (own.maxTextLength ?? DEFAULT_MAX_TEXT_LENGTH);
  return tooLong ? { reason: 'text_too_long', rule: 'actions.send_sms.maxTextLength' } : target;
};

const judged = (raw: string, numbers: NumberRules, rule: string): Refusal | { number: string } => {
  const verdict = judgeNumber(raw, numbers);
  return verdict.allowed ? { number: verdict.e164 } : { reason: verdict.reason, rule };
};

/** Messages and recordings happen within a call that is going on; only whoever has to pick up has hours by default. */
const KEEPS_HOURS: Readonly<Record<RiskyActionType, boolean>> = {
  transfer: true,
  dial: true,
  send_sms: false,
  record: false,
};

const overHours = ({ request, rules, own, nowIso }: Case, name: string | undefined): Refusal | undefined => {
  const { type } = request.action;
  const places: [string, OpeningHours | 'always' | undefined][] = [
    [`destinations.${name}.hours`, name === undefined ? undefined : rules.destinations[name]?.hours],
    [`actions.${type}.hours`, own.hours],
    ['hours', KEEPS_HOURS[type] ? rules.hours : undefined],
  ];
  const [rule, hours] = places.find(([, each]) => each !== undefined) ?? [];
  if (rule === undefined || hours === undefined || hours === 'always') return undefined;
  const open = isOpen(hours, nowIso);
  if (open === undefined) return { reason: 'bad_time', rule };
  return open ? undefined : { reason: 'closed', rule };
};

const overBudget = ({ request, own, usage }: Case): Refusal | undefined => {
  const { type } = request.action;
  for (const [scope, reason] of BUDGETS) {
    const rule = `actions.${type}.budgets.${scope}`;
    const used = usage[scope];
    if (!Number.isInteger(used) || used < 0) return { reason: 'bad_usage', rule };
    const limit = own.budgets?.[scope] ?? DEFAULT_BUDGETS[type][scope];
    if (!(used < limit)) return { reason, rule };
  }
  return undefined;
};

const unconfirmed = ({ request: { action, confirmedContent }, own }: Case): Refusal | undefined => {
  const wanted = own.confirmation === true || action.type === 'record';
  if (!wanted || confirmedContent === actionContent(action)) return undefined;
  return { reason: 'not_confirmed', rule: `actions.${action.type}.confirmation` };
};
