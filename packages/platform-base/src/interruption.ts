/** Whether somebody else wants something of us. What an `AbortController` is, at a tenth of the time: one per turn. */
export class Interruption {
  private happened = false;
  private because: unknown;
  private readonly listeners = new Set<() => void>();

  get aborted(): boolean {
    return this.happened;
  }

  get reason(): unknown {
    return this.because;
  }

  /** Once; asked again it does nothing. */
  abort(reason?: unknown): void {
    if (this.happened) return;
    this.happened = true;
    this.because = reason;
    for (const listener of this.listeners) listener();
  }

  /** Not called for what has happened before. Returns how to stop listening. */
  onAbort(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
