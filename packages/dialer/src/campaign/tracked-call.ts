import type { CallKey } from '../call/call-key';
import { type CallFact, learn, NEW_CALL, type OutboundCall, outcomeOf } from '../call/outbound-call';
import type { CallOutcome } from '../call/outcome';
import type { CampaignRules } from './campaign-rules';

/** The network's own report comes a moment after the conversation has ended. */
const REPORT_GRACE_MS = 30_000;

/** One request to the network for one target, and what became of it. */
export class TrackedCall {
  call: OutboundCall = NEW_CALL;
  /** Undefined while it may be going on. */
  outcome?: CallOutcome;
  /** When the outcome was first known: what retries are counted from. */
  overMs?: number;
  private endedMs?: number;

  constructor(
    readonly key: CallKey,
    readonly sinceMs: number,
    readonly day: string,
  ) {}

  get open(): boolean {
    return this.outcome === undefined;
  }

  /** Whether the phone may have rung. */
  get counts(): boolean {
    return this.outcome !== 'not_placed';
  }

  learn(fact: CallFact, reports: boolean, atMs: number): void {
    this.call = learn(this.call, fact);
    if (fact.type === 'ended') this.endedMs ??= atMs;
    this.outcome = outcomeOf(this.call, reports);
    if (this.outcome !== undefined) this.overMs ??= atMs;
  }

  /** From then on nothing more is expected. */
  deadlineMs({ reports, ringMs, callMs }: CampaignRules): number {
    const latestMs = this.sinceMs + ringMs + callMs;
    if (this.endedMs !== undefined) return Math.min(latestMs, this.endedMs + REPORT_GRACE_MS);
    // Who is not told that nobody picks up has to take the silence for it.
    return reports || this.call.connected ? latestMs : this.sinceMs + ringMs;
  }
}
