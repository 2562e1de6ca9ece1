import type { CheckName, DigitCheck } from './checks';

/**
 * What is collected and how long we wait for it. The timers are those of VoiceXML 2.0, appendix D; the name of the
 * property there stands in brackets.
 */
export interface KeyOptions {
  /** 0 allows an entry that is only the terminator. Default 1. */
  minDigits?: number;
  /** Default 20, at most {@link MAX_DIGITS}. */
  maxDigits?: number;
  /** [timeout] Until the first key. Default 5000. */
  firstDigitTimeoutMs?: number;
  /** [interdigittimeout] Between keys while more may come. Default 3000. */
  interDigitTimeoutMs?: number;
  /**
   * [termtimeout] For the terminator, once no further digit can come. Default 0, as in VoiceXML: the entry is done at
   * its last digit, and a "#" that a caller adds out of habit arrives after it.
   */
  termTimeoutMs?: number;
  /** [termchar] Ends the entry and is no part of it. Default `#`; `none` where the entry ends by length or time. */
  terminator?: '#' | '*' | 'none';
  /** Gives up the entry. Default `none`. */
  cancelKey?: '*' | '#' | 'none';
  /** The whole entry must match. Keys after which it cannot match any more spoil the entry early. */
  pattern?: RegExp;
  check?: CheckName | DigitCheck;
  /** A PIN: its digits show up in no text, JSON or log. Default false. */
  masked?: boolean;
}

/** Beyond this nobody types on a phone; the longest IBAN has 34 characters. */
export const MAX_DIGITS = 64;

export const KEY_DEFAULTS = {
  minDigits: 1,
  maxDigits: 20,
  firstDigitTimeoutMs: 5_000,
  interDigitTimeoutMs: 3_000,
  termTimeoutMs: 0,
  terminator: '#',
  cancelKey: 'none',
  masked: false,
} as const satisfies KeyOptions;

export type CompleteKeyOptions = Required<Omit<KeyOptions, 'pattern' | 'check'>> &
  Pick<KeyOptions, 'pattern' | 'check'>;

const TIMERS = ['firstDigitTimeoutMs', 'interDigitTimeoutMs', 'termTimeoutMs'] as const;

/** The options with their defaults. An option given as undefined counts as not given. */
export function completeKeyOptions(options: KeyOptions): CompleteKeyOptions {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...KEY_DEFAULTS, ...Object.fromEntries(given) };
}

/** What is wrong with declared options, one sentence each; empty when nothing is. */
export function keyOptionProblems(options: KeyOptions): string[] {
  const all = completeKeyOptions(options);
  const problems: string[] = [];
  if (!Number.isInteger(all.minDigits) || all.minDigits < 0) problems.push('minDigits must be 0 or more.');
  if (!Number.isInteger(all.maxDigits) || all.maxDigits < 1 || all.maxDigits > MAX_DIGITS)
    problems.push(`maxDigits must be 1 to ${MAX_DIGITS}.`);
  if (all.minDigits > all.maxDigits) problems.push('minDigits must not be above maxDigits.');
  for (const timer of TIMERS) {
    const least = timer === 'termTimeoutMs' ? 0 : 1;
    if (!Number.isFinite(all[timer]) || all[timer] < least)
      problems.push(`${timer} must be ${least} or more.`);
  }
  if (all.terminator !== 'none' && all.terminator === all.cancelKey)
    problems.push(`Key ${all.terminator} cannot both end and cancel the entry.`);
  return problems;
}
