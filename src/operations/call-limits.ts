import type { Clock, Observe, ObservedCall } from '@jovo-telephony/telephony';
import type { NewCall, NewCalls } from '../agent/agent';
import type { CallLimitSettings } from '../settings';
import { PerMinute } from './per-minute';

/** Which limit was reached. */
export type LimitReason = 'calls' | 'profile_calls' | 'caller_rate' | 'number_rate';

/**
 * A call that has not been heard of for so long may have ended in another process, which frees nothing here. Whoever
 * is on the line is silent for seconds, and is asked then.
 */
const FORGOTTEN_AFTER_MS = 5 * 60_000;

interface Running {
  profileKey: string;
  seenAtMs: number;
}

/** How many calls are answered, and how often. Says no to new calls only: one that is running is never cut off. */
export class CallLimits implements NewCalls {
  /** Calls that are running, by network and call. */
  private readonly running = new Map<string, Running>();
  private readonly perProfile = new Map<string, number>();
  private readonly callers: PerMinute;
  private readonly numbers: PerMinute;

  constructor(
    private readonly settings: Omit<CallLimitSettings, 'perAddress'>,
    private readonly clock: Pick<Clock, 'nowMs'>,
  ) {
    this.callers = new PerMinute(settings.perCaller, clock);
    this.numbers = new PerMinute(settings.perNumber, clock);
  }

  admit(call: NewCall): LimitReason | undefined {
    const key = keyOf(call);
    if (this.running.has(key)) return undefined;
    const { concurrent } = this.settings;
    const { profileKey, concurrentCalls } = call;
    this.forget();
    if (concurrent > 0 && this.running.size >= concurrent) return 'calls';
    const ofProfile = this.perProfile.get(profileKey) ?? 0;
    if (concurrentCalls !== undefined && ofProfile >= concurrentCalls) return 'profile_calls';
    // The caller first: one who keeps calling must not use up what is meant for the others of the number.
    if (!this.callers.take(call.callerNumber)) return 'caller_rate';
    if (!this.numbers.take(call.ownNumber)) return 'number_rate';
    this.running.set(key, { profileKey, seenAtMs: this.clock.nowMs() });
    this.perProfile.set(profileKey, ofProfile + 1);
    return undefined;
  }

  ended(call: ObservedCall): void {
    this.free(keyOf(call));
  }

  /** Calls that go on are told from those that ended where nobody tells us. */
  readonly observe: Observe = (seen) => {
    if (seen.type === 'call_closed') this.ended(seen);
    const call = seen.type === 'turn_began' ? this.running.get(keyOf(seen)) : undefined;
    if (call) call.seenAtMs = this.clock.nowMs();
  };

  private forget(): void {
    const sinceMs = this.clock.nowMs() - FORGOTTEN_AFTER_MS;
    for (const [key, { seenAtMs }] of this.running) if (seenAtMs < sinceMs) this.free(key);
  }

  private free(key: string): void {
    const call = this.running.get(key);
    if (!call) return;
    this.running.delete(key);
    const left = (this.perProfile.get(call.profileKey) ?? 1) - 1;
    if (left > 0) this.perProfile.set(call.profileKey, left);
    else this.perProfile.delete(call.profileKey);
  }
}

function keyOf({ network, callId }: ObservedCall): string {
  return `${network} ${callId}`;
}
