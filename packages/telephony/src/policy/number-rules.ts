import { type PhoneNumber, type PhoneNumberType, parsePhoneNumberWithError } from 'libphonenumber-js/max';
import {
  DEFAULT_TYPES,
  EMERGENCY_NUMBERS,
  NEVER,
  NON_GEOGRAPHIC,
  SHARED_CODES,
  VARIABLE_LENGTH_CODES,
} from './number-tables';
import { POLICY_REASONS, type PolicyRefusal } from './reasons';

/** Which numbers a profile allows. Everything else is refused. */
export interface NumberRules {
  /**
   * `+49`, `+4420`: at least a whole country code. A code that several countries share means its main ones alone;
   * see {@link SHARED_CODES}. An empty list allows nothing.
   */
  allowedPrefixes: readonly string[];
  /** Taken out of what is allowed: `+49180`. */
  deniedPrefixes?: readonly string[];
  /** Default: fixed lines and mobiles. Premium rate, shared cost and pagers stay refused whatever it says. */
  allowedTypes?: readonly PhoneNumberType[];
  /**
   * Digits without a plus, as networks report callers (`4921163550`): refused unless told that they are international.
   * Never more than that: no national numbers, no leading zeros.
   */
  bareDigits?: 'refuse' | 'international';
}

export type NumberVerdict =
  | { allowed: true; e164: string; type: PhoneNumberType }
  | { allowed: false; reason: PolicyRefusal; sentence: string };

/** E.164 allows 15 digits. The fewest here: country code and a number that is not a short code. */
const MAX_DIGITS = 15;
const MIN_DIGITS = 7;

/** Longer than any way to write a number; the rest is not even read. */
const MAX_CHARS = 40;

const refused = (reason: PolicyRefusal): NumberVerdict => ({
  allowed: false,
  reason,
  sentence: POLICY_REASONS[reason],
});

/**
 * Whether a number may be called or written to. Only one way of writing is accepted, E.164 with its plus
 * (`+4921163550`): what is cleaned up leniently here would be dialled differently by somebody else. Numbers that
 * people wrote into a profile are cleaned with `phoneDigits` when it is loaded.
 */
export function judgeNumber(raw: string, rules: NumberRules): NumberVerdict {
  const written = objectionToWriting(raw, rules);
  if (written !== undefined) return refused(written);
  const e164 = raw.startsWith('+') ? raw : `+${raw}`;
  const number = parsed(e164);
  const reason = objectionToPrefix(e164, rules) ?? objectionToNumber(number, e164, rules);
  const type = number?.getType();
  if (reason !== undefined || type === undefined) return refused(reason ?? 'number_invalid');
  return { allowed: true, e164, type };
}

