import { judge, type PolicyRules, type PolicyUsage, type PolicyVerdict } from '@jovo-telephony/telephony';
import type { CampaignCaps } from './campaign-rules';
import { type CallingHours, type Place, zonesOf } from './place';

/** Whom calls of our own may reach, and when. */
export interface DialRules {
  numbers: { allowedPrefixes: readonly string[]; deniedPrefixes?: readonly string[] };
  hours: CallingHours;
  caps: Pick<CampaignCaps, 'perTarget' | 'perNumberPerDay' | 'perDay'>;
}

export const NO_USAGE: PolicyUsage = { call: 0, caller: 0, profile: 0, day: 0 };

/**
 * The policy's word on one call, under the clock of every zone in which the person may be: all of them must allow it.
 *
 * @param usage `call`: calls to this target; `caller`: to this number today; `profile`: of this campaign today
 */
export function judgeDial(
  number: string,
  place: Place,
  { numbers, hours, caps }: DialRules,
  usage: PolicyUsage,
  nowMs: number,
): PolicyVerdict {
  const nowIso = new Date(nowMs).toISOString();
  const budgets = {
    call: caps.perTarget,
    caller: caps.perNumberPerDay,
    profile: caps.perDay,
    day: caps.perDay,
  };
  const zones = hours === 'always' ? ['UTC'] : zonesOf(place);
  let verdict: PolicyVerdict | undefined;
  for (const timeZone of zones) {
    const rules: PolicyRules = {
      numbers,
      destinations: {},
      actions: {
        dial: { anyNumber: true, budgets, hours: hours === 'always' ? hours : { ...hours, timeZone } },
      },
    };
    verdict = judge({ action: { type: 'dial', number }, callerNumber: number }, rules, usage, nowIso);
    if (!verdict.allowed) return verdict;
  }
  return (
    verdict ?? {
      allowed: false,
      reason: 'bad_time',
      rule: 'actions.dial.hours',
      sentence: 'No time zone of the number is known.',
    }
  );
}
