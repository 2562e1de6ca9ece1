import { createHmac, randomBytes } from 'node:crypto';
import { types } from 'node:util';
import { isOpaqueId } from '@jovo-telephony/telephony';
import type { ErrorCodeName } from './error-codes';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'fatal'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** What a log line may hold besides its message. Flat, so that it is plain what leaves the process. */
export interface LogFields {
  code?: ErrorCodeName;
  callId?: string;
  network?: string;
  /** Kind of an error: the name of its class, never its message. */
  kind?: string;
  [field: string]: LogValue;
}

type LogValue = string | number | boolean | readonly string[] | undefined;

/**
 * Where the process says what it does. A message is a fixed text of this code: what differs from one line to the next
 * is a field. Fields that may be told are in {@link TOLD}; of any other one only its name is.
 */
export type Log = Readonly<Record<LogLevel, (fields: LogFields, message: string) => void>>;

/** Fields that hold nothing of a caller: names of ours, counts, times. */
const TOLD: ReadonlySet<string> = new Set([
  'action',
  'active',
  'advice',
  'agents',
  'alarm',
  'attempts',
  'brain',
  'calls',
  'code',
  'direction',
  'durationMs',
  'inputType',
  'kind',
  'language',
  'limitSeconds',
  'network',
  'paths',
  'port',
  'profile',
  'reason',
  'result',
  'server',
  'severity',
  'signal',
  'state',
  'status',
  'turns',
  'version',
  'warning',
]);

/** What is told of a line's fields. */
export function redacted(fields: LogFields): Record<string, LogValue> {
  const told: Record<string, LogValue> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    if (name === 'callId') told.callId = loggedCallId(String(value));
    else told[name] = TOLD.has(name) ? value : '[redacted]';
  }
  return told;
}

/** Known to this process alone, and only as long as it runs: what is hashed with it cannot be guessed back. */
const PROCESS_KEY = randomBytes(32);

/**
 * The id of a call as it is logged. One that does not look like an id may be anything, a number too: it is logged as
 * a hash, which is the same for the whole call.
 */
export function loggedCallId(id: string): string {
  if (isOpaqueId(id)) return id;
  return `hashed-${createHmac('sha256', PROCESS_KEY).update(id).digest('hex').slice(0, 16)}`;
}

/** Kind and status of an error. Its message may hold what a caller said. */
export function kindOf(error: unknown): { kind: string; status?: number } {
  if (!types.isNativeError(error)) return { kind: typeof error };
  const kind = error.constructor.name;
  return 'status' in error && typeof error.status === 'number' ? { kind, status: error.status } : { kind };
}

/** Says nothing. */
export const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {}, fatal() {} };
