/** When an HTTP request gets its one answer (spec 3.3, 3.5). Milliseconds since it came in. */
export interface ReplyDeadlines {
  /** From here on whatever is ready is sent; the rest follows on the next event. */
  softMs: number;
  /** Nothing is ready: a hold phrase. */
  holdAfterMs: number;
  /** The last moment for any answer. The service gives up after about 5 s. */
  hardMs: number;
  /** So many hold phrases in one wait, then an apology and the end of the wait. */
  maxHolds: number;
}

export const DEFAULT_DEADLINES: ReplyDeadlines = {
  softMs: 1_000,
  holdAfterMs: 1_800,
  hardMs: 4_000,
  maxHolds: 5,
};
