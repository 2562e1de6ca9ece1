import { randomInt } from 'node:crypto';

/**
 * Numbers that the German regulator keeps for films and examples: 0171 39200xx and 0176 040690xx. They are mobiles to
 * every check, and ring at nobody's.
 */
const NOBODYS = ['4917139200', '49176040690'] as const;

/** Somebody who has not called today, most likely: what one caller may do in a day is limited. */
export function freshCaller(pick = randomInt(NOBODYS.length * 100)): string {
  return `${NOBODYS[Math.floor(pick / 100)]}${String(pick % 100).padStart(2, '0')}`;
}
