/**
 * The digits of a phone number as networks write it, or undefined if it is not one: `+49 211 6355-0` and
 * `4921163550` are the same. Says nothing about whether it exists or may be dialled.
 */
export function phoneDigits(raw: string | undefined): string | undefined {
  if (raw === undefined) return undefined;
  const digits = raw.replace(/[\s().\-/]/g, '').replace(/^(\+|00)/, '');
  return /^[0-9]{3,15}$/.test(digits) ? digits : undefined;
}
