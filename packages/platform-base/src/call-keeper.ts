import type { SessionData, StateStack } from '@jovotech/framework';
import type { CallState } from './call-state';
import type { WireTypes } from './wire';

/*
 * The port through which calls outlive their process. A journal implements it over a store; without one, calls live
 * in the memory of this process (`MEMORY_KEEPER`), which costs nothing.
 *
 * What the platform promises to an implementation:
 * - It works on a call only while it holds it: `take`, then turns, then `release`. It has at most one hold or one
 *   `take` under way per call and process. Events of the call that come meanwhile are handled under the same hold.
 * - Every method is called in the order in which things happened in the call.
 * - After `interrupted` has fired it takes no new words, lets the running turn end (1.5 s at most) and releases.
 *
 * What an implementation promises:
 * - No method throws, and none blocks the event loop. A promise that rejects, or that takes longer than the platform
 *   waits, counts as a failure of the store: the call goes on from the memory of this process, and `degraded` says so.
 * - At any time at most one process holds a call. See `take` for how long another one is waited for.
 * - What is handed to it is live: it must be serialised before the method returns, not later.
 */

/** Which call. Ids come from outside: any non-empty string of at most 512 characters, unique within a network. */
export interface CallRef {
  network: string;
  callId: string;
}

export interface CallKeeper {
  /**
   * An interruption has come for a call that this process does not hold. Whoever holds it must hear of it at once
   * (its `interrupted` fires), before the event that interrupts waits for the call. Called before `take`, never
   * waited for, and may come for calls that nobody holds. It need not survive anything: if it is lost, `take` still
   * gets the call within its time.
   */
  interrupt(call: CallRef): void;

  /**
   * Waits until no other process works on the call, and takes it.
   *
   * Another process is waited for as long as it shows that it is alive, but for at most `withinMs`; one that has shown
   * no life for two seconds (it was killed, or a serverless host has frozen it) is not waited for. Then the call is
   * taken away from it: its `interrupted` fires if it still can, and whatever it writes from then on must be refused
   * or ignored. Aborted by `signal`, it must not take the call any more; what it resolves with then is not used, and
   * a call that was taken in the same moment must be let go.
   *
   * May answer without a promise where nothing has to be waited for.
   */
  take(call: CallRef, request: TakeRequest): CallHold | Promise<CallHold>;
}

export interface TakeRequest {
  /** The event that the call is taken for; absent when it is a timer's. Noted as by {@link CallHold.noteEvent}. */
  event?: NotedEvent;
  withinMs: number;
  signal: AbortSignal;
}

/** An event as it is noted. */
export interface NotedEvent {
  /** Portable input type, for example `TEXT` or `DTMF_RECEIVED`. */
  type: string;
  /** The event in the fields of the wire. Holds what the caller said, keys and numbers: treat it as private. */
  event: object;
  /**
   * The same for each delivery of one event, different for any two events of the call. Absent where the wire has
   * nothing that would tell; such an event is new.
   */
  key?: string;
  /** When it came, in milliseconds since 1970. */
  atEpochMs: number;
}

/**
 * `new`: to be handled. Also said of an event that came before, but whose turn never ended: nobody has answered it.
 * `handled`: its key was among the `handled` of an earlier `keep` or `release`. The platform repeats its answer if it
 * was the last one, and does nothing else. The last 256 keys of a call are enough.
 */
export type Novelty = 'new' | 'handled';

/** This process works on the call. */
export interface CallHold {
  /**
   * What the last process left. Absent for a call that nobody has kept; it may be absent, too, when nobody but this
   * process has kept the call, since the call itself is still in its memory.
   */
  readonly kept?: KeptCall;
  /** Of the event that the call was taken for. */
  readonly novelty: Novelty;
  /**
   * Events that were noted after the call was kept last: the process that noted them has died with them. They are
   * handled before anything else. In the order in which they came, and without the event that the call is taken for.
   */
  readonly missed?: readonly NotedEvent[];
  /** The store cannot be relied on: what is noted may be lost, and nothing is known of other processes. */
  readonly degraded: boolean;
  /** Another process has received an interruption for the call, or has taken the call away. */
  readonly interrupted?: AbortSignal;

  /**
   * A further event has come. Not waited for, as with {@link noteActions}: while a process holds a call nobody else
   * handles its events, so whether one was handled before is known from `take` on.
   */
  noteEvent(event: NotedEvent): Novelty;

  /**
   * Actions, in the fields of the wire, that leave now, in the same step of the event loop. Not waited for: `keep` and
   * `release` are, and whatever was noted before them must be durable when they resolve. Holds what is said.
   */
  noteActions(actions: readonly object[]): void;

  /**
   * The call as it is now, in place of what was kept before; the hold goes on. Waited for (a bounded time) before the
   * answer to an event leaves while its turn still goes on.
   */
  keep(kept: KeptCall): void | Promise<void>;

  /**
   * The same at the end of the turn, and the call is free for another process. Waited for (a bounded time) before the
   * last answer over HTTP leaves. Nothing of this hold is used afterwards.
   */
  release(kept: KeptCall): void | Promise<void>;
}

/** Everything that another process needs to go on with the call. Plain data, as JSON has it. */
export interface KeptCall {
  /** Of this shape. A keeper hands back what it was given, whatever the number is. */
  version: 1;
  /** Protocol state. Opaque to a keeper, except for `ended`. */
  state: CallState<WireTypes>;
  /**
   * The app's session, as Jovo has it. A keeper whose journal keeps sessions by a Jovo database plugin may leave it
   * out of what it hands back.
   */
  session?: KeptSession;
  /** Keys of the events whose turns have ended since the call was taken or kept last. */
  handled: string[];
  /**
   * The call is over. Remember what was kept for ten minutes, so that late events do not bring the call back; anything
   * private may be erased at once according to the rules of retention, `session` and `state.unfinished` for example.
   */
  ended: boolean;
}

export interface KeptSession {
  data: SessionData;
  state?: StateStack;
}

const MEMORY_HOLD: CallHold = {
  novelty: 'new',
  degraded: false,
  noteEvent: () => 'new',
  noteActions() {},
  keep() {},
  release() {},
};

/** Calls live in this process and nowhere else. */
export const MEMORY_KEEPER: CallKeeper = {
  interrupt() {},
  take: () => MEMORY_HOLD,
};

/** What stands in for a store that has failed. */
export const DEGRADED_HOLD: CallHold = { ...MEMORY_HOLD, degraded: true };
