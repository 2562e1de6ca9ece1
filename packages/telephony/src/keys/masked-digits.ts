/** What is shown instead of digits that nobody may read. Without a number in it: the length is a hint as well. */
export const MASK = '[masked]';

/**
 * Digits that a caller entered. Printing, logging or serialising them shows the digits of an order number and never
 * those of a PIN; whoever needs the PIN says `reveal()`, which can be searched for.
 */
export class KeyedDigits {
  readonly #digits: string;
  readonly masked: boolean;

  constructor(digits: string, masked: boolean) {
    this.#digits = digits;
    this.masked = masked;
  }

  /** The digits themselves. */
  reveal(): string {
    return this.#digits;
  }

  get isEmpty(): boolean {
    return this.#digits === '';
  }

  toString(): string {
    return this.masked ? MASK : this.#digits;
  }

  toJSON(): string {
    return this.toString();
  }

  /** What Node's `console.log` and `util.inspect` show. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
