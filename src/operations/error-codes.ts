/** Where an error shows: in an answer of a door, in the log, or as an alarm. */
export type ErrorPlace = 'start' | 'door' | 'call' | 'after call' | 'alarm';

export interface ErrorCode {
  where: ErrorPlace;
  /** What has happened. */
  meaning: string;
  /** What an operator can do. */
  advice: string;
}

/**
 * Every error that leaves the process, in a log line or an answer, has one of these codes. A code never changes its
 * meaning and is never used again for another one. `docs/errors.md` is this table for people.
 */
export const ERROR_CODES = {
  SETTINGS_INVALID: {
    where: 'start',
    meaning: 'An environment variable cannot be used.',
    advice: 'The message names it and says what is expected.',
  },
  PORT_IN_USE: {
    where: 'start',
    meaning: 'Another program listens on the port.',
    advice: 'Choose another `PORT` or `METRICS_PORT`.',
  },
  CODE_CACHE_REFUSED: {
    where: 'start',
    meaning: 'The code cache of a function does not fit its Node; it starts as it would without.',
    advice: 'Let the function make it: `docs/deployment.md`, "The cold start".',
  },
  PROFILE_INVALID: {
    where: 'start',
    meaning: 'An agent profile or tool cannot be used.',
    advice: 'The message names file, line and key.',
  },
  START_FAILED: {
    where: 'start',
    meaning: 'The server could not start for another reason.',
    advice: 'The message says which part failed.',
  },
  PROFILES_NOT_RELOADED: {
    where: 'start',
    meaning: 'A changed profile cannot be used; calls go on with the last good ones.',
    advice: 'Mend the file; it is read again when it changes.',
  },
  DOOR_UNAUTHORIZED: {
    where: 'door',
    meaning: 'The token is missing or wrong (401).',
    advice: "Enter the same secret in the network's account and in the setting of the network.",
  },
  DOOR_ADDRESS_REFUSED: {
    where: 'door',
    meaning: "The sender's address is not in the allow-list of the network, or not of this machine (403).",
    advice:
      'Add it to `AIFLOW_ALLOW_FROM` or `AUDIOCODES_ALLOW_FROM`; behind a proxy set `TRUST_PROXY`. For figures see `METRICS_TOKEN`.',
  },
  DOOR_BAD_REQUEST: {
    where: 'door',
    meaning: 'What was sent is no event of the network: no JSON, too deep, or a field is missing (400).',
    advice: 'The answer says what was expected. Compare with the network’s documentation.',
  },
  DOOR_NOT_FOUND: {
    where: 'door',
    meaning: 'Nothing is at this path, or the conversation is not known (404).',
    advice: 'The answer says which; of paths it names those that there are.',
  },
  DOOR_METHOD_REFUSED: {
    where: 'door',
    meaning: 'The path is right, the method is not (405).',
    advice: 'The header `Allow` names the methods that are understood.',
  },
  DOOR_TOO_LARGE: {
    where: 'door',
    meaning: 'A body is larger than an event may be (413).',
    advice: 'Nothing to do: no event of a network is so large.',
  },
  DOOR_TOO_MANY_CALLS: {
    where: 'door',
    meaning: 'One address starts more calls than `CALLS_PER_MINUTE_PER_ADDRESS` (429, close 1013).',
    advice: 'Raise the limit if this is the network itself.',
  },
  DOOR_DRAINING: {
    where: 'door',
    meaning: 'The server is about to stop and takes no new call (503, close 1013).',
    advice: 'Nothing to do: another server, or the restarted one, takes it.',
  },
  DOOR_FAILED: {
    where: 'door',
    meaning: 'A request could not be handled (500).',
    advice: 'The log line names the kind of the error.',
  },
  EVENT_DROPPED: {
    where: 'call',
    meaning:
      'An event or an action does not follow the wire specification and was dropped or mended; or a call brought too many events.',
    advice:
      'The warning says what was wrong with it. Many of them: compare with the network’s documentation.',
  },
  CALL_REFUSED: {
    where: 'call',
    meaning: 'A limit was reached; the caller heard a sentence and the call was ended.',
    advice: 'The field `reason` names the limit; see the settings of the limits and `limits` in the profile.',
  },
  CALL_ENDED_BY_STOP: {
    where: 'call',
    meaning: 'A call was still running when `DRAIN_SECONDS` were over; it was ended with a goodbye.',
    advice: 'Raise `DRAIN_SECONDS` if calls last longer.',
  },
  TURN_FAILED: {
    where: 'call',
    meaning: 'A turn came to nothing; the caller heard an apology.',
    advice: 'The field `kind` names the error, most often of the language model.',
  },
  TOOL_SERVER_FAILED: {
    where: 'call',
    meaning: 'A server of tools (`mcp` in a profile) cannot be used; calls go on without its tools.',
    advice: 'The field `server` names it. Check its command or address; it is tried again.',
  },
  DIALER_STATUS_UNKNOWN: {
    where: 'call',
    meaning: 'A network reports a status of an outbound call that this version does not know.',
    advice: 'The call is settled by what else is heard of it, or by its deadline.',
  },
  DIALER_NOTIFICATION_LOST: {
    where: 'after call',
    meaning: 'Somebody who has ordered a call could not be told how it went.',
    advice: 'See whether the `notifyUrl` of the order can be reached.',
  },
  JOURNAL_TROUBLE: {
    where: 'call',
    meaning: 'Something could not be kept in the journal, or not be erased from it.',
    advice: 'See the database behind `JOURNAL_URL`; the warning says what was concerned.',
  },
  BRAIN_FAILED: {
    where: 'call',
    meaning: 'A brain failed or was too slow; another one may have answered.',
    advice: 'The field `brain` names it. See the status page of its provider.',
  },
  HANDLER_FAILED: {
    where: 'call',
    meaning: 'A handler of the application threw an error.',
    advice: 'A fault of the code: reproduce the event with `npm run phone`.',
  },
  PROCESS_FAULT: {
    where: 'call',
    meaning: 'An error that nobody has caught; the process goes on.',
    advice: 'A fault of the code: please report the kind of the error and what happened before.',
  },
  REPORT_NOT_DELIVERED: {
    where: 'after call',
    meaning: 'The report of a call did not reach its webhook.',
    advice: 'Check `afterCall.url` of the profile and the receiver; the report is lost.',
  },
  ALARM_NOT_DELIVERED: {
    where: 'alarm',
    meaning: 'An alarm did not reach `ALARM_WEBHOOK_URL`.',
    advice: 'Check the address and the receiver; the alarm itself is in the log.',
  },
  ALARM_BRAIN_UNAVAILABLE: {
    where: 'alarm',
    meaning: 'A language model has failed so often that it is not asked for a while.',
    advice: 'See the status page of its provider; set `OPENAI_FALLBACK_MODEL`.',
  },
  ALARM_TURNS_FAILING: {
    where: 'alarm',
    meaning: 'More than a fifth of the turns of the last minute ended in an apology.',
    advice: 'Look for `TURN_FAILED` and `BRAIN_FAILED` in the log.',
  },
  ALARM_ANSWERS_SLOW: {
    where: 'alarm',
    meaning: 'More than half of the turns of the last minute were answered after more than a second.',
    advice: 'Most often the language model; `telephony_first_answer_seconds` shows since when.',
  },
  ALARM_JOURNAL_DEGRADED: {
    where: 'alarm',
    meaning: 'The journal cannot be written; calls go on from memory and do nothing risky.',
    advice: 'See the database behind `JOURNAL_URL`; what was missed is written when it is back.',
  },
  ALARM_EVENT_LOOP_SLOW: {
    where: 'alarm',
    meaning: 'The process is too busy: timers come more than 0.2 s late.',
    advice: 'Too many calls for one core: see the sizing figures and add a server.',
  },
  ALARM_MEMORY_HIGH: {
    where: 'alarm',
    meaning: 'The heap is more than 90 % full.',
    advice: 'Give the process more memory (`NODE_OPTIONS=--max-old-space-size`) or fewer calls.',
  },
  ALARM_CALLS_REFUSED: {
    where: 'alarm',
    meaning: 'Callers were turned away in the last minute because a limit was reached.',
    advice: 'See the field `reason` of `CALL_REFUSED` in the log.',
  },
  ALARM_REPORTS_LOST: {
    where: 'alarm',
    meaning: 'Reports of calls did not reach their webhook in the last ten minutes.',
    advice: 'See `REPORT_NOT_DELIVERED` in the log.',
  },
} as const satisfies Readonly<Record<string, ErrorCode>>;

export type ErrorCodeName = keyof typeof ERROR_CODES;
