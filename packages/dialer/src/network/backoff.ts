export interface BackoffLimits {
  /** The first wait; each further one is twice as long. */
  firstMs: number;
  longestMs: number;
}

/** At least a second (spec 7.4.1), at most a minute. */
export const BACKOFF: Readonly<BackoffLimits> = { firstMs: 1_000, longestMs: 60_000 };

/** However long a network asks us to wait, a call is not forgotten for more than this. */
const LONGEST_ASKED_MS = 3_600_000;

/**
 * How long to wait after the `failures`-th refusal in a row, spread over the upper half so that many dialers do not
 * come back together. What the network asks for is the least.
 *
 * @param random from 0 up to 1
 */
export function backoffMs(
  failures: number,
  askedMs: number | undefined,
  random: number,
  { firstMs, longestMs }: BackoffLimits = BACKOFF,
): number {
  const ceiling = Math.min(firstMs * 2 ** Math.min(failures - 1, 30), longestMs);
  const spread = ceiling / 2 + (ceiling / 2) * random;
  return Math.round(Math.max(firstMs, spread, Math.min(askedMs ?? 0, LONGEST_ASKED_MS)));
}

/** `Retry-After` in seconds or as a date (RFC 9110 10.2.3); undefined if it is neither. */
export function retryAfterMs(value: string | null | undefined, epochMs: number): number | undefined {
  const text = value?.trim();
  if (!text) return undefined;
  if (/^\d{1,9}(?:\.\d+)?$/.test(text)) return Number(text) * 1000;
  // A number with a sign would be read as a year.
  const atMs = /^[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - epochMs);
}
