import type { DialledCall } from '@jovo-telephony/dialer';
import { redact } from '@jovo-telephony/telephony';
import type { Message } from '../agent/brain';
import { conversationOf, type SessionItem } from './call-file';
import { entriesOf, type JournalEntry } from './entries';
import { replayed } from './messages';
import { SealError, type Sealing } from './sealing';
import type { StoredCall } from './store';

/** How much is read of a call. */
export type Words = 'all' | 'redacted' | 'none';

/** A call as it is exported: one line of JSON. */
export interface ExportedCall {
  call: string;
  network?: string;
  direction?: string;
  /** Our own number. */
  called?: string;
  caller?: string;
  profile?: string;
  language?: string;
  /** Of a call that we have placed: its key at the dialer, names of what it was given, and what the dialer knows of it. */
  dialerCall?: string;
  metadata?: string;
  dialled?: DialledCall;
  startedAt?: string;
  endedAt?: string;
  outcome?: string;
  seconds?: number;
  turns?: number;
  interruptions?: number;
  /** What the policy said of risky actions, in order. */
  actions: { action: string; allowed: boolean; reason: string }[];
  /** What was said aloud, as far as it was heard. Absent where words are not kept. */
  transcript?: { role: 'caller' | 'assistant'; text: string }[];
  entries: (Record<string, unknown> & { kind: string; at: string })[];
  /** There are words that cannot be read with the keys that are there. */
  unreadable?: true;
}

/** Reads call record and transcript from what was written of a call. */
export function exportedCall(stored: StoredCall, sealing: Sealing, words: Words): ExportedCall {
  const { entries, unreadable } = readEntries(stored, sealing, words);
  const first = (kind: JournalEntry['kind']) => entries.find((entry) => entry.kind === kind);
  const started = first('call_started');
  const ended = first('call_ended')?.facts;
  const { about, endedAtMs } = stored;
  const live = words === 'none' ? undefined : liveMessages(stored, sealing, words === 'redacted');
  const said = entries.filter(({ kind, words: text }) => kind === 'messages' && text !== undefined);
  return {
    call: stored.callId,
    ...(started?.facts as object | undefined),
    ...(started?.words as object | undefined),
    ...(about && { startedAt: isoOf(about.startedAtMs) }),
    ...(endedAtMs !== undefined && { endedAt: isoOf(endedAtMs) }),
    ...(ended as object | undefined),
    actions: entries
      .filter(({ kind }) => kind === 'verdict')
      .map(({ facts = {} }) => ({
        action: String(facts.action),
        allowed: facts.allowed === true,
        reason: String(facts.reason),
      })),
    ...(said.length > 0 ? { transcript: transcriptOf(said) } : live && { transcript: spoken(live) }),
    entries: entries.map(({ kind, atMs, facts, words: text }) => ({
      kind,
      at: isoOf(atMs),
      ...facts,
      words: text,
    })),
    ...(unreadable && { unreadable }),
  };
}

function readEntries(stored: StoredCall, sealing: Sealing, words: Words) {
  let unreadable: true | undefined;
  const entries = stored.pages.flatMap((page) => {
    try {
      return entriesOf(page, words === 'none' ? undefined : (sealed) => sealing.open(stored.callId, sealed));
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      unreadable = true;
      return entriesOf(page);
    }
  });
  const shown = words === 'redacted' ? entries.map(withoutNumbers) : entries;
  return { entries: shown, unreadable };
}

function transcriptOf(said: readonly JournalEntry[]): ExportedCall['transcript'] {
  const changes = said.map(({ facts, words }) => ({
    from: Number(facts?.from ?? 0),
    messages: words as readonly Message[],
  }));
  return spoken(replayed(changes));
}

/** While a call lives its words are in its state, whatever is kept of them afterwards. */
function liveMessages({ callId, state, endedAtMs }: StoredCall, sealing: Sealing, redacted: boolean) {
  if (!state || endedAtMs !== undefined) return undefined;
  try {
    const { session } = JSON.parse(sealing.open(callId, state)) as { session?: SessionItem };
    const messages = conversationOf(session)?.messages;
    return redacted
      ? messages?.map((message) => ('text' in message ? { ...message, text: redact(message.text) } : message))
      : messages;
  } catch (error) {
    if (error instanceof SealError) return undefined;
    throw error;
  }
}

function spoken(messages: readonly Message[]): ExportedCall['transcript'] {
  return messages.flatMap((message) =>
    message.role === 'caller' || message.role === 'assistant'
      ? [{ role: message.role, text: message.text }]
      : [],
  );
}

function withoutNumbers(entry: JournalEntry): JournalEntry {
  if (entry.words === undefined) return entry;
  const text = JSON.stringify(entry.words, (_key, value) =>
    typeof value === 'string' ? redact(value) : value,
  );
  return { ...entry, words: JSON.parse(text) };
}

function isoOf(atMs: number): string {
  return new Date(atMs).toISOString();
}
