import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

/** A customer's authorization server: publishes keys, signs tokens, answers introspection. */
export interface AuthorizationServer {
  jwksUrl: string;
  introspectionUrl: string;
  /** A signed access token; `exp` is an hour away unless told otherwise. */
  token(
    claims?: JWTPayload,
    how?: { key?: 'unpublished' | 'next'; expiresIn?: string | false },
  ): Promise<string>;
  /** Publishes a second key. */
  rotate(): void;
  /** What opaque tokens stand for; absent: not active. */
  opaque: Map<string, Record<string, unknown>>;
  /** Requests to the introspection endpoint so far. */
  asked: { authorization?: string; token: string | null }[];
  /** Status of every answer from now on; 200 normally. */
  status: number;
  close(): Promise<void>;
}

export async function authorizationServer(): Promise<AuthorizationServer> {
  const pairs = {
    published: await generateKeyPair('ES256'),
    next: await generateKeyPair('ES256'),
    unpublished: await generateKeyPair('ES256'),
  };
  const jwk = async (name: keyof typeof pairs) => ({
    ...(await exportJWK(pairs[name].publicKey)),
    kid: name,
  });
  const keys = [await jwk('published')];
  const next = await jwk('next');
  const server = createServer(async (request, response) => {
    if (self.status !== 200) return void response.writeHead(self.status).end('{}');
    if (request.url === '/jwks') return json(response, { keys });
    const token = new URLSearchParams(await text(request)).get('token');
    self.asked.push({ authorization: request.headers.authorization, token });
    const claims = self.opaque.get(token ?? '');
    json(response, claims ? { active: true, ...claims } : { active: false });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const self: AuthorizationServer = {
    jwksUrl: `${base}/jwks`,
    introspectionUrl: `${base}/introspect`,
    async token(claims = {}, { key, expiresIn = '1h' } = {}) {
      const name = key ?? 'published';
      const jwt = new SignJWT(claims).setProtectedHeader({
        alg: 'ES256',
        kid: key === 'unpublished' ? 'published' : name,
      });
      if (expiresIn !== false) jwt.setExpirationTime(expiresIn);
      return jwt.sign(pairs[name].privateKey);
    },
    rotate: () => keys.push(next),
    opaque: new Map(),
    asked: [],
    status: 200,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return self;
}

async function text(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}

function json(response: ServerResponse, body: unknown): void {
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(body));
}
