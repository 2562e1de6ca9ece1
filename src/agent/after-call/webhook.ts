import { type Clock, pause } from '@jovo-telephony/telephony';
import { SIGNATURE_HEADER, signWebhook } from './webhook-signature';

export interface WebhookTiming {
  /** One attempt, from connecting to the status line. */
  attemptMs: number;
  /** The first wait between two attempts; each further one is twice as long. */
  firstWaitMs: number;
  /** No wait is longer, not even one that the receiver asks for. */
  longestWaitMs: number;
  /** After so long it is given up. */
  deadlineMs: number;
}

export const WEBHOOK_TIMING: Readonly<WebhookTiming> = {
  attemptMs: 10_000,
  firstWaitMs: 1_000,
  longestWaitMs: 60_000,
  deadlineMs: 600_000,
};

export interface WebhookOptions {
  /** Signs what is sent. Known to the receiver. */
  secret: string;
  clock: Clock;
  /** Wall-clock time, milliseconds since 1970. */
  epochMs(): number;
  /** From 0 up to 1: spreads the attempts of many calls. */
  random(): number;
  timing?: Partial<WebhookTiming>;
  /** Ends the waiting, for example when the process must stop. */
  signal?: AbortSignal;
}

export interface Webhook {
  url: string;
  body: string;
  /** The same for everything that must count once. */
  idempotencyKey: string;
}

/** `refused`: the receiver does not want it. `gave_up`: it could not be reached in time. */
export type Delivery =
  | { result: 'delivered'; attempts: number; status: number }
  | { result: 'refused'; attempts: number; status: number }
  | { result: 'gave_up'; attempts: number; status?: number }
  | { result: 'aborted'; attempts: number; status?: number };

/** What one attempt has shown. Without a status nobody has answered. */
interface Attempt {
  status?: number;
  retryAfter?: string | null;
}

/** Answers that may be different the next time, besides those of 500 and above. */
const PASSING_STATUS: ReadonlySet<number> = new Set([408, 429]);

/** Posts a body until it is taken, refused, or too late. Does not throw. Redirects are refusals: they are not followed. */
export async function deliverWebhook(webhook: Webhook, options: WebhookOptions): Promise<Delivery> {
  const { clock, epochMs, random, signal } = options;
  const timing = { ...WEBHOOK_TIMING, ...options.timing };
  const endMs = clock.nowMs() + timing.deadlineMs;
  /** What was answered last; the last attempt may have been cut off. */
  let seen: number | undefined;
  for (let attempts = 1; ; attempts += 1) {
    if (signal?.aborted) return { result: 'aborted', attempts: attempts - 1, status: seen };
    const withinMs = Math.min(timing.attemptMs, endMs - clock.nowMs());
    const { status, retryAfter } = await post(webhook, withinMs, options);
    seen = status ?? seen;
    if (status !== undefined && status >= 200 && status < 300) {
      return { result: 'delivered', attempts, status };
    }
    if (status !== undefined && !isPassing(status)) return { result: 'refused', attempts, status };
    const askedMs = retryAfterMs(retryAfter, epochMs());
    const waitMs = retryWaitMs(attempts, askedMs, random(), timing);
    if (clock.nowMs() + waitMs >= endMs) return { result: 'gave_up', attempts, status: seen };
    await pause(clock, waitMs, signal);
    if (signal?.aborted) return { result: 'aborted', attempts, status: seen };
  }
}

function isPassing(status: number): boolean {
  return status >= 500 || PASSING_STATUS.has(status);
}

async function post(
  { url, body, idempotencyKey }: Webhook,
  withinMs: number,
  { secret, clock, epochMs, signal }: WebhookOptions,
): Promise<Attempt> {
  const own = new AbortController();
  const abort = () => own.abort();
  const stop = clock.after(Math.max(0, withinMs), abort);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: {
        'Content-Type': 'application/json',
        'Idempotency-Key': idempotencyKey,
        // Signed anew: a receiver refuses what is old.
        [SIGNATURE_HEADER]: signWebhook(body, secret, epochMs()),
      },
      redirect: 'manual',
      signal: own.signal,
    });
    return { status: response.status, retryAfter: response.headers.get('Retry-After') };
  } catch {
    return {};
  } finally {
    stop();
    signal?.removeEventListener('abort', abort);
    // The status says it all: the rest, however long, is not read.
    own.abort();
  }
}

/**
 * How long to wait after so many attempts: twice as long each time, and from half of it to all of it by chance, so
 * that a receiver that comes back is not met by all at once. At least what it asked for.
 */
export function retryWaitMs(
  attempts: number,
  askedMs: number,
  random: number,
  { firstWaitMs, longestWaitMs }: Pick<WebhookTiming, 'firstWaitMs' | 'longestWaitMs'>,
): number {
  const backOffMs = Math.min(longestWaitMs, firstWaitMs * 2 ** (attempts - 1));
  return Math.min(longestWaitMs, Math.max(askedMs, backOffMs * (0.5 + random / 2)));
}

/** `Retry-After` in milliseconds from now: seconds or a date (RFC 9110, 10.2.3). 0 if there is none to be read. */
export function retryAfterMs(header: string | null | undefined, epochMs: number): number {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const dateMs = /^[A-Z][a-z]{2},/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(dateMs) ? 0 : Math.max(0, dateMs - epochMs);
}
