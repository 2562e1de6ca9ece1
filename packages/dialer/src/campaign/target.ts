import type { CallOutcome } from '../call/outcome';
import type { Place } from './place';

/** Somebody who is to be called. */
export interface Target {
  /** The `id` of the target file, or the number of its line: what reports say instead of a phone number. */
  id: string;
  /** E.164 with its plus; as it was written where it cannot be dialled. */
  number: string;
  place: Place;
  /** What the conversation is told: the other columns of the file. */
  metadata?: Record<string, unknown>;
  /** Known before the first call: this target is never dialled. */
  closed?: { outcome: CloseOutcome; reason?: string };
}

/** Why a target is not dialled, or not any more, without a call that says so. */
export const CLOSE_OUTCOMES = {
  invalid: 'The line of the target file cannot be used',
  duplicate: 'The same number stands further up in the file',
  blocked: 'The policy refuses the number',
  never_open: 'There is no minute of the week at which the number may be called',
  do_not_call: 'The number is on a do-not-call list',
  capped: 'It was dialled as often as the campaign allows',
  out_of_time: 'The campaign ended before it was its turn',
  cancelled: 'The campaign was cancelled',
} as const;

export type CloseOutcome = keyof typeof CLOSE_OUTCOMES;

/** The one final state of a target. */
export type TargetOutcome = Exclude<CallOutcome, 'not_placed'> | CloseOutcome;
