import type { Budgets, RiskyActionType, RunRecord } from '@jovo-telephony/telephony';
import type { Conversation } from './conversation';

/** What is noted of a call besides its events and actions. Codes, names and times: never what was said. */
export type NoteKind = 'verdict' | 'brain' | 'tool' | 'error';
export type NoteFacts = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * The journal as an agent sees it: the record of one call. What is claimed here is written down before it happens, and
 * is still known after a crash.
 */
export interface CallRecord extends RunRecord {
  /** How often this was done before; undefined where that cannot be known now, and then it must not be done. */
  used(type: RiskyActionType): Promise<Budgets | undefined>;

  /**
   * A tool of the application author is about to run. `unknown`: it was begun before, by a process that is gone, and
   * nobody can say how it ended.
   */
  toolBegins(key: string): Promise<'new' | 'unknown'>;
  /** It has come to its end, and may be begun anew. */
  toolEnded(key: string): void;

  note(kind: NoteKind, facts: NoteFacts): void;
}

/** The records of all calls. */
export interface CallRecords {
  /** @param profile name of the profile that answers */
  of(conversation: Conversation, profile: string): CallRecord;
  /**
   * Whether it is for this process to report the call: of all that have seen its end, one does. A promise where that has
   * to be asked for, within the turn that ends the call.
   */
  claimReport(conversation: Conversation): boolean | Promise<boolean>;
  /** The call is over. */
  forget(conversation: Conversation): void;
}
