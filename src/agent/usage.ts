import type { Budgets, RiskyActionType } from '@jovo-telephony/telephony';
import type { Conversation } from './conversation';
import type { AgentProfile } from './profiles/profile';

/** How often each action was taken today, by call, caller, profile and in all. In memory: a restart forgets it. */
export class UsageCounter {
  private day = '';
  private counts = new Map<string, number>();

  /** `today`: the date, for example `2026-05-03`; when it changes, everything starts at zero. */
  constructor(private readonly today: () => string) {}

  of(type: RiskyActionType, conversation: Conversation, profile: AgentProfile): Budgets {
    this.turnPage();
    const read = (key: string) => this.counts.get(key) ?? 0;
    const keys = keysOf(type, conversation, profile);
    return {
      call: read(keys.call),
      caller: read(keys.caller),
      profile: read(keys.profile),
      day: read(keys.day),
    };
  }

  count(type: RiskyActionType, conversation: Conversation, profile: AgentProfile): void {
    this.turnPage();
    for (const key of Object.values(keysOf(type, conversation, profile))) {
      this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    }
  }

  private turnPage(): void {
    const today = this.today();
    if (today === this.day) return;
    this.day = today;
    this.counts = new Map();
  }
}

function keysOf(
  type: RiskyActionType,
  { callId, callerNumber }: Conversation,
  { name }: AgentProfile,
): Record<keyof Budgets, string> {
  return {
    call: `${type} call ${callId}`,
    // Callers who withhold their number share one budget per call, not one for all of them.
    caller: `${type} caller ${callerNumber ?? callId}`,
    profile: `${type} profile ${name}`,
    day: `${type} day`,
  };
}
