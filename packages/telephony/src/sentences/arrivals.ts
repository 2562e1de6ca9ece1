/** Sent entries are dropped once so many have gathered. */
const COMPACT_AT = 256;

/** When which part of a text arrived. */
export class Arrivals {
  private tokens: { end: number; atMs: number }[] = [];
  private first = 0;

  /** The text up to `end` is there now. */
  add(end: number, atMs: number): void {
    const last = this.tokens.at(-1);
    if (last?.atMs === atMs && this.first < this.tokens.length) last.end = end;
    else this.tokens.push({ end, atMs });
  }

  /** The text up to `end` was sent. */
  sent(end: number): void {
    while ((this.tokens[this.first]?.end ?? Number.POSITIVE_INFINITY) <= end) this.first++;
    if (this.first < COMPACT_AT && this.first < this.tokens.length) return;
    this.tokens = this.tokens.slice(this.first);
    this.first = 0;
  }

  /** When the oldest unsent token came. */
  oldestAtMs(): number {
    return this.tokens[this.first]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  newestAtMs(): number {
    return this.tokens.at(-1)?.atMs ?? Number.POSITIVE_INFINITY;
  }

  /** The end of the last token that came at `atMs` or before. */
  endAt(atMs: number): number {
    let end = 0;
    for (let at = this.first; at < this.tokens.length; at++) {
      const token = this.tokens[at];
      if (!token || token.atMs > atMs) break;
      end = token.end;
    }
    return end;
  }
}
