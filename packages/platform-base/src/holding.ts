import type { Clock } from '@jovo-telephony/telephony';
import type { Call } from './call';
import {
  type CallHold,
  type CallKeeper,
  type CallRef,
  type CallStanding,
  DEGRADED_HOLD,
  type NotedEvent,
  type Novelty,
  TAKEN_AWAY,
  type TakeRequest,
} from './call-keeper';
import type { WireTypes } from './wire';

/** How long words that interrupt wait for the process that is interrupted; its turn has 1.5 s to end. */
const INTERRUPTING_WITHIN_MS = 2_000;
/** How long any other event waits for the turns before it. Meanwhile the caller hears hold phrases. */
const WITHIN_MS = 10_000;
/** An implementation that is so much later than it should be has failed. */
const TAKE_GRACE_MS = 500;
/** How long whoever has to know that a call is kept waits for it. */
const SETTLE_WITHIN_MS = 500;
/** More turns than that do not wait in a call that somebody speaks in. */
const MANY_TURNS = 8;
const KEPT_EVERY_MS = 250;
/** Of so many calls it is asked at once how they stand. */
const ASKED_AT_ONCE = 100;

export interface HoldingOptions {
  keeper: CallKeeper;
  network: string;
  clock: Clock;
  warn(warning: string): void;
}

/** Sees to it that this process works on a call only while it holds it: the platform's side of the port. */
export class Holding<T extends WireTypes> {
  /** When calls were kept last in the midst of their turns. */
  private readonly keptAtMs = new WeakMap<Call<T>, number>();

  constructor(
    private readonly options: HoldingOptions,
    /** The call has just been taken: what was kept of it is to be taken up. */
    private readonly taken: (call: Call<T>, hold: CallHold) => void,
  ) {}

  /**
   * Holds the call, at once if nobody has to be waited for, and does something with it, which is told whether the event
   * was handled before. It is done in the very step in which the call is held: between a promise of the call and
   * whoever waits for it, somebody else could let go of it again.
   */
  take<R>(
    call: Call<T>,
    work: (novelty: Novelty) => R | Promise<R>,
    event?: NotedEvent,
    interrupts = false,
  ): R | Promise<R> {
    if (call.hold?.interrupted?.aborted) return this.takeNext(call, call.hold, work, event);
    if (call.hold) return work(event ? call.hold.noteEvent(event) : 'new');
    const ref: CallRef = { network: this.options.network, callId: call.id };
    if (interrupts) this.options.keeper.interrupt(ref);
    // Whoever comes while the call is being taken comes after the one it is taken for.
    if (call.taking) return call.taking.then(() => this.take(call, work, event));
    const withinMs = interrupts ? INTERRUPTING_WITHIN_MS : WITHIN_MS;
    const request = new PatientRequest(withinMs, event);
    const hold = this.options.keeper.take(ref, request);
    if (!(hold instanceof Promise)) return work(this.hold(call, hold));
    return new Promise((resolve) => {
      call.taking = this.within(hold, withinMs + TAKE_GRACE_MS).then((got) => {
        if (!got) request.end();
        call.taking = undefined;
        const novelty = this.hold(call, got ?? DEGRADED_HOLD);
        resolve(inThisStep(() => work(novelty)));
      });
    });
  }

  /** Another process wants the call: it gets it first. */
  private async takeNext<R>(
    call: Call<T>,
    { interrupted }: CallHold,
    work: (novelty: Novelty) => R | Promise<R>,
    event?: NotedEvent,
  ): Promise<R> {
    while (call.hold && call.hold.interrupted === interrupted) await this.settledQueue(call);
    return this.take(call, work, event);
  }

  /** Lets go of the call when its turns have ended, or were left behind. */
  private async settledQueue(call: Call<T>): Promise<void> {
    await call.queue.run(() => {});
    await this.settle(call);
  }

  /** A further event of a call that is held. */
  note(call: Call<T>, event: NotedEvent): Novelty {
    return call.hold?.noteEvent(event) ?? 'new';
  }

  /** Whether somebody has kept a call of this id, and it is not over. Changes nothing. */
  async isKept(callId: string): Promise<boolean> {
    const [standing] = await this.standings([callId]);
    return standing === 'live';
  }

