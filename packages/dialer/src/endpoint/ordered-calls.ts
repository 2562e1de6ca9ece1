import { type Clock, pause } from '@jovo-telephony/telephony';
import { noteFact } from '../call/call-facts';
import type { CallKey } from '../call/call-key';
import { RANK } from '../call/outbound-call';
import { TrackedCall } from '../campaign/tracked-call';
import { backoffMs } from '../network/backoff';
import { post } from '../network/post';
import type { DialRecord, Ordered } from '../store/dial-record';
import type { DialStore } from '../store/dial-store';
import { answeredNotification, finalNotification } from './told-notification';

export interface OrderedCallsOptions {
  store: DialStore;
  clock: Clock;
  /** Wall-clock time, milliseconds since 1970. */
  wallMs(): number;
  /** From 0 up to 1. */
  random(): number;
  /** Whether the network of a bot reports how calls go. */
  reports(bot: string): boolean;
  /** After so long a call is assumed to be over. */
  callMs(bot: string): number;
  /** A notification that could not be delivered. */
  onLost?(status: number | undefined): void;
}

interface OrderedCall {
  tracked: TrackedCall;
  ordered: Ordered;
  connectedMs?: number;
  told: Set<'answered' | 'final'>;
  /** Notifications of one call leave one after the other. */
  sending: Promise<void>;
}

const LOOK_EVERY_MS = 500;
const NOTIFY_WITHIN_MS = 10_000;
const NOTIFY_TRIES = 4;

/** The records of one day's orders; those of the day before may still be going on. */
export const orderStream = (atMs: number): string => `endpoint-${new Date(atMs).toISOString().slice(0, 10)}`;

const DAY_MS = 86_400_000;

/** Calls that others have ordered from us: how they go, and who is told. */
export class OrderedCalls {
  private readonly calls = new Map<CallKey, OrderedCall>();
  private readonly seqs = new Map<string, number>();
  private readonly stopping = new AbortController();
  private looking: Promise<void> = Promise.resolve();

  constructor(private readonly options: OrderedCallsOptions) {}

  /** Takes up the calls that a process before has left, and goes on until closed. */
  async start(): Promise<void> {
    await this.look();
    this.again();
  }

  /** Calls of a bot that may be going on. */
  openCalls(bot: string): number {
    return [...this.calls.values()].filter(({ ordered, tracked }) => ordered.bot === bot && tracked.open)
      .length;
  }

  /** Looks at the records now: something was written. */
  look(): Promise<void> {
    this.looking = this.looking.then(() => this.readOn()).catch(() => {});
    return this.looking;
  }

  async close(): Promise<void> {
    this.stopping.abort();
    await this.looking;
    await Promise.allSettled([...this.calls.values()].map(({ sending }) => sending));
  }

  private again(): void {
    this.options.clock.after(LOOK_EVERY_MS, () => {
      if (this.stopping.signal.aborted) return;
      void this.look().then(() => this.again());
    });
  }

  private async readOn(): Promise<void> {
    const { store, wallMs } = this.options;
    const nowMs = wallMs();
    for (const stream of [orderStream(nowMs - DAY_MS), orderStream(nowMs)]) {
      for (const { seq, body } of await store.read(stream, this.seqs.get(stream))) {
        this.seqs.set(stream, seq);
        this.apply(body);
      }
    }
    for (const [key, call] of this.calls) {
      const { ordered, tracked } = call;
      const { ringMs, bot } = ordered;
      const rules = { reports: this.options.reports(bot), ringMs, callMs: this.options.callMs(bot) };
      if (tracked.open && tracked.deadlineMs(rules) <= nowMs) {
        await noteFact(store, key, { type: 'expired' }, nowMs);
      }
      this.tell(key, call);
      if (!tracked.open && (ordered.notifyUrl === undefined || call.told.has('final')))
        this.calls.delete(key);
    }
  }

  private apply(record: DialRecord): void {
    if (record.type === 'dialling' && record.ordered) {
      this.calls.set(record.key, {
        tracked: new TrackedCall(record.key, record.atMs, ''),
        ordered: record.ordered,
        told: new Set(),
        sending: Promise.resolve(),
      });
    } else if (record.type === 'told') {
      this.calls.get(record.key)?.told.add(record.status);
    } else if (record.type === 'fact') {
      const call = this.calls.get(record.key);
      if (!call) return;
      call.tracked.learn(record.fact, this.options.reports(call.ordered.bot), record.atMs);
      if (call.tracked.call.connected) call.connectedMs ??= record.atMs;
    }
  }

  private tell(key: CallKey, call: OrderedCall): void {
    const { tracked, ordered, told, connectedMs } = call;
    const { notifyUrl } = ordered;
    const known = tracked.call.conversationId;
    // The one that our answer has told.
    const conversationId = known?.rank === RANK.answer ? known.id : ordered.conversationId;
    // Who was told by our answer that nothing was placed needs no notification.
    if (notifyUrl === undefined || tracked.outcome === 'not_placed' || tracked.outcome === 'refused') {
      if (tracked.outcome !== undefined) told.add('final');
      return;
    }
    const send = (status: 'answered' | 'final', body: Record<string, unknown>): void => {
      told.add(status);
      call.sending = call.sending.then(() => this.deliver(key, status, notifyUrl, body));
    };
    if (tracked.call.connected && !told.has('answered'))
      send('answered', answeredNotification(conversationId));
    if (tracked.outcome === undefined || told.has('final')) return;
    const times = { connectedMs, overMs: tracked.overMs ?? tracked.sinceMs };
    send('final', finalNotification(conversationId, tracked.call, tracked.outcome, times));
  }

  private async deliver(
    key: CallKey,
    status: 'answered' | 'final',
    url: string,
    body: object,
  ): Promise<void> {
    const { clock, wallMs, random, onLost, store } = this.options;
    const { signal } = this.stopping;
    const request = {
      url,
      headers: { 'Content-Type': 'application/json;charset=UTF-8' },
      body: JSON.stringify(body),
      timeoutMs: NOTIFY_WITHIN_MS,
    };
    for (let attempt = 1; ; attempt += 1) {
      const answer = await post(request, clock, signal);
      const got = answer.answer === 'status' ? answer.status : undefined;
      if (got !== undefined && got < 500 && got !== 429) break;
      if (signal.aborted) return;
      if (attempt >= NOTIFY_TRIES) {
        onLost?.(got);
        break;
      }
      await pause(clock, backoffMs(attempt, undefined, random()), signal);
    }
    const stream = key.split('.')[0] ?? '';
    await store.append(stream, { type: 'told', key, status, atMs: wallMs() }).catch(() => {});
  }
}
