import {
  type ActionRules,
  judgeNumber,
  type NumberRules,
  type PolicyRefusal,
  type PolicyRules,
  phoneDigits,
  type RiskyActionType,
} from '@jovo-telephony/telephony';
import type { AgentProfile } from './profiles/profile';
import { timeZoneOf } from './profiles/time-zone';

const COUNTRY_OF_REGION: Readonly<Record<string, string>> = {
  DE: '+49',
  AT: '+43',
  CH: '+41',
  GB: '+44',
  IE: '+353',
  US: '+1',
  CA: '+1',
  AU: '+61',
  NZ: '+64',
};

/** The rules of one profile, in the words of the policy. */
export function policyOf(profile: AgentProfile): PolicyRules {
  const { policy, destinations } = profile;
  const rules = (type: 'transfer' | 'send_sms'): ActionRules => ({
    confirmation: policy?.confirm.includes(type) ?? false,
    budgets: policy?.budgets[type],
  });
  const actions: Partial<Record<RiskyActionType, ActionRules>> = {
    transfer: rules('transfer'),
    send_sms: rules('send_sms'),
  };
  const timeZone = timeZoneOf(profile) ?? 'UTC';
  const named = Object.entries(destinations).flatMap(([name, destination]) => {
    const { hours: own } = destination;
    const hours = own === undefined || own === 'always' ? own : { timeZone, ...own };
    return numbersOf(destination).map(
      (number, attempt) => [placeName(name, attempt), { number: `+${number}`, hours }] as const,
    );
  });
  const hours = policy?.hours && { timeZone, ...policy.hours };
  return { numbers: numberRules(profile), destinations: Object.fromEntries(named), actions, hours };
}

/** A destination may be a ladder of numbers; each rung is a place of its own for the policy. */
export function placeName(destination: string, attempt: number): string {
  return attempt === 0 ? destination : `${destination}#${attempt}`;
}

/** Every number of a destination, in the order in which they are tried. */
export function numbersOf({ number, otherwise }: AgentProfile['destinations'][string]): string[] {
  return [number, ...otherwise].map((raw) => phoneDigits(raw) ?? raw);
}

function numberRules({ policy, numbers, language }: AgentProfile): NumberRules {
  const region = language.split('-')[1] ?? { de: 'DE', en: 'GB' }[language] ?? '';
  const own = numbers.map((number) => countryPrefix(phoneDigits(number) ?? ''));
  const home = [...own, COUNTRY_OF_REGION[region]].filter((prefix) => prefix !== undefined);
  return {
    allowedPrefixes: policy?.allow ?? [...new Set(home)],
    deniedPrefixes: policy?.deny ?? [],
    bareDigits: 'international',
  };
}

function countryPrefix(digits: string): string | undefined {
  return Object.values(COUNTRY_OF_REGION).find((prefix) => `+${digits}`.startsWith(prefix));
}

/** A number of a destination that can never be called. `attempt`: which of its numbers, from 0. */
export interface Unreachable {
  destination: string;
  attempt: number;
  reason: PolicyRefusal;
  sentence: string;
}

/** Numbers that the policy would always refuse: told at start, not to a caller. */
export function unreachableNumbers(profile: AgentProfile): Unreachable[] {
  const rules = numberRules(profile);
  return Object.entries(profile.destinations).flatMap(([destination, place]) =>
    numbersOf(place).flatMap((number, attempt) => {
      const verdict = judgeNumber(`+${number}`, rules);
      return verdict.allowed
        ? []
        : [{ destination, attempt, reason: verdict.reason, sentence: verdict.sentence }];
    }),
  );
}
