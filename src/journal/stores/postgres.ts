import type { Pool, PoolConfig } from 'pg';
import type { Sealable } from '../sealing';
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
import { TOMBSTONE_MS } from '../store';

/** The server's clock: every process of a fleet goes by the same. */
const NOW = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS journal_calls (
  id text PRIMARY KEY, fence bigint NOT NULL, version bigint NOT NULL DEFAULT 0, holder text NOT NULL,
  lease_until bigint NOT NULL, interrupts bigint NOT NULL DEFAULT 0, pending text[] NOT NULL DEFAULT '{}',
  unfinished text[] NOT NULL DEFAULT '{}', state bytea,
  claims bytea, claim_count bigint NOT NULL DEFAULT 0, last_at bigint NOT NULL, ended_at bigint, started_at bigint,
  profile text, caller_key text, keep text NOT NULL DEFAULT 'nothing', keep_ms bigint NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS journal_calls_by_caller ON journal_calls (caller_key) WHERE caller_key IS NOT NULL;
CREATE TABLE IF NOT EXISTS journal_pages (
  seq bigserial PRIMARY KEY, call_id text NOT NULL, at bigint NOT NULL, facts jsonb NOT NULL, words bytea);
CREATE INDEX IF NOT EXISTS journal_pages_by_call ON journal_pages (call_id, seq);
ALTER TABLE journal_calls ADD COLUMN IF NOT EXISTS note_count bigint NOT NULL DEFAULT 0;
ALTER TABLE journal_calls ADD COLUMN IF NOT EXISTS unfinished_notes bigint NOT NULL DEFAULT 0;
CREATE TABLE IF NOT EXISTS journal_notes (
  seq bigserial PRIMARY KEY, call_id text NOT NULL, fence bigint NOT NULL, event text NOT NULL);
CREATE INDEX IF NOT EXISTS journal_notes_by_call ON journal_notes (call_id, fence, seq);
CREATE TABLE IF NOT EXISTS journal_counters (
  key text PRIMARY KEY, count bigint NOT NULL, until_at bigint NOT NULL, caller_key text);
CREATE TABLE IF NOT EXISTS journal_shared (name text PRIMARY KEY, value text NOT NULL);`;

/** Two processes that start together must not both create the tables: creating is not atomic with "if not exists". */
const SCHEMA_LOCK = 7_425_936;

const PAGES = `INSERT INTO journal_pages (call_id, at, facts, words)
  SELECT id, page.at, page.facts::jsonb, CASE WHEN ended_at IS NULL OR keep = 'everything' THEN page.words END
  FROM journal_calls, unnest($2::bigint[], $3::text[], $4::bytea[]) WITH ORDINALITY AS page (at, facts, words, number)
  WHERE id = $1 AND (ended_at IS NULL OR keep <> 'nothing') ORDER BY page.number`;

const ENDED = `ended_at = coalesce(ended_at, ${NOW}), claims = NULL, claim_count = 0, pending = '{}', unfinished = '{}', note_count = 0`;

const SQL = {
  begin: `INSERT INTO journal_calls AS c (id, fence, holder, lease_until, pending, last_at)
    VALUES ($1, 1, $2, ${NOW} + $3::bigint, $4::text[], ${NOW})
    ON CONFLICT (id) DO UPDATE SET fence = c.fence + 1, holder = $2, lease_until = ${NOW} + $3::bigint, last_at = ${NOW},
      unfinished = c.pending, pending = $4::text[], unfinished_notes = c.note_count, note_count = 0
    WHERE c.lease_until <= ${NOW} OR c.holder = $2 OR $6::boolean
    RETURNING fence, version, interrupts, unfinished, unfinished_notes, claims, claim_count, ended_at, CASE WHEN version = $5::bigint THEN NULL ELSE state END AS state`,
  note: `WITH held AS (UPDATE journal_calls SET note_count = note_count + 1 WHERE id = $1 AND fence = $2 RETURNING id, fence)
    INSERT INTO journal_notes (call_id, fence, event) SELECT id, fence, $3 FROM held`,
  noted: 'SELECT event FROM journal_notes WHERE call_id = $1 AND fence = $2 ORDER BY seq',
  commit: `WITH held AS (
      UPDATE journal_calls SET version = version + 1, lease_until = coalesce(${NOW} + $14::bigint, 0), pending = '{}', unfinished = '{}', note_count = 0, state = $7, claims = coalesce($8, claims),
        last_at = ${NOW}, started_at = coalesce($9, started_at), profile = coalesce($10, profile),
        caller_key = CASE WHEN $9::bigint IS NULL THEN caller_key ELSE $11 END, keep = coalesce($12, keep), keep_ms = coalesce($13, keep_ms),
        ended_at = CASE WHEN $15::boolean THEN ended_at END
      WHERE id = $1 AND fence = $5 AND version = $6 RETURNING id),
    noted AS (DELETE FROM journal_notes WHERE call_id IN (SELECT id FROM held)),
    pages AS (${PAGES})
    SELECT count(*)::int AS held FROM held`,
  append: PAGES,
  end: `WITH over AS (UPDATE journal_calls SET ${ENDED} WHERE id = $1 RETURNING id, keep),
    noted AS (DELETE FROM journal_notes WHERE call_id IN (SELECT id FROM over)),
    emptied AS (DELETE FROM journal_pages WHERE call_id IN (SELECT id FROM over WHERE keep = 'nothing'))
    UPDATE journal_pages SET words = NULL WHERE words IS NOT NULL AND call_id IN (SELECT id FROM over WHERE keep = 'events')`,
  claim: `UPDATE journal_calls SET claims = $3, claim_count = claim_count + 1 WHERE id = $1 AND fence = $2 AND claim_count = $4`,
  count: `INSERT INTO journal_counters AS c (key, count, until_at, caller_key) SELECT $1, 1, $2::bigint, $3 WHERE $4::bigint > 0
    ON CONFLICT (key) DO UPDATE SET count = c.count + 1 WHERE c.count < $4::bigint`,
  counted: 'SELECT key, count FROM journal_counters WHERE key = ANY ($1::text[])',
  interrupt: 'UPDATE journal_calls SET interrupts = interrupts + 1 WHERE id = $1',
  look: 'SELECT id, fence, interrupts FROM journal_calls WHERE id = ANY ($1::text[])',
  renew: `UPDATE journal_calls SET lease_until = ${NOW} + $3::bigint
    FROM unnest($1::text[], $2::bigint[]) AS held (id, fence) WHERE journal_calls.id = held.id AND journal_calls.fence = held.fence`,
  standings: 'SELECT id, ended_at IS NOT NULL AS ended FROM journal_calls WHERE id = ANY ($1::text[])',
  hasCalled: 'SELECT 1 FROM journal_calls WHERE caller_key = $1 AND profile = $2 AND id <> $3 LIMIT 1',
  read: `SELECT id, started_at, profile, caller_key, keep, keep_ms, last_at, ended_at, version, state, claim_count FROM journal_calls
    WHERE ($1::text[] IS NULL OR id = ANY ($1)) AND ($2::text[] IS NULL OR caller_key = ANY ($2))
    ORDER BY coalesce(started_at, last_at), id`,
  pages: 'SELECT at, facts::text AS facts, words FROM journal_pages WHERE call_id = $1 ORDER BY seq',
  erase: `WITH calls AS (DELETE FROM journal_calls WHERE caller_key = ANY ($1::text[]) RETURNING id),
    counters AS (DELETE FROM journal_counters WHERE caller_key = ANY ($1::text[])),
    notes AS (DELETE FROM journal_notes WHERE call_id IN (SELECT id FROM calls)),
    pages AS (DELETE FROM journal_pages WHERE call_id IN (SELECT id FROM calls))
    SELECT count(*)::int AS count FROM calls`,
  delete: `WITH calls AS (DELETE FROM journal_calls WHERE ended_at
      + CASE WHEN keep = 'nothing' THEN ${TOMBSTONE_MS} ELSE greatest(keep_ms, ${TOMBSTONE_MS}) END <= $1 RETURNING id),
    counters AS (DELETE FROM journal_counters WHERE until_at <= $1),
    notes AS (DELETE FROM journal_notes WHERE call_id IN (SELECT id FROM calls)),
    pages AS (DELETE FROM journal_pages WHERE call_id IN (SELECT id FROM calls))
    SELECT count(*)::int AS count FROM calls`,
  silence: `UPDATE journal_calls SET fence = fence + 1, lease_until = 0, state = NULL, ended_at = ${NOW}
    WHERE ended_at IS NULL AND last_at <= $1 RETURNING id`,
  probe: `INSERT INTO journal_shared VALUES ('probe', ${NOW}::text) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
  share: `WITH proposed AS (INSERT INTO journal_shared VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING value)
    SELECT value FROM proposed UNION ALL SELECT value FROM journal_shared WHERE name = $1`,
} as const;