  /** Those of these calls that are over, though nobody has told this process. */
  async endedElsewhere(calls: readonly Call<T>[]): Promise<Call<T>[]> {
    const ended: Call<T>[] = [];
    for (let at = 0; at < calls.length; at += ASKED_AT_ONCE) {
      const asked = calls.slice(at, at + ASKED_AT_ONCE);
      const standings = await this.standings(asked.map(({ id }) => id));
      // What has been taken meanwhile finds out for itself, or has begun anew.
      ended.push(
        ...asked.filter((call, index) => standings[index] === 'ended' && !call.hold && !call.taking),
      );
    }
    return ended;
  }

  private async standings(callIds: readonly string[]): Promise<readonly (CallStanding | undefined)[]> {
    const { keeper, network } = this.options;
    if (!keeper.standings || callIds.length === 0) return [];
    const asked = keeper.standings(callIds.map((callId) => ({ network, callId })));
    return (await this.within(asked, SETTLE_WITHIN_MS)) ?? [];
  }

  private hold(call: Call<T>, hold: CallHold): Novelty {
    const { interrupted } = hold;
    const onInterrupt = () => {
      call.queue.interrupt('another process has received new words');
      this.settledQueue(call);
    };
    call.hold = hold;
    call.letGo = interrupted?.onAbort(onInterrupt);
    if (hold.degraded) this.options.warn('calls are not kept: the store fails, they go on from memory');
    this.taken(call, hold);
    call.noteMeanwhile();
    if (interrupted?.aborted) onInterrupt();
    return hold.novelty;
  }

  /**
   * Keeps the call after something has happened, and lets go of it if nothing more is to be done. Undefined where nothing
   * has to be waited for.
   */
  settle(call: Call<T>): Promise<void> | undefined {
    const { hold, pushed } = call;
    if (!hold) return undefined;
    // A serverless host stops the clock once everything is answered, so what is on its way must have left.
    if (pushed) return pushed.then(() => this.settle(call));
    const over = call.queue.length === 0;
    if (!over && this.isKeptOftenEnough(call)) return undefined;
    const kept = call.keep(over);
    if (over) {
      call.letGo?.();
      call.hold = undefined;
      // What this process has made of it since then does not count.
      if (hold.interrupted?.reason === TAKEN_AWAY) call.outdated();
    }
    const done = over ? hold.release(kept) : hold.keep(kept);
    return done instanceof Promise ? this.within(done, SETTLE_WITHIN_MS).then(() => {}) : undefined;
  }

  /** What is kept grows with the turns that wait: of a call with many of them it is written now and then, not with each. */
  private isKeptOftenEnough(call: Call<T>): boolean {
    const nowMs = this.options.clock.nowMs();
    const keptAtMs = this.keptAtMs.get(call);
    if (call.queue.length > MANY_TURNS && keptAtMs !== undefined && nowMs - keptAtMs < KEPT_EVERY_MS)
      return true;
    this.keptAtMs.set(call, nowMs);
    return false;
  }

  /** Does something that is no event's, for example a timer's, while nobody else works on the call. */
  during(call: Call<T>, work: () => void): void {
    if (!call.ended) this.visit(call, work);
  }

  /** The same, also with a call that may be over by then. Resolves when it is kept. */
  async visit<R>(call: Call<T>, work: () => R): Promise<R> {
    let result: R | undefined;
    await this.take(call, () => {
      result = work();
      return this.settle(call);
    });
    return result as R;
  }

  /** Undefined if it fails or takes too long. Never rejects. */
  private within<V>(promise: Promise<V>, ms: number): Promise<V | undefined> {
    return new Promise((resolve) => {
      const stop = this.options.clock.after(ms, () => resolve(undefined));
      promise.then(resolve, () => resolve(undefined)).finally(stop);
    });
  }
}

/** Its signal is made when it is asked for first: mostly nobody has to wait, and to make one takes time. */
class PatientRequest implements TakeRequest {
  private controller?: AbortController;

  constructor(
    readonly withinMs: number,
    readonly event: NotedEvent | undefined,
  ) {}

  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    return this.controller.signal;
  }

  end(): void {
    this.controller ??= new AbortController();
    this.controller.abort();
  }
}

/** What is thrown becomes a rejection: whoever waits behind must not wait for ever. */
async function inThisStep<R>(work: () => R | Promise<R>): Promise<R> {
  return work();
}
