import { createHash, timingSafeEqual } from 'node:crypto';

/** Says whether a bearer token may come in. It never throws: what cannot be checked may not. */
export type TokenCheck = (token: string) => boolean | Promise<boolean>;

/** The token of an `Authorization` header; the scheme's case does not matter (spec 1.3). */
export function bearerToken(header: string | string[] | undefined): string | undefined {
  const value = Array.isArray(header) ? header[0] : header;
  return /^bearer +([^\s]+) *$/i.exec(value ?? '')?.[1];
}

/** Permanent tokens. Several at once let a secret be changed without a gap. Takes as long for each of them. */
export function permanentTokens(tokens: readonly string[]): TokenCheck {
  const wanted = tokens.map(digest);
  return (token) => {
    const given = digest(token);
    let matches = 0;
    for (const one of wanted) matches |= Number(timingSafeEqual(given, one));
    return matches === 1;
  };
}

/** Any of several ways to prove it. All that cost nothing are tried before one that asks somebody. */
export function anyOf(checks: readonly TokenCheck[]): TokenCheck {
  return async (token) => {
    for (const check of checks) if (await check(token)) return true;
    return false;
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
