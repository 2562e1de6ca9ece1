import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type LibSql from 'libsql';
import { patiently } from './patiently';
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
export type Value = number | string | Uint8Array | null;
export type Values = Readonly<Record<string, Value>>;

interface Prepared {
  statement: LibSql.Statement;
  /** In the order in which the statement has them. */
  bind(values: Values): Value[];
}

/** A connection to the file of a journal, with its statements. */
export class SqliteFile {
  /** Told of every statement that has failed. */
  onFailure?: () => void;
  private readonly statements: Record<Name, Prepared>;
  private emptying: NodeJS.Timeout | undefined;
  private isClosed = false;

  private constructor(private readonly db: LibSql.Database) {
    const prepared = Object.entries(STATEMENTS).map(([name, sql]) => [name, prepare(db, sql)]);
    this.statements = Object.fromEntries(prepared);
  }

  /** Opens or creates the file, and the folder above it. Throws when it cannot be written. */
  static async open(path: string): Promise<SqliteFile> {
    const { default: Database } = await import('libsql');
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const db = new Database(path);
    // Two processes may make the file at once, and one of them has to wait: for this SQLite itself does not.
    await patiently(() => prepareFile(db)).catch((error) => {
      db.close();
      throw error;
    });
    const file = new SqliteFile(db);
    // A process that was killed has left it as it was.
    file.emptyLog();
    return file;
  }

  all(name: Name, values: Values = {}): Value[][] {
    return this.tried(name, values, (statement, bound) => statement.all(bound) as Value[][]);
  }

  get(name: Name, values: Values = {}): Value[] | undefined {
    return this.tried(name, values, (statement, bound) => statement.get(bound) as Value[] | undefined);
  }

  /** Returns how many rows it has changed. */
  run(name: Name, values: Values = {}): number {
    return this.tried(name, values, (statement, bound) => statement.run(bound).changes);
  }

  /** All of the work, or nothing if it throws. An {@link Undo} is the result that it brings. */
  atomic<T>(work: () => T): T {
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

  /** Together for all calls that end in the meantime: it costs a few milliseconds. */
  emptyLogSoon(): void {
    this.emptying ??= setTimeout(() => this.emptyLog(), EMPTY_LOG_WITHIN_MS).unref();
  }

  close(): void {
    if (this.isClosed) return;
    this.emptyLog();
    clearTimeout(this.emptying);
    this.isClosed = true;
    this.db.close();
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

  private tried<T>(name: Name, values: Values, use: (statement: LibSql.Statement, bound: Value[]) => T): T {
    const { statement, bind } = this.statements[name];
    // libsql would end the process.
    if (this.isClosed) throw new Error('The file of the journal is closed');
    try {
      return use(statement, bind(values));
    } catch (error) {
      this.onFailure?.();
      throw error;
    }
  }
}

function prepareFile(db: LibSql.Database): void {
  db.pragma(`busy_timeout = ${BUSY_MS}`);
  db.pragma('journal_mode = WAL');
  // The log survives the death of the process; a power cut may cost the last moments, never the file.
  db.pragma('synchronous = NORMAL');
  db.pragma(`wal_autocheckpoint = ${LOG_PAGES}`);
  // What is erased is overwritten, not only unlinked.
  db.pragma('secure_delete = ON');
  db.exec(SCHEMA);
}

/** Ends a transaction without its changes, with a result. */
export class Undo extends Error {
  constructor(readonly result: unknown) {
    super('undone');
  }
}

/** The bytes of a column, if it has any. */
export function bytes(value: Value | undefined): Uint8Array | undefined {
  return value instanceof Uint8Array ? value : undefined;
}

/** With numbers in the place of `$names`: given by name, values take longer than the statement. */
function prepare(db: LibSql.Database, sql: string): Prepared {
  const names = [...new Set(sql.match(/(?<=\$)\w+/g))];
  const statement = db.prepare(sql.replace(/\$(\w+)/g, (_, name) => `?${names.indexOf(name) + 1}`));
  return {
    statement: /^SELECT|^PRAGMA|RETURNING/.test(sql) ? statement.raw() : statement,
    bind: (values) => names.map((name) => values[name] ?? null),
  };
}
