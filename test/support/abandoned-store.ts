import type { SqliteStore } from '../../src/journal/stores/sqlite';
import type { SqliteFile } from '../../src/journal/stores/sqlite-file';

/** Leaves a store as a process does that is killed: its file is closed, and nobody says that it goes. */
export function abandoned(store: SqliteStore): void {
  const { file, processes, log } = store as unknown as {
    file: SqliteFile;
    processes: { timer: NodeJS.Timeout };
    log?: { timer?: NodeJS.Timeout };
  };
  clearInterval(processes.timer);
  clearTimeout(log?.timer);
  file.close();
}
