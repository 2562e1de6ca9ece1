import type { Clock } from '@jovo-telephony/telephony';

export interface PostRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
  /** From connecting to the last byte of the answer. */
  timeoutMs: number;
}

/** Whether the other side may have acted on it is all that counts. */
export type PostAnswer =
  | { answer: 'status'; status: number; headers: Headers; json: unknown }
  /** It has certainly not been received. */
  | { answer: 'not_sent' }
  | { answer: 'unknown' };

/** Most of an answer that is read; the rest cannot be of interest. */
const MAX_ANSWER_BYTES = 65_536;

/** Faults before the first byte of a request leaves. A reset connection is not among them. */
const NOT_SENT: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** The certificate of the other side was not accepted: that is settled before the request leaves. */
const BAD_CERTIFICATE = /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_)/;

/** Posts once. Does not follow redirects: that would be a second request, with our credentials, to somebody else. */
export async function post(
  { url, headers, body, timeoutMs }: PostRequest,
  clock: Clock,
  signal?: AbortSignal,
): Promise<PostAnswer> {
  if (signal?.aborted) return { answer: 'not_sent' };
  const tooLate = new AbortController();
  const cancel = clock.after(timeoutMs, () => tooLate.abort());
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, tooLate.signal]) : tooLate.signal,
    });
    // The status is known, whatever becomes of the rest.
    const json = await jsonOf(response).catch(() => undefined);
    return { answer: 'status', status: response.status, headers: response.headers, json };
  } catch (error) {
    return { answer: wasNotSent(error) ? 'not_sent' : 'unknown' };
  } finally {
    cancel();
  }
}

async function jsonOf(response: Response): Promise<unknown> {
  let text = '';
  let bytes = 0;
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return JSON.parse(text + decoder.decode());
}

function wasNotSent(error: unknown): boolean {
  const cause = memberOf(error, 'cause');
  // Several addresses were tried: each must have failed before anything was sent.
  const errors = memberOf(cause, 'errors');
  return Array.isArray(errors) && errors.length > 0 ? errors.every(saysNotSent) : saysNotSent(cause);
}

function saysNotSent(cause: unknown): boolean {
  const code = memberOf(cause, 'code');
  return NOT_SENT.has(code) || (typeof code === 'string' && BAD_CERTIFICATE.test(code));
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
