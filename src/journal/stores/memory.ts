import type { Sealable } from '../sealing';
import type {
  BeginRequest,
  Begun,
  CallFacts,
  CallFilter,
  ClaimRequest,
  CounterKey,
  JournalStore,
  Lease,
  LeaseState,
  Page,
  Standing,
  StoredCall,
  TurnResult,
} from '../store';
import { TOMBSTONE_MS } from '../store';

interface Row {
  fence: number;
  version: number;
  holder: string;
  leaseUntilMs: number;
  interrupts: number;
  pending: Sealable[];
  state?: Sealable;
  claims?: Uint8Array;
  claimCount: number;
  about?: CallFacts;
  lastAtMs: number;
  endedAtMs?: number;
  pages: Page[];
}

interface Count {
  count: number;
  untilMs: number;
  callerKey?: string;
}

/** The journal of one process, gone with it: for tests, and where nothing may be written. */
export class MemoryStore implements JournalStore {
  readonly isNear = true;
  private readonly calls = new Map<string, Row>();
  private readonly counters = new Map<string, Count>();
  private readonly values = new Map<string, string>();

  constructor(private readonly nowMs: () => number = Date.now) {}

  begin(callId: string, asked: BeginRequest): Begun {
    const { holder, leaseMs, event, knownVersion, force } = asked;
    const nowMs = this.nowMs();
    const row = this.calls.get(callId) ?? newRow();
    const free = row.leaseUntilMs <= nowMs || row.holder === holder;
    if (!free && !force) return { result: 'busy' };
    this.calls.set(callId, row);
    const unfinished = row.pending.map(({ sealedText }) => sealedText);
    row.fence += 1;
    row.holder = holder;
    row.leaseUntilMs = nowMs + leaseMs;
    row.lastAtMs = nowMs;
    row.pending = event === undefined ? [] : [event];
    const { fence, version, state, claims, claimCount, interrupts } = row;
    return {
      result: 'begun',
      lease: { callId, fence, version },
      ended: row.endedAtMs !== undefined,
      state: version === knownVersion ? undefined : state?.sealed,
      claims,
      claimCount,
      interrupts,
      unfinished,
    };
  }

  commit({ callId, fence, version }: Lease, done: TurnResult): boolean {
    const row = this.calls.get(callId);
    if (!row) return false;
    if (done.page) keepPages(row, [done.page]);
    if (row.fence !== fence || row.version !== version) return false;
    row.version += 1;
    row.leaseUntilMs = done.leaseMs === undefined ? 0 : this.nowMs() + done.leaseMs;
    row.pending = [];
    row.state = done.state;
    row.claims = done.claims ?? row.claims;
    row.about = done.about ?? row.about;
    row.lastAtMs = this.nowMs();
    if (done.ended) end(row, row.lastAtMs);
    else row.endedAtMs = undefined;
    return true;
  }

  note({ callId, fence }: Lease, event: Sealable): void {
    const row = this.calls.get(callId);
    if (row?.fence === fence) row.pending.push(event);
  }

  async claim({ callId, fence }: Lease, { claims, expectedCount, counters }: ClaimRequest) {
    const row = this.calls.get(callId);
    if (row?.fence !== fence || row.claimCount !== expectedCount) return 'stale';
    const full = counters.find(({ key, limit }) => (this.counters.get(key)?.count ?? 0) >= limit);
    if (full) return { exhausted: full.key };
    for (const { key, untilMs, callerKey } of counters) {
      const count = (this.counters.get(key)?.count ?? 0) + 1;
      this.counters.set(key, { count, untilMs, callerKey });
    }
    row.claims = claims;
    row.claimCount += 1;
    return 'granted';
  }

  async append(callId: string, pages: readonly Page[]): Promise<void> {
    const row = this.calls.get(callId);
    if (row) keepPages(row, pages);
  }

  async interrupt(callId: string): Promise<void> {
    const row = this.calls.get(callId);
    if (row) row.interrupts += 1;
  }

  async look(leases: readonly Lease[], renewForMs?: number): Promise<LeaseState[]> {
    return leases.map(({ callId, fence }) => {
      const row = this.calls.get(callId);
      const holds = row?.fence === fence;
      if (row && holds && renewForMs !== undefined) row.leaseUntilMs = this.nowMs() + renewForMs;
      return { callId, holds, interrupts: row?.interrupts ?? 0 };
    });
  }