/** The ways in which a number is not plain E.164, most telling first. The last one refuses whatever is left. */
const WRITING: readonly [PolicyRefusal, RegExp][] = [
  ['number_missing', /^\s*$/],
  ['number_uri', /[:@]|%[0-9a-f]{2}|\bsip|\btel\b|\burn\b|;\s*(?!ext|isub|postd)[a-z-]+=/i],
  ['number_extension', /(?:ext|isub|postd|durchwahl|\bdw)\W*[0-9]|[0-9]\s*[x,;pw]\s*[0-9#*]/i],
  ['number_letters', /[a-z]/i],
  ['number_keys', /[*#]/],
  ['number_characters', /[^+0-9]|.\+|^\+$/s],
  ['number_zeros', /^\+?0/],
];

const objectionToWriting = (raw: unknown, rules: NumberRules): PolicyRefusal | undefined => {
  if (typeof raw !== 'string') return 'number_missing';
  if (raw.length > MAX_CHARS) return 'number_too_long';
  if (isEmergency(raw)) return 'number_emergency';
  const found = WRITING.find(([, pattern]) => pattern.test(raw));
  if (found !== undefined) return found[0];
  if (!raw.startsWith('+') && rules.bareDigits !== 'international') return 'number_not_international';
  const digits = raw.replace('+', '');
  if (digits.length < MIN_DIGITS) return 'number_too_short';
  return digits.length > MAX_DIGITS ? 'number_too_long' : undefined;
};

/** Every digit of every script, as 0 to 9: Unicode keeps each script's ten in a row. */
const asciiDigits = (text: string): string =>
  text.normalize('NFKC').replace(/\p{Nd}/gu, (digit) => String(digitValue(digit.codePointAt(0) ?? 0)));

const digitValue = (codePoint: number): number => {
  let zero = codePoint;
  while (codePoint - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return codePoint - zero;
};

/**
 * Whether the digits, in whatever dress and behind whatever prefix, are an emergency number. Decides nothing that
 * would not be refused as a short code anyway, but the caller deserves the right answer.
 */
const isEmergency = (raw: string): boolean => {
  const digits = asciiDigits(raw).replace(/[^0-9]/g, '');
  if (digits.length > 11) return false;
  const national = digits.replace(/^0{1,4}/, '');
  const tails = [digits, national, ...[1, 2, 3].map((length) => national.slice(length).replace(/^0/, ''))];
  if (tails.slice(0, 2).some((tail) => EMERGENCY_NUMBERS.has(tail))) return true;
  if (national.length <= 6 && tails.slice(2).some((tail) => EMERGENCY_NUMBERS.has(tail))) return true;
  return VARIABLE_LENGTH_CODES.some(
    (code) =>
      national.startsWith(code) &&
      /^0?(?:[1-9][0-9]{1,3}|3[0-9]{4})(?:110|112)$/.test(national.slice(code.length)),
  );
};

const objectionToPrefix = (e164: string, rules: NumberRules): PolicyRefusal | undefined => {
  const special = NON_GEOGRAPHIC.find(([prefix]) => e164.startsWith(`+${prefix}`));
  if (special !== undefined) return special[1];
  return rules.deniedPrefixes?.some((prefix) => e164.startsWith(prefix)) ? 'number_denied' : undefined;
};

const parsed = (e164: string): PhoneNumber | undefined => {
  try {
    return parsePhoneNumberWithError(e164, { extract: false });
  } catch {
    return undefined;
  }
};

const objectionToNumber = (
  number: PhoneNumber | undefined,
  e164: string,
  rules: NumberRules,
): PolicyRefusal | undefined => {
  if (number === undefined) return 'number_invalid';
  if (number.number !== e164) return 'number_not_canonical';
  if (number.ext !== undefined || number.carrierCode !== undefined) return 'number_extension';
  const type = number.isValid() ? number.getType() : undefined;
  if (type === undefined) return 'number_invalid';
  const never = NEVER[type];
  if (never !== undefined) return never;
  if (!rules.allowedPrefixes.some((prefix) => covers(prefix, e164, number))) return 'number_country';
  return (rules.allowedTypes ?? DEFAULT_TYPES).includes(type) ? undefined : 'number_type';
};

/** A bare shared code covers its main countries only; a longer prefix covers what it says. */
const covers = (prefix: string, e164: string, number: PhoneNumber): boolean => {
  const code = `+${number.countryCallingCode}`;
  if (!/^\+[1-9][0-9]*$/.test(prefix) || !prefix.startsWith(code) || !e164.startsWith(prefix)) return false;
  if (prefix !== code) return true;
  const main = SHARED_CODES[number.countryCallingCode];
  return main === undefined || (number.country !== undefined && main.includes(number.country));
};

/** What is wrong with declared rules, one sentence each; empty when nothing is. */
export function numberRuleProblems(rules: NumberRules): string[] {
  const prefixes = [...rules.allowedPrefixes, ...(rules.deniedPrefixes ?? [])];
  const problems = prefixes
    .filter((prefix) => !/^\+[1-9][0-9]{0,13}$/.test(prefix))
    .map((prefix) => `"${prefix}" is not a prefix: write it like +49.`);
  for (const type of rules.allowedTypes ?? []) {
    if (NEVER[type] !== undefined) problems.push(`Numbers of the type ${type} can never be allowed.`);
  }
  return problems;
}
