/** How the gateway proves itself to a bot: a permanent token, OAuth 2.0, or not at all (spec 1.3). */
import { SimulatorError } from '../errors';

/** The customer's authorization server, as the administrator configured it (spec 1.1). */
export interface OAuthClient {
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
  scope?: string | readonly string[];
}

/** Renewed when this share of its life has passed. */
const RENEW_AT = 0.8;

/** Gives the `Authorization` header; one per gateway, for one token serves all conversations. */
export class Credentials {
  readonly #token: string | undefined;
  readonly #oauth: OAuthClient | undefined;
  #current: { token: string; renewAtMs: number } | undefined;
  #fetching: Promise<string> | undefined;

  constructor(options: { token?: string; oauth?: OAuthClient }) {
    this.#token = options.token;
    this.#oauth = options.oauth;
  }

  /** The bearer token, for the check that it stands nowhere else. */
  get secret(): string | undefined {
    return this.#current?.token ?? this.#token;
  }

  async headers(): Promise<Record<string, string>> {
    const token = this.#oauth ? await this.#accessToken(this.#oauth) : this.#token;
    const agent = { 'User-Agent': 'VoiceAI-Connect (phone-simulator)' };
    return token ? { ...agent, Authorization: `Bearer ${token}` } : agent;
  }

  async #accessToken(client: OAuthClient): Promise<string> {
    if (this.#current && performance.now() < this.#current.renewAtMs) return this.#current.token;
    this.#fetching ??= this.#fetch(client).finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetch({ tokenUrl, clientId, clientSecret, scope }: OAuthClient): Promise<string> {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    });
    const scopes = [scope ?? []].flat().join(' ');
    if (scopes) form.set('scope', scopes);
    const body = await fetch(tokenUrl, { method: 'POST', body: form, signal: AbortSignal.timeout(10_000) })
      .then((response) => response.json() as Promise<Record<string, unknown>>)
      .catch(() => ({}) as Record<string, unknown>);
    if (typeof body.access_token !== 'string') {
      throw new SimulatorError('SIM_UNAUTHORIZED', `${tokenUrl} gave no access token for ${clientId}.`);
    }
    const lifeMs = (typeof body.expires_in === 'number' ? body.expires_in : 3600) * 1000;
    this.#current = { token: body.access_token, renewAtMs: performance.now() + lifeMs * RENEW_AT };
    return body.access_token;
  }
}
