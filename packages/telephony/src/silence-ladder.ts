/**
 * What to say to a caller who stays silent, and when to stop trying: rungs of re-prompts that differ, an offer, then
 * a transfer or a goodbye; and caps that end a call which goes nowhere however lively it sounds. Data and one pure
 * function: the texts come from the profile, in the language of the call.
 */
export interface SilenceLadder {
  /** From the first silence up. The last one is usually the offer ("Shall I put you through to a colleague?"). */
  rungs: readonly LadderRung[];
  caps: LadderCaps;
  /** What happens at the end of the rungs and at every cap that has no ending of its own. */
  ending: LadderEnding;
  endings?: Readonly<Partial<Record<LadderEndReason, LadderEnding>>>;
}

export interface LadderRung {
  kind: 'reprompt' | 'offer';
  /** Variants, so that a caller who is silent now and then does not hear the same sentence each time. */
  texts: readonly string[];
}

export type LadderEnding =
  /** `goodbye` is said if the transfer fails and the caller stays silent again. */
  { do: 'transfer'; destination: string; text: string; goodbye: string } | { do: 'goodbye'; text: string };

/** Each cap stands alone; speech resets only the first. One that is not given is not applied, except the first. */
export interface LadderCaps {
  /** Silences in a row, the last of which ends the call. Default and maximum: one more than there are rungs. */
  silencesInARow?: number;
  /** Turns in a row that brought the caller no further: not understood, off topic, music on hold. */
  turnsWithoutProgress?: number;
  callLengthMs?: number;
  /** In any unit, the same as that of the `cost` event. */
  cost?: number;
}

export type LadderEndReason = 'silence' | 'no_progress' | 'call_length' | 'cost';

export type LadderEvent =
  /** The caller stayed silent for as long as allowed (`USER_INPUT_TIMEOUT`). */
  | { type: 'silence'; nowMs: number }
  /** Words or keys from the caller. */
  | { type: 'speech'; nowMs: number }
  /** A turn is over. Whether it was progress is the agent's judgement, not the brain's claim. */
  | { type: 'turn_ended'; nowMs: number; progress: boolean }
  | { type: 'cost'; nowMs: number; amount: number }
  /** The transfer at the end failed and the caller is back. */
  | { type: 'transfer_failed'; nowMs: number }
  /** The caller has spoken over the goodbye, or the announcement, at the end: the call goes on if a cap allows. */
  | { type: 'called_off'; nowMs: number }
  /** A timer for {@link ladderDueAtMs}. */
  | { type: 'tick'; nowMs: number };

/** Where a call stands. Plain data. */
export interface LadderState {
  startedAtMs: number;
  /** The rung that comes next. */
  rung: number;
  silencesInARow: number;
  turnsWithoutProgress: number;
  cost: number;
  /** Said by the ladder so far; also chooses the variant. */
  said: number;
  lastText?: string;
  /** How the ladder ended; a transfer may come back once. */
  ended?: LadderEnding['do'];
  transferFailed: boolean;
}

export type LadderStep =
  | { do: 'nothing' }
  | { do: 'say'; kind: LadderRung['kind']; text: string }
  /** A text that the caller has just heard is not said again: then it is empty. */
  | { do: 'transfer'; destination: string; text: string; reason: LadderEndReason }
  | { do: 'goodbye'; text: string; reason: LadderEndReason };

const NOTHING: LadderStep = { do: 'nothing' };

/** A call that begins. */
export function ladderStart(startedAtMs: number): LadderState {
  return {
    startedAtMs,
    rung: 0,
    silencesInARow: 0,
    turnsWithoutProgress: 0,
    cost: 0,
    said: 0,
    transferFailed: false,
  };
}

/** When the length of the call ends it; undefined without that cap or after the end. */
export function ladderDueAtMs(ladder: SilenceLadder, state: LadderState): number | undefined {
  const { callLengthMs } = ladder.caps;
  return callLengthMs === undefined || state.ended ? undefined : state.startedAtMs + callLengthMs;
}

/** What an event does to the counters. Nothing else here changes them. */
const counted = (state: LadderState, event: LadderEvent): LadderState => {
  switch (event.type) {
    case 'silence':
      return { ...state, silencesInARow: state.silencesInARow + 1 };
    case 'speech':
      return { ...state, silencesInARow: 0, rung: 0 };
    case 'turn_ended':
      return { ...state, turnsWithoutProgress: event.progress ? 0 : state.turnsWithoutProgress + 1 };
    case 'cost':
      // A credit note or a NaN must not buy time.
      return { ...state, cost: event.amount > 0 ? state.cost + event.amount : state.cost };
    case 'transfer_failed':
      return state.ended === undefined
        ? { ...state, silencesInARow: 0, rung: 0 }
        : { ...state, silencesInARow: 0, rung: 0, turnsWithoutProgress: 0, transferFailed: true };
    case 'called_off':
      return {
        ...state,
        silencesInARow: 0,
        rung: 0,
        turnsWithoutProgress: state.ended === undefined ? state.turnsWithoutProgress : 0,
      };
    case 'tick':
      return state;
  }
};

