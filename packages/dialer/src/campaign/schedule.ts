import { type CallKey, targetKey } from '../call/call-key';
import type { CallFact } from '../call/outbound-call';
import type { DialRecord } from '../store/dial-record';
import type { CampaignRules } from './campaign-rules';
import { judgeDial } from './dial-policy';
import { CallingTimes, dateIn, nextDayMs, nextMinuteMs, zoneForDays } from './place';
import { type Closing, type Final, settled } from './settle';
import type { CloseOutcome, Target } from './target';
import { TrackedCall } from './tracked-call';

/** What is to be done next. */
export type Step =
  | { do: 'dial'; target: number; key: CallKey }
  /** A target is not dialled any more. */
  | { do: 'close'; target: number; outcome: CloseOutcome; reason: string }
  /** A target is not dialled before a moment. */
  | { do: 'defer'; target: number; untilMs: number }
  /** Nothing more will be heard of a call. */
  | { do: 'expire'; key: CallKey }
  /** Nobody is dialled any more. */
  | { do: 'end'; outcome: 'out_of_time' | 'capped' }
  /** Until then nothing changes by itself. */
  | { do: 'wait'; untilMs: number }
  | { do: 'finish' };

export interface TargetState {
  readonly target: Target;
  readonly calls: TrackedCall[];
  /** While it waits: not before this moment. */
  notBeforeMs: number;
  /** Why it is not dialled any more, whatever its calls say. */
  closing?: Closing;
  final?: Final;
}

/**
 * A campaign: what its records add up to, and what is to be done next. No I/O, no clock, no chance: the same records
 * and the same time give the same step, so a campaign that was killed goes on where it was. Whoever carries a step out
 * stores the record of it and applies it before asking for the next one.
 */
export class Schedule {
  readonly targets: TargetState[] = [];
  paused = false;
  /** Why nobody is dialled any more. */
  private closing?: Closing;
  /** Never dialled yet, in the order of the file. */
  private readonly fresh = new Set<number>();
  /** To be dialled from a moment of their own. */
  private readonly later = new Set<number>();
  private readonly open = new Map<CallKey, { index: number; call: TrackedCall }>();
  private readonly byNumber = new Map<string, number[]>();
  private readonly doNotCall = new Set<string>();
  private readonly optOuts: string[] = [];
  private readonly times = new CallingTimes();
  private readonly dialsOn = new Map<string, number>();
  private dials = 0;
  private lastDialMs = Number.NEGATIVE_INFINITY;
  private gateMs = Number.NEGATIVE_INFINITY;

  constructor(
    readonly name: string,
    public rules: CampaignRules,
  ) {}

  /** Calls that may be going on. */
  get openCalls(): number {
    return this.open.size;
  }

  /** Whether somebody of that number is to be called. */
  concerns(number: string): boolean {
    return this.byNumber.has(number) && !this.doNotCall.has(number);
  }

  /** Numbers whose owners have asked not to be called any more; each is given once. */
  takeOptOuts(): string[] {
    return this.optOuts.splice(0);
  }

  apply(record: DialRecord): void {
    switch (record.type) {
      case 'campaign':
        this.rules = record.rules;
        this.times.forget();
        return;
      case 'targets':
        for (const target of record.targets) this.add(target);
        return;
      case 'dialling':
        if (record.target !== undefined) this.dialling(record.target, record.key, record.atMs);
        return;
      case 'fact':
        this.learn(record.key, record.fact, record.atMs);
        return;
      case 'closed':
        this.close(record.target, { outcome: record.outcome, reason: record.reason });
        return;
      case 'deferred':
        this.defer(record.target, record.untilMs);
        return;
      case 'do_not_call':
        this.optOut(record.number);
        return;
      case 'paused':
      case 'resumed':
        this.paused = record.type === 'paused';
        return;
      case 'cancelled':
        this.end({ outcome: 'cancelled' });
        return;
      case 'over':
        this.end({ outcome: record.outcome });
        return;
      case 'held':
        return;
    }
  }

