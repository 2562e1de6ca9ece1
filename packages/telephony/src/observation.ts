/** A call, as whoever measures knows it. */
export interface ObservedCall {
  network: string;
  callId: string;
}

/** One event of a call at work. Two turns of one call differ in their number. */
export interface ObservedTurn extends ObservedCall {
  turn: number;
  /** What the event is to handlers: an `InputType`, or one that only this network has. */
  inputType: string;
}

/**
 * What became of a turn: something was sent, nothing was (and nothing had to be), the caller went on speaking before it
 * was over, or it failed and the platform apologised.
 */
export type TurnResult = 'answered' | 'quiet' | 'interrupted' | 'failed';

/** What platforms tell. */
export type PlatformObservation =
  | ({ type: 'call_opened' } & ObservedCall)
  | ({ type: 'call_closed'; durationMs: number } & ObservedCall)
  /** `waitedMs`: from the arrival of the event until its turn came. */
  | ({ type: 'turn_began'; waitedMs: number } & ObservedTurn)
  /** `durationMs`: from the arrival of the event until its work was over. */
  | ({ type: 'turn_ended'; result: TurnResult; durationMs: number } & ObservedTurn)
  /** Sound is on its way to a caller who has heard nothing for so long; `first`: since the event that it answers. */
  | ({ type: 'silence_ended'; silenceMs: number; first: boolean } & ObservedCall)
  /** An event that nobody will handle, or an action that cannot leave. `reason` holds nothing of the caller. */
  | { type: 'faulty'; network: string; reason: string };

/** What the agent tells. */
export type AgentObservation =
  | ({ type: 'call_answered'; profile: string; language: string; direction: string } & ObservedCall)
  | ({ type: 'call_over'; outcome: string } & ObservedCall)
  /** A limit was reached: the caller is told so and the call ends. */
  | ({ type: 'call_refused'; reason: string } & ObservedCall)
  /** The first words of an answer, so long after the caller's. Fillers are none. */
  | ({ type: 'answer_began'; afterMs: number } & ObservedCall)
  | ({ type: 'filler_said' } & ObservedCall)
  /** The caller has spoken over us; `meaning`: the class of the interruption. */
  | ({ type: 'interrupted'; meaning: string } & ObservedCall)
  /** The caller has heard an apology instead of an answer. `error`: log its kind only. */
  | ({ type: 'answer_failed'; error: unknown } & ObservedCall)
  /** A verdict of the policy, and its reason. */
  | ({ type: 'action_judged'; action: string; allowed: boolean; reason: string } & ObservedCall)
  /** `error`: log its kind only. */
  | { type: 'brain_failed'; brain: string; error: unknown }
  /** A brain is left alone from now on, or is asked again. */
  | { type: 'brain_availability'; brain: string; available: boolean };

/** What the journal tells. */
export type JournalObservation =
  /** `operation`: what was done, for example `append`. */
  | { type: 'journal_used'; operation: string; durationMs: number }
  /** The store behind it cannot be reached, or can again. */
  | { type: 'journal_health'; degraded: boolean };

/** Something that happened in a call, for metrics, traces and logs. Holds no number, no digit and no word of a caller. */
export type Observation = PlatformObservation | AgentObservation | JournalObservation;

/** Is told what happens. Must not throw and must not take long: calls wait for it. */
export type Observe = (observation: Observation) => void;
