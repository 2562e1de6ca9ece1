import type { InputType, NetworkCapabilities, SpeechClock } from '@jovo-telephony/telephony';
import type { CallInfo } from './call-info';
import type { CallResponse } from './jovo/CallResponse';

/** The types of one network. Each is plain data, as JSON has it. */
export interface WireTypes {
  /** One event as handlers see it. `type` is its name in the wire's table of rules. */
  event: { type: string };
  /** One action, ready to leave. */
  action: object;
  /** What only this network needs to remember of a call. */
  notes: object;
}

/** An action as an application gives it: any field may be missing or wrong. */
export type RawAction = Readonly<Record<string, unknown>>;

/** An action that the app wants, before it is checked. */
export interface Draft {
  action: RawAction;
  /** Only once the caller has heard what is being said. */
  afterSpeech?: boolean;
}

/** The action as the wire wants it, and what had to be left out or stops it. */
export interface Written<T extends WireTypes> {
  /** Absent when the action cannot be mended; `faults` says why. */
  action?: T['action'];
  /** The network itself waits with it until the caller has heard what is being said: it need not be held back. */
  waitsByItself?: true;
  /** Sentences for a developer; they hold field names and limits, never what a caller said. */
  faults: string[];
}

/** What an event says about the call, beyond what it says to the app. */
export type EventMeaning =
  /** The call is connected: for the first time, or again. */
  | 'start'
  /** New words of the caller: whatever was still to be said or done is stale. */
  | 'words'
  /** What was being said has been heard, or part of it. */
  | 'speech_ended'
  /** The caller was silent after everything had been heard. */
  | 'silence'
  /** A transfer did not succeed; the caller is with us again. */
  | 'transfer_failed'
  /** The call is over. */
  | 'end';

/** What one type of event means to us. A wire has one table of them, for all its transports. */
export interface EventRule<I extends string = string> {
  /** A portable one, or one that only this network has. */
  inputType: I;
  means?: EventMeaning;
  /**
   * Aborts what is being thought or said before the event is queued. `sound`: only where actions can be pushed, and
   * only until it is known whether words follow.
   */
  interrupts?: true | 'sound';
  /** The network runs nothing in answer to it. */
  acceptsNoAction?: true;
  /** The caller waits for an answer, so a late one needs a hold phrase. */
  awaitsAnswer?: true;
  /** The type as which an app sees it that has no handler for `inputType`. */
  otherwise?: string;
}

export type Reading<T extends WireTypes> =
  /** To be handled one after the other: all of them belong to one call. */
  | { verdict: 'handle'; events: T['event'][] }
  /** Belongs to a call but says nothing: answered with nothing. */
  | { verdict: 'ignore'; reason: string }
  /** Cannot be tied to a call. */
  | { verdict: 'reject'; reason: string };

/** What an action that has left means to the call. */
export interface ActionEffect {
  /** Estimate of how long the caller will hear it. */
  speaksForMs?: number;
  /** The language that it is said in. */
  language?: string;
  /** Ends what is being said. */
  stopsSpeech?: true;
  /** The call is over for us, or with somebody else: nothing may be sent after it. */
  closes?: true;
  /** The call is with somebody else and may come back. */
  transfers?: true;
}

/** A call as its wire may see it. */
export interface WireCall<T extends WireTypes> {
  readonly id: string;
  /** May be changed. Times in it are the call's own. */
  readonly notes: T['notes'];
}

/** A call in its course, as an event finds it. */
export interface CallCourse<T extends WireTypes> extends WireCall<T> {
  readonly speech: SpeechClock;
  /** The call's own time. */
  readonly nowMs: number;
}

/**
 * Everything that distinguishes one network from another. The rest of this package is written against it. One object
 * per platform; nothing in it may throw.
 */
export interface Wire<T extends WireTypes> {
  /** For example `sipgate`. */
  readonly network: string;
  capabilities(push: boolean): NetworkCapabilities;
  /** Language of what is said without one of its own (BCP-47). */
  readonly language?: string;

  /** Reads one message, as leniently as the network's specification asks for. */
  read(raw: unknown): Reading<T>;
  callId(event: T['event']): string;
  rule(type: string): EventRule;
  /** Where it depends on more than the event's type: `rule` has the usual one. */
  inputType(event: T['event']): string;
  /** The caller spoke over the agent. */
  bargedIn(event: T['event']): boolean;
  /** What the caller said, if the event holds words. */
  words(event: T['event']): string | undefined;
  /** What the event tells of the call itself. */
  info(event: T['event']): Partial<CallInfo>;
  /** The event as the app is to see it, now that all of its call is known. */
  withInfo(event: T['event'], info: Partial<CallInfo> & { id: string }): T['event'];
  /** The event for what it is in the course of its call, before anything else is made of it: the same, or another. */
  inCourse?(event: T['event'], course: CallCourse<T>): T['event'];
  /** The event that starts a call, when the call has started before or a transfer is under way. */
  startedAgain(event: T['event'], was: { repeated: boolean; transferring: boolean }): T['event'];
  /** An event of our own making, in the shape of the wire. */
  ownEvent(type: OwnEvent, callId: string): T['event'];
  /**
   * The same for every delivery of one event, different for any two events of a call. Undefined: the wire has nothing
   * that would tell, and the event counts as new.
   */
  key?(event: T['event']): string | undefined;

  newNotes(): T['notes'];
  /** How long nothing may be heard of a call before it is over, where the network says so. */
  idleAfterMs?(notes: T['notes']): number | undefined;
  /** Takes note of an event that has come. False: it only repeats another one, and the app must not see it. */
  isNews?(event: T['event'], notes: T['notes'], nowMs: number): boolean;
  /** What is answered to an event whatever the app does with it; written like any other action. */
  reflex?(event: T['event'], call: WireCall<T>): RawAction[];
  /** Takes note of an action that has left. */
  left?(action: T['action'], notes: T['notes']): void;

  /** Checks and completes an action. What it returns satisfies the wire's specification, or it returns none. */
  write(raw: RawAction, call: WireCall<T>): Written<T>;
  /** A sentence of our own, as an app would give it. */
  say(text: string): RawAction;
  /** Whether a caller would not miss this action. For the rest a turn must not end in silence. */
  isUnheard(raw: RawAction): boolean;
  effect(action: T['action']): ActionEffect;
  /** Joins neighbouring actions that sound better as one. */
  join?(actions: readonly T['action'][]): T['action'][];
  /** Actions as the answer to an event; none is an answer, too. */
  response(actions: readonly T['action'][], callId?: string): CallResponse<T>;
}

/** What the platform tells the app itself, because no network does. */
export type OwnEvent =
  | typeof InputType.SESSION_END
  | typeof InputType.USER_SPEECH_ABANDONED
  | typeof InputType.SERVER_STOPPING;
