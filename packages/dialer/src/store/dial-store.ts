import type { DialRecord } from './dial-record';

/** A record as it was stored; `seq` orders all records of the store. */
export interface StoredRecord {
  seq: number;
  body: DialRecord;
}

export type Appended = { appended: true; seq: number } | { appended: false; taken: string };

/**
 * What the dialer needs to remember, so that a crash loses nothing and no phone rings twice. Several processes may use
 * the same store: the one that runs a campaign, and the server that hears how its calls go.
 */
export interface DialStore {
  /**
   * Appends a record to a stream and takes the claims with it: all of it, or nothing when one of them is taken. A claim
   * is taken for good. It is durable before the promise resolves.
   */
  append(stream: string, body: DialRecord, claims?: readonly string[]): Promise<Appended>;
  /** Records of a stream in order, after a position. */
  read(stream: string, afterSeq?: number): Promise<StoredRecord[]>;
  /** The record that has taken a claim. */
  claimedBy(claim: string): Promise<StoredRecord | undefined>;
  /**
   * Takes or keeps the lease of a name until a moment. False while somebody else has it. Times are wall-clock
   * milliseconds.
   */
  lease(name: string, holder: string, nowMs: number, untilMs: number): Promise<boolean>;
  release(name: string, holder: string): Promise<void>;
  close(): void;
}
