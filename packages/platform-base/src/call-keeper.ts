import type { SessionData, StateStack } from '@jovotech/framework';
import type { CallState } from './call-state';
import type { Interruption } from './interruption';
import type { WireTypes } from './wire';

/*
 * The port through which calls outlive their process, and through which several processes share them. A journal
 * implements it over a store; without one, calls live in the memory of this process (`MEMORY_KEEPER`), at no cost.
 *
 * A turn, as an implementation sees it:
 *
 *   words come      interrupt(call)                      told at once, never waited for
 *                   take(call, { event, withinMs })  ->  a hold, once no other process works on the call
 *   the turn runs   hold.noteActions(...)                as actions leave
 *                   hold.noteEvent(...)                  if further events come meanwhile
 *   early answer    hold.keep(state)                     HTTP only, when the turn goes on after its answer
 *   nothing to do   hold.release(state)                  right behind the last answer
 *
 * The platform promises:
 * - It works on a call only while it holds it. Per call and process there is one hold or one `take` at a time.
 * - It calls every method in the order in which things happened in the call.
 * - Once `interrupted` has fired it handles no further events under that hold: the running turn is aborted (it has
 *   1.5 s to end), then the call is released. Events that have come meanwhile take it anew.
 *
 * An implementation promises:
 * - At any time at most one process holds a call; a hold that was taken away writes nothing any more.
 * - No method throws or blocks the event loop, and none waits long for a store that is down or slow: beyond a few
 *   hundred milliseconds it goes on with a hold that is `degraded`, and writes later, in order, what it could not write.
 *   (Should it fail all the same: a promise that rejects or is far too late is replaced by the platform with a degraded
 *   hold of its own. A failure of the store never silences a call.)
 * - What is handed to it is live. It must be serialised before the method returns, not later.
 * - What it is handed holds words, keys and numbers of callers. None of it may be logged.
 */

/** Which call. Ids come from outside: any non-empty string of at most 512 characters, unique within a network. */
export interface CallRef {
  network: string;
  callId: string;
}

export interface CallKeeper {
  /**
   * An interruption has come for a call that this process does not hold. Whoever holds it must hear of it at once: its
   * `interrupted` fires. Comes before the `take` for the same event, is not waited for, and may concern a call that
   * nobody holds. It need not survive anything: if it gets lost, `take` has the call within its time all the same.
   */
  interrupt(call: CallRef): void;

  /**
   * Waits until no other process works on the call, and takes it.
   *
   * A process that works is waited for as long as it shows that it is alive, but for at most `withinMs`. One that has
   * shown no life for two seconds (killed, or frozen by a serverless host) is not waited for. After that the call is
   * taken away from it: its `interrupted` fires with the reason `TAKEN_AWAY` as soon as that process can learn of it,
   * and whatever it writes under its hold is ignored.
   *
   * After `signal` has fired the call must not be taken any more; a hold that was won in that moment must be let go.
   *
   * May answer without a promise where nothing has to be waited for.
   */
  take(call: CallRef, request: TakeRequest): CallHold | Promise<CallHold>;

  /**
   * How calls stand, without taking them and without a trace of having asked; undefined for one that nobody has kept,
   * or of which nothing can be known now. Absent where calls live in this process alone.
   */
  standings?(calls: readonly CallRef[]): Promise<readonly (CallStanding | undefined)[]>;
}

/** `ended`: in whichever process. */
export type CallStanding = 'live' | 'ended';

export interface TakeRequest {
  /** The event that the call is taken for, to be noted as by `noteEvent`; absent when it is taken for a timer. */
  event?: NotedEvent;
  /** 2 s for an event that interrupts, 10 s for any other. */
  withinMs: number;
  signal: AbortSignal;
}

/** The reason with which `interrupted` fires when the call was given to another process. */
export const TAKEN_AWAY = 'the call was taken away';

/** An event as it is noted. */
export interface NotedEvent {
  /** Portable input type, for example `TEXT` or `DTMF_RECEIVED`. */
  type: string;
  /** The event in the fields of the wire. */
  event: object;
  /**
   * The same for each delivery of one event, different for any two events of the call. Absent where the wire has
   * nothing that would tell (sipgate); such an event is always new.
   */
  key?: string;
  /** When it came, in milliseconds since 1970. */
  atEpochMs: number;
}

/**
 * `new`: to be handled. Also said of an event that came before, but whose turn never ended: nobody has answered it.
 * `handled`: its key was among the `handled` of an earlier `keep` or `release`. The platform repeats the answer if it
 * was the last one, and does nothing else. The last 256 keys of a call are enough.
 */
export type Novelty = 'new' | 'handled';

/** This process works on the call. */
export interface CallHold {
  /**
   * What the last process left, exactly as it was handed over. Absent for a call that nobody has kept. It may be absent,
   * too, when nobody but this very process has kept the call, since the call itself is still in its memory; that saves
   * the reading where there is only one process.
   */
  readonly kept?: KeptCall;
  /** Of the event that the call was taken for. `new` without one. */
  readonly novelty: Novelty;
  /**
   * Events that were noted after the call was kept last, under a hold that ended without `keep` or `release`: their
   * process has died with them. They are handled before anything else. In the order in which they came, without the
   * event that the call is taken for, and each of them in the `missed` of one hold only, so that an event that kills
   * its process is not handed out for ever.
   */
  readonly missed?: readonly NotedEvent[];
  /** The store cannot be relied on: what is noted may be lost, and nothing is known of other processes. */
  readonly degraded: boolean;
  /** Fires when another process has received an interruption for the call, or when the call was taken away. */
  readonly interrupted?: Interruption;

  /**
   * A further event has come. Answers at once: while a process holds a call nobody else handles its events, so which
   * ones were handled before is known from `take` on. The note itself may be written later, in order.
   */
  noteEvent(event: NotedEvent): Novelty;

  /**
   * An answer is about to leave: from now on a crash must not lose the event that the call was taken for, nor those noted
   * since. Not called before the bare status that something other than words is answered with. Absent where all of them
   * are durable from the beginning.
   */
  beforeAnswer?(): void;

  /**
   * Actions, in the fields of the wire, that leave in this very step of the event loop. Not waited for, but everything
   * noted before a `keep` or `release` must be durable when that resolves. An action that could not leave after all is
   * noted again when it does.
   */
  noteActions(actions: readonly object[]): void;

  /**
   * The call as it is now, in place of what was kept before; the hold goes on. For an answer whose turn still goes on.
   */
  keep(kept: KeptCall): void | Promise<void>;

  /**
   * The same when no turn runs any more, and the call is free for another process. A host that stops the process between
   * two events has to wait for it. Nothing of this hold is used afterwards.
   */
  release(kept: KeptCall): void | Promise<void>;
}

/** Everything that another process needs to go on with the call. Plain data, as JSON has it. */
export interface KeptCall {
  /** Of this shape. A keeper hands back what it was given, whatever the number is. */
  version: 1;
  /** Protocol state. Opaque to a keeper. */
  state: CallState<WireTypes>;
  /** The app's session, as Jovo has it. May be left out of what is handed back where a database plugin keeps it. */
  session?: KeptSession;
  /** Keys of the events whose turns have ended since the call was taken or kept last. */
  handled: string[];
  /**
   * The call is over. What was kept must be handed back for ten minutes more, so that late events do not bring the call
   * back. `session` may be erased at once.
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