type Name = keyof typeof SQL;
type Row = Record<string, unknown>;
type Query = (name: Name, values: unknown[]) => Promise<{ rows: Row[]; count: number }>;

/** How long a query may take, and a connection may be waited for. Whoever has a deadline waits less. */
const QUERY_MS = 10_000;
const CONNECT_MS = 5_000;

/** The journal in PostgreSQL, for servers that share their calls. */
export class PostgresStore implements JournalStore {
  private constructor(private readonly pool: Pool) {}

  /** @param url `postgres://user:password@host:port/database`, with the options that `pg` knows */
  static async open(url: string, options: PoolConfig = {}): Promise<PostgresStore> {
    const { default: pg } = await import('pg');
    const pool = new pg.Pool({
      connectionString: url,
      max: 10,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: QUERY_MS,
      keepAlive: true,
      allowExitOnIdle: true,
      ...options,
    });
    // An idle connection that breaks is not the end of the process; the next query opens another one.
    pool.on('error', () => {});
    try {
      await createTables(pool);
    } catch (error) {
      await pool.end();
      throw error;
    }
    return new PostgresStore(pool);
  }

  async begin(callId: string, asked: BeginRequest): Promise<Begun> {
    const { holder, leaseMs, event, knownVersion = -1, force = false } = asked;
    const events = event === undefined ? [] : [event.sealedText];
    const values = [callId, holder, leaseMs, events, knownVersion, force];
    const [row] = (await this.query('begin', values)).rows;
    if (!row) return { result: 'busy' };
    // What came with the turn, and behind it what came during the turn. Few processes die, so it is asked for only then.
    const unfinished = row.unfinished as string[];
    if (Number(row.unfinished_notes) > 0) {
      const { rows } = await this.query('noted', [callId, Number(row.fence) - 1]);
      unfinished.push(...rows.map((note) => String(note.event)));
    }
    return {
      result: 'begun',
      lease: { callId, fence: Number(row.fence), version: Number(row.version) },
      ended: row.ended_at !== null,
      state: bytes(row.state),
      claims: bytes(row.claims),
      claimCount: Number(row.claim_count),
      interrupts: Number(row.interrupts),
      unfinished,
    };
  }