  /** @param dialling false: no further calls, only what the running ones need */
  next(nowMs: number, dialling = true): Step {
    const overdue = this.overdue(nowMs);
    if (overdue !== undefined) return { do: 'expire', key: overdue };
    const waiting = this.fresh.size + this.later.size;
    if (waiting === 0 && this.open.size === 0) return { do: 'finish' };
    const ending = waiting > 0 ? this.ending(nowMs) : undefined;
    if (ending) return { do: 'end', outcome: ending };
    const untilMs = Math.min(this.nextDeadlineMs(nowMs), nextMinuteMs(nowMs));
    if (this.paused || !dialling || waiting === 0) return { do: 'wait', untilMs };
    const readyMs = this.readyMs(nowMs);
    if (readyMs > nowMs) return { do: 'wait', untilMs: Math.min(untilMs, readyMs) };
    const index = this.candidate(nowMs);
    if (index !== undefined) return this.judged(index, nowMs);
    return { do: 'wait', untilMs: Math.min(untilMs, this.nextDueMs(nowMs)) };
  }

  private add(target: Target): void {
    const index = this.targets.length;
    this.targets.push({ target, calls: [], notBeforeMs: 0, closing: target.closed });
    if (!target.closed) {
      this.byNumber.set(target.number, [...(this.byNumber.get(target.number) ?? []), index]);
    }
    this.fresh.add(index);
    this.settle(index);
  }

  private dialling(index: number, key: CallKey, atMs: number): void {
    const state = this.targets[index];
    if (!state || this.callOf(key)) return;
    const call = new TrackedCall(key, atMs, dateIn(zoneForDays(state.target.place), atMs));
    state.calls.push(call);
    this.open.set(key, { index, call });
    this.count(call, 1);
    this.lastDialMs = atMs;
    this.settle(index);
  }

  private learn(key: CallKey, fact: CallFact, atMs: number): void {
    const found = this.callOf(key);
    if (!found) return;
    const { index, call } = found;
    if (fact.type === 'not_placed') this.gateMs = Math.max(this.gateMs, atMs + (fact.waitMs ?? 0));
    const counted = call.counts;
    call.learn(fact, this.rules.reports, atMs);
    if (counted !== call.counts) this.count(call, counted ? -1 : 1);
    if (call.open) this.open.set(key, found);
    else this.open.delete(key);
    const result = call.call.end?.botOperationResult;
    const number = this.targets[index]?.target.number;
    if (result !== undefined && number !== undefined && this.rules.optOutResults.includes(result)) {
      this.optOuts.push(number);
      this.optOut(number);
    }
    this.settle(index);
  }

  private callOf(key: CallKey): { index: number; call: TrackedCall } | undefined {
    const open = this.open.get(key);
    if (open) return open;
    const [name, target] = key.split('.');
    const index = Number(target);
    const call = name === this.name ? this.targets[index]?.calls.find((each) => each.key === key) : undefined;
    return call && { index, call };
  }

  private optOut(number: string): void {
    this.doNotCall.add(number);
    for (const index of this.byNumber.get(number) ?? []) this.settle(index);
  }

  private close(index: number, closing: Closing): void {
    const state = this.targets[index];
    if (!state) return;
    state.closing ??= closing;
    this.settle(index);
  }

  private end(closing: Closing): void {
    this.closing ??= closing;
    for (const index of [...this.fresh, ...this.later]) this.settle(index);
  }

  private defer(index: number, untilMs: number): void {
    const state = this.targets[index];
    if (!state || state.final) return;
    state.notBeforeMs = Math.max(state.notBeforeMs, untilMs);
    if (this.fresh.delete(index)) this.later.add(index);
  }

  /** Puts a target where its calls say that it belongs. */
  private settle(index: number): void {
    const state = this.targets[index];
    if (!state) return;
    const { calls, final } = state;
    const where = settled(calls, this.rules, this.closingOf(state), final !== undefined);
    if (where.state === 'waiting' && calls.length === 0) return;
    this.fresh.delete(index);
    this.later.delete(index);
    if (where.state === 'final') state.final = where.final;
    if (where.state !== 'waiting') return;
    state.notBeforeMs = Math.max(state.notBeforeMs, where.notBeforeMs);
    this.later.add(index);
  }

  private closingOf({ closing, target }: TargetState): Closing | undefined {
    if (closing) return closing;
    return this.doNotCall.has(target.number) ? { outcome: 'do_not_call' } : this.closing;
  }

