/** Call-status notifications to the dialer: in order, or as badly as a network can deliver them (spec 7.8). */
import type { HttpClient } from '../../http-exchange';

/** What is POSTed to `notifyUrl`. */
export interface Notification {
  conversationId: string;
  status: 'answered' | 'completed' | 'failed';
  reasonCode?: string;
  reason?: string;
  machineDetection?: 'voicemail beep' | 'voicemail timeout';
  connectTime?: string;
  callDuration?: number;
  sbcSessionID?: string;
  botOperationResult?: string;
  botOperationData?: string;
}

/** How one notification is delivered; the default is once, at once. */
export interface DeliveryPlan {
  /** Real time. */
  afterMs?: number;
  /** 0: it is lost; 2: it comes twice. */
  times?: number;
  /** It is held back until the final one is out. */
  afterFinal?: boolean;
}

export interface DeliveredNotification {
  body: Notification;
  /** What the dialer answered; undefined: nobody did, or it was never sent. */
  status?: number;
}

const TIMEOUT_MS = 10_000;

/** Sends the notifications of one call. */
export class Notifier {
  readonly delivered: DeliveredNotification[] = [];
  readonly #url: string | undefined;
  readonly #plan: (body: Notification) => DeliveryPlan;
  readonly #client: HttpClient;
  readonly #held: (() => Promise<void>)[] = [];
  readonly #putOff: Promise<void>[] = [];
  #last: Promise<void> = Promise.resolve();

  constructor(url: string | undefined, plan: (body: Notification) => DeliveryPlan, client: HttpClient) {
    this.#url = url;
    this.#plan = plan;
    this.#client = client;
  }

  /** Sends `body` by its plan; the call does not wait for it. */
  notify(body: Notification): void {
    if (!this.#url) return;
    const plan = this.#plan(body);
    const isFinal = body.status !== 'answered';
    const deliver = () => this.#deliver(body, plan);
    if (plan.afterFinal && !isFinal) this.#held.push(deliver);
    else if (plan.afterMs) this.#putOff.push(deliver());
    else this.#last = this.#last.then(deliver);
    if (isFinal) for (const held of this.#held.splice(0)) this.#last = this.#last.then(held);
  }

  /** Resolves when everything is out. */
  async idle(): Promise<void> {
    await Promise.all([this.#last, ...this.#putOff]);
  }

  async #deliver(body: Notification, { afterMs = 0, times = 1 }: DeliveryPlan): Promise<void> {
    if (afterMs > 0) await new Promise((resolve) => setTimeout(resolve, afterMs));
    if (times === 0) this.delivered.push({ body });
    for (let i = 0; i < times; i++) this.delivered.push({ body, status: await this.#post(body) });
  }

  /** No `Authorization`: the address itself is the proof (spec 7.8). */
  async #post(body: Notification): Promise<number | undefined> {
    const request = {
      method: 'POST',
      url: this.#url as string,
      headers: { 'Content-Type': 'application/json;charset=UTF-8' },
      body: JSON.stringify(body),
      timeoutMs: TIMEOUT_MS,
    } as const;
    return this.#client.exchange(request).then(
      ({ status }) => status,
      () => undefined,
    );
  }
}
