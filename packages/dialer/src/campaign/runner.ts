import { type Clock, pause } from '@jovo-telephony/telephony';
import { factOf, noteFact } from '../call/call-facts';
import type { CallKey } from '../call/call-key';
import { claimCall } from '../call/claim-call';
import { DialerError } from '../errors';
import { backoffMs } from '../network/backoff';
import {
  type DialAnswer,
  type DialRequest,
  type OutboundNetwork,
  REFUSALS,
} from '../network/outbound-network';
import type { DialRecord } from '../store/dial-record';
import type { DialStore } from '../store/dial-store';
import { DO_NOT_CALL_STREAM, doNotCallClaim } from './do-not-call';
import { dateIn, nextDayMs, zoneForDays } from './place';
import type { Schedule, Step } from './schedule';
import type { Target } from './target';

export interface RunnerOptions {
  schedule: Schedule;
  store: DialStore;
  network: OutboundNetwork;
  /** What the network is asked for. */
  requestFor(target: Target, key: CallKey): DialRequest;
  clock: Clock;
  /** Wall-clock time, milliseconds since 1970. */
  wallMs(): number;
  /** From 0 up to 1. */
  random(): number;
  /** Names this process; no two may have the same. */
  holder: string;
  /** Numbers of the campaign's own do-not-call lists, which may grow while it runs. Throws if they cannot be read. */
  listed?(): readonly string[];
  /** The lists could not be read again: their last good state holds. */
  onListFault?(error: unknown): void;
  /** Another process has the campaign, or had it when it was killed: it is waited for, not for long. */
  onBusy?(): void;
  /** Nothing more is dialled; the calls that are going on are waited for. */
  onHalt?(advice: string): void;
  /** Told after everything that has changed. */
  onChange?(schedule: Schedule): void;
  timing?: Partial<RunnerTiming>;
}

export interface RunnerTiming {
  /** How often records of other processes are looked for. */
  pollMs: number;
  /** A process that was killed blocks its campaign for so long. */
  leaseMs: number;
  /** How often do-not-call lists are read again. */
  listsMs: number;
}

const TIMING: Readonly<RunnerTiming> = { pollMs: 250, leaseMs: 15_000, listsMs: 60_000 };

/** So many answers in a row that are neither yes nor "later": something is wrong with more than one call. */
const TROUBLE_AFTER = 5;

/** `halted`: the network will have none of it, and nothing more is dialled until somebody has looked into it. */
export type RunResult = { result: 'finished' | 'stopped' } | { result: 'halted'; advice: string };

/** How a run is ended: `stop` places no further calls and waits for those that are going on, `leave` does not wait. */
export interface RunSignals {
  stop?: AbortSignal;
  leave?: AbortSignal;
}

/**
 * Carries a campaign out: asks the schedule for the next step, writes it down, then does it. Whatever it knows comes
 * from the records, its own ones too, so it may be killed at any moment and started again.
 */
export class CampaignRunner {
  private readonly timing: RunnerTiming;
  private readonly sending = new Set<Promise<void>>();
  private seq = 0;
  private doNotCallSeq = 0;
  private listsAtMs = Number.NEGATIVE_INFINITY;
  private leaseUntilMs = Number.NEGATIVE_INFINITY;
  private failures = 0;
  private gateMs = Number.NEGATIVE_INFINITY;
  private troubles = 0;
  private halted?: string;
  private broken?: { error: unknown };
  private wake = () => {};

  constructor(private readonly options: RunnerOptions) {
    this.timing = { ...TIMING, ...options.timing };
  }

