import {
  type CallHold,
  Interruption,
  type KeptCall,
  type NotedEvent,
  type Novelty,
  type TAKEN_AWAY,
} from '@jovo-telephony/platform-base';
import type { CallFile, Claims } from './call-file';
import type { JournalEntry } from './entries';
import type { Answer, Counter, Lease } from './store';

/** What a hold needs of the journal. */
export interface HoldWorld {
  epochMs(): number;
  note(file: CallFile, lease: Lease, event: NotedEvent): void;
  save(hold: JournalHold, kept: KeptCall, goesOn: boolean): Answer<void>;
  claim(hold: JournalHold, claims: Claims, counters: readonly Counter[]): Promise<ClaimAnswer>;
}

/** `down`: the store cannot be asked. Then nothing risky may happen. */
export type ClaimAnswer = 'granted' | 'stale' | 'down' | { exhausted: string };

/** This process works on a call: what happens meanwhile is noted here, and written when the turn ends. */
export class JournalHold implements CallHold {
  kept?: KeptCall;
  novelty: Novelty = 'new';
  missed?: NotedEvent[];
  /** What has happened since the last write. */
  entries: JournalEntry[] = [];
  /** What the call was taken for, as long as the store has not seen it. */
  unnoted?: NotedEvent;
  /** Keys of events that came while we held the call. */
  private keys?: Set<string>;
  readonly interrupted = new Interruption();

  constructor(
    readonly file: CallFile,
    /** Without one, nothing is known of other processes, and what is noted waits until the store is back. */
    public lease: Lease | undefined,
    public interrupts: number,
    private readonly world: HoldWorld,
  ) {}

  get degraded(): boolean {
    return this.lease === undefined;
  }

  /** Another process has received an interruption, or (with that reason) has taken the call away. */
  interrupt(reason?: typeof TAKEN_AWAY): void {
    this.interrupted.abort(reason);
  }

  noteEvent(event: NotedEvent): Novelty {
    // In the order in which they came.
    this.beforeAnswer();
    if (this.lease) this.world.note(this.file, this.lease, event);
    return this.began(event);
  }

  /** Like {@link noteEvent}, for the event that the store has noted already. */
  began({ type, event, key, atEpochMs }: NotedEvent): Novelty {
    this.entries.push({ kind: 'event', atMs: atEpochMs, facts: { type }, words: event });
    if (key === undefined) return 'new';
    const known = this.file.handled.includes(key) || this.keys?.has(key) === true;
    this.keys ??= new Set();
    this.keys.add(key);
    return known ? 'handled' : 'new';
  }

  beforeAnswer(): void {
    const { unnoted, lease } = this;
    this.unnoted = undefined;
    if (unnoted && lease) this.world.note(this.file, lease, unnoted);
  }

  /** Nothing has happened but the event that the call was taken for. */
  get hasPassed(): boolean {
    return this.entries.length === 1 && this.entries[0]?.kind === 'event';
  }

  noteActions(actions: readonly object[]): void {
    const atMs = this.world.epochMs();
    for (const action of actions) {
      const type = 'type' in action ? String(action.type) : 'action';
      this.entries.push({ kind: 'action', atMs, facts: { type }, words: action });
    }
  }

  note(entry: Omit<JournalEntry, 'atMs'>): void {
    this.entries.push({ ...entry, atMs: this.world.epochMs() });
  }

  claim(claims: Claims, counters: readonly Counter[]): Promise<ClaimAnswer> {
    return this.world.claim(this, claims, counters);
  }

  keep(kept: KeptCall): Answer<void> {
    return this.world.save(this, kept, true);
  }

  release(kept: KeptCall): Answer<void> {
    return this.world.save(this, kept, false);
  }
}
