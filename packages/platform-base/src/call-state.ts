import { type SpeechState, speechStart } from '@jovo-telephony/telephony';
import type { CallInfo } from './call-info';
import type { WireTypes } from './wire';

/** What the app wants to happen: now, and once the caller has heard what is being said. */
export interface Reply<T extends WireTypes> {
  actions: T['action'][];
  afterSpeech: T['action'][];
}

/**
 * Everything of a call that must survive the process: plain data, as JSON has it. Times are the call's own:
 * milliseconds since it began here (`beganAtEpochMs`), so that another process, with another clock, can go on.
 */
export interface CallState<T extends WireTypes> {
  /** Milliseconds since 1970. */
  beganAtEpochMs: number;
  /** The fullest description seen. */
  info: Partial<CallInfo> & { id: string };
  /** Grows whenever the call is kept: of two states the higher one is the newer. */
  revision: number;
  lastSeenMs: number;
  /** When the call came to the connection that it is on, where it is on one. */
  connectedAtMs?: number;
  started: boolean;
  ended: boolean;
  /** After `hangup` and after a final transfer nothing may be sent. */
  closed: boolean;
  /** A transfer that may come back is under way. */
  transferPending: boolean;
  bargeInCount: number;
  /** Language of what was said last, for stock phrases. */
  language?: string;
  /** Hold phrases of the wait that goes on. */
  holds: number;
  speech: SpeechState;
  /** Actions that were ready after their event had been answered; they leave with the next one. */
  late: T['action'][];
  /** Actions that wait until the caller has heard what is being said. */
  deferred: T['action'][];
  /** What turns have said since a sound cut them off. */
  held: Reply<T>;
  /** The caller has made a sound, and no words have followed yet; `over`: none will, it was noise. */
  sound?: { atMs: number; over: boolean; noiseAtMs: number };
  /** Events whose turn has not ended. */
  unfinished: Unfinished<T>[];
  /** The answer to the event that was answered last, where the wire has keys: a repeated event gets it again. */
  answered?: { key: string; actions: T['action'][] };
  /** What only this network needs to remember. */
  notes: T['notes'];
}

export interface Unfinished<T extends WireTypes> {
  event: T['event'];
  /** A process that took the call over has begun it anew: it is not begun a third time. */
  again?: true;
}

export function newState<T extends WireTypes>(
  id: string,
  beganAtEpochMs: number,
  notes: T['notes'],
): CallState<T> {
  return {
    beganAtEpochMs,
    info: { id },
    revision: 0,
    lastSeenMs: 0,
    started: false,
    ended: false,
    closed: false,
    transferPending: false,
    bargeInCount: 0,
    holds: 0,
    speech: speechStart(),
    late: [],
    deferred: [],
    held: { actions: [], afterSpeech: [] },
    unfinished: [],
    notes,
  };
}

/** Of a call that is over: that it was, and when. */
export function tombstoneOf<T extends WireTypes>(
  { info, beganAtEpochMs, revision, lastSeenMs }: CallState<T>,
  notes: T['notes'],
): CallState<T> {
  return { ...newState<T>(info.id, beganAtEpochMs, notes), revision, lastSeenMs, ended: true };
}