  /**
   * Runs until everybody is settled, or it is ended. Throws a `DialerError` when another process runs the campaign.
   */
  async run({ stop, leave }: RunSignals = {}): Promise<RunResult> {
    const { schedule, wallMs } = this.options;
    const wakeUp = () => this.wake();
    for (const signal of [stop, leave]) signal?.addEventListener('abort', wakeUp);
    await this.takeLease(stop ?? leave);
    try {
      for (;;) {
        await this.keepLease();
        await this.catchUp();
        if (this.broken) throw this.broken.error;
        const left = leave?.aborted === true;
        const dialling = this.halted === undefined && !left && stop?.aborted !== true;
        const idle = schedule.openCalls === 0 || left;
        if (!dialling && idle && this.sending.size === 0) break;
        const nowMs = wallMs();
        const step = schedule.next(nowMs, dialling);
        if (step.do === 'finish') return { result: 'finished' };
        await this.carryOut(step, nowMs);
      }
      return this.halted === undefined ? { result: 'stopped' } : { result: 'halted', advice: this.halted };
    } finally {
      for (const signal of [stop, leave]) signal?.removeEventListener('abort', wakeUp);
      await Promise.allSettled(this.sending);
      await this.options.store.release(this.leaseName, this.options.holder);
    }
  }

  /** Something was written by somebody who can tell: it is looked at now, not at the next poll. */
  nudge(): void {
    this.wake();
  }

  private get leaseName(): string {
    return `campaign/${this.options.schedule.name}`;
  }

  /** A process that was killed has its lease for a while yet; one that lives renews it. */
  private async takeLease(stop: AbortSignal | undefined): Promise<void> {
    const { wallMs, onBusy } = this.options;
    const untilMs = wallMs() + this.timing.leaseMs + this.timing.pollMs;
    if (await this.lease()) return;
    onBusy?.();
    while (wallMs() < untilMs && stop?.aborted !== true) {
      await this.waitUntil(untilMs);
      if (await this.lease()) return;
    }
    throw IN_USE();
  }

  private async keepLease(): Promise<void> {
    if (this.leaseUntilMs - this.options.wallMs() > (this.timing.leaseMs * 2) / 3) return;
    if (!(await this.lease())) throw IN_USE();
  }

  private async lease(): Promise<boolean> {
    const { store, holder, wallMs } = this.options;
    const nowMs = wallMs();
    const untilMs = nowMs + this.timing.leaseMs;
    if (!(await store.lease(this.leaseName, holder, nowMs, untilMs))) return false;
    this.leaseUntilMs = untilMs;
    return true;
  }

  /** Looks at everything that may have changed, by whomever. */
  private async catchUp(): Promise<void> {
    const { schedule, onChange } = this.options;
    const before = this.seq;
    await this.readOn();
    await this.exchangeOptOuts();
    await this.readLists();
    if (this.seq !== before) onChange?.(schedule);
  }

  /** Who has asked one campaign not to be called is not called by another one either. */
  private async exchangeOptOuts(): Promise<void> {
    const { store, schedule, wallMs } = this.options;
    for (const { seq, body } of await store.read(DO_NOT_CALL_STREAM, this.doNotCallSeq)) {
      this.doNotCallSeq = seq;
      if (body.type === 'do_not_call' && schedule.concerns(body.number)) await this.append(body);
    }
    for (const number of schedule.takeOptOuts()) {
      const record = { type: 'do_not_call', number, atMs: wallMs() } as const;
      await store.append(DO_NOT_CALL_STREAM, record, [doNotCallClaim(number)]);
    }
  }

  private async readLists(): Promise<void> {
    const { schedule, wallMs, listed, onListFault } = this.options;
    const first = this.listsAtMs === Number.NEGATIVE_INFINITY;
    if (!listed || wallMs() - this.listsAtMs < this.timing.listsMs) return;
    this.listsAtMs = wallMs();
    try {
      for (const number of listed()) {
        if (schedule.concerns(number)) await this.append({ type: 'do_not_call', number, atMs: wallMs() });
      }
    } catch (error) {
      // Without any list nobody is called.
      if (first || !(error instanceof DialerError)) throw error;
      onListFault?.(error);
    }
  }

  private async append(record: DialRecord): Promise<void> {
    await this.options.store.append(this.options.schedule.name, record);
    await this.readOn();
  }

  /** Also what this process has written itself: the schedule knows nothing but the records. */
  private async readOn(): Promise<void> {
    const { store, schedule } = this.options;
    for (const { seq, body } of await store.read(schedule.name, this.seq)) {
      this.seq = seq;
      schedule.apply(body);
    }
  }

