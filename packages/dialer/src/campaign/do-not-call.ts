import { DialerError } from '../errors';
import { readTextFile } from '../yaml-file';
import { e164OfWritten } from './written-number';

/** Numbers that nobody calls any more, whatever the campaign: one list for the whole store. */
export const DO_NOT_CALL_STREAM = 'do-not-call';

/** No two records for one number. */
export const doNotCallClaim = (number: string): string => `do-not-call/${number}`;

/**
 * Reads a list of numbers that must not be called: the first column of each line; `#` begins a comment. A line that
 * cannot be read is a fault: left out, it would be called.
 *
 * @param country for numbers without a country code
 */
export function readDoNotCallFile(path: string, country?: string): string[] {
  const faults: string[] = [];
  const lines = readTextFile(path)
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/);
  const numbers = lines.flatMap((line, index) => {
    const [first = ''] = (line.split('#')[0] ?? '').split(/[,;\t]/);
    const written = first.trim().replace(/^"(.*)"$/, '$1');
    if (written === '' || (index === 0 && /^[a-z _-]+$/i.test(written))) return [];
    const number = e164OfWritten(written, country);
    if (number !== undefined) return [number];
    faults.push(`${path}:${index + 1}: expected a phone number with its plus and country code.`);
    return [];
  });
  if (faults.length > 0) throw new DialerError('DIALER_CAMPAIGN', faults.slice(0, 20));
  return numbers;
}
