import { passes } from './checks';
import {
  type CompleteKeyOptions,
  completeKeyOptions,
  type KeyOptions,
  keyOptionProblems,
} from './key-options';
import { KeyedDigits } from './masked-digits';
import { type DigitPattern, digitPattern } from './partial-pattern';
import { spokenDigits } from './spoken-digits';

/** Why an entry that ended is not accepted. `too_long` only happens by voice or by a digit where `#` was due. */
export type KeyInvalidReason = 'too_short' | 'too_long' | 'pattern' | 'check';

/** What has become of the entry. All but `collecting` are final. */
export type KeyOutcome =
  | { state: 'collecting'; digits: KeyedDigits }
  | { state: 'done'; value: KeyedDigits }
  | { state: 'invalid'; reason: KeyInvalidReason; digits: KeyedDigits }
  /** `first`: no key at all. `inter_digit`: too few, then nothing more. */
  | { state: 'timeout'; phase: 'first' | 'inter_digit'; digits: KeyedDigits }
  | { state: 'cancelled' };

type End =
  | { state: 'done' }
  | { state: 'invalid'; reason: KeyInvalidReason }
  | { state: 'timeout'; phase: 'first' | 'inter_digit' }
  | { state: 'cancelled' };

/**
 * - `waiting`: no key yet (VoiceXML 2.0 D.2.1)
 * - `collecting`: some keys, more may come (D.2.2 to D.2.4)
 * - `full`: no further digit is allowed, the terminator still may come (D.2.6, D.2.7)
 * - `spoilt`: a key that cannot be right; the rest is swallowed so that it does not fall into what comes next (D.2.8)
 * - `ended`: nothing changes any more
 */
export type KeyPhase = 'waiting' | 'collecting' | 'full' | 'spoilt' | 'ended';

/** Everything a collector knows, as plain data, for a process that ends between two keys. Holds the digits openly. */
export interface KeySnapshot {
  phase: KeyPhase;
  digits: string;
  dueAtMs: number;
  latestMs?: number;
  swallowed: number;
  spoiltBy?: KeyInvalidReason;
  end?: End;
}

/** Which timer runs in which phase (D.2.8, first paragraph). */
const TIMER = {
  waiting: 'firstDigitTimeoutMs',
  collecting: 'interDigitTimeoutMs',
  full: 'termTimeoutMs',
  spoilt: 'interDigitTimeoutMs',
} as const satisfies Record<Exclude<KeyPhase, 'ended'>, keyof CompleteKeyOptions>;

const DIGITS = [...'0123456789'];

/**
 * Collects one entry from the keypad, from speech, or from both mixed, by the timer rules of VoiceXML 2.0 appendix D
 * (https://www.w3.org/TR/voicexml20/#dmlATiming). It has no clock: every input carries the time, and the owner calls
 * {@link elapse} at {@link dueAtMs}. An input that comes at or after that moment finds the timer already expired.
 *
 * Keys that mean nothing here (`*` without a cancel key, A to D, anything longer) are ignored and move no timer.
 *
 * @example
 * const pin = new KeyCollector({ minDigits: 4, maxDigits: 4, masked: true }, speechEndsAtMs);
 * const outcome = pin.press('1', nowMs);
 * if (outcome.state === 'done') check(outcome.value.reveal());
 */
export class KeyCollector {
  readonly #options: CompleteKeyOptions;
  readonly #pattern: DigitPattern;
  #at: KeySnapshot;

  /**
   * @param startMs when the wait for the first key begins: the end of the prompt, which may lie in the future. Keys
   *   may come before it.
   * @throws RangeError when options contradict each other; ask {@link keyOptionProblems} first
   */
  constructor(options: KeyOptions, startMs: number, snapshot?: KeySnapshot) {
    const problems = keyOptionProblems(options);
    if (problems.length > 0) throw new RangeError(problems.join(' '));
    this.#options = completeKeyOptions(options);
    this.#pattern = digitPattern(options.pattern);
    const dueAtMs = startMs + this.#options.firstDigitTimeoutMs;
    this.#at = snapshot ? { ...snapshot } : { phase: 'waiting', digits: '', dueAtMs, swallowed: 0 };
  }

