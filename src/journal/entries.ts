import { redact } from '@jovo-telephony/telephony';
import type { Page } from './store';

/** What is written of a call. Everything a call record and a transcript are read from. */
export type EntryKind =
  /** A turn begins on an event, or the event came during one. `words`: the event of the wire. */
  | 'event'
  /** An action has left. `words`: the action of the wire. */
  | 'action'
  /** The conversation reads so from a message on; earlier ones may have changed, since not all of it was heard. */
  | 'messages'
  | 'call_started'
  | 'call_ended'
  /** What the policy said of a risky action, and how the action went. */
  | 'verdict'
  | 'outcome'
  /** How long the caller waited for the first words of an answer, and what became of speech. */
  | 'brain'
  | 'heard'
  | 'interrupted'
  | 'tool'
  | 'error'
  /** The store was away: what was written later was written from memory. */
  | 'degraded'
  /** Another process took the call while this turn was still going on. */
  | 'overtaken';

/** Codes, names, times and counts. Never what was said, a number or a digit that a caller has entered. */
export type Facts = Readonly<Record<string, string | number | boolean | undefined>>;

export interface JournalEntry {
  kind: EntryKind;
  /** Milliseconds since 1970. */
  atMs: number;
  facts?: Facts;
  /** What must be sealed. */
  words?: unknown;
}

/** Seals a text for one call. */
export type Seal = (text: string) => Uint8Array;

/** The entries of one turn as they are stored: what may be seen, and apart from it what may not. */
export function pageOf(entries: readonly JournalEntry[], seal: Seal, redacted: boolean): Page | undefined {
  const [first] = entries;
  if (!first) return undefined;
  const facts = JSON.stringify(entries.map(({ kind, atMs, facts: more }) => ({ kind, atMs, ...more })));
  const words = entries.map((entry) => entry.words ?? null);
  if (words.every((each) => each === null)) return { atMs: first.atMs, facts };
  const text = redacted ? JSON.stringify(words, withoutNumbers) : JSON.stringify(words);
  return { atMs: first.atMs, facts, words: seal(text) };
}

/** The entries of a page. Without `open`, or where words were erased, without their words. */
export function entriesOf({ facts, words }: Page, open?: (sealed: Uint8Array) => string): JournalEntry[] {
  const said: unknown[] = words && open ? JSON.parse(open(words)) : [];
  const written: (Facts & { kind: EntryKind; atMs: number })[] = JSON.parse(facts);
  return written.map(({ kind, atMs, ...more }, index) => ({
    kind,
    atMs,
    facts: more,
    ...(said[index] != null && { words: said[index] }),
  }));
}

/** Ids and codes hold digits, too: only what may be text is looked at. */
function withoutNumbers(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? redact(value) : value;
}
