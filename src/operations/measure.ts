import type { Observation, Observe } from '@jovo-telephony/telephony';
import { kindOf } from './log';
import type { Metrics } from './metrics';

/** The soft target of an answer (sipgate: spec 3.3). */
export const ANSWER_TARGET_MS = 1_000;

type Measures = {
  [TYPE in Observation['type']]: (metrics: Metrics, seen: Extract<Observation, { type: TYPE }>) => void;
};

/** What each observation means in figures. */
const MEASURES: Measures = {
  call_opened: (metrics, { network }) => metrics.add('calls_active', { network }, 1),
  call_closed(metrics, { network, durationMs }) {
    metrics.add('calls_active', { network }, -1);
    if (durationMs !== undefined) metrics.time('call_duration_seconds', { network }, durationMs);
  },
  turn_began: (metrics, { network, waitedMs }) => metrics.time('turn_wait_seconds', { network }, waitedMs),
  turn_ended(metrics, { network, inputType, result, durationMs }) {
    metrics.count('turns_total', { network, input: inputType.toLowerCase(), result });
    metrics.time('turn_seconds', { network }, durationMs);
  },
  silence_ended(metrics, { network, silenceMs, first }) {
    metrics.time('heard_silence_seconds', { network }, silenceMs);
    if (first && silenceMs > ANSWER_TARGET_MS) metrics.count('turns_over_target_total', { network });
  },
  faulty: (metrics, { network }) => metrics.count('faults_total', { network }),
  call_answered: (metrics, { network, direction, profile }) =>
    metrics.count('calls_total', { network, direction, profile }),
  call_over: (metrics, { network, outcome }) => metrics.count('calls_ended_total', { network, outcome }),
  call_refused: (metrics, { network, reason }) => metrics.count('calls_refused_total', { network, reason }),
  answer_began: (metrics, { network, afterMs }) => metrics.time('first_answer_seconds', { network }, afterMs),
  filler_said: (metrics, { network }) => metrics.count('fillers_total', { network }),
  interrupted: (metrics, { network, meaning }) => metrics.count('interruptions_total', { network, meaning }),
  answer_failed: (metrics, { network, error }) =>
    metrics.count('answers_failed_total', { network, kind: kindOf(error).kind }),
  action_judged: (metrics, { network, action, allowed, reason }) =>
    metrics.count('policy_verdicts_total', {
      network,
      action,
      verdict: allowed ? 'allowed' : 'refused',
      reason,
    }),
  brain_failed: (metrics, { brain, error }) =>
    metrics.count('brain_failures_total', { brain, kind: kindOf(error).kind }),
  brain_availability: (metrics, { brain, available }) =>
    metrics.set('brain_available', { brain }, available ? 1 : 0),
  journal_used: (metrics, { operation, durationMs }) =>
    metrics.time('journal_seconds', { operation }, durationMs),
  journal_health: (metrics, { degraded }) => metrics.set('journal_degraded', {}, degraded ? 1 : 0),
};

/** Counts what happens. */
export function measuring(metrics: Metrics): Observe {
  return (seen) => (MEASURES[seen.type] as (metrics: Metrics, seen: Observation) => void)(metrics, seen);
}
