/**
 * Whether an entry that is still growing can become a match, from a regular expression alone.
 *
 * Every atom `x` of the source becomes `(?:x|$)`: it matches, or the entry ends here. So `/0[1-9]\d{4}/` says no to
 * `00` at its second key, and yes to `02`. Lookarounds, backreferences and named groups cannot be cut that way; for
 * them every beginning counts as possible, and the pattern is only checked at the end.
 */
const UNCUTTABLE = /\(\?(?!:)|\\[1-9kbBpPucx]/;

/** A class, an escape, a group's borders, quantifier, alternation, anchor, or one plain character: in this order. */
const TOKEN = /(\[(?:\\.|[^\]\\])*\]|\\.)|(\((?:\?:)?|\)|[*+?]\??|\{[0-9]+(?:,[0-9]*)?\}\??|[|^$])|([\s\S])/g;

/** A pattern is about whole entries: as with HTML's `pattern` attribute, the ends are implied. */
export interface DigitPattern {
  /** The whole entry matches. */
  matches(digits: string): boolean;
  /** Some continuation of the entry, or the entry itself, may match. Never says no to a beginning of a match. */
  mayMatch(digits: string): boolean;
}

const withoutMemory = (flags: string): string => flags.replace(/[gy]/g, '');

/** The pattern as two questions. Without a pattern everything matches. */
export function digitPattern(pattern: RegExp | undefined): DigitPattern {
  if (pattern === undefined) return { matches: () => true, mayMatch: () => true };
  const flags = withoutMemory(pattern.flags);
  const whole = new RegExp(`^(?:${pattern.source})$`, flags);
  const beginning = beginningOf(pattern.source, flags);
  return {
    matches: (digits) => whole.test(digits),
    mayMatch: (digits) => beginning?.test(digits) ?? true,
  };
}

const beginningOf = (source: string, flags: string): RegExp | undefined => {
  if (UNCUTTABLE.test(source) || flags.includes('v')) return undefined;
  const cut = source.replace(TOKEN, (_, atom?: string, border?: string, plain?: string) => {
    // An anchor at the end would refuse every continuation; `^(?:...)$` stands around the whole anyway.
    if (border === '$') return '';
    return border ?? `(?:${atom ?? plain}|$)`;
  });
  try {
    return new RegExp(`^(?:${cut})$`, flags);
  } catch {
    return undefined;
  }
};
