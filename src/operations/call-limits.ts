import type { Clock, ObservedCall } from '@jovo-telephony/telephony';
import type { NewCall, NewCalls } from '../agent/agent';
import type { CallLimitSettings } from '../settings';
import { PerMinute } from './per-minute';

/** Which limit was reached. */
export type LimitReason = 'calls' | 'profile_calls' | 'caller_rate' | 'number_rate';

/** How many calls are answered, and how often. Says no to new calls only: one that is running is never cut off. */
export class CallLimits implements NewCalls {
  /** The profile of each call that is running, by network and call. */
  private readonly running = new Map<string, string>();
  private readonly perProfile = new Map<string, number>();
  private readonly callers: PerMinute;
  private readonly numbers: PerMinute;

  constructor(
    private readonly settings: Omit<CallLimitSettings, 'perAddress'>,
    clock: Pick<Clock, 'nowMs'>,
  ) {
    this.callers = new PerMinute(settings.perCaller, clock);
    this.numbers = new PerMinute(settings.perNumber, clock);
  }

  admit(call: NewCall): LimitReason | undefined {
    const key = keyOf(call);
    if (this.running.has(key)) return undefined;
    const { concurrent } = this.settings;
    const { profileKey, concurrentCalls } = call;
    if (concurrent > 0 && this.running.size >= concurrent) return 'calls';
    const ofProfile = this.perProfile.get(profileKey) ?? 0;
    if (concurrentCalls !== undefined && ofProfile >= concurrentCalls) return 'profile_calls';
    // The caller first: one who keeps calling must not use up what is meant for the others of the number.
    if (!this.callers.take(call.callerNumber)) return 'caller_rate';
    if (!this.numbers.take(call.ownNumber)) return 'number_rate';
    this.running.set(key, profileKey);
    this.perProfile.set(profileKey, ofProfile + 1);
    return undefined;
  }

  ended(call: ObservedCall): void {
    const key = keyOf(call);
    const profileKey = this.running.get(key);
    if (profileKey === undefined) return;
    this.running.delete(key);
    const left = (this.perProfile.get(profileKey) ?? 1) - 1;
    if (left > 0) this.perProfile.set(profileKey, left);
    else this.perProfile.delete(profileKey);
  }
}

function keyOf({ network, callId }: ObservedCall): string {
  return `${network} ${callId}`;
}
