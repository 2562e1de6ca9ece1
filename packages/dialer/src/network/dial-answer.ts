import { retryAfterMs } from './backoff';
import type { DialAnswer, RefusalReason } from './outbound-network';
import type { PostAnswer } from './post';

/** How long a network may take to say whether it places a call. */
export const REQUEST_TIMEOUT_MS = 10_000;

/** What an answer says about the call (spec 7.4.1). Whatever may have placed it counts as unknown. */
export function dialAnswerOf(
  answer: PostAnswer,
  nowMs: number,
  refusals: Readonly<Record<number, RefusalReason>>,
): DialAnswer {
  if (answer.answer === 'not_sent') return { result: 'unreachable' };
  if (answer.answer === 'unknown') return { result: 'unknown' };
  const { status, headers, json } = answer;
  if (status >= 200 && status < 300) return { result: 'placed', conversationId: conversationIdOf(json) };
  if (status === 429) {
    return { result: 'throttled', retryAfterMs: retryAfterMs(headers.get('Retry-After'), nowMs) };
  }
  // 408 comes from whoever stands between us and the gateway, and does not say how far the request has got.
  if (status >= 500 || status === 408) return { result: 'unknown' };
  if (status >= 300 && status < 400) return { result: 'refused', reason: 'redirected', status };
  return { result: 'refused', reason: refusals[status] ?? 'rejected', status };
}

function conversationIdOf(json: unknown): string | undefined {
  const id: unknown =
    typeof json === 'object' && json !== null ? Reflect.get(json, 'conversationId') : undefined;
  return typeof id === 'string' && id !== '' && id.length <= 256 ? id : undefined;
}
