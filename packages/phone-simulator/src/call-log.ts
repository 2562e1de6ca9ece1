/** The observable record of a call: what happened, when, in order. */
import type { CutBy } from './playback';
import type { Violation } from './violation';

/** How a transfer goes at the other end. */
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
  /** Where the network tells: whether its voice was synthesised anew, or kept from before. */
  synthesis?: string;
}

/** A message of a wire, in either direction. */
export interface WireMessage {
  type: string;
  [field: string]: unknown;
}

/** What agents do, in words that hold on every network; the wire's own message comes with it. */
export const AGENT_ACTIONS = [
  'speak',
  'play',
  'background',
  'background_stop',
  'stop_speaking',
  'listen',
  'configure',
  'hang_up',
  'transfer',
  'send_sms',
  'send_digits',
  'send_metadata',
  'record',
  'other',
] as const;
export type AgentAction = (typeof AGENT_ACTIONS)[number];

/** Kinds of entries and what each one carries. */
export interface EntryFields {
  /** The line is open. `again`: back after a failed transfer. */
  connected: { again: boolean };
  /** The agent is told of something that it should react to; what it said before is old news. */
  turn: { by: 'start' | 'speech' | 'keys' };
  /** The caller begins to hear this. */
  hears: { utterance: Utterance };
  /** ... and this much of it was heard. */
  heard: { utterance: Utterance };
  /** The caller talks; without words it is noise. */
  says: { text: string; overAgent: boolean };
  /** What was said has reached the agent, or was never passed on. */
  understood: { text: string; bargedIn: boolean; delivered: boolean };
  presses: { digit: string };
  /** No input within the time the agent asked for. */
  input_timeout: object;
  /** A background loop starts or stops. */
  background: { on: boolean };
  transfer: { to: string };
  transfer_result: { to: string; outcome: TransferOutcome };
  sms: { phoneNumber: string; message: string; outcome: 'sent' | 'failed' };
  /** Something else that the agent made the network do: keys sent, metadata passed on, a recording ... */
  done: { what: string; details: Record<string, unknown> };
  /** A message left for the agent. */
  event: { event: WireMessage };
  /** The agent answered over HTTP. */
  response: { to: string; status: number; elapsedMs: number };
  /** A valid action arrived. `fields`: what it says, under names that hold on every network (`text`, `to` ...). */
  action: { does: AgentAction; fields: Record<string, unknown>; action: WireMessage };
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

  violation(rule: string, sentence: string, spec: string): void {
    this.add('violation', { violation: { rule, sentence, spec } });
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