  async standings(callIds: readonly string[]): Promise<(Standing | undefined)[]> {
    return callIds.map((callId) => {
      const row = this.calls.get(callId);
      return row && (row.endedAtMs === undefined ? 'live' : 'ended');
    });
  }

  async hasCalled(callerKey: string, profile: string, exceptCallId: string): Promise<boolean> {
    return [...this.calls].some(
      ([callId, { about }]) =>
        callId !== exceptCallId && about?.callerKey === callerKey && about.profile === profile,
    );
  }

  async counts(counters: readonly CounterKey[]): Promise<number[]> {
    return counters.map(({ key }) => this.counters.get(key)?.count ?? 0);
  }

  async *read({ callIds, callerKeys }: CallFilter): AsyncIterable<StoredCall> {
    const fits = ([callId, { about }]: [string, Row]) =>
      (!callIds || callIds.includes(callId)) && (!callerKeys || callerKeys.includes(about?.callerKey ?? ''));
    const found = [...this.calls].filter(fits);
    found.sort(([, a], [, b]) => (a.about?.startedAtMs ?? 0) - (b.about?.startedAtMs ?? 0));
    for (const [callId, row] of found) {
      const { about, lastAtMs, endedAtMs, version, state, claimCount, pages } = row;
      yield {
        callId,
        about,
        lastAtMs,
        endedAtMs,
        version,
        state: state?.sealed,
        claimCount,
        pages: [...pages],
      };
    }
  }

  async erase(callerKeys: readonly string[]): Promise<number> {
    const theirs = (key: string | undefined) => key !== undefined && callerKeys.includes(key);
    const erased = [...this.calls].filter(([, { about }]) => theirs(about?.callerKey));
    for (const [callId] of erased) this.calls.delete(callId);
    for (const [key, { callerKey }] of this.counters) if (theirs(callerKey)) this.counters.delete(key);
    return erased.length;
  }

  async purge(nowMs: number, silentForMs: number): Promise<number> {
    let touched = 0;
    for (const [callId, row] of this.calls) {
      const due = row.endedAtMs !== undefined && deleteAtMs(row, row.endedAtMs) <= nowMs;
      const silent = row.endedAtMs === undefined && row.lastAtMs + silentForMs <= nowMs;
      if (due) this.calls.delete(callId);
      if (silent) {
        end(row, nowMs);
        row.fence += 1;
        row.state = undefined;
      }
      if (due || silent) touched += 1;
    }
    for (const [key, { untilMs }] of this.counters) if (untilMs <= nowMs) this.counters.delete(key);
    return touched;
  }

  async shared(name: string, proposed: string): Promise<string> {
    const value = this.values.get(name) ?? proposed;
    this.values.set(name, value);
    return value;
  }

  async probe(): Promise<void> {}

  async close(): Promise<void> {}
}

const newRow = (): Row => ({
  fence: 0,
  version: 0,
  holder: '',
  leaseUntilMs: 0,
  interrupts: 0,
  pending: [],
  claimCount: 0,
  lastAtMs: 0,
  pages: [],
});

function keepPages(row: Row, pages: readonly Page[]): void {
  const over = row.endedAtMs !== undefined;
  if (over && keepOf(row) === 'nothing') return;
  const wordless = over && keepOf(row) !== 'everything';
  row.pages.push(...pages.map(({ words, ...page }) => (wordless || !words ? page : { ...page, words })));
}

function end(row: Row, nowMs: number): void {
  row.endedAtMs ??= nowMs;
  row.claims = undefined;
  row.claimCount = 0;
  row.pending = [];
  const { pages } = row;
  row.pages = [];
  keepPages(row, pages);
}

const keepOf = ({ about }: Row) => about?.keep ?? 'nothing';

const deleteAtMs = (row: Row, endedAtMs: number) =>
  endedAtMs + (keepOf(row) === 'nothing' ? TOMBSTONE_MS : Math.max(TOMBSTONE_MS, row.about?.keepMs ?? 0));