/** In the order in which they are asked: what can never be taken back comes first. */
const CAPS: readonly [LadderEndReason, (l: SilenceLadder, s: LadderState, nowMs: number) => boolean][] = [
  ['cost', ({ caps }, state) => caps.cost !== undefined && state.cost >= caps.cost],
  [
    'call_length',
    ({ caps }, state, nowMs) =>
      caps.callLengthMs !== undefined && nowMs - state.startedAtMs >= caps.callLengthMs,
  ],
  [
    'no_progress',
    ({ caps }, state) =>
      caps.turnsWithoutProgress !== undefined && state.turnsWithoutProgress >= caps.turnsWithoutProgress,
  ],
  ['silence', (ladder, state) => state.silencesInARow >= silenceCap(ladder)],
];

const silenceCap = ({ caps, rungs }: SilenceLadder): number =>
  Math.min(caps.silencesInARow ?? Number.POSITIVE_INFINITY, rungs.length + 1);

/**
 * What follows from an event. After the end nothing follows any more, except that a failed transfer opens the ladder
 * once again, after which the end is a goodbye, and that the caller may call the end off: silence and misunderstanding
 * are mended by that, what a call may last and cost is not.
 */
export function nextOnLadder(
  ladder: SilenceLadder,
  state: LadderState,
  event: LadderEvent,
): { state: LadderState; step: LadderStep } {
  const comesBack = event.type === 'transfer_failed' && state.ended === 'transfer';
  const reopens = comesBack || event.type === 'called_off';
  if (state.ended !== undefined && !reopens) return { state, step: NOTHING };
  const { ended: _, ...now } = counted(state, event);
  const cap = CAPS.find(([, reached]) => reached(ladder, now, event.nowMs));
  if (cap !== undefined) return end(ladder, now, cap[0]);
  return event.type === 'silence' ? climb(ladder, now) : { state: now, step: NOTHING };
}

/** The next rung with something to say that was not said last. */
const climb = (ladder: SilenceLadder, state: LadderState): { state: LadderState; step: LadderStep } => {
  for (let rung = state.rung; rung < ladder.rungs.length; rung++) {
    const { kind, texts } = ladder.rungs[rung] as LadderRung;
    const fresh = texts.filter((text) => text !== state.lastText);
    const text = fresh[state.said % fresh.length];
    if (text !== undefined) {
      const next = { ...state, rung: rung + 1, said: state.said + 1, lastText: text };
      return { state: next, step: { do: 'say', kind, text } };
    }
  }
  return end(ladder, state, 'silence');
};

const end = (
  ladder: SilenceLadder,
  state: LadderState,
  reason: LadderEndReason,
): { state: LadderState; step: LadderStep } => {
  const ending = ladder.endings?.[reason] ?? ladder.ending;
  const transfers = ending.do === 'transfer' && !state.transferFailed;
  const wording = ending.do === 'transfer' && !transfers ? ending.goodbye : ending.text;
  const text = wording === state.lastText ? '' : wording;
  const next: LadderState = {
    ...state,
    ended: transfers ? 'transfer' : 'goodbye',
    ...(text === '' ? {} : { lastText: text, said: state.said + 1 }),
  };
  const step: LadderStep = transfers
    ? { do: 'transfer', destination: ending.destination, text, reason }
    : { do: 'goodbye', text, reason };
  return { state: next, step };
};

/** What is wrong with a declared ladder, one sentence each; empty when nothing is. */
export function ladderProblems(ladder: SilenceLadder): string[] {
  const problems: string[] = [];
  const texts = ladder.rungs.flatMap((rung) => rung.texts);
  if (texts.some((text) => text.trim() === '')) problems.push('A rung has an empty text.');
  if (new Set(texts).size < texts.length) problems.push('Two texts of the ladder are the same.');
  ladder.rungs.forEach((rung, index) => {
    if (rung.texts.length === 0) problems.push(`Rung ${index + 1} has no text.`);
  });
  for (const [name, value] of Object.entries(ladder.caps)) {
    if (value !== undefined && !(value > 0)) problems.push(`The cap ${name} must be above 0.`);
  }
  return problems;
}
