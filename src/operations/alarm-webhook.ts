import { deliverWebhook, type WebhookOptions } from '../agent/after-call/webhook';
import type { AlarmChange } from './alarms';
import type { Log } from './log';

export interface AlarmWebhookOptions extends Omit<WebhookOptions, 'signal'> {
  url: string;
  log: Log;
}

/** Tells a webhook of alarms, signed and retried as call reports are. One after the other: a clear never comes first. */
export class AlarmWebhook {
  private tail: Promise<void> = Promise.resolve();
  private readonly stopping = new AbortController();

  constructor(private readonly options: AlarmWebhookOptions) {}

  send(change: AlarmChange): void {
    const { url, log, ...options } = this.options;
    const webhook = { url, body: JSON.stringify({ version: 1, ...change }), idempotencyKey: change.id };
    this.tail = this.tail.then(async () => {
      const delivery = await deliverWebhook(webhook, { ...options, signal: this.stopping.signal });
      if (delivery.result === 'delivered') return;
      const { alarm } = change;
      const { result, attempts, status } = delivery;
      log.error({ code: 'ALARM_NOT_DELIVERED', alarm, result, attempts, status }, 'Alarm not delivered');
    });
  }

  /** Gives up what is under way and waits until that is done. */
  async close(): Promise<void> {
    this.stopping.abort();
    await this.tail;
  }
}
