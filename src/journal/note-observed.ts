import type { Observation, Observe } from '@jovo-telephony/telephony';
import type { EntryKind, Facts } from './entries';
import type { Journal } from './journal';

type Note = { kind: EntryKind; facts: Facts };

/** What is written down of what platforms and agent tell while they work on a call. */
const NOTES: { [T in Observation['type']]?: (told: Extract<Observation, { type: T }>) => Note } = {
  answer_began: ({ afterMs }) => ({ kind: 'brain', facts: { firstMs: Math.round(afterMs) } }),
  answer_failed: ({ error }) => ({ kind: 'error', facts: { error: kindOf(error) } }),
  interrupted: ({ meaning }) => ({ kind: 'interrupted', facts: { meaning } }),
  silence_ended: ({ silenceMs, first }) => ({
    kind: 'heard',
    facts: { silenceMs: Math.round(silenceMs), first },
  }),
  call_refused: ({ reason }) => ({ kind: 'error', facts: { error: 'refused', reason } }),
};

/** Tells the journal, too. Only of calls that are being worked on: what comes later has been written. */
export function notedIn(journal: Journal, observe: Observe | undefined): Observe {
  return (observation) => {
    observe?.(observation);
    if (!('callId' in observation)) return;
    const noteOf = NOTES[observation.type] as ((told: Observation) => Note) | undefined;
    if (noteOf) journal.holdOf(observation)?.note(noteOf(observation));
  };
}

/** A message may hold what a caller said. */
function kindOf(error: unknown): string {
  return error instanceof Error ? error.constructor.name : typeof error;
}
