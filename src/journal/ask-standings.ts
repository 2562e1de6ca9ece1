import type { JournalStore, Standing } from './store';
import type { StoreLine } from './store-line';

/** Nobody on the line waits for it. */
const WITHIN_MS = 400;

/** How calls stand; nothing where that cannot be known now. */
export async function askStandings(
  callIds: readonly string[],
  { store, line }: { store: JournalStore; line: StoreLine },
): Promise<readonly (Standing | undefined)[]> {
  if (!line.isUp) return [];
  try {
    return await line.ask('standings', WITHIN_MS, () => store.standings(callIds));
  } catch {
    return [];
  }
}
