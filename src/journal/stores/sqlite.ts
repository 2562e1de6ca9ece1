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
  StoredCall,
  TurnResult,
} from '../store';
import { TOMBSTONE_MS } from '../store';

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

/** A page is written into its call, and from there into the record: one statement, where three take twice as long. */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS calls (
  id TEXT PRIMARY KEY, fence INTEGER NOT NULL, version INTEGER NOT NULL DEFAULT 0, holder TEXT NOT NULL,
  lease_until INTEGER NOT NULL, interrupts INTEGER NOT NULL DEFAULT 0, pending TEXT, unfinished TEXT, state BLOB,
  claims BLOB, claim_count INTEGER NOT NULL DEFAULT 0, last_at INTEGER NOT NULL, ended_at INTEGER, started_at INTEGER,
  profile TEXT, caller_key TEXT, keep TEXT NOT NULL DEFAULT 'nothing', keep_ms INTEGER NOT NULL DEFAULT 0,
  page_count INTEGER NOT NULL DEFAULT 0, page_at INTEGER, page_facts TEXT, page_words BLOB);
CREATE INDEX IF NOT EXISTS calls_by_caller ON calls (caller_key) WHERE caller_key IS NOT NULL;
CREATE TABLE IF NOT EXISTS pages (
  call_id TEXT NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, facts TEXT NOT NULL, words BLOB,
  PRIMARY KEY (call_id, number)) WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS page_written AFTER UPDATE OF page_count ON calls
  WHEN NEW.page_count > OLD.page_count AND (NEW.ended_at IS NULL OR NEW.keep <> 'nothing') BEGIN
    INSERT INTO pages VALUES (NEW.id, NEW.page_count, NEW.page_at, NEW.page_facts,
      CASE WHEN NEW.ended_at IS NULL OR NEW.keep = 'everything' THEN NEW.page_words END);
  END;
