/** Who is called, and what they do: the people and machines at the other end of an outbound call. */
import type { SimulatedCall } from '../call';
import type { Clock } from '../clock';

export const CALLEE_OUTCOMES = [
  'answer',
  'busy',
  'no_answer',
  'declined',
  'error',
  'voicemail',
  'fax',
] as const;
export type CalleeOutcome = (typeof CALLEE_OUTCOMES)[number];

/** One callee. */
export interface Callee {
  outcome: CalleeOutcome;
  /** How long it rings first. Default: 2 s, 1 s for busy, 4 s for declined, 300 ms for an error. */
  ringMs?: number;
  /** Free text of the failure; default a SIP reason. */
  reason?: string;
  /** A person: what they do. Default: listens until the agent has finished, then hangs up. */
  behave?: (call: SimulatedCall) => Promise<void>;
  /** A person, where no bot is connected: how long the call lasts. Default 10 s. */
  talkMs?: number;
  /** A machine: when it is recognised as one. Default 1,500 ms after the answer. */
  detectedAfterMs?: number;
  /** Voicemail: how long its greeting takes. Default 6 s. */
  greetingMs?: number;
  /** Voicemail: whether a beep follows. Default true; without one the beep timeout passes. */
  beeps?: boolean;
  /** Voicemail: how long it records. Default 60 s. */
  recordMs?: number;
}

/** Decides who answers a number. `attempt` counts the calls to it from 0. */
export type CalleeRule = (number: string, attempt: number) => CalleeOutcome | Callee;

/** By the last digit: 1 busy, 2 no answer, 3 declined, 4 error, 5 voicemail, 6 voicemail without a beep, 7 fax. */
export const CALLEES_BY_LAST_DIGIT: Readonly<Record<string, CalleeOutcome | Callee>> = {
  1: 'busy',
  2: 'no_answer',
  3: 'declined',
  4: 'error',
  5: 'voicemail',
  6: { outcome: 'voicemail', beeps: false },
  7: 'fax',
};

/** A rule from a table of number endings; the longest ending wins, everybody else answers. */
export function calleesByEnding(endings: Readonly<Record<string, CalleeOutcome | Callee>>): CalleeRule {
  const byLength = Object.keys(endings).sort((a, b) => b.length - a.length);
  return (number) => endings[byLength.find((ending) => number.endsWith(ending)) ?? ''] ?? 'answer';
}

/** Asks the rule and counts the attempts of each number. */
export class PhoneBook {
  readonly #rule: CalleeRule;
  readonly #attempts = new Map<string, number>();

  constructor(rule: CalleeRule | Readonly<Record<string, CalleeOutcome | Callee>> = CALLEES_BY_LAST_DIGIT) {
    this.#rule = typeof rule === 'function' ? rule : calleesByEnding(rule);
  }

  /** Who answers `target`, an address or a number. */
  calleeOf(target: string): Callee {
    const number = target.replace(/^(tel|sips?):/i, '').split('@')[0] as string;
    const attempt = this.#attempts.get(number) ?? 0;
    this.#attempts.set(number, attempt + 1);
    const callee = this.#rule(number, attempt);
    return typeof callee === 'string' ? { outcome: callee } : callee;
  }
}

export type Failure = 'busy' | 'no_answer' | 'declined' | 'error';

const RING_MS: Record<CalleeOutcome, number> = {
  answer: 2000,
  voicemail: 2000,
  fax: 2000,
  busy: 1000,
  declined: 4000,
  error: 300,
  no_answer: Number.POSITIVE_INFINITY,
};

/** Rings until somebody answers or it comes to nothing, at most `timeoutMs`. Nobody else acts meanwhile: time is hurried. */
export async function ring(callee: Callee, clock: Clock, timeoutMs: number): Promise<Failure | undefined> {
  const ringMs = callee.ringMs ?? RING_MS[callee.outcome];
  clock.hurry?.(true);
  await new Promise<void>((resolve) => clock.setTimeout(resolve, Math.min(ringMs, timeoutMs)));
  clock.hurry?.(false);
  if (ringMs > timeoutMs || callee.outcome === 'no_answer') return 'no_answer';
  const { outcome } = callee;
  return outcome === 'busy' || outcome === 'declined' || outcome === 'error' ? outcome : undefined;
}

/** What a person does on the phone, until the call is over. */
export async function behave(callee: Callee, call: SimulatedCall): Promise<void> {
  if (callee.behave) await callee.behave(call);
  else await call.agentFinished();
  await call.hangUp();
}