  private overdue(nowMs: number): CallKey | undefined {
    for (const [key, { call }] of this.open) {
      if (call.deadlineMs(this.rules) <= nowMs) return key;
    }
    return undefined;
  }

  private nextDeadlineMs(nowMs: number): number {
    const { untilMs = Infinity } = this.rules;
    let nextMs = untilMs > nowMs ? untilMs : Infinity;
    for (const { call } of this.open.values()) nextMs = Math.min(nextMs, call.deadlineMs(this.rules));
    return nextMs;
  }

  private ending(nowMs: number): 'out_of_time' | 'capped' | undefined {
    const { untilMs, caps } = this.rules;
    if (untilMs !== undefined && nowMs >= untilMs) return 'out_of_time';
    // A call that is still open may turn out not to have been placed.
    return this.dials >= caps.total && this.open.size === 0 ? 'capped' : undefined;
  }

  /** When the next call may be placed, whoever it is for. */
  private readyMs(nowMs: number): number {
    const { callsPerSecond, concurrent, caps, timeZone } = this.rules;
    const full = this.open.size >= concurrent || this.dials >= caps.total;
    const usedUp = (this.dialsOn.get(dateIn(timeZone, nowMs)) ?? 0) >= caps.perDay;
    if (full || usedUp) return nextMinuteMs(nowMs);
    // A clock that was put back must not hold the campaign up.
    const nextMs = this.lastDialMs > nowMs ? nowMs : this.lastDialMs + 1000 / callsPerSecond;
    return Math.max(this.gateMs, nextMs);
  }

  /** Whoever is due and has waited longest comes first; then the order of the file. */
  private candidate(nowMs: number): number | undefined {
    let found: number | undefined;
    let sinceMs = nowMs + 1;
    for (const index of this.later) {
      const state = this.targets[index];
      if (!state || state.notBeforeMs >= sinceMs || !this.isTime(state, nowMs)) continue;
      found = index;
      sinceMs = state.notBeforeMs;
    }
    if (found !== undefined) return found;
    for (const index of this.fresh) {
      const state = this.targets[index];
      if (state && this.isTime(state, nowMs)) return index;
    }
    return undefined;
  }

  private isTime({ target }: TargetState, nowMs: number): boolean {
    return this.times.isTime(target.place, this.rules.hours, nowMs);
  }

  private nextDueMs(nowMs: number): number {
    let nextMs = Infinity;
    for (const index of this.later) {
      const { notBeforeMs = nowMs } = this.targets[index] ?? {};
      if (notBeforeMs > nowMs) nextMs = Math.min(nextMs, notBeforeMs);
    }
    return nextMs;
  }

  /** The policy has the last word on whoever would be next. */
  private judged(index: number, nowMs: number): Step {
    const { target, calls } = this.targets[index] as TargetState;
    const zone = zoneForDays(target.place);
    const today = dateIn(zone, nowMs);
    const rang = calls.filter(({ counts }) => counts);
    const ownToday = this.dialsOn.get(dateIn(this.rules.timeZone, nowMs)) ?? 0;
    const usage = {
      call: rang.length,
      caller: rang.filter(({ day }) => day === today).length,
      profile: ownToday,
      day: ownToday,
    };
    const verdict = judgeDial(target.number, target.place, this.rules, usage, nowMs);
    if (verdict.allowed) {
      return { do: 'dial', target: index, key: targetKey(this.name, index, calls.length + 1) };
    }
    const { reason } = verdict;
    switch (reason) {
      case 'closed':
      case 'budget_profile':
      case 'budget_day':
        return { do: 'defer', target: index, untilMs: nextMinuteMs(nowMs) };
      case 'budget_caller':
        return { do: 'defer', target: index, untilMs: nextDayMs(zone, nowMs) };
      default:
        return {
          do: 'close',
          target: index,
          outcome: reason === 'budget_call' ? 'capped' : 'blocked',
          reason,
        };
    }
  }

  private count(call: TrackedCall, by: 1 | -1): void {
    const day = dateIn(this.rules.timeZone, call.sinceMs);
    this.dials += by;
    this.dialsOn.set(day, (this.dialsOn.get(day) ?? 0) + by);
  }
}
