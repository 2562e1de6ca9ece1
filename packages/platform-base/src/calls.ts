import { Call, type CallWorld } from './call';
import type { EventRateLimits } from './event-rate';
import type { WireTypes } from './wire';

export interface CallLimits extends EventRateLimits {
  /** A call without any event for this long is over. */
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
  // Somebody who speaks, with every word as it is recognised, makes about ten in a second.
  eventsAtOnce: 150,
  eventsPerSecond: 25,
};

const SWEEP_EVERY_MS = 60_000;
const CLOSED_MOMENT_MS = 3_000;
const UNATTENDED_AFTER_MS = 1_000;

/** The calls that are alive, by id. Ids come from outside, hence a `Map` and never an object. */
export class Calls<T extends WireTypes> {
  /** Keeps lodash's deep clone from copying the calls for every event. */
  readonly [Symbol.toStringTag] = 'ByReference';
  private readonly live = new Map<string, Call<T>>();
  private readonly endedAtMs = new Map<string, number>();
  private sweptAtMs: number;

  constructor(
    private readonly world: CallWorld<T>,
    private readonly limits: CallLimits = CALL_LIMITS,
  ) {
    this.sweptAtMs = world.clock.nowMs();
  }

  get size(): number {
    return this.live.size;
  }

  find(id: string): Call<T> | undefined {
    return this.live.get(id);
  }

  /** All of them. */
  get all(): Call<T>[] {
    return [...this.live.values()];
  }

  /**
   * Of how many of them something is still to be expected. A call that is with somebody else, or was told to end, may
   * never be heard of again: a moment is enough for what the network says of it at once.
   */
  get expected(): number {
    return [...this.live.values()].filter(({ closed, queue, pushed, state, speech, nowMs }) => {
      if (!(closed || state.transferPending) || queue.length > 0 || pushed) return true;
      return nowMs - Math.max(state.lastSeenMs, speech.endsAtMs) <= CLOSED_MOMENT_MS;
    }).length;
  }

  /** The calls that another process may have ended: none of those that this one works on, or has just heard of. */
  get unattended(): Call<T>[] {
    return [...this.live.values()].filter(
      ({ hold, taking, pushed, state, nowMs }) =>
        !hold && !taking && !pushed && nowMs - state.lastSeenMs > UNATTENDED_AFTER_MS,
    );
  }

  /** The calls that are served on one connection. */
  on(connection: unknown): Call<T>[] {
    return [...this.live.values()].filter((call) => call.connection === connection && !call.ended);
  }

  /** Whether this process works on a call, or has something on its way. */
  get busy(): boolean {
    return [...this.live.values()].some(({ hold, taking, pushed }) => hold ?? taking ?? pushed);
  }

  /** The live call, or a fresh one: an event of an unknown call is never refused (a restart may lie between). */
  open(id: string): Call<T> {
    let call = this.live.get(id);
    if (!call) {
      call = new Call(id, this.world);
      this.live.set(id, call);
      this.endedAtMs.delete(id);
      this.world.observe?.({ type: 'call_opened', network: this.world.wire.network, callId: id });
    }
    return call;
  }

  hasEnded(id: string): boolean {
    const atMs = this.endedAtMs.get(id);
    return atMs !== undefined && this.world.clock.nowMs() - atMs <= this.limits.rememberEndedMs;
  }

  /** The call is over: its id is free for a new start, and remembered as ended until then. */
  end(call: Call<T>): void {
    const { id } = call;
    if (this.live.get(id) !== call) return;
    this.live.delete(id);
    this.endedAtMs.set(id, this.world.clock.nowMs());
    const { network } = this.world.wire;
    this.world.observe?.({ type: 'call_closed', network, callId: id, durationMs: call.nowMs });
    // Maps keep insertion order, so the first is the oldest.
    for (const oldest of this.endedAtMs.keys()) {
      if (this.endedAtMs.size <= this.limits.maxRememberedEnded && this.hasEnded(oldest)) break;
      this.endedAtMs.delete(oldest);
    }
  }

  /** The call never was: nobody has anything to remember of it. */
  drop(call: Call<T>): void {
    const { id } = call;
    if (this.live.get(id) !== call) return;
    this.live.delete(id);
    // Whoever counts has counted it as open.
    this.world.observe?.({
      type: 'call_closed',
      network: this.world.wire.network,
      callId: id,
      durationMs: undefined,
    });
  }

  /** Whether a call that has ended, in whichever process, need not be remembered any more. */
  isForgotten({ state, nowMs }: Call<T>): boolean {
    return nowMs - state.lastSeenMs > this.limits.rememberEndedMs;
  }

  /** Whether nobody has spoken of the call for too long. */
  isIdle({ state, nowMs }: Call<T>): boolean {
    const transferred = state.closed || state.transferPending;
    const ofAny = transferred ? this.limits.idleAfterTransferMs : this.limits.idleMs;
    const limitMs = this.world.wire.idleAfterMs?.(state.notes) ?? ofAny;
    return nowMs - state.lastSeenMs > limitMs;
  }

  /** Ids of calls that are idle; at most once a minute it really looks. */
  idle(): string[] {
    const nowMs = this.world.clock.nowMs();
    if (nowMs - this.sweptAtMs < SWEEP_EVERY_MS) return [];
    this.sweptAtMs = nowMs;
    return [...this.live.values()].filter((call) => this.isIdle(call)).map(({ id }) => id);
  }
}
