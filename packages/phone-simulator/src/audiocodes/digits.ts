/** Keys on their way to the bot: one event each, or collected first (spec 3.3, 5.4). */
import type { Clock, TimerHandle } from '../clock';
import type { Delivery } from './bot-wire';
import type { Scope } from './scope';
import type { Announcement } from './wire';

export interface DigitsListener {
  /** Sends keys to the bot. */
  send(announcement: Announcement): Delivery;
  changed(): void;
}

export class Digits {
  readonly #clock: Clock;
  readonly #scope: Scope;
  readonly #listener: DigitsListener;
  readonly #ackTimeoutMs: number;
  #collected = '';
  #collecting = false;
  #timer: TimerHandle;
  /** The key before was acknowledged, or waited for long enough (spec 3.3). */
  #acknowledged: Promise<void> = Promise.resolve();

  constructor(clock: Clock, scope: Scope, ackTimeoutMs: number, listener: DigitsListener) {
    this.#clock = clock;
    this.#scope = scope;
    this.#ackTimeoutMs = ackTimeoutMs;
    this.#listener = listener;
  }

  /** Whether keys wait for more of them. */
  get collects(): boolean {
    return this.#collecting;
  }

  /** Takes a key. Resolves when it is out, or was kept for later. */
  async press(digit: string): Promise<void> {
    if (!this.#scope.flag('dtmfCollect')) return this.#one(digit);
    this.#collected += digit;
    this.#collecting = true;
    this.#clock.clearTimeout(this.#timer);
    const submit = digit === this.#scope.get<string>('dtmfCollectSubmitDigit');
    const full = this.#collected.length >= this.#scope.number('dtmfCollectMaxDigits');
    if (submit || full) return this.#flush();
    const patienceMs = this.#scope.number('dtmfCollectInterDigitTimeoutMS');
    this.#timer = this.#clock.setTimeout(() => void this.#flush(), patienceMs);
    this.#listener.changed();
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#collected = '';
    this.#collecting = false;
  }

  async #flush(): Promise<void> {
    const digits = this.#collected;
    this.stop();
    await this.#send(digits).out;
  }

  /** The next key leaves only when the bot has the one before, or a timeout has passed. */
  async #one(digit: string): Promise<void> {
    const before = this.#acknowledged;
    let acknowledge: () => void = () => undefined;
    this.#acknowledged = new Promise((resolve) => {
      acknowledge = resolve;
    });
    await before;
    const { out, acknowledged } = this.#send(digit);
    const timer = this.#clock.setTimeout(acknowledge, this.#ackTimeoutMs);
    void acknowledged.then(() => {
      this.#clock.clearTimeout(timer);
      acknowledge();
    });
    await out;
  }

  #send(digits: string): Delivery {
    const asText = this.#scope.flag('sendDTMFAsText');
    return this.#listener.send(
      asText ? { type: 'message', text: digits } : { type: 'event', name: 'DTMF', value: digits },
    );
  }
}
