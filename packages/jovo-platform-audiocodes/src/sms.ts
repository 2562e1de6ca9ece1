import type { SmsAction } from './types';

/** Sends a text message by other means than the network, which has none. Rejects if it could not be sent. */
export type SmsGateway = (message: { id: string; number: string; text: string }) => Promise<void>;

/** How many messages are remembered, so that none leaves twice. */
const REMEMBERED = 1_000;

/** Text messages on their way to a gateway: each leaves once, however often its place among the actions comes up. */
export class SmsOutbox {
  private readonly left = new Set<string>();

  constructor(
    private readonly gateway: SmsGateway,
    /** Told if a message could not be sent. */
    private readonly onFailed: (callId: string) => void,
  ) {}

  send({ id, callId, number, text }: SmsAction): void {
    if (this.left.has(id)) return;
    this.left.add(id);
    const [oldest] = this.left;
    if (this.left.size > REMEMBERED && oldest !== undefined) this.left.delete(oldest);
    // Whatever it does, even at once, must not end the turn that sends.
    Promise.resolve({ id, number, text })
      .then(this.gateway)
      .catch(() => this.onFailed(callId));
  }
}