  get outcome(): KeyOutcome {
    const { digits, end } = this.#at;
    const shown = new KeyedDigits(digits, this.#options.masked);
    if (end === undefined) return { state: 'collecting', digits: shown };
    if (end.state === 'done') return { state: 'done', value: shown };
    return end.state === 'cancelled' ? { state: 'cancelled' } : { ...end, digits: shown };
  }

  /** When {@link elapse} has something to do; undefined once the entry has ended. */
  get dueAtMs(): number | undefined {
    return this.#at.phase === 'ended' ? undefined : this.#at.dueAtMs;
  }

  /** The prompt ended later or earlier than expected: the wait for the first key begins now. */
  promptEnded(nowMs: number): void {
    if (this.#at.phase === 'waiting') this.#at.dueAtMs = nowMs + this.#options.firstDigitTimeoutMs;
  }

  /** One key. */
  press(key: string, nowMs: number): KeyOutcome {
    const atMs = this.#advance(nowMs);
    const { cancelKey, terminator } = this.#options;
    if (this.#at.phase === 'ended') return this.outcome;
    if (key === cancelKey) this.#end({ state: 'cancelled' });
    else if (key === terminator) this.#judge();
    else if (/^[0-9]$/.test(key)) this.#digit(key, atMs);
    return this.outcome;
  }

  /**
   * Digits said instead of typed, added to what there is. An utterance is complete in itself: what does not fit is
   * invalid at once, never cut to the right length, and what fills the entry waits for no terminator. A text that
   * {@link spokenDigits} does not understand changes nothing.
   */
  spoken(text: string, nowMs: number, language?: string): KeyOutcome {
    const atMs = this.#advance(nowMs);
    const said = spokenDigits(text, language);
    if (said === undefined || this.#at.phase === 'ended') return this.outcome;
    const all = this.#at.digits + said;
    if (this.#at.phase === 'spoilt') this.#swallow(atMs);
    else if (all.length > this.#options.maxDigits) this.#end({ state: 'invalid', reason: 'too_long' });
    else {
      this.#at.digits = all;
      if (!this.#pattern.mayMatch(all)) this.#end({ state: 'invalid', reason: 'pattern' });
      else if (this.#canGrow()) this.#enter('collecting', atMs);
      else this.#judge();
    }
    return this.outcome;
  }

  /** Time has passed. */
  elapse(nowMs: number): KeyOutcome {
    this.#advance(nowMs);
    return this.outcome;
  }

  /** For a store, together with the options. Shows the digits even of a PIN: encrypt it or do without. */
  snapshot(): KeySnapshot {
    return { ...this.#at };
  }

  toString(): string {
    return `KeyCollector ${JSON.stringify(this)}`;
  }

  toJSON(): { phase: KeyPhase; digits: string } {
    return {
      phase: this.#at.phase,
      digits: new KeyedDigits(this.#at.digits, this.#options.masked).toString(),
    };
  }

  /** What Node's `console.log` and `util.inspect` show. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** Lets the timer expire if it must have by now, and returns a time that never runs backwards. */
  #advance(nowMs: number): number {
    const atMs = Math.max(nowMs, this.#at.latestMs ?? nowMs);
    this.#at.latestMs = atMs;
    if (this.#at.phase !== 'ended' && atMs >= this.#at.dueAtMs) this.#expire();
    return atMs;
  }

  #expire(): void {
    const { phase, digits } = this.#at;
    if (phase === 'waiting') this.#end({ state: 'timeout', phase: 'first' });
    else if (phase === 'collecting' && digits.length < this.#options.minDigits)
      this.#end({ state: 'timeout', phase: 'inter_digit' });
    else this.#judge();
  }

  #digit(digit: string, atMs: number): void {
    if (this.#at.phase === 'spoilt') this.#swallow(atMs);
    else if (this.#at.phase === 'full') this.#spoil('too_long', atMs);
    else {
      this.#at.digits += digit;
      if (!this.#pattern.mayMatch(this.#at.digits)) this.#spoil('pattern', atMs);
      else if (this.#canGrow()) this.#enter('collecting', atMs);
      else if (this.#awaitsTerminator) this.#enter('full', atMs);
      else this.#judge();
    }
  }

  /** An empty termchar or a termtimeout of 0 ends a full entry at its last digit (D.2.5, D.2.6). */
  get #awaitsTerminator(): boolean {
    return this.#options.terminator !== 'none' && this.#options.termTimeoutMs > 0;
  }

  /** Whether any further digit is allowed; if not, the entry must terminate (D.2.5, D.2.6). */
  #canGrow(): boolean {
    const { digits } = this.#at;
    if (digits.length >= this.#options.maxDigits) return false;
    return DIGITS.some((next) => this.#pattern.mayMatch(digits + next));
  }

  #spoil(reason: KeyInvalidReason, atMs: number): void {
    this.#at.spoiltBy = reason;
    this.#enter('spoilt', atMs);
  }

  /** Swallowed digits keep the timer alive, but not for ever: no longer than a whole entry would take. */
  #swallow(atMs: number): void {
    this.#at.swallowed += 1;
    if (this.#at.swallowed <= this.#options.maxDigits) this.#enter('spoilt', atMs);
  }

  #enter(phase: keyof typeof TIMER, atMs: number): void {
    this.#at.phase = phase;
    this.#at.dueAtMs = atMs + this.#options[TIMER[phase]];
  }

  /** The entry is as long as it will be: is it right? */
  #judge(): void {
    const { digits, spoiltBy } = this.#at;
    const reason = spoiltBy ?? this.#objection(digits);
    this.#end(reason === undefined ? { state: 'done' } : { state: 'invalid', reason });
  }

  #objection(digits: string): KeyInvalidReason | undefined {
    if (digits.length < this.#options.minDigits) return 'too_short';
    if (!this.#pattern.matches(digits)) return 'pattern';
    return passes(this.#options.check, digits) ? undefined : 'check';
  }

  #end(end: End): void {
    if (end.state === 'cancelled') this.#at.digits = '';
    this.#at.phase = 'ended';
    this.#at.end = end;
  }
}
