import type { Clock } from '@jovo-telephony/telephony';
import { AiflowCall } from './aiflow-call';

export interface CallLimits {
  /** A call without any event for this long is over (spec 6.10). */
  idleMs: number;
  /** The same after a transfer, when no further events are promised. */
  idleAfterTransferMs: number;
  /** How long a call that has ended is remembered, so that late events do not bring it back. */
  rememberEndedMs: number;
  maxRememberedEnded: number;
}

export const CALL_LIMITS: CallLimits = {
  idleMs: 4 * 3_600_000,
  idleAfterTransferMs: 15 * 60_000,
  rememberEndedMs: 10 * 60_000,
  maxRememberedEnded: 10_000,
};

const SWEEP_EVERY_MS = 60_000;

/** The calls that are alive, by session id. Ids come from outside, hence a `Map` and never an object. */
export class AiflowCalls {
  /** Keeps lodash's deep clone from copying the calls for every event. */
  readonly [Symbol.toStringTag] = 'ByReference';
  private readonly live = new Map<string, AiflowCall>();
  private readonly endedAtMs = new Map<string, number>();
  private sweptAtMs: number;

  constructor(
    private readonly clock: Clock,
    private readonly limits: CallLimits = CALL_LIMITS,
  ) {
    this.sweptAtMs = clock.nowMs();
  }

  get size(): number {
    return this.live.size;
  }

  find(id: string): AiflowCall | undefined {
    return this.live.get(id);
  }

  /** The calls that are served on one connection. */
  on(connection: object): AiflowCall[] {
    return [...this.live.values()].filter((call) => call.connection === connection);
  }

  /** The live call, or a fresh one: an event of an unknown call is never refused (a restart may lie between). */
  open(id: string): AiflowCall {
    let call = this.live.get(id);
    if (!call) {
      call = new AiflowCall(id, this.clock);
      this.live.set(id, call);
      this.endedAtMs.delete(id);
    }
    return call;
  }

  hasEnded(id: string): boolean {
    const atMs = this.endedAtMs.get(id);
    return atMs !== undefined && this.clock.nowMs() - atMs <= this.limits.rememberEndedMs;
  }

  /** The call is over: its id is free for a new start, and remembered as ended until then. */
  end(call: AiflowCall): void {
    const { id } = call.session;
    if (this.live.get(id) !== call) return;
    this.live.delete(id);
    this.endedAtMs.set(id, this.clock.nowMs());
    // Maps keep insertion order, so the first is the oldest.
    for (const oldest of this.endedAtMs.keys()) {
      if (this.endedAtMs.size <= this.limits.maxRememberedEnded && this.hasEnded(oldest)) break;
      this.endedAtMs.delete(oldest);
    }
  }

  /** Ids of calls that nobody has spoken of for too long; at most once a minute it really looks. */
  idle(): string[] {
    const nowMs = this.clock.nowMs();
    if (nowMs - this.sweptAtMs < SWEEP_EVERY_MS) return [];
    this.sweptAtMs = nowMs;
    return [...this.live.values()]
      .filter((call) => {
        const transferred = call.closed || call.transferPending;
        const limitMs = transferred ? this.limits.idleAfterTransferMs : this.limits.idleMs;
        return nowMs - call.lastSeenMs > limitMs;
      })
      .map((call) => call.session.id);
  }
}
