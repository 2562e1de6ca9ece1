import type { ObservedCall } from '@jovo-telephony/telephony';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { NewCall, NewCalls } from '../agent/agent';
import type { CallLimitSettings } from '../settings';

/** Which limit was reached. */
export type LimitReason = 'calls' | 'profile_calls' | 'caller_rate' | 'number_rate';

const MINUTE_SECONDS = 60;

/** How many calls are answered, and how often. Says no to new calls only: one that is running is never cut off. */
export class CallLimits implements NewCalls {
  /** The profile of each call that is running, by network and call. */
  private readonly running = new Map<string, string>();
  private readonly perProfile = new Map<string, number>();
  private readonly callers: RateLimiterMemory | undefined;
  private readonly numbers: RateLimiterMemory | undefined;

  constructor(private readonly settings: Omit<CallLimitSettings, 'perAddress'>) {
    this.callers = limiter(settings.perCaller);
    this.numbers = limiter(settings.perNumber);
  }

  /** Calls that are running. */
  get size(): number {
    return this.running.size;
  }

  /** Lets a call in and returns undefined, or says which limit stands against it. */
  async admit(call: NewCall): Promise<LimitReason | undefined> {
    const key = keyOf(call);
    if (this.running.has(key)) return undefined;
    const { concurrent } = this.settings;
    const { profileKey, concurrentCalls, callerNumber, ownNumber } = call;
    if (concurrent > 0 && this.running.size >= concurrent) return 'calls';
    const ofProfile = this.perProfile.get(profileKey) ?? 0;
    if (concurrentCalls !== undefined && ofProfile >= concurrentCalls) return 'profile_calls';
    // Counted before anything is awaited: two that come at once must not both be the last.
    this.running.set(key, profileKey);
    this.perProfile.set(profileKey, ofProfile + 1);
    // A caller who keeps calling must not use up what is meant for the others of the number.
    if (!(await within(this.callers, callerNumber))) return this.refuse(call, 'caller_rate');
    if (!(await within(this.numbers, ownNumber))) return this.refuse(call, 'number_rate');
    return undefined;
  }

  /** The call is over. One that was never let in changes nothing. */
  ended(call: ObservedCall): void {
    const key = keyOf(call);
    const profileKey = this.running.get(key);
    if (profileKey === undefined) return;
    this.running.delete(key);
    const left = (this.perProfile.get(profileKey) ?? 1) - 1;
    if (left > 0) this.perProfile.set(profileKey, left);
    else this.perProfile.delete(profileKey);
  }

  private refuse(call: NewCall, reason: LimitReason): LimitReason {
    this.ended(call);
    return reason;
  }
}

/** So many a minute; 0: as many as like. */
export function limiter(perMinute: number): RateLimiterMemory | undefined {
  return perMinute === 0
    ? undefined
    : new RateLimiterMemory({ points: perMinute, duration: MINUTE_SECONDS, keyPrefix: '' });
}

/** Whether one more is within the limit. Who has no key, a withheld number for example, has no limit of their own. */
export async function within(limit: RateLimiterMemory | undefined, key: string | undefined): Promise<boolean> {
  if (!limit || key === undefined) return true;
  try {
    await limit.consume(key);
    return true;
  } catch (refused) {
    if (refused instanceof RateLimiterRes) return false;
    throw refused;
  }
}

function keyOf({ network, callId }: ObservedCall): string {
  return `${network} ${callId}`;
}
