import type { Clock } from '@jovo-telephony/telephony';
import { retryAfterMs } from './backoff';
import type { DialAnswer } from './outbound-network';
import { post } from './post';

/** How we show who we are (spec 7.2). */
export type CredentialSettings =
  | { method: 'basic'; clientId: string; clientSecret: string }
  | { method: 'oauth'; clientId: string; clientSecret: string; tokenUrl: string; scope?: string }
  | { method: 'bearer'; token: string };

/** A header, or the answer that a call gets because there is none. */
export type Authorization = { header: string } | { failed: DialAnswer };

export interface Credentials {
  authorization(signal?: AbortSignal): Promise<Authorization>;
  /** The header was not accepted. Returns whether there can be another one. */
  rejected(header: string): boolean;
}

export interface CredentialTools {
  clock: Clock;
  wallMs(): number;
  timeoutMs: number;
}

export function credentialsOf(settings: CredentialSettings, tools: CredentialTools): Credentials {
  if (settings.method === 'oauth') return new ClientCredentials(settings, tools);
  const header =
    settings.method === 'bearer'
      ? `Bearer ${settings.token}`
      : `Basic ${Buffer.from(`${settings.clientId}:${settings.clientSecret}`).toString('base64')}`;
  return { authorization: async () => ({ header }), rejected: () => false };
}

/** Renewed when this much of its life is over, so that none expires on its way (spec 7.2.1). */
const RENEW_AT = 0.8;

/** For a server that does not say how long a token lives. */
const DEFAULT_LIFE_SEC = 300;

interface Token {
  header: string;
  untilMs: number;
}

/** OAuth 2.0 client credentials (RFC 6749 4.4): one token for everybody who dials, fetched once at a time. */
export class ClientCredentials implements Credentials {
  private token?: Token;
  private fetching?: Promise<Authorization>;

  constructor(
    private readonly settings: Extract<CredentialSettings, { method: 'oauth' }>,
    private readonly tools: CredentialTools,
  ) {}

  async authorization(): Promise<Authorization> {
    const { token } = this;
    if (token && this.tools.clock.nowMs() < token.untilMs) return { header: token.header };
    // Nobody's own signal ends it: others wait for the same token.
    this.fetching ??= this.fetch().finally(() => {
      this.fetching = undefined;
    });
    return this.fetching;
  }

  rejected(header: string): boolean {
    // Somebody else may have renewed it meanwhile.
    if (this.token?.header === header) this.token = undefined;
    return true;
  }

  private async fetch(): Promise<Authorization> {
    const { clientId, clientSecret, tokenUrl, scope } = this.settings;
    const { clock, timeoutMs, wallMs } = this.tools;
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      ...(scope === undefined ? {} : { scope }),
    });
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json' };
    const answer = await post({ url: tokenUrl, headers, body: form.toString(), timeoutMs }, clock);
    // No call was asked for yet: whatever goes wrong here, nothing is unknown.
    if (answer.answer !== 'status') return { failed: { result: 'unreachable' } };
    const { status, json } = answer;
    const token = status >= 200 && status < 300 ? tokenOf(json) : undefined;
    if (token) {
      const untilMs = clock.nowMs() + token.lifeSec * 1000 * RENEW_AT;
      this.token = { header: `Bearer ${token.text}`, untilMs };
      return { header: this.token.header };
    }
    if (status === 429) {
      const waitMs = retryAfterMs(answer.headers.get('Retry-After'), wallMs());
      return { failed: { result: 'throttled', retryAfterMs: waitMs } };
    }
    if (status >= 500) return { failed: { result: 'unreachable' } };
    return { failed: { result: 'refused', reason: 'unauthorized', status } };
  }
}

/** `access_token`; one implementation calls it `token`. */
function tokenOf(json: unknown): { text: string; lifeSec: number } | undefined {
  if (typeof json !== 'object' || json === null) return undefined;
  const { access_token: accessToken, token, expires_in: expiresIn } = json as Record<string, unknown>;
  const text = accessToken ?? token;
  // What is not a token must not become a header.
  if (typeof text !== 'string' || !/^[\x21-\x7e]+$/.test(text)) return undefined;
  const lifeSec = Number(expiresIn);
  return { text, lifeSec: lifeSec > 0 ? lifeSec : DEFAULT_LIFE_SEC };
}
