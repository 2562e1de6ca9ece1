import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type LibSql from 'libsql';
import { isGone } from '../holder';
import type {
  BeginRequest,
  Begun,
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
import { type Name, SCHEMA, STATEMENTS } from './sqlite-statements';

/**
 * A writer waits for so long for another process; its own wait stops this process, so it is short. Transactions take
 * some ten microseconds.
 */
const BUSY_MS = 250;
/**
 * So many pages of 4 KB may lie in the log. Moving them into the file waits for the disk, some ten milliseconds in which
 * every call waits: while calls end it is done every {@link EMPTY_LOG_WITHIN_MS} anyway, and need not be done in between.
 */
const LOG_PAGES = 8_000;
/** How long what was erased may still lie in the log. */
const EMPTY_LOG_WITHIN_MS = 10_000;

/** libsql ends the process when it is given a boolean: numbers, texts, bytes and null only. */
type Value = number | string | Uint8Array | null;
type Values = Readonly<Record<string, Value>>;

interface Prepared {
  statement: LibSql.Statement;
  /** In the order in which the statement has them. */
  bind(values: Values): Value[];
}

/** The journal in one file, for all processes of one machine. Its calls are synchronous: each takes microseconds. */
export class SqliteStore implements JournalStore {
  readonly isNear = true;
  private readonly statements: Record<Name, Prepared>;
  private emptying: NodeJS.Timeout | undefined;
  /** Numbers notes in their order. Of one turn all are from one process. */
  private noteCount = 0;

  private constructor(
    private readonly db: LibSql.Database,
    private readonly nowMs: () => number,
  ) {
    const prepared = Object.entries(STATEMENTS).map(([name, sql]) => [name, prepare(db, sql)]);
    this.statements = Object.fromEntries(prepared);
  }

  /** Opens or creates the file, and the folder above it. Throws when it cannot be written. */
  static async open(file: string, nowMs: () => number = Date.now): Promise<SqliteStore> {
    const { default: Database } = await import('libsql');
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const db = new Database(file);
    db.pragma(`busy_timeout = ${BUSY_MS}`);
    db.pragma('journal_mode = WAL');
    // The log survives the death of the process; a power cut may cost the last moments, never the file.
    db.pragma('synchronous = NORMAL');
    db.pragma(`wal_autocheckpoint = ${LOG_PAGES}`);
    // What is erased is overwritten, not only unlinked.
    db.pragma('secure_delete = ON');
    db.exec(SCHEMA);
    const store = new SqliteStore(db, nowMs);
    // A process that was killed has left it as it was.
    store.emptyLog();
    return store;
  }

  begin(callId: string, asked: BeginRequest): Begun {
    const row = this.take(callId, asked, asked.force === true);
    if (row) return this.begun(callId, row);
    const [by] = this.get('holder', { id: callId }) ?? [];
    if (!isGone(String(by), asked.holder)) return { result: 'busy' };
    const left = this.take(callId, asked, true);
    return left ? this.begun(callId, left) : { result: 'busy' };
  }

  private begun(callId: string, row: Value[]): Begun {
    const [fence, version, interrupts, unfinished, claims, claimCount, endedAt, state, noted] = row;
    // What came with the turn, and behind it what came during the turn.
    const events = typeof unfinished === 'string' ? unfinished.split('\n') : [];
    if (Number(noted) > 0) {
      const notes = this.all('noted', { id: callId, fence: Number(fence) - 1 });
      events.push(...notes.map(([event]) => String(event)));
    }
    return {
      result: 'begun',
      lease: { callId, fence: Number(fence), version: Number(version) },
      ended: endedAt !== null,
      state: bytes(state),
      claims: bytes(claims),
      claimCount: Number(claimCount),
      interrupts: Number(interrupts),
      unfinished: events,
    };
  }

  private take(id: string, asked: BeginRequest, force: boolean): Value[] | undefined {
    const now = this.nowMs();
    return this.get('begin', {
      id,
      holder: asked.holder,
      until: now + asked.leaseMs,
      now,
      event: asked.event ?? null,
      known: asked.knownVersion ?? -1,
      force: Number(force),
    });
  }

  commit({ callId: id, fence, version }: Lease, done: TurnResult): boolean {
    const { page, state, claims = null, about, ended = false, leaseMs } = done;
    const now = this.nowMs();
    const until = leaseMs === undefined ? 0 : now + leaseMs;
    const { atMs: at = 0, facts = null, words = null } = page ?? {};
    const values = { id, fence, version, state, claims, now, until, ended: Number(ended), at, facts, words };
    const write = () => {
      const held = this.run('commit', values) > 0;
      if (!held && page) this.write(id, page);
      if (held && about) {
        const { startedAtMs: startedAt, profile, callerKey = null, keep, keepMs } = about;
        this.run('about', { id, startedAt, profile, callerKey, keep, keepMs });
      }
      if (held && ended) this.end(id, now);
      return held;
    };
    // A statement is a transaction of its own, and most turns need only one.
    return about || ended ? this.atomic(write) : write();
  }

  async note({ callId: id, fence }: Lease, event: string): Promise<void> {
    this.noteCount += 1;
    this.run('note', { id, fence, number: this.noteCount, event });
  }

  async claim({ callId: id, fence }: Lease, { claims, expectedCount, counters }: ClaimRequest) {
    return this.atomic(() => {
      if (this.run('claim', { id, fence, claims, expected: expectedCount }) === 0) return 'stale';
      for (const { key, limit, untilMs: until, callerKey = null } of counters) {
        const counted = this.run('count', { key, limit, until, callerKey }) > 0;
        if (!counted) throw new Undo({ exhausted: key });
      }
      return 'granted';
    });
  }

  async append(callId: string, pages: readonly Page[]): Promise<void> {
    this.atomic(() => {
      for (const page of pages) this.write(callId, page);
    });
  }

  async interrupt(id: string): Promise<void> {
    this.run('interrupt', { id });
  }

  async look(leases: readonly Lease[], renewForMs?: number): Promise<LeaseState[]> {
    return leases.map(({ callId, fence }) => {
      const until = this.nowMs() + (renewForMs ?? 0);
      const renewed = renewForMs === undefined ? undefined : this.get('renew', { id: callId, fence, until });
      const [now, interrupts] = renewed ?? this.get('look', { id: callId }) ?? [];
      return { callId, holds: now === fence, interrupts: Number(interrupts ?? 0) };
    });
  }

  async standings(callIds: readonly string[]): Promise<(Standing | undefined)[]> {
    return callIds.map((id) => {
      const [endedAt] = this.get('standing', { id }) ?? [];
      return endedAt === undefined ? undefined : endedAt === null ? 'live' : 'ended';
    });
  }

  async hasCalled(callerKey: string, profile: string, exceptCallId: string): Promise<boolean> {
    return this.get('hasCalled', { callerKey, profile, id: exceptCallId }) !== undefined;
  }

  async counts(counters: readonly CounterKey[]): Promise<number[]> {
    return counters.map(({ key }) => Number(this.get('counted', { key })?.[0] ?? 0));
  }

  async *read({ callIds, callerKeys }: CallFilter): AsyncIterable<StoredCall> {
    const rows = this.all('calls', {});
    for (const [
      id,
      startedAt,
      profile,
      caller,
      keep,
      keepMs,
      lastAt,
      endedAt,
      version,
      state,
      count,
    ] of rows) {
      const callId = String(id);
      if (callIds && !callIds.includes(callId)) continue;
      if (callerKeys && !callerKeys.includes(String(caller))) continue;
      const about = startedAt !== null && {
        startedAtMs: Number(startedAt),
        profile: String(profile),
        callerKey: caller === null ? undefined : String(caller),
        keep: keep as 'nothing',
        keepMs: Number(keepMs),
      };
      yield {
        callId,
        about: about || undefined,
        lastAtMs: Number(lastAt),
        endedAtMs: endedAt === null ? undefined : Number(endedAt),
        version: Number(version),
        state: bytes(state),
        claimCount: Number(count),
        pages: this.pagesOf(callId),
      };
    }
  }

  async erase(callerKeys: readonly string[]): Promise<number> {
    return this.atomic(() => {
      let erased = 0;
      for (const callerKey of callerKeys) {
        const calls = this.all('ofCaller', { callerKey });
        for (const [id] of calls) this.delete(String(id));
        erased += calls.length;
        this.run('deleteCountersOf', { callerKey });
      }
      return erased;
    });
  }

  async purge(nowMs: number, silentForMs: number): Promise<number> {
    return this.atomic(() => {
      const due = this.all('due', { now: nowMs });
      const silent = this.all('silent', { now: nowMs, silentFor: silentForMs });
      for (const [id] of due) this.delete(String(id));
      for (const [id] of silent) {
        this.end(String(id), nowMs);
        this.run('silence', { id: String(id) });
      }
      this.run('deleteCounters', { now: nowMs });
      return due.length + silent.length;
    });
  }

  async shared(name: string, value: string): Promise<string> {
    this.run('share', { name, value });
    return String(this.get('sharedValue', { name })?.[0]);
  }

  async probe(): Promise<void> {
    this.run('probe', { at: String(this.nowMs()) });
  }

  async close(): Promise<void> {
    this.emptyLog();
    clearTimeout(this.emptying);
    this.db.close();
  }

  /** Together for all calls that end in the meantime: it costs a few milliseconds. */
  private emptyLogSoon(): void {
    this.emptying ??= setTimeout(() => this.emptyLog(), EMPTY_LOG_WITHIN_MS).unref();
  }

  /** What was erased lies in the write-ahead log, too, and would stay there until something is written over it. */
  private emptyLog(): void {
    this.emptying = undefined;
    try {
      const [result] = this.db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
      // Another process reads or writes.
      if (result?.busy) this.emptyLogSoon();
    } catch {
      this.emptyLogSoon();
    }
  }

  private write(id: string, { atMs, facts, words }: Page): void {
    this.run('page', { id, at: atMs, facts, words: words ?? null });
  }

  private end(id: string, now: number): void {
    this.emptyLogSoon();
    this.run('end', { id, now });
    this.run('forgetNotes', { id });
    this.run('forgetWords', { id });
    this.run('forgetPages', { id });
  }

  private delete(id: string): void {
    this.emptyLogSoon();
    this.run('deletePages', { id });
    this.run('forgetNotes', { id });
    this.run('deleteCall', { id });
  }

  private pagesOf(id: string): Page[] {
    const rows = this.all('pages', { id });
    return rows.map(([at, facts, words]) => {
      const page = { atMs: Number(at), facts: String(facts) };
      const sealed = bytes(words);
      return sealed ? { ...page, words: sealed } : page;
    });
  }

  private all(name: Name, values: Values): Value[][] {
    const { statement, bind } = this.statements[name];
    return statement.all(bind(values)) as Value[][];
  }

  private get(name: Name, values: Values): Value[] | undefined {
    const { statement, bind } = this.statements[name];
    return statement.get(bind(values)) as Value[] | undefined;
  }

  private run(name: Name, values: Values = {}): number {
    const { statement, bind } = this.statements[name];
    return statement.run(bind(values)).changes;
  }

  private atomic<T>(work: () => T): T {
    this.run('beginTransaction');
    try {
      const result = work();
      this.run('commitTransaction');
      return result;
    } catch (error) {
      if (this.db.inTransaction) this.run('rollBack');
      if (error instanceof Undo) return error.result as T;
      throw error;
    }
  }
}

/** With numbers in the place of `$names`: given by name, values take longer than the statement. */
function prepare(db: LibSql.Database, sql: string): Prepared {
  const names = [...new Set(sql.match(/(?<=\$)\w+/g))];
  const statement = db.prepare(sql.replace(/\$(\w+)/g, (_, name) => `?${names.indexOf(name) + 1}`));
  return {
    statement: /^SELECT|RETURNING/.test(sql) ? statement.raw() : statement,
    bind: (values) => names.map((name) => values[name] ?? null),
  };
}

/** The bytes of a column, if it has any. */
function bytes(value: Value | undefined): Uint8Array | undefined {
  return value instanceof Uint8Array ? value : undefined;
}

/** Ends a transaction without its changes, with a result. */
class Undo extends Error {
  constructor(readonly result: unknown) {
    super('undone');
  }
}
