import {
  type Budgets,
  type LedgerRun,
  MemoryRuns,
  type NotAdded,
  type RiskyActionType,
} from '@jovo-telephony/telephony';
import type { CallRecord, CallRecords } from './call-record';
import type { Conversation } from './conversation';

/** Records without a journal: a restart forgets them. */
export class MemoryRecords implements CallRecords {
  private readonly calls = new Map<string, MemoryRecord>();
  private readonly usage: DailyUsage;

  /** `today`: the date, for example `2026-05-03`; when it changes, everything starts at zero. */
  constructor(today: () => string) {
    this.usage = new DailyUsage(today);
  }

  of(conversation: Conversation, profile: string): CallRecord {
    const { callId } = conversation;
    const record = this.calls.get(callId) ?? new MemoryRecord(this.usage, conversation, profile);
    this.calls.set(callId, record);
    return record;
  }

  claimReport(): true {
    return true;
  }

  forget({ callId }: Conversation): void {
    this.calls.delete(callId);
  }
}

class MemoryRecord extends MemoryRuns implements CallRecord {
  constructor(
    private readonly usage: DailyUsage,
    private readonly conversation: Conversation,
    private readonly profile: string,
  ) {
    super();
  }

  async used(type: RiskyActionType): Promise<Budgets> {
    return this.usage.of(this.keys(type));
  }

  override async add(run: LedgerRun, limits?: Budgets): Promise<'added' | NotAdded> {
    const keys = this.keys(run.type);
    const used = this.usage.of(keys);
    const budget = (Object.keys(used) as (keyof Budgets)[]).find(
      (each) => limits && used[each] >= limits[each],
    );
    if (budget) return { reason: 'exhausted', budget };
    this.usage.count(keys);
    return super.add(run);
  }

  async toolBegins(): Promise<'new'> {
    return 'new';
  }

  toolEnded(): void {}

  note(): void {}

  private keys(type: RiskyActionType): Record<keyof Budgets, string> {
    const { callId, callerNumber } = this.conversation;
    return {
      call: `${type} call ${callId}`,
      // Callers who withhold their number share one budget per call, not one for all of them.
      caller: `${type} caller ${callerNumber ?? callId}`,
      profile: `${type} profile ${this.profile}`,
      day: `${type} day`,
    };
  }
}

class DailyUsage {
  private day = '';
  private counts = new Map<string, number>();

  constructor(private readonly today: () => string) {}

  of(keys: Record<keyof Budgets, string>): Budgets {
    this.turnPage();
    const read = (key: string) => this.counts.get(key) ?? 0;
    return {
      call: read(keys.call),
      caller: read(keys.caller),
      profile: read(keys.profile),
      day: read(keys.day),
    };
  }

  count(keys: Record<keyof Budgets, string>): void {
    this.turnPage();
    for (const key of Object.values(keys)) this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }

  private turnPage(): void {
    const today = this.today();
    if (today === this.day) return;
    this.day = today;
    this.counts = new Map();
  }
}
