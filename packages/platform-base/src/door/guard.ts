import { createHash, timingSafeEqual } from 'node:crypto';
import { type Headers, header } from '../server/headers';

/**
 * Says by the headers alone whether a request may come in. A promise where somebody else has to be asked, for example
 * for the keys of a signed token; it must have a deadline of its own and must not reject.
 */
export type Guard = (headers: Headers) => boolean | Promise<boolean>;

export interface TokenGuardOptions {
  /** Every one of them is valid: two while a secret is being replaced. */
  tokens: readonly string[];
  /** Header that carries it. */
  header: string;
}

/** A shared secret in a header of its own. Undefined without any secret: the door is open. */
export function tokenGuard({ tokens, header: name }: TokenGuardOptions): Guard | undefined {
  const secrets = tokens.filter((token) => token !== '');
  return secrets.length === 0 ? undefined : (headers) => sameSecret(header(headers, name), secrets);
}

/** A shared secret as `Authorization: Bearer <token>`. Undefined without any secret: the door is open. */
export function bearerGuard(tokens: readonly string[]): Guard | undefined {
  const secrets = tokens.filter((token) => token !== '');
  return secrets.length === 0 ? undefined : (headers) => sameSecret(bearerOf(headers), secrets);
}

/** The token of `Authorization: Bearer <token>`; the name of the scheme may be written in any case. */
export function bearerOf(headers: Headers): string | undefined {
  return /^bearer +(\S+) *$/i.exec(header(headers, 'authorization') ?? '')?.[1];
}

/** Compares with all secrets, in a time that says nothing about any of them. */
export function sameSecret(given: string | undefined, secrets: readonly string[]): boolean {
  const wanted = digest(given ?? '');
  let same = false;
  for (const secret of secrets) same = timingSafeEqual(wanted, digest(secret)) || same;
  return same && given !== undefined;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
