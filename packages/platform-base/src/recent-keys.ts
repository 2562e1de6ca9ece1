/** Keys of so many events are remembered. */
const REMEMBERED = 256;

/** The keys of the last events of a call. */
export class RecentKeys {
  private readonly keys = new Set<string>();

  /** Whether an event with this key has come before; from now on it has. */
  hasCome(key: string): boolean {
    if (this.keys.has(key)) return true;
    this.keys.add(key);
    // Sets keep insertion order, so the first is the oldest.
    const [oldest] = this.keys;
    if (this.keys.size > REMEMBERED && oldest !== undefined) this.keys.delete(oldest);
    return false;
  }
}
