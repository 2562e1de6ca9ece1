/** The observable record of a call: what happened, when, in order. */
import type { CutBy } from './playback';
import type { EventType, SipgateAction, SipgateEvent, TransferAction, Violation } from './wire';

/** How a transfer goes at the other end (spec 8.6). */
export type TransferOutcome = 'answered' | 'no_answer' | 'busy' | 'declined';

/** Something the agent says or plays, from its first sound on. `heard*` are filled in when it ends. */
export interface Utterance {
  kind: 'speak' | 'audio';
  text: string;
  startedAtMs: number;
  durationMs: number;
  heardText?: string;
  heardMs?: number;
  cutBy?: CutBy;
}

/** Kinds of entries and what each one carries. */
export interface EntryFields {
  /** The line is open. `again`: back after a failed transfer. */
  connected: { again: boolean };
  /** The caller begins to hear this. */
  hears: { utterance: Utterance };
  /** ... and this much of it was heard. */
  heard: { utterance: Utterance };
  /** The caller talks; without words it is noise. */
  says: { text: string; overAgent: boolean };
  /** What was said has reached the agent, or was never passed on (spec 9). */
  understood: { text: string; bargedIn: boolean; delivered: boolean };
  presses: { digit: string };
  /** No input within the time the agent asked for. */
  input_timeout: object;
  /** A background loop starts or stops. */
  background: { on: boolean };
  transfer: { action: TransferAction };
  transfer_result: { action: TransferAction; outcome: TransferOutcome };
  sms: { phoneNumber: string; message: string; outcome: 'sent' | 'failed' };
  /** An event left for the agent. */
  event: { event: SipgateEvent };
  /** The agent answered over HTTP. */
  response: { to: EventType; status: number; elapsedMs: number };
  /** A valid action arrived. */
  action: { action: SipgateAction };
  /** Not wrong by the wire, but hardly meant: for example speech while another phone rings. */
  warning: { sentence: string };
  violation: { violation: Violation };
  ended: { by: EndedBy; reason: string };
}

/** Who ended the call; `transfer` is the good end at another phone. */
export type EndedBy = 'agent' | 'caller' | 'transfer' | 'network';

export type EntryKind = keyof EntryFields;

/** One entry: its kind, the time since the call began, and its fields. */
export type CallEntry = { [K in EntryKind]: { kind: K; atMs: number } & EntryFields[K] }[EntryKind];

/** The entry of one kind. */
export type EntryOf<K extends EntryKind> = Extract<CallEntry, { kind: K }>;

export type CallListener = (entry: CallEntry) => void;

/** Keeps entries (unless told not to) and passes them on. */
export class CallLog {
  readonly entries: CallEntry[] = [];
  readonly #listeners = new Set<CallListener>();
  readonly #keep: boolean;

  /** @param now milliseconds since the call began: the time of every entry */
  constructor(
    readonly now: () => number,
    keep: boolean,
  ) {
    this.#keep = keep;
  }

  add<K extends EntryKind>(kind: K, fields: EntryFields[K]): void {
    const entry = { kind, atMs: this.now(), ...fields } as unknown as CallEntry;
    if (this.#keep) this.entries.push(entry);
    for (const listener of [...this.#listeners]) listener(entry);
  }

  /** Calls `listener` with every entry from now on; returns how to stop it. */
  listen(listener: CallListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  of<K extends EntryKind>(kind: K): EntryOf<K>[] {
    return this.entries.filter((entry): entry is EntryOf<K> => entry.kind === kind);
  }
}
