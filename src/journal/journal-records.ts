import { type CallRef, TAKEN_AWAY } from '@jovo-telephony/platform-base';
import type { Budgets, LedgerRun, NotAdded, RiskyActionType } from '@jovo-telephony/telephony';
import type { CallRecord, CallRecords, NoteFacts, NoteKind } from '../agent/call-record';
import type { Conversation } from '../agent/conversation';
import type { CallerOfCall, KnownCallers } from '../agent/known-callers';
import type { CallFile } from './call-file';
import { profileName } from './describe-call';
import type { JournalHold } from './hold';
import type { Journal } from './journal';
import type { Counter } from './store';

/** Until a day is over everywhere, and a little longer. */
const COUNTED_FOR_MS = 48 * 3_600_000;

/** What the agent writes down, in the journal. */
export class JournalRecords implements CallRecords, KnownCallers {
  constructor(
    private readonly journal: Journal,
    private readonly epochMs: () => number,
  ) {}

  of(conversation: Conversation, profile: string): CallRecord {
    return new JournalRecord(this.journal, this.epochMs, conversation, profile);
  }

  hasCalledBefore({ network, callId, callerNumber, profileKey }: CallerOfCall): Promise<boolean> {
    return this.journal.hasCalled(callerNumber, profileName(profileKey), {
      network: network ?? 'unknown',
      callId,
    });
  }

  async claimReport({ network = 'unknown', callId, startedAtMs }: Conversation): Promise<boolean> {
    const hold = this.journal.holdOf({ network, callId });
    if (!hold) return true;
    // The id may belong to a later call, too.
    const key = `report ${hold.file.id} ${startedAtMs}`;
    const counter = { key, limit: 1, untilMs: this.epochMs() + COUNTED_FOR_MS };
    const answer = await hold.claim(hold.file.claims, [counter]);
    // Without the store nobody can say. A report has an id of its own, so that a second one does no harm.
    if (answer === 'granted' || answer === 'down') return true;
    return answer === 'stale' && hold.interrupted.reason !== TAKEN_AWAY;
  }

  /** What ends with the call is erased when its end is written. */
  forget(): void {}
}

class JournalRecord implements CallRecord {
  private readonly ref: CallRef;

  constructor(
    private readonly journal: Journal,
    private readonly epochMs: () => number,
    private readonly conversation: Conversation,
    private readonly profile: string,
  ) {
    this.ref = { network: conversation.network ?? 'unknown', callId: conversation.callId };
  }

  private get hold(): JournalHold | undefined {
    return this.journal.holdOf(this.ref);
  }

  private get file(): CallFile | undefined {
    return this.journal.fileOf(this.ref);
  }

  get runs(): readonly LedgerRun[] {
    return this.file?.claims.runs ?? [];
  }

  async used(type: RiskyActionType): Promise<Budgets | undefined> {
    const { hold } = this;
    if (!hold || hold.degraded) return undefined;
    const counted = await this.journal.counts(this.counters(type, NO_LIMITS));
    if (!counted) return undefined;
    const [caller = 0, profile = 0, day = 0] = counted;
    return { call: this.runs.filter((run) => run.type === type).length, caller, profile, day };
  }

  async add(run: LedgerRun, limits: Budgets = NO_LIMITS): Promise<'added' | NotAdded> {
    const { hold } = this;
    if (!hold) return { reason: 'down' };
    const { runs, tools } = hold.file.claims;
    const counters = this.counters(run.type, limits);
    const answer = await hold.claim({ runs: [...runs, run], tools }, counters);
    if (answer === 'granted') return 'added';
    if (typeof answer === 'string') return { reason: answer };
    const at = counters.findIndex(({ key }) => key === answer.exhausted);
    return { reason: 'exhausted', budget: SCOPES[at] ?? 'day' };
  }

  update(runs: readonly LedgerRun[]): void {
    const { file, hold } = this;
    if (!file) return;
    for (const [index, { type, outcome }] of runs.entries()) {
      if (!outcome || file.claims.runs[index]?.outcome) continue;
      hold?.note({ kind: 'outcome', facts: { action: type, ok: outcome.ok, detail: outcome.detail } });
    }
    file.claims = { ...file.claims, runs };
    file.claimsChanged = true;
  }

  async toolBegins(key: string): Promise<'new' | 'unknown'> {
    const { hold } = this;
    if (!hold) return 'new';
    const { runs, tools } = hold.file.claims;
    if (tools.includes(key)) return 'unknown';
    // A tool is not refused because the journal is away: only its author knows whether it is risky.
    await hold.claim({ runs, tools: [...tools, key] }, []);
    return 'new';
  }

  toolEnded(key: string): void {
    const { file } = this;
    if (!file?.claims.tools.includes(key)) return;
    file.claims = { ...file.claims, tools: file.claims.tools.filter((each) => each !== key) };
    file.claimsChanged = true;
  }

  note(kind: NoteKind, facts: NoteFacts): void {
    this.hold?.note({ kind, facts });
  }

  private counters(type: RiskyActionType, { caller, profile, day }: Budgets): Counter[] {
    const { callerNumber, callId } = this.conversation;
    const nowMs = this.epochMs();
    const untilMs = nowMs + COUNTED_FOR_MS;
    const today = `${new Date(nowMs).toISOString().slice(0, 10)} ${type}`;
    // Callers who withhold their number share one budget per call, not one for all of them.
    const callerKey = callerNumber === undefined ? undefined : this.journal.callerKey(callerNumber);
    return [
      { key: `${today} caller ${callerKey ?? callId}`, callerKey, limit: caller, untilMs },
      { key: `${today} profile ${this.profile}`, limit: profile, untilMs },
      { key: `${today} all`, limit: day, untilMs },
    ];
  }
}

/** In the order of the counters. */
const SCOPES = ['caller', 'profile', 'day'] as const satisfies (keyof Budgets)[];

const NO_LIMITS: Budgets = {
  call: Number.MAX_SAFE_INTEGER,
  caller: Number.MAX_SAFE_INTEGER,
  profile: Number.MAX_SAFE_INTEGER,
  day: Number.MAX_SAFE_INTEGER,
};
