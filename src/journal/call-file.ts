import type { KeptCall, NotedEvent } from '@jovo-telephony/platform-base';
import type { LedgerRun } from '@jovo-telephony/telephony';
import type { Message } from '../agent/brain';
import type { Conversation } from '../agent/conversation';
import type { JournalEntry } from './entries';
import { messagesSince, type NotedMessages } from './messages';
import type { Sealable, Sealing } from './sealing';
import type { Answer, Begun, CallFacts, Page } from './store';
import type { CallDescription } from './turn-result';

/** What Jovo keeps of a session, as its database plugins see it. */
export type SessionItem = Record<string, unknown>;

/** What must not happen twice, or must not be begun again without a word. */
export interface Claims {
  readonly runs: readonly LedgerRun[];
  /** Tools that were begun, and of which nobody knows yet how they ended. */
  readonly tools: readonly string[];
}

const NO_CLAIMS: Claims = { runs: [], tools: [] };

/** What is sealed as the state of a call. */
interface Envelope {
  /** Names the write, so that a process that did not hear of its success can see that it succeeded. */
  writer: string;
  kept?: KeptCall;
  session?: SessionItem;
  handled: string[];
  isDescribed?: boolean;
}

/** A write that has failed, or that may have: what the next attempt has to bring along. */
export interface Unsaved {
  /** The version that it builds on; undefined where the store has never known the call. */
  base: number | undefined;
  /** Writes that may have been made, and how many of the pages were written with them. */
  writers: { name: string; pages: number }[];
  pages: Page[];
  state: Sealable;
  claims?: Uint8Array;
  about?: CallFacts;
  ended: boolean;
}

/** So many keys of events are remembered. */
const REMEMBERED_KEYS = 256;
/** So many turns pass without a result in a row: whoever takes the call over from a process that has died does them again. */
const MAX_PASSED = 8;

/** What this process knows of one call between its turns. */
export class CallFile {
  /** Of the state in the store that this is in step with. */
  version: number | undefined;
  session?: SessionItem;
  claims: Claims = NO_CLAIMS;
  claimCount = 0;
  /** The claims have outcomes that the store has not seen. */
  claimsChanged = false;
  handled: string[] = [];
  /** The store knows whose call it is and what is kept of it, or is about to. */
  isDescribed = false;
  description?: CallDescription;
  unsaved?: Unsaved;
  usedAtMs = 0;
  /** Of turns that have passed without a result: written with the next one. */
  passed: JournalEntry[] = [];
  /** The end of the last write that was begun. Writes of one call come one after the other. */
  writing: Promise<unknown> = Promise.resolve();
  private noted: NotedMessages = { before: 0, texts: [] };
  /** Writes that are under way. */
  private writes = 0;
  private written = 0;
  /** Of what this process has kept last: whatever it is handed back counts as newer. */
  private revision = 0;

  constructor(
    readonly id: string,
    private readonly holder: string,
    private readonly sealing: Sealing,
  ) {}

  /** Runs behind everything that was begun before, however that ended; at once if there is nothing. */
  write<T>(work: () => Answer<T>): Answer<T> {
    const done = this.writes === 0 ? work() : this.writing.then(work);
    if (!(done instanceof Promise)) return done;
    this.writes += 1;
    const over = () => {
      this.writes -= 1;
    };
    this.writing = done.then(over, over);
    return done;
  }

  /** Whether a turn may pass without a result: the store knows what it was, and everything else that has to be written. */
  get mayPass(): boolean {
    const { isDescribed, claimsChanged, unsaved, writes, passed } = this;
    return isDescribed && !claimsChanged && !unsaved && writes === 0 && passed.length < MAX_PASSED;
  }

  /** A turn has passed without a result. */
  pass(kept: KeptCall, entries: readonly JournalEntry[]): void {
    this.remember(kept);
    this.passed.push(...entries);
  }

  private remember({ handled, state }: KeptCall): void {
    if (handled.length > 0) this.handled = [...this.handled, ...handled].slice(-REMEMBERED_KEYS);
    this.revision = state.revision;
  }

  /** The call as it is now, ready to be stored. `writer` is the name of this write. */
  stateOf(kept: KeptCall): { state: Sealable; writer: string } {
    this.remember(kept);
    this.written += 1;
    const writer = `${this.holder}#${this.written}`;
    const { session, handled, isDescribed } = this;
    // The plugin's session says more than the platform's copy.
    const without: KeptCall = { ...kept, session: session ? undefined : kept.session, handled: [] };
    const envelope: Envelope = kept.ended
      ? { writer, kept: { ...kept, session: undefined, handled: [] }, handled }
      : { writer, kept: without, session, handled, isDescribed };
    return { state: this.sealing.text(this.id, JSON.stringify(envelope)), writer };
  }