  async commit({ callId, fence, version }: Lease, done: TurnResult): Promise<boolean> {
    const { page, state, claims = null, about, ended = false, leaseMs = null } = done;
    const values = [callId, ...columns(page ? [page] : []), fence, version, state.sealed, claims];
    const facts = [about?.startedAtMs, about?.profile, about?.callerKey, about?.keep, about?.keepMs];
    values.push(...facts.map((fact) => fact ?? null), leaseMs, ended);
    if (!ended) return (await this.query('commit', values)).rows[0]?.held === 1;
    return this.atomic(async (query) => {
      const held = (await query('commit', values)).rows[0]?.held === 1;
      if (held) await query('end', [callId]);
      return held;
    });
  }

  async note({ callId, fence }: Lease, event: Sealable): Promise<void> {
    await this.query('note', [callId, fence, event.sealedText]);
  }

  async claim({ callId, fence }: Lease, { claims, expectedCount, counters }: ClaimRequest) {
    return this.atomic(async (query) => {
      const claimed = await query('claim', [callId, fence, claims, expectedCount]);
      if (claimed.count === 0) return 'stale' as const;
      // Always in the same order: two claims that count under the same keys must not wait for each other.
      for (const counter of [...counters].sort((a, b) => (a.key < b.key ? -1 : 1))) {
        const { key, limit, untilMs, callerKey = null } = counter;
        const counted = await query('count', [key, untilMs, callerKey, limit]);
        if (counted.count === 0) throw new Undo({ exhausted: key });
      }
      return 'granted' as const;
    });
  }

  async append(callId: string, pages: readonly Page[]): Promise<void> {
    await this.query('append', [callId, ...columns(pages)]);
  }

  async interrupt(callId: string): Promise<void> {
    await this.query('interrupt', [callId]);
  }