  private async carryOut(step: Exclude<Step, { do: 'finish' }>, atMs: number): Promise<void> {
    switch (step.do) {
      case 'wait':
        return this.waitUntil(step.untilMs);
      case 'expire':
        return this.append({ type: 'fact', key: step.key, fact: { type: 'expired' }, atMs });
      case 'close':
        return this.append({
          type: 'closed',
          target: step.target,
          outcome: step.outcome,
          reason: step.reason,
          atMs,
        });
      case 'defer':
        return this.append({ type: 'deferred', target: step.target, untilMs: step.untilMs, atMs });
      case 'end':
        return this.append({ type: 'over', outcome: step.outcome, atMs });
      case 'dial':
        return this.dial(step, atMs);
    }
  }

  private async waitUntil(untilMs: number): Promise<void> {
    const { clock, wallMs } = this.options;
    const waitMs = Math.min(Math.max(untilMs - wallMs(), 0), this.timing.pollMs);
    const woken = new AbortController();
    this.wake = () => woken.abort();
    await pause(clock, waitMs, woken.signal);
    this.wake = () => {};
  }

  private async dial({ target: index, key }: Extract<Step, { do: 'dial' }>, atMs: number): Promise<void> {
    const { schedule, store, network, requestFor } = this.options;
    const target = schedule.targets[index]?.target;
    if (!target) return;
    const { number } = target;
    const zone = zoneForDays(target.place);
    const request = requestFor(target, key);
    // Where the network does not hand it through, the conversation finds it here.
    const kept = network.can.metadata ? {} : { metadata: request.metadata };
    const claim = await claimCall(store, {
      record: { type: 'dialling', key, target: index, number, network: network.name, ...kept, atMs },
      day: dateIn(zone, atMs),
      perNumberPerDay: schedule.rules.caps.perNumberPerDay,
    });
    if (claim === 'capped') {
      // By another campaign: this one keeps count of its own.
      return this.append({ type: 'deferred', target: index, untilMs: nextDayMs(zone, atMs), atMs });
    }
    // It is in the records, whoever wrote it: without this step the schedule would ask for it again.
    await this.catchUp();
    if (claim === 'taken') return;
    const sent = this.send(key, request).finally(() => {
      this.sending.delete(sent);
      this.wake();
    });
    this.sending.add(sent);
  }

  private async send(key: CallKey, request: DialRequest): Promise<void> {
    const { network, store, wallMs } = this.options;
    try {
      const answer = await network.dial(request);
      const waitMs = this.waitAfter(answer);
      await noteFact(store, key, factOf(answer, waitMs), wallMs());
      this.takeStock(answer);
    } catch (error) {
      // Neither a network nor a store that works throws: nothing more is dialled.
      this.broken ??= { error };
    }
  }

  /** How long nobody is dialled after a refusal that may pass. Requests that were under way together count once. */
  private waitAfter(answer: DialAnswer): number | undefined {
    const { wallMs, random } = this.options;
    if (answer.result === 'placed') this.failures = 0;
    if (answer.result !== 'throttled' && answer.result !== 'unreachable') return undefined;
    const nowMs = wallMs();
    if (nowMs >= this.gateMs) this.failures += 1;
    const askedMs = answer.result === 'throttled' ? answer.retryAfterMs : undefined;
    const waitMs = backoffMs(Math.max(this.failures, 1), askedMs, random());
    this.gateMs = Math.max(this.gateMs, nowMs + waitMs);
    return waitMs;
  }

  private takeStock(answer: DialAnswer): void {
    if (answer.result === 'placed') this.troubles = 0;
    if (answer.result !== 'refused' && answer.result !== 'unknown') return;
    this.troubles += 1;
    const { scope, advice } = answer.result === 'refused' ? REFUSALS[answer.reason] : UNCERTAIN;
    if (this.halted !== undefined || (scope === 'call' && this.troubles < TROUBLE_AFTER)) return;
    this.halted = advice;
    this.options.onHalt?.(advice);
  }
}

const IN_USE = () =>
  new DialerError('DIALER_IN_USE', ['This campaign is being run by another process. Stop that one first.']);

const UNCERTAIN = {
  scope: 'call',
  advice:
    'The network does not say any more whether it places the calls. See whether it is up, then start the campaign again.',
} as const;
