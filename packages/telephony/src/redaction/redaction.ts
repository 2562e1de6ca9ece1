import { digitsOfWord } from './number-words';

export interface RedactionOptions {
  /** From so many digits on a number is taken out. Default 4: times of day and amounts of euros mostly stay. */
  minDigits?: number;
}

/** What stands in place of what was taken out. */
export const REDACTED = {
  email: '[email]',
  iban: '[iban]',
  card: '[card]',
  number: '[number]',
} as const;

const DEFAULT_MIN_DIGITS = 4;

/** So many words without a digit may stand within one number: "null eins, äh, und dann sieben". */
const MAX_FILLERS = 3;

const EMAIL = /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,8}/gu;

/** "max punkt muster at example punkt com", "jane dot doe at example dot co dot uk". Bounded: the text is a stranger's. */
const SPOKEN_EMAIL =
  /(?<![\p{L}\p{N}])(?:[\p{L}\p{N}]{1,40} (?:punkt|dot|minus|dash|unterstrich|underscore) ){0,4}[\p{L}\p{N}._-]{1,64} (?:at|ät|klammeraffe) [\p{L}\p{N}-]{1,63}(?:(?: (?:punkt|dot) |\.)\p{L}{2,24}){1,6}/giu;

const IBAN = /\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?\b/gi;

const CARD = /\b(?:\d[ -]?){12,18}\d\b/g;

const TOKEN = /\p{Nd}+|[\p{L}\p{M}'’]+/gu;

/** What may stand between the parts of one number. */
const BETWEEN = /^[\s.,;:!?/()+\-–—*#…'"]*$/u;

/**
 * The text without what identifies somebody: e-mail addresses, IBANs, card numbers, and every other number of four
 * digits and more, whether it is written or spoken as words, in German and in English, or half and half. Errs on the
 * side of taking out. Pure; a text that was redacted stays as it is.
 */
export function redact(text: string, { minDigits = DEFAULT_MIN_DIGITS }: RedactionOptions = {}): string {
  const masked = text
    .replace(EMAIL, REDACTED.email)
    .replace(SPOKEN_EMAIL, REDACTED.email)
    .replace(IBAN, (found) => (/\d{4}/.test(found.replace(/[ -]/g, '')) ? REDACTED.iban : found))
    .replace(CARD, (found) => (passesLuhn(found) ? REDACTED.card : found));
  return withoutNumbers(masked, minDigits);
}

interface Run {
  from: number;
  to: number;
  digits: number;
  fillers: number;
}

function withoutNumbers(text: string, minDigits: number): string {
  let left = '';
  let done = 0;
  let run: Run | undefined;
  let end = 0;
  const close = () => {
    if (run && run.digits >= minDigits) {
      const plus = text[run.from - 1] === '+' ? 1 : 0;
      left += text.slice(done, run.from - plus) + REDACTED.number;
      done = run.to;
    }
    run = undefined;
  };
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (run && !BETWEEN.test(text.slice(end, index))) close();
    end = index + token.length;
    const digits = /^\p{Nd}/u.test(token) ? [...token].length : digitsOfWord(token);
    if (digits === 'filler') {
      if (run) run.fillers += 1;
      if (run && run.fillers > MAX_FILLERS) close();
    } else if (digits === 0) {
      close();
    } else {
      run ??= { from: index, to: end, digits: 0, fillers: 0 };
      Object.assign(run, { to: end, digits: run.digits + digits, fillers: 0 });
    }
  }
  close();
  return left + text.slice(done);
}

function passesLuhn(written: string): boolean {
  const digits = [...written.replace(/\D/g, '')].reverse().map(Number);
  const sum = digits.reduce((total, digit, index) => {
    const doubled = index % 2 ? digit * 2 : digit;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}
