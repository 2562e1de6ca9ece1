import { DialerError } from '../errors';
import type { DialStore } from './dial-store';
import { PostgresStore } from './postgres-store';
import { SqliteStore } from './sqlite-store';

export const isPostgres = (at: string): boolean => /^postgres(?:ql)?:\/\//.test(at);

/** Opens the records of calls: a file, or a PostgreSQL database. Throws a `DialerError` if that is not possible. */
export async function openDialStore(at: string): Promise<DialStore> {
  if (!isPostgres(at)) return new SqliteStore(at);
  try {
    return await PostgresStore.open(at);
  } catch (error) {
    // The address holds a password: only the code is told.
    const { code = 'failed' } = error as NodeJS.ErrnoException;
    throw new DialerError('DIALER_STORE', [
      `DIALER_STORE: expected a PostgreSQL database that can be reached, and a user who may create tables (${code}).`,
    ]);
  }
}
