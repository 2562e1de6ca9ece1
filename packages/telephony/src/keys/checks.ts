/** A check of a complete entry. What throws counts as failed. */
export type DigitCheck = (digits: string) => boolean;

/** Checks by name, so that a profile can declare them: `luhn` for cards, `iban` for the digits of a German IBAN. */
export type CheckName = 'luhn' | 'iban';

/**
 * Lengths of IBANs (SWIFT IBAN registry). A country that is not listed is refused: a keypad is read out to somebody
 * who types his own account, and a length that we do not know cannot be checked.
 */
const IBAN_LENGTH: ReadonlyMap<string, number> = new Map([
  ['AT', 20],
  ['BE', 16],
  ['BG', 22],
  ['CH', 21],
  ['CY', 28],
  ['CZ', 24],
  ['DE', 22],
  ['DK', 18],
  ['EE', 20],
  ['ES', 24],
  ['FI', 18],
  ['FR', 27],
  ['GB', 22],
  ['GR', 27],
  ['HR', 21],
  ['HU', 28],
  ['IE', 22],
  ['IS', 26],
  ['IT', 27],
  ['LI', 21],
  ['LT', 20],
  ['LU', 20],
  ['LV', 21],
  ['MC', 27],
  ['MT', 31],
  ['NL', 18],
  ['NO', 15],
  ['PL', 28],
  ['PT', 25],
  ['RO', 24],
  ['SE', 24],
  ['SI', 19],
  ['SK', 24],
  ['SM', 27],
]);

/** The check digit of payment cards and many customer numbers (ISO/IEC 7812-1 annex B). At least two digits. */
export function isLuhn(digits: string): boolean {
  if (!/^[0-9]{2,}$/.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** An IBAN as it is written, spaces allowed: known country, its length, and the remainder of ISO 7064 mod 97-10. */
export function isIban(text: string): boolean {
  const iban = text.replace(/ /g, '').toUpperCase();
  if (!/^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$/.test(iban)) return false;
  if (IBAN_LENGTH.get(iban.slice(0, 2)) !== iban.length) return false;
  // 02 to 98 are the only check digits that are ever issued; 00, 01 and 99 have twins with the same remainder.
  const issued = Number(iban.slice(2, 4));
  if (issued < 2 || issued > 98) return false;
  let remainder = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}

/** The IBAN whose letters a keypad cannot type: check digits and account only, the country is known. */
export function isIbanDigits(digits: string, country = 'DE'): boolean {
  return /^[0-9]+$/.test(digits) && isIban(country + digits);
}

/** The checks that a profile can name. */
export const CHECKS: Readonly<Record<CheckName, DigitCheck>> = {
  luhn: isLuhn,
  iban: (digits) => isIbanDigits(digits),
};

/** Whether the entry passes. A check that throws has not passed. */
export function passes(check: CheckName | DigitCheck | undefined, digits: string): boolean {
  if (check === undefined) return true;
  try {
    return (typeof check === 'function' ? check : CHECKS[check])(digits) === true;
  } catch {
    return false;
  }
}
