import { createHmac, timingSafeEqual } from 'node:crypto';

/** The header that proves where a report comes from. */
export const SIGNATURE_HEADER = 'X-Telephony-Signature';

/** `t=<seconds since 1970>,v1=<HMAC-SHA256 of "t.body", hex>`. */
export function signWebhook(body: string, secret: string, epochMs: number): string {
  const timestamp = Math.floor(epochMs / 1000).toString();
  return `t=${timestamp},v1=${mac(timestamp, body, secret).toString('hex')}`;
}

/** For receivers: whether the body is ours and fresh. An old one may be somebody else's repetition. */
export function verifyWebhook(
  header: string,
  body: string,
  secret: string,
  { epochMs, toleranceMs }: { epochMs: number; toleranceMs: number },
): boolean {
  const [, timestamp, given] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header) ?? [];
  if (timestamp === undefined || given === undefined) return false;
  const fresh = Math.abs(epochMs - Number(timestamp) * 1000) <= toleranceMs;
  return timingSafeEqual(mac(timestamp, body, secret), Buffer.from(given, 'hex')) && fresh;
}

function mac(timestamp: string, body: string, secret: string): Buffer {
  return createHmac('sha256', secret).update(`${timestamp}.${body}`).digest();
}
