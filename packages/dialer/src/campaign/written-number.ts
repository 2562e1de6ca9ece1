import { type CountryCode, isSupportedCountry, parsePhoneNumberWithError } from 'libphonenumber-js/max';

/**
 * A number that somebody wrote into a list, as E.164; undefined if it is not certain which one is meant. Whether it
 * may be called is the policy's business.
 *
 * @param country for numbers without a country code; without it they are not read
 */
export function e164OfWritten(raw: string, country?: string): string | undefined {
  const text = raw
    .trim()
    .replace(/^tel:/i, '')
    .replace(/^00(?=[1-9])/, '+')
    .replace(/\(0\)/, '');
  if (!/^\+?[0-9][0-9 ()./-]{4,30}$/.test(text)) return undefined;
  try {
    const code = country !== undefined && isSupportedCountry(country) ? (country as CountryCode) : undefined;
    if (!text.startsWith('+') && code === undefined) return undefined;
    const { number, ext } = parsePhoneNumberWithError(text, { defaultCountry: code, extract: false });
    return ext === undefined ? number : undefined;
  } catch {
    return undefined;
  }
}

/** `49` of `+4921163550`. */
export function callingCodeOf(e164: string): string | undefined {
  try {
    return parsePhoneNumberWithError(e164, { extract: false }).countryCallingCode;
  } catch {
    return undefined;
  }
}
