import { createHash, timingSafeEqual } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import type { DialoutClient } from './dialout-file';

/** How long a token lives. */
export const TOKEN_LIFE_SEC = 900;

const ISSUER = 'jovo-telephony-dialout';

/** Who may order calls: by Basic authentication, or by a token that was fetched with the same secret (spec 7.2). */
export class Clients {
  private readonly key: Uint8Array;

  constructor(
    private readonly clients: readonly DialoutClient[],
    /** Signs tokens; the same for every process. */
    secret: string,
    private readonly wallMs: () => number,
  ) {
    this.key = new TextEncoder().encode(secret);
  }

  /** The client behind an `Authorization` header. */
  async authorized(header: string | undefined): Promise<DialoutClient | undefined> {
    const [, scheme = '', value = ''] = /^(\w+) +(\S+)$/.exec(header?.trim() ?? '') ?? [];
    if (/^basic$/i.test(scheme)) return this.byBasic(value);
    return /^bearer$/i.test(scheme) ? this.byToken(value) : undefined;
  }

  bySecret(id: string, secret: string): DialoutClient | undefined {
    const digest = (text: string) => createHash('sha256').update(text).digest();
    // Everybody is compared: how long it takes says nothing about who there is.
    let found: DialoutClient | undefined;
    for (const client of this.clients) {
      const same = timingSafeEqual(digest(secret), digest(client.secret));
      if (timingSafeEqual(digest(id), digest(client.id)) && same) found = client;
    }
    return found;
  }

  token({ id }: DialoutClient): Promise<string> {
    const nowSec = Math.floor(this.wallMs() / 1000);
    return new SignJWT()
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(ISSUER)
      .setSubject(id)
      .setIssuedAt(nowSec)
      .setExpirationTime(nowSec + TOKEN_LIFE_SEC)
      .sign(this.key);
  }

  private byBasic(encoded: string): DialoutClient | undefined {
    const [id = '', ...secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
    return this.bySecret(id, secret.join(':'));
  }

  private async byToken(token: string): Promise<DialoutClient | undefined> {
    try {
      const { payload } = await jwtVerify(token, this.key, {
        issuer: ISSUER,
        algorithms: ['HS256'],
        currentDate: new Date(this.wallMs()),
      });
      return this.clients.find(({ id }) => id === payload.sub);
    } catch {
      return undefined;
    }
  }
}
