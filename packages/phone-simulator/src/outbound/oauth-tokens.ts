/** OAuth 2.0 client credentials: who may, and the tokens that prove it (RFC 6749 section 4.4). */
import { randomBytes } from 'node:crypto';
import type { ServedAnswer, ServedRequest } from './json-server';

/** An application that may use the API. */
export interface ApiClient {
  id: string;
  secret: string;
  /** `*` all bots, a bot's name, or `tag=<authorizationTag>`. Default `*`. */
  scopes?: readonly string[];
}

interface Issued {
  client: ApiClient;
  expiresAtMs: number;
}

/** Issues tokens and knows who they belong to. */
export class OAuthTokens {
  readonly #clients: readonly ApiClient[];
  readonly #lifeSeconds: number;
  readonly #issued = new Map<string, Issued>();
  /** How many tokens were issued: a client with a cache needs few. */
  count = 0;

  constructor(clients: readonly ApiClient[], lifeSeconds: number) {
    this.#clients = clients;
    this.#lifeSeconds = lifeSeconds;
  }

  /** `POST /oauth/token`; a form, or JSON as one public client sends it (spec 7.2.1). */
  answer({ headers, text }: ServedRequest): ServedAnswer {
    const form = readForm(headers['content-type'] ?? '', text);
    if (form === undefined) return { status: 400, body: { error: 'invalid_request' } };
    if (form.grant_type !== 'client_credentials') {
      return { status: 400, body: { error: 'unsupported_grant_type' } };
    }
    const client =
      this.byBasic(headers.authorization) ?? this.#find(form.client_id ?? '', form.client_secret ?? '');
    if (!client) return { status: 401, body: { error: 'invalid_client' } };
    const token = randomBytes(24).toString('hex');
    this.count++;
    this.#issued.set(token, { client, expiresAtMs: Date.now() + this.#lifeSeconds * 1000 });
    const body = { access_token: token, token_type: 'Bearer', expires_in: this.#lifeSeconds };
    return { status: 200, body, headers: { 'Cache-Control': 'no-store' } };
  }

  /** The client behind `Authorization: Basic`. */
  byBasic(authorization: string | undefined): ApiClient | undefined {
    const [, encoded] = /^basic\s+(\S+)$/i.exec(authorization ?? '') ?? [];
    if (!encoded) return undefined;
    const [id = '', ...secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
    return this.#find(id, secret.join(':'));
  }

  /** The client behind `Authorization: Bearer`. */
  byBearer(authorization: string | undefined): ApiClient | undefined {
    const [, token = ''] = /^bearer\s+(\S+)$/i.exec(authorization ?? '') ?? [];
    const issued = this.#issued.get(token);
    return issued && issued.expiresAtMs > Date.now() ? issued.client : undefined;
  }

  /** Every token is void from now on: a client has to fetch another one. */
  revokeAll(): void {
    this.#issued.clear();
  }

  #find(id: string, secret: string): ApiClient | undefined {
    return this.#clients.find((client) => client.id === id && client.secret === secret);
  }
}

function readForm(contentType: string, text: string): Record<string, string> | undefined {
  if (!/^application\/json\b/i.test(contentType)) return Object.fromEntries(new URLSearchParams(text));
  try {
    return JSON.parse(text) as Record<string, string>;
  } catch {
    return undefined;
  }
}