  sealClaims(claims: Claims): Uint8Array {
    return this.sealing.seal(this.id, JSON.stringify(claims));
  }

  /** A claim was granted. Meanwhile, what was known before it may have changed. */
  granted(before: Claims, { runs, tools }: Claims): void {
    const added = tools.filter((key) => !before.tools.includes(key));
    this.claims = {
      runs: [...this.claims.runs, ...runs.slice(before.runs.length)],
      tools: [...this.claims.tools, ...added],
    };
    this.claimCount += 1;
  }

  /**
   * The claims as they are now, if they have to be written; sealed when that is done, together with what is granted
   * until then: it must not be written over.
   */
  takeClaims(): () => Uint8Array | undefined {
    const { claims, claimsChanged } = this;
    this.claimsChanged = false;
    if (!claimsChanged) return () => undefined;
    return () => {
      const { runs, tools } = this.claims;
      return this.sealClaims({
        runs: [...claims.runs, ...runs.slice(claims.runs.length)],
        tools: [...new Set([...claims.tools, ...tools])],
      });
    };
  }

  sealText = (text: string): Uint8Array => this.sealing.seal(this.id, text);

  textOf(event: NotedEvent): Sealable {
    return this.sealing.text(this.id, JSON.stringify({ by: this.holder, event }));
  }

  /** Events of processes that are gone. Our own are in the memory of the platform. */
  missed(unfinished: readonly string[], taking: NotedEvent | undefined): NotedEvent[] {
    const events = unfinished.map(
      (sealed) =>
        JSON.parse(this.sealing.open(this.id, Buffer.from(sealed, 'base64'))) as {
          by: string;
          event: NotedEvent;
        },
    );
    return events
      .filter(({ by }) => by !== this.holder)
      .map(({ event }) => event)
      .filter(({ key }) => key === undefined || key !== taking?.key);
  }

  /** Takes over what another process has left. Returns what the platform kept, if it is news. */
  takeOver(begun: Extract<Begun, { result: 'begun' }>): KeptCall | undefined {
    const { lease, state, claims, claimCount } = begun;
    this.claims = claims ? JSON.parse(this.sealing.open(this.id, claims)) : NO_CLAIMS;
    this.claimCount = claimCount;
    this.claimsChanged = false;
    if (lease.version === this.version) return undefined;
    this.version = lease.version;
    if (!state) return undefined;
    const { kept, session, handled, isDescribed = false } = this.openState(state);
    this.session = session;
    this.description = undefined;
    this.handled = handled;
    this.isDescribed = isDescribed;
    this.noted = messagesSince({ before: 0, texts: [] }, this.messages, this.messagesBefore).noted;
    return (
      kept && { ...kept, state: { ...kept.state, revision: Math.max(kept.state.revision, this.revision) } }
    );
  }

  /** Which of our writes has made this state, if one has. */
  writerOf<T extends { name: string }>(state: Uint8Array | undefined, writers: readonly T[]): T | undefined {
    if (!state || writers.length === 0) return undefined;
    const { writer } = this.openState(state);
    return writers.find(({ name }) => name === writer);
  }

  /** The messages that are new or read differently since the last time. */
  newMessages(): { from: number; messages: readonly Message[] } | undefined {
    const { noted, change } = messagesSince(this.noted, this.messages, this.messagesBefore);
    this.noted = noted;
    return change;
  }

  /** Another process knows better. */
  forget(): void {
    this.version = undefined;
    this.isDescribed = false;
    this.description = undefined;
    this.session = undefined;
    this.unsaved = undefined;
    this.passed = [];
    this.handled = [];
  }

  private openState(state: Uint8Array): Envelope {
    return JSON.parse(this.sealing.open(this.id, state));
  }

  private get messages(): readonly Message[] {
    return conversationOf(this.session)?.messages ?? [];
  }

  private get messagesBefore(): number {
    return conversationOf(this.session)?.messagesBefore ?? 0;
  }
}

/** The conversation in a session, if there is one. */
export function conversationOf(session: SessionItem | undefined): Conversation | undefined {
  return (session as { session?: { data?: { conversation?: Conversation } } } | undefined)?.session?.data
    ?.conversation;
}