  async look(leases: readonly Lease[], renewForMs?: number): Promise<LeaseState[]> {
    const ids = leases.map(({ callId }) => callId);
    if (renewForMs !== undefined) {
      await this.query('renew', [ids, leases.map(({ fence }) => fence), renewForMs]);
    }
    const found = new Map((await this.query('look', [ids])).rows.map((row) => [row.id, row]));
    return leases.map(({ callId, fence }) => {
      const row = found.get(callId);
      return { callId, holds: Number(row?.fence) === fence, interrupts: Number(row?.interrupts ?? 0) };
    });
  }

  async standings(callIds: readonly string[]): Promise<(Standing | undefined)[]> {
    const { rows } = await this.query('standings', [callIds]);
    const found = new Map(rows.map(({ id, ended }) => [id, ended ? ('ended' as const) : ('live' as const)]));
    return callIds.map((id) => found.get(id));
  }

  async hasCalled(callerKey: string, profile: string, exceptCallId: string): Promise<boolean> {
    return (await this.query('hasCalled', [callerKey, profile, exceptCallId])).rows.length > 0;
  }

  async counts(counters: readonly CounterKey[]): Promise<number[]> {
    const { rows } = await this.query('counted', [counters.map(({ key }) => key)]);
    const counted = new Map(rows.map(({ key, count }) => [key, Number(count)]));
    return counters.map(({ key }) => counted.get(key) ?? 0);
  }

  async *read({ callIds = null, callerKeys = null }: CallFilter | Record<string, null>) {
    const { rows } = await this.query('read', [callIds, callerKeys]);
    for (const row of rows) {
      const { rows: pages } = await this.query('pages', [row.id]);
      yield storedCall(row, pages);
    }
  }

  async erase(callerKeys: readonly string[]): Promise<number> {
    return Number((await this.query('erase', [callerKeys])).rows[0]?.count);
  }

  async purge(nowMs: number, silentForMs: number): Promise<number> {
    const deleted = Number((await this.query('delete', [nowMs])).rows[0]?.count);
    const { rows: silent } = await this.query('silence', [nowMs - silentForMs]);
    for (const { id } of silent) await this.query('end', [id]);
    return deleted + silent.length;
  }

  async shared(name: string, proposed: string): Promise<string> {
    const { rows } = await this.query('share', [name, proposed]);
    // Another process has written it between the two halves of the statement: it is there now.
    return rows[0] ? String(rows[0].value) : this.shared(name, proposed);
  }

  async probe(): Promise<void> {
    await this.query('probe', []);
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private readonly query: Query = (name, values) => ask(this.pool, name, values);

  private async atomic<T>(work: (query: Query) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let broken = false;
    try {
      await client.query('BEGIN');
      const result = await work((name, values) => ask(client, name, values));
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {
        broken = true;
      });
      if (error instanceof Undo) return error.result as T;
      throw error;
    } finally {
      client.release(broken);
    }
  }
}

/** Ends a transaction without its changes, with a result. */
class Undo extends Error {
  constructor(readonly result: unknown) {
    super('undone');
  }
}

async function createTables(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [SCHEMA_LOCK]);
    await client.query(SCHEMA);
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}

async function ask(on: Pick<Pool, 'query'>, name: Name, values: unknown[]) {
  const { rows, rowCount } = await on.query<Row>({ name: `journal_${name}`, text: SQL[name], values });
  return { rows, count: rowCount ?? 0 };
}

/** Pages as three columns. */
const columns = (pages: readonly Page[]): unknown[] => [
  pages.map(({ atMs }) => atMs),
  pages.map(({ facts }) => facts),
  pages.map(({ words }) => words ?? null),
];

function storedCall(row: Row, pages: Row[]): StoredCall {
  const about = row.started_at !== null && {
    startedAtMs: Number(row.started_at),
    profile: String(row.profile),
    callerKey: row.caller_key === null ? undefined : String(row.caller_key),
    keep: row.keep as 'nothing',
    keepMs: Number(row.keep_ms),
  };
  return {
    callId: String(row.id),
    about: about || undefined,
    lastAtMs: Number(row.last_at),
    endedAtMs: row.ended_at === null ? undefined : Number(row.ended_at),
    version: Number(row.version),
    state: bytes(row.state),
    claimCount: Number(row.claim_count),
    pages: pages.map(({ at, facts, words }) => {
      const page = { atMs: Number(at), facts: String(facts) };
      const sealed = bytes(words);
      return sealed ? { ...page, words: sealed } : page;
    }),
  };
}

/** The bytes of a column, if it has any. */
function bytes(value: unknown): Uint8Array | undefined {
  return value instanceof Uint8Array ? value : undefined;
}
