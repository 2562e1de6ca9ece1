import type { Sealable, Sealing } from './sealing';

/**
 * What an engine of the journal does: it keeps calls. Every method is one atomic step, whatever other processes do to
 * the same call meanwhile; none waits for anything but the store itself. Texts, state and claims are kept sealed: what can
 * be read in a store are times, counts and codes, never a word or a number. Whatever is thrown means that the store is not
 * there.
 */
export interface JournalStore {
  /** It is in this process: it answers at once, and one more write of it is cheaper than to wait for one. */
  readonly isNear?: boolean;

  /**
   * Given once, as soon as they are known: the keys with which all texts are sealed. For a store that writes texts in a
   * way of its own on their way to where they are kept.
   */
  sealWith?(sealing: Sealing): Promise<void>;

  /** Takes the call for one turn and notes what came, or says why not. A call that is unknown begins. */
  begin(callId: string, asked: BeginRequest): Answer<Begun>;

  /** Notes what else came during a turn. */
  note(lease: Lease, event: Sealable): Answer<void>;

  /**
   * Ends a turn: its page is kept in any case, since it has happened; the rest only if nobody else has taken the call
   * meanwhile. Returns whether that was so. What was noted before is done with, and the lease is given back.
   */
  commit(lease: Lease, done: TurnResult): Answer<boolean>;

  /**
   * Ends a turn without a result: what was noted of it is handed on like that of a turn which never came to its end, until
   * the next result. `event`: what is not noted yet. False where the turn has to be committed, as it has where others may
   * take the call next.
   */
  pass?(lease: Lease, event: (() => Sealable) | undefined): boolean;

  /** Claims a risky action before it leaves: all of it is written, or nothing. `stale`: decide anew, or not at all. */
  claim(lease: Lease, claim: ClaimRequest): Promise<'granted' | 'stale' | { exhausted: string }>;

  /** Adds pages without a turn. Those of a call that is unknown, or whose profile keeps nothing, are dropped. */
  append(callId: string, pages: readonly Page[]): Promise<void>;

  /** Tells whoever works on the call that the caller has spoken: its next {@link look} shows a higher count. */
  interrupt(callId: string): Promise<void>;

  /** How things stand with the calls that are being worked on; leases that still hold are renewed if asked for. */
  look(leases: readonly Lease[], renewForMs?: number): Promise<LeaseState[]>;

  /** Whether calls live or are over; undefined for one that is not known, or not any more. Changes nothing. */
  standings(callIds: readonly string[]): Promise<(Standing | undefined)[]>;

  /** Whether there is another call of this caller that this profile has answered. */
  hasCalled(callerKey: string, profile: string, exceptCallId: string): Promise<boolean>;

  /** What has been counted so far. */
  counts(counters: readonly CounterKey[]): Promise<number[]>;

  /** The calls that fit, oldest first, with their pages in the order in which they were written. */
  read(filter: CallFilter): AsyncIterable<StoredCall>;

  /** Deletes everything of these callers. Returns how many calls that were. */
  erase(callerKeys: readonly string[]): Promise<number>;

  /** Deletes what is due, and ends calls that have been silent for so long. Returns how many calls were touched. */
  purge(nowMs: number, silentForMs: number): Promise<number>;

  /** A value that all processes of this store share: the one that is there, otherwise the proposed one. */
  shared(name: string, proposed: string): Promise<string>;

  /** Writes something of no meaning: whether reading works says little. */
  probe(): Promise<void>;

  close(): Promise<void>;
}

/** A store in this process answers at once: then nobody has to wait. */
export type Answer<T> = T | Promise<T>;

/**
 * The right to change a call until somebody takes it after us. Every taking has a higher fence, or follows on a commit of
 * the same holder and has a higher version.
 */
export interface Lease {
  callId: string;
  fence: number;
  /** Of the state that the turn has begun with. */
  version: number;
}

export interface BeginRequest {
  /** Names this process. It takes again what it has taken before. */
  holder: string;
  /** How long the lease holds unless it is renewed, by the clock of the store. */
  leaseMs: number;
  /** What came. Kept until the turn is committed or the next one begins, so that a crash does not lose it. */
  event?: Sealable;
  /** The state of this version is at hand already and need not be read. */
  knownVersion?: number;
  /** Takes the call even though somebody else has it. */
  force?: boolean;
}

export type Begun =
  | {
      result: 'begun';
      lease: Lease;
      /** The last commit has ended the call. The next one that does not begins it anew. */
      ended: boolean;
      /** Absent before the first commit, and where the version is known. */
      state?: Uint8Array;
      claims?: Uint8Array;
      /** How many claims there are: what the next one has to say to be granted. */
      claimCount: number;
      interrupts: number;
      /** Events of the turn before, if it never came to its end, oldest first, sealed, in base64. Told once. */
      unfinished: string[];
    }
  | { result: 'busy' };

export interface TurnResult {
  page?: Page;
  /** Replaces the one before. */
  state: Sealable;
  claims?: Uint8Array;
  /** Known from the first commit on. */
  about?: CallFacts;
  /** The call is over: claims and, as the profile wants it, words or whole pages are erased with this. */
  ended?: boolean;
  /** The turn goes on: the lease is not given back, and holds for so long. */
  leaseMs?: number;
}

/** What is written of a turn. */
export interface Page {
  atMs: number;
  /** JSON: kinds, codes, times. */
  facts: string;
  /** Sealed: texts, numbers, digits. */
  words?: Uint8Array;
}

/** What a profile keeps of calls that are over: nothing, everything but texts and numbers, or everything. */
export type Keep = 'nothing' | 'events' | 'everything';

export interface CallFacts {
  startedAtMs: number;
  profile: string;
  /** Keyed hash of the caller's number; absent where it is withheld. */
  callerKey?: string;
  keep: Keep;
  /** How long, from the last event on. */
  keepMs: number;
}

export interface ClaimRequest {
  /** All claims of the call, the new one included, sealed. */
  claims: Uint8Array;
  /** As many as were known when it was decided. */
  expectedCount: number;
  counters: readonly Counter[];
}

export interface CounterKey {
  key: string;
  /** Whom to erase it with. */
  callerKey?: string;
}

/** Counts up to its limit and no further. */
export interface Counter extends CounterKey {
  limit: number;
  /** Forgotten from then on. */
  untilMs: number;
}

export interface LeaseState {
  callId: string;
  /** Whether nobody has taken the call since. */
  holds: boolean;
  interrupts: number;
}

export type Standing = 'live' | 'ended';

export interface CallFilter {
  callIds?: readonly string[];
  callerKeys?: readonly string[];
}

export interface StoredCall {
  callId: string;
  about?: CallFacts;
  lastAtMs: number;
  endedAtMs?: number;
  version: number;
  state?: Uint8Array;
  claimCount: number;
  pages: Page[];
}

/** How long the mere fact that a call has ended is remembered, so that late events do not bring it back. */
export const TOMBSTONE_MS = 15 * 60_000;
