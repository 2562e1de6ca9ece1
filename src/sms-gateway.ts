import type { SmsGateway } from '@jovo-telephony/jovo-platform-audiocodes';

export interface SmsGatewaySettings {
  url: string;
  token: string | undefined;
}

/** How long a gateway may take to accept a message. */
const WITHIN_MS = 10_000;

/**
 * Sends text messages where the network of a call has none: `POST {"to": "+…", "text": "…"}`. It is asked once: a
 * gateway that knows the header `Idempotency-Key` could be asked again, but nobody knows whether it does.
 */
export function smsGateway({ url, token }: SmsGatewaySettings): SmsGateway {
  return async ({ id, number, text }) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'Idempotency-Key': id,
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ to: `+${number.replace(/^\+/, '')}`, text }),
      redirect: 'error',
      signal: AbortSignal.timeout(WITHIN_MS),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`The gateway for text messages has answered ${response.status}`);
  };
}
