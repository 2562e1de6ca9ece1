import type { Pool, PoolClient } from 'pg';
import type { DialRecord } from './dial-record';
import type { Appended, DialStore, StoredRecord } from './dial-store';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS dialer_record (seq bigserial PRIMARY KEY, stream text NOT NULL, body text NOT NULL);
CREATE INDEX IF NOT EXISTS dialer_record_stream ON dialer_record (stream, seq);
CREATE TABLE IF NOT EXISTS dialer_claim (name text PRIMARY KEY, seq bigint NOT NULL);
CREATE TABLE IF NOT EXISTS dialer_lease (name text PRIMARY KEY, holder text NOT NULL, until_ms bigint NOT NULL);`;

/** Two processes that start together must not both create the tables. */
const SCHEMA_LOCK = 7_425_937;
/** First half of the lock of a stream; its name is the other one. */
const STREAM_LOCK = 7_425_938;

const SQL = {
  // Whoever reads a stream goes by the last number that was seen: they must become visible in their order.
  lock: 'SELECT pg_advisory_xact_lock($1, hashtext($2))',
  insert: 'INSERT INTO dialer_record (stream, body) VALUES ($1, $2) RETURNING seq',
  take: 'INSERT INTO dialer_claim (name, seq) SELECT unnest($1::text[]), $2 ON CONFLICT DO NOTHING RETURNING name',
  taken: 'SELECT name FROM dialer_claim WHERE name = ANY ($1::text[]) LIMIT 1',
  read: 'SELECT seq, body FROM dialer_record WHERE stream = $1 AND seq > $2 ORDER BY seq',
  claimed:
    'SELECT record.seq, body FROM dialer_claim claim JOIN dialer_record record ON record.seq = claim.seq WHERE name = $1',
  lease: `INSERT INTO dialer_lease AS held (name, holder, until_ms) VALUES ($1, $2, $4)
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_ms = excluded.until_ms
    WHERE held.holder = excluded.holder OR held.until_ms <= $3`,
  release: 'DELETE FROM dialer_lease WHERE name = $1 AND holder = $2',
};

interface Row {
  seq: string;
  body: string;
}

/** For several machines: a campaign on one of them, servers that hear of its calls on others. */
export class PostgresStore implements DialStore {
  private constructor(private readonly pool: Pool) {}

  /** Rejects when the database cannot be reached. */
  static async open(url: string): Promise<PostgresStore> {
    const { default: pg } = await import('pg');
    const pool = new pg.Pool({ connectionString: url, max: 4 });
    // A connection that breaks while nobody uses it must not end the process; the next query says so.
    pool.on('error', () => {});
    const store = new PostgresStore(pool);
    try {
      await store.within(async (client) => {
        await client.query('SELECT pg_advisory_xact_lock($1)', [SCHEMA_LOCK]);
        await client.query(SCHEMA);
      });
    } catch (error) {
      await pool.end();
      throw error;
    }
    return store;
  }

  async append(stream: string, body: DialRecord, claims: readonly string[] = []): Promise<Appended> {
    let appended: Appended = { appended: false, taken: '' };
    await this.within(async (client) => {
      await client.query(SQL.lock, [STREAM_LOCK, stream]);
      const { rows } = await client.query<Row>(SQL.insert, [stream, JSON.stringify(body)]);
      const seq = Number(rows[0]?.seq);
      if (claims.length > 0) {
        const { rowCount } = await client.query(SQL.take, [claims, seq]);
        if (rowCount !== claims.length) return false;
      }
      appended = { appended: true, seq };
      return true;
    });
    if (appended.appended) return appended;
    const { rows } = await this.pool.query<{ name: string }>(SQL.taken, [claims]);
    return { appended: false, taken: rows[0]?.name ?? '' };
  }

  async read(stream: string, afterSeq = 0): Promise<StoredRecord[]> {
    const { rows } = await this.pool.query<Row>(SQL.read, [stream, afterSeq]);
    return rows.map(recordOf);
  }

  async claimedBy(claim: string): Promise<StoredRecord | undefined> {
    const { rows } = await this.pool.query<Row>(SQL.claimed, [claim]);
    return rows[0] && recordOf(rows[0]);
  }

  async lease(name: string, holder: string, nowMs: number, untilMs: number): Promise<boolean> {
    const { rowCount } = await this.pool.query(SQL.lease, [
      name,
      holder,
      Math.round(nowMs),
      Math.round(untilMs),
    ]);
    return rowCount === 1;
  }

  async release(name: string, holder: string): Promise<void> {
    await this.pool.query(SQL.release, [name, holder]);
  }

  close(): Promise<void> {
    return this.pool.end();
  }

  /** One transaction; `work` returns false to undo it. */
  private async within(work: (client: PoolClient) => Promise<unknown>): Promise<void> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      await client.query((await work(client)) === false ? 'ROLLBACK' : 'COMMIT');
    } catch (error) {
      broken = error instanceof Error ? error : new Error('query failed');
      throw error;
    } finally {
      client.release(broken);
    }
  }
}

function recordOf({ seq, body }: Row): StoredRecord {
  return { seq: Number(seq), body: JSON.parse(body) as DialRecord };
}
