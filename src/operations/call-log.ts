import type { Observation, Observe } from '@jovo-telephony/telephony';
import { kindOf, type Log } from './log';

type Lines = {
  [TYPE in Observation['type']]?: (log: Log, seen: Extract<Observation, { type: TYPE }>) => void;
};

/** What is worth a line. Two per call at `info`, one per turn at `debug`, and whatever goes wrong. */
const LINES: Lines = {
  call_answered: (log, { network, callId, profile, language, direction }) =>
    log.info({ network, callId, profile, language, direction }, 'Call answered'),
  call_over: (log, { network, callId, outcome: result }) =>
    log.info({ network, callId, result }, 'Call over'),
  call_refused: (log, { network, callId, reason }) =>
    log.warn({ code: 'CALL_REFUSED', network, callId, reason }, 'Call refused'),
  turn_ended: (log, { network, callId, turn, inputType, result, durationMs }) =>
    log.debug(
      { network, callId, turns: turn, inputType, result, durationMs: Math.round(durationMs) },
      'Turn',
    ),
  answer_failed: (log, { network, callId, error }) =>
    log.error({ code: 'TURN_FAILED', network, callId, ...kindOf(error) }, 'Turn failed'),
  action_judged: (log, { network, callId, action, allowed, reason }) =>
    log[allowed ? 'debug' : 'info'](
      { network, callId, action, result: allowed ? 'allowed' : 'refused', reason },
      'Action judged',
    ),
  brain_failed: (log, { brain, error }) =>
    log.error({ code: 'BRAIN_FAILED', brain, ...kindOf(error) }, 'Brain failed'),
  faulty: (log, { network, reason }) => log.warn({ code: 'EVENT_DROPPED', network, reason }, 'Faulty event'),
};

/** Writes down what happens. */
export function logging(log: Log): Observe {
  return (seen) => (LINES[seen.type] as ((log: Log, seen: Observation) => void) | undefined)?.(log, seen);
}
