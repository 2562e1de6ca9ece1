import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'libsql';
import { DialerError } from '../errors';
import type { DialRecord } from './dial-record';
import type { Appended, DialStore, StoredRecord } from './dial-store';

/** How long one process waits while another one writes. */
const BUSY_MS = 10_000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS record (seq INTEGER PRIMARY KEY AUTOINCREMENT, stream TEXT NOT NULL, body TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS record_stream ON record (stream, seq);
  CREATE TABLE IF NOT EXISTS claim (name TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS lease (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until_ms INTEGER NOT NULL) WITHOUT ROWID;
`;

interface Row {
  seq: number;
  body: string;
}

/** One file, shared by the processes of one machine. It holds numbers: only its owner may read it. */
export class SqliteStore implements DialStore {
  private readonly db: Database.Database;
  private readonly appendAll: (stream: string, body: string, claims: readonly string[]) => Appended;

  constructor(path: string) {
    try {
      mkdirSync(dirname(path), { recursive: true });
      this.db = new Database(path, { timeout: BUSY_MS });
      // Even a power cut must not undo what was written before a phone rang.
      this.db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
      this.db.exec(SCHEMA);
      chmodSync(path, 0o600);
    } catch (error) {
      const cause = error instanceof Error ? error.message : 'it cannot be opened';
      throw new DialerError('DIALER_STORE', [
        `DIALER_STORE: ${path} cannot be used (${cause}). Name a file in a folder that may be written to.`,
      ]);
    }
    const holds = this.db.prepare('SELECT 1 FROM claim WHERE name = ?');
    const insert = this.db.prepare('INSERT INTO record (stream, body) VALUES (?, ?)');
    const take = this.db.prepare('INSERT INTO claim (name, seq) VALUES (?, ?)');
    this.appendAll = this.db.transaction(
      (stream: string, body: string, claims: readonly string[]): Appended => {
        const taken = claims.find((claim) => holds.get(claim) !== undefined);
        if (taken !== undefined) return { appended: false, taken };
        const seq = Number(insert.run(stream, body).lastInsertRowid);
        for (const claim of claims) take.run(claim, seq);
        return { appended: true, seq };
      },
    ).immediate;
  }

  async append(stream: string, body: DialRecord, claims: readonly string[] = []): Promise<Appended> {
    return this.appendAll(stream, JSON.stringify(body), claims);
  }

  async read(stream: string, afterSeq = 0): Promise<StoredRecord[]> {
    const rows = this.db
      .prepare('SELECT seq, body FROM record WHERE stream = ? AND seq > ? ORDER BY seq')
      .all(stream, afterSeq);
    return (rows as Row[]).map(recordOf);
  }

  async claimedBy(claim: string): Promise<StoredRecord | undefined> {
    const row = this.db
      .prepare('SELECT record.seq, body FROM claim JOIN record ON record.seq = claim.seq WHERE name = ?')
      .get(claim);
    return row === undefined ? undefined : recordOf(row as Row);
  }

  async lease(name: string, holder: string, nowMs: number, untilMs: number): Promise<boolean> {
    const { changes } = this.db
      .prepare(
        `INSERT INTO lease (name, holder, until_ms) VALUES (?, ?, ?)
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_ms = excluded.until_ms
         WHERE holder = excluded.holder OR until_ms <= ?`,
      )
      .run(name, holder, untilMs, nowMs);
    return changes > 0;
  }

  async release(name: string, holder: string): Promise<void> {
    this.db.prepare('DELETE FROM lease WHERE name = ? AND holder = ?').run(name, holder);
  }

  close(): void {
    if (this.db.open) this.db.close();
  }
}

function recordOf({ seq, body }: Row): StoredRecord {
  return { seq, body: JSON.parse(body) as DialRecord };
}
