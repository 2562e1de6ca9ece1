import { createHash, timingSafeEqual } from 'node:crypto';

export const API_KEY_HEADER = 'X-API-TOKEN';

/** Headers as any server gives them; a repeated header is an array. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** One header's value, whatever the case of its name. */
export function header(headers: Headers | undefined, name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (const [key, value] of Object.entries(headers ?? {})) {
    if (key.toLowerCase() === wanted) return Array.isArray(value) ? value[0] : value;
  }
  return undefined;
}

/** Compares in a time that says nothing about either (spec 2). */
export function sameSecret(given: string | undefined, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given ?? ''), digest(secret)) && given !== undefined;
}