CREATE TABLE IF NOT EXISTS counters (
  key TEXT PRIMARY KEY, count INTEGER NOT NULL, until INTEGER NOT NULL, caller_key TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS shared (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;`;

const STATEMENTS = {
  begin: `INSERT INTO calls (id, fence, holder, lease_until, pending, last_at) VALUES ($id, 1, $holder, $until, $event, $now)
    ON CONFLICT (id) DO UPDATE SET fence = fence + 1, holder = $holder, lease_until = $until, last_at = $now,
      unfinished = pending, pending = $event
    WHERE lease_until <= $now OR holder = $holder OR $force
    RETURNING fence, version, interrupts, unfinished, claims, claim_count, ended_at, CASE WHEN version = $known THEN NULL ELSE state END`,
  holder: 'SELECT holder FROM calls WHERE id = $id',
  note: `UPDATE calls SET pending = coalesce(pending || char(10), '') || $event WHERE id = $id AND fence = $fence`,
  commit: `UPDATE calls SET version = version + 1, lease_until = $until, pending = NULL, unfinished = NULL, state = $state,
    claims = coalesce($claims, claims), last_at = $now, ended_at = CASE WHEN $ended THEN ended_at END,
    page_count = page_count + ($facts IS NOT NULL), page_at = $at, page_facts = $facts, page_words = $words
    WHERE id = $id AND fence = $fence AND version = $version`,
  about: `UPDATE calls SET started_at = $startedAt, profile = $profile, caller_key = $callerKey, keep = $keep, keep_ms = $keepMs
    WHERE id = $id`,
  end: `UPDATE calls SET ended_at = coalesce(ended_at, $now), claims = NULL, claim_count = 0, pending = NULL, unfinished = NULL,
    page_facts = NULL, page_words = NULL WHERE id = $id`,
  silence: 'UPDATE calls SET fence = fence + 1, lease_until = 0, state = NULL WHERE id = $id',
  page: `UPDATE calls SET page_count = page_count + 1, page_at = $at, page_facts = $facts, page_words = $words
    WHERE id = $id`,
  forgetWords: `UPDATE pages SET words = NULL WHERE call_id = $id AND words IS NOT NULL
    AND (SELECT keep FROM calls WHERE id = $id) <> 'everything'`,
  forgetPages: `DELETE FROM pages WHERE call_id = $id AND (SELECT keep FROM calls WHERE id = $id) = 'nothing'`,
  claim: `UPDATE calls SET claims = $claims, claim_count = claim_count + 1
    WHERE id = $id AND fence = $fence AND claim_count = $expected`,
  count: `INSERT INTO counters (key, count, until, caller_key) SELECT $key, 1, $until, $callerKey WHERE $limit > 0
    ON CONFLICT (key) DO UPDATE SET count = count + 1 WHERE count < $limit`,
  counted: 'SELECT count FROM counters WHERE key = $key',
  interrupt: 'UPDATE calls SET interrupts = interrupts + 1 WHERE id = $id',
  look: 'SELECT fence, interrupts FROM calls WHERE id = $id',
  renew:
    'UPDATE calls SET lease_until = $until WHERE id = $id AND fence = $fence RETURNING fence, interrupts',
  hasCalled: `SELECT 1 FROM calls WHERE caller_key = $callerKey AND profile = $profile AND id <> $id LIMIT 1`,
  calls: `SELECT id, started_at, profile, caller_key, keep, keep_ms, last_at, ended_at, version, state, claim_count
    FROM calls ORDER BY coalesce(started_at, last_at), id`,
  pages: 'SELECT at, facts, words FROM pages WHERE call_id = $id ORDER BY number',
  due: `SELECT id FROM calls WHERE ended_at IS NOT NULL
    AND ended_at + CASE WHEN keep = 'nothing' THEN ${TOMBSTONE_MS} ELSE max(keep_ms, ${TOMBSTONE_MS}) END <= $now`,
  silent: 'SELECT id FROM calls WHERE ended_at IS NULL AND last_at + $silentFor <= $now',
  ofCaller: 'SELECT id FROM calls WHERE caller_key = $callerKey',
  deletePages: 'DELETE FROM pages WHERE call_id = $id',
  deleteCall: 'DELETE FROM calls WHERE id = $id',
  deleteCountersOf: 'DELETE FROM counters WHERE caller_key = $callerKey',
  deleteCounters: 'DELETE FROM counters WHERE until <= $now',
  share: 'INSERT INTO shared (name, value) VALUES ($name, $value) ON CONFLICT DO NOTHING',
  sharedValue: 'SELECT value FROM shared WHERE name = $name',
  beginTransaction: 'BEGIN IMMEDIATE',
  commitTransaction: 'COMMIT',
  rollBack: 'ROLLBACK',
} as const;

type Name = keyof typeof STATEMENTS;
/** libsql ends the process when it is given a boolean: numbers, texts, bytes and null only. */
type Value = number | string | Uint8Array | null;

/** The journal in one file, for all processes of one machine. Its calls are synchronous: each takes microseconds. */
export class SqliteStore implements JournalStore {
  private readonly statements: Record<Name, LibSql.Statement>;
  private emptying: NodeJS.Timeout | undefined;

  private constructor(
    private readonly db: LibSql.Database,
    private readonly nowMs: () => number,
  ) {
    const prepared = Object.entries(STATEMENTS).map(([name, sql]) => {
      const statement = db.prepare(sql);
      return [name, /^SELECT|RETURNING/.test(sql) ? statement.raw() : statement];
    });
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
    if (row) return begun(callId, row);
    const [by] = this.get('holder', { id: callId }) ?? [];
    if (!isGone(String(by), asked.holder)) return { result: 'busy' };
    const left = this.take(callId, asked, true);
    return left ? begun(callId, left) : { result: 'busy' };
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
    this.run('note', { id, fence, event });
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

  async hasCalled(callerKey: string, profile: string, exceptCallId: string): Promise<boolean> {
    return this.get('hasCalled', { callerKey, profile, id: exceptCallId }) !== undefined;
  }

  async counts(counters: readonly CounterKey[]): Promise<number[]> {
    return counters.map(({ key }) => Number(this.get('counted', { key })?.[0] ?? 0));
  }

  async *read({ callIds, callerKeys }: CallFilter): AsyncIterable<StoredCall> {
    const rows = this.statements.calls.all({}) as Value[][];
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
        const calls = this.statements.ofCaller.all({ callerKey }) as Value[][];
        for (const [id] of calls) this.delete(String(id));
        erased += calls.length;
        this.run('deleteCountersOf', { callerKey });
      }
      return erased;
    });
  }

  async purge(nowMs: number, silentForMs: number): Promise<number> {
    return this.atomic(() => {
      const due = this.statements.due.all({ now: nowMs }) as Value[][];
      const silent = this.statements.silent.all({ now: nowMs, silentFor: silentForMs }) as Value[][];
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
    this.run('forgetWords', { id });
    this.run('forgetPages', { id });
  }

  private delete(id: string): void {
    this.emptyLogSoon();
    this.run('deletePages', { id });
    this.run('deleteCall', { id });
  }

  private pagesOf(id: string): Page[] {
    const rows = this.statements.pages.all({ id }) as Value[][];
    return rows.map(([at, facts, words]) => {
      const page = { atMs: Number(at), facts: String(facts) };
      const sealed = bytes(words);
      return sealed ? { ...page, words: sealed } : page;
    });
  }

  private get(name: Name, values: Record<string, Value>): Value[] | undefined {
    return this.statements[name].get(values) as Value[] | undefined;
  }

  private run(name: Name, values: Record<string, Value>): number {
    return this.statements[name].run(values).changes;
  }

  private atomic<T>(work: () => T): T {
    this.statements.beginTransaction.run();
    try {
      const result = work();
      this.statements.commitTransaction.run();
      return result;
    } catch (error) {
      if (this.db.inTransaction) this.statements.rollBack.run();
      if (error instanceof Undo) return error.result as T;
      throw error;
    }
  }
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

function begun(callId: string, row: Value[]): Begun {
  const [fence, version, interrupts, unfinished, claims, claimCount, endedAt, state] = row;
  return {
    result: 'begun',
    lease: { callId, fence: Number(fence), version: Number(version) },
    ended: endedAt !== null,
    state: bytes(state),
    claims: bytes(claims),
    claimCount: Number(claimCount),
    interrupts: Number(interrupts),
    unfinished: typeof unfinished === 'string' ? unfinished.split('\n') : [],
  };
}
