import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Sealable } from '../sealing';
import type {
  BeginRequest,
  Begun,
  CallFilter,
  ClaimRequest,
  Counter,
  CounterKey,
  JournalStore,
  Lease,
  LeaseState,
  Page,
  Standing,
  StoredCall,
  TurnResult,
} from '../store';
import {
  CALL,
  callerKey,
  callKey,
  counterKey,
  deleteAtMs,
  expires,
  idOf,
  itemOf,
  keepOf,
  storedCall,
} from './dynamodb-items';
import { CallPages } from './dynamodb-pages';
import { DYNAMO_LIMITS, isOldPart, StateParts } from './dynamodb-parts';
import { DynamoTable, type Item, number, numberOf, text } from './dynamodb-table';

/** Words are separate items that go by themselves: DynamoDB forgets whole items only, and a call may never end. */
const LIVE_MS = 24 * 3_600_000;

const ENDED = ['#endedAt = if_not_exists(#endedAt, :now)', '#claimCount = :zero'];

/**
 * The journal in one DynamoDB table, for functions that keep nothing. Keys `pk` and `sk`, time to live in `expires`:
 *
 * | pk | sk | |
 * |---|---|---|
 * | `call#<id>` | `call` | the call: lease, state, claims |
 * | `call#<id>` | `page#<order>`, `words#<order>` | what was written, and its words |
 * | `call#<id>` | `part#<fence>#<version>#<number>` | a state that is too large for one item |
 * | `caller#<key>` | `call#<id>`, `count#<key>` | what belongs to one caller |
 * | `count#<key>`, `shared#<name>` | the same | counters, common values |
 *
 * Each step is one conditional write of the call's item. What several items have to say together is ordered so that a
 * crash in between errs on the safe side: a counter counts too much, a page is there without its state.
 */
export class DynamoStore implements JournalStore {
  private readonly parts: StateParts;
  private readonly pages: CallPages;

  private constructor(
    private readonly table: DynamoTable,
    private readonly nowMs: () => number,
  ) {
    this.parts = new StateParts(table, nowMs, LIVE_MS);
    this.pages = new CallPages(table, nowMs, LIVE_MS);
  }

  /** @param url `dynamodb://table?region=eu-central-1&endpoint=http://localhost:8000`; the last two are optional */
  static async open(
    url: string,
    nowMs: () => number = Date.now,
    client?: DynamoDBClient,
  ): Promise<DynamoStore> {
    return new DynamoStore(await DynamoTable.open(url, client), nowMs);
  }

  async begin(callId: string, asked: BeginRequest): Promise<Begun> {
    const { holder, leaseMs, knownVersion, force } = asked;
    const event = keepable(asked.event?.sealedText, DYNAMO_LIMITS.eventChars);
    const now = this.nowMs();
    const free = 'attribute_not_exists(#leaseUntil) OR #leaseUntil <= :now OR #holder = :holder';
    const counters = ['version', 'interrupts', 'claimCount'];
    const row = await this.table.update(callKey(callId), {
      set: [
        '#fence = if_not_exists(#fence, :zero) + :one',
        '#holder = :holder',
        '#leaseUntil = :until',
        '#lastAt = :now',
        '#unfinished = if_not_exists(#pending, :none)',
        '#pending = :events',
        '#expires = if_not_exists(#expires, :expires)',
        ...counters.map((name) => `#${name} = if_not_exists(#${name}, :zero)`),
      ],
      condition: force ? undefined : free,
      values: {
        ':holder': text(holder),
        ':until': number(now + leaseMs),
        ':now': number(now),
        ':zero': number(0),
        ':one': number(1),
        ':none': { L: [] },
        ':events': { L: event === undefined ? [] : [text(event)] },
        ':expires': expires(now + LIVE_MS),
      },
    });
    if (!row) return { result: 'busy' };
    const version = numberOf(row.version);
    return {
      result: 'begun',
      lease: { callId, fence: numberOf(row.fence), version },
      ended: row.endedAt !== undefined,
      state: version === knownVersion ? undefined : await this.stateOf(row),
      claims: row.claims?.B,
      claimCount: numberOf(row.claimCount),
      interrupts: numberOf(row.interrupts),
      unfinished: (row.unfinished?.L ?? []).map(({ S }) => S ?? ''),
    };
  }

  async commit(lease: Lease, done: TurnResult): Promise<boolean> {
    const { callId, fence, version } = lease;
    const { page, claims, about, ended, leaseMs } = done;
    const state = done.state.sealed;
    const now = this.nowMs();
    // Before the state: what has happened must not be lost with it.
    if (page) await this.pages.write(callId, fence, [page]);
    const parts = await this.parts.put(callId, fence, version + 1, state);
    const facts = about ? itemOf(about) : {};
    const names = Object.keys(facts);
    const keepMs = Math.max(LIVE_MS, about?.keepMs ?? 0);
    const row = await this.table.update(callKey(callId), {
      set: [
        '#version = #version + :one',
        '#leaseUntil = :until',
        '#pending = :none',
        '#unfinished = :none',
        parts ? '#parts = :parts' : '#state = :state',
        '#oldParts = if_not_exists(#parts, :nothing)',
        '#lastAt = :now',
        ...names.map((name) => `#${name} = :${name}`),
        ...(about ? ['#expires = :expires'] : []),
        ...(ended ? ENDED : []),
        ...(claims && !ended ? ['#claims = :claims'] : []),
      ],
      remove: [ended ? '#claims' : '#endedAt', parts ? '#state' : '#parts'],
      condition: '#fence = :fence AND #version = :version',
      values: {
        ':one': number(1),
        ':until': number(leaseMs === undefined ? 0 : now + leaseMs),
        ':none': { L: [] },
        ...(parts ? { ':parts': text(parts) } : { ':state': { B: state } }),
        ':nothing': text(''),
        ':now': number(now),
        ':fence': number(fence),
        ':version': number(version),
        ...Object.fromEntries(names.map((name) => [`:${name}`, facts[name] as AttributeValue])),
        ...(about && { ':expires': expires(now + keepMs) }),
        ...(ended && { ':zero': number(0) }),
        ...(claims && !ended && { ':claims': { B: claims } }),
      },
    });
    if (!row) {
      if (parts) await this.parts.delete(callId, parts);
      await this.forget(callId);
      return false;
    }
    if (row.oldParts?.S) await this.parts.delete(callId, row.oldParts.S);
    if (about?.callerKey) {
      const item = { ...callerKey(about.callerKey, `call#${callId}`), profile: text(about.profile) };
      await this.table.put([{ ...item, expires: expires(now + keepMs) }]);
    }
    if (ended) await this.forget(callId);
    return true;
  }

  async note({ callId, fence }: Lease, { sealedText: event }: Sealable): Promise<void> {
    if (!keepable(event, DYNAMO_LIMITS.noteChars)) return;
    await this.table.update(callKey(callId), {
      set: ['#pending = list_append(#pending, :events)'],
      condition: '#fence = :fence AND size(#pending) <= :most',
      values: {
        ':events': { L: [text(event)] },
        ':fence': number(fence),
        ':most': number(DYNAMO_LIMITS.notes),
      },
    });
  }

  async claim({ callId, fence }: Lease, { claims, expectedCount, counters }: ClaimRequest) {
    const counted: Counter[] = [];
    const undo = () => Promise.all(counted.map((counter) => this.count(counter, -1)));
    for (const counter of counters) {
      if (!(await this.count(counter, 1))) {
        await undo();
        return { exhausted: counter.key };
      }
      counted.push(counter);
    }
    const row = await this.table.update(callKey(callId), {
      set: ['#claims = :claims', '#claimCount = #claimCount + :one'],
      condition: '#fence = :fence AND #claimCount = :expected',
      values: {
        ':claims': { B: claims },
        ':one': number(1),
        ':fence': number(fence),
        ':expected': number(expectedCount),
      },
    });
    if (row) return 'granted';
    await undo();
    return 'stale';
  }

  private async count(counter: Counter, by: 1 | -1): Promise<boolean> {
    const { limit, untilMs } = counter;
    const row = await this.table.update(counterKey(counter), {
      set: ['#count = if_not_exists(#count, :zero) + :by', '#expires = :expires'],
      condition: limit > 0 ? 'attribute_not_exists(#count) OR #count < :limit' : 'attribute_exists(#nothing)',
      values: {
        ':zero': number(0),
        ':by': number(by),
        ':expires': expires(untilMs),
        // Taking back is always possible.
        ...(limit > 0 && { ':limit': number(by < 0 ? Number.MAX_SAFE_INTEGER : limit) }),
      },
    });
    return row !== undefined;
  }

  async append(callId: string, pages: readonly Page[]): Promise<void> {
    const call = await this.table.get(callKey(callId));
    if (!call || (call.endedAt && keepOf(call) === 'nothing')) return;
    await this.pages.write(callId, numberOf(call.fence), pages);
    if (call.endedAt) await this.forget(callId);
  }

  async interrupt(callId: string): Promise<void> {
    await this.table.update(callKey(callId), {
      set: ['#interrupts = #interrupts + :one'],
      condition: 'attribute_exists(#fence)',
      values: { ':one': number(1) },
    });
  }

  async look(leases: readonly Lease[], renewForMs?: number): Promise<LeaseState[]> {
    if (renewForMs !== undefined) {
      const until = number(this.nowMs() + renewForMs);
      const renew = ({ callId, fence }: Lease) =>
        this.table.update(callKey(callId), {
          set: ['#leaseUntil = :until'],
          condition: '#fence = :fence',
          values: { ':until': until, ':fence': number(fence) },
        });
      await Promise.all(leases.map(renew));
    }
    const items = await this.table.getAll(leases.map(({ callId }) => callKey(callId)));
    const found = new Map(items.map((item) => [item.pk?.S, item]));
    return leases.map(({ callId, fence }) => {
      const item = found.get(callKey(callId).pk?.S);
      return { callId, holds: numberOf(item?.fence) === fence, interrupts: numberOf(item?.interrupts) };
    });
  }

  async standings(callIds: readonly string[]): Promise<(Standing | undefined)[]> {
    const items = await this.table.getAll(callIds.map(callKey), ['pk', 'endedAt']);
    const found = new Map(
      items.map((item) => [idOf(item), item.endedAt ? ('ended' as const) : ('live' as const)]),
    );
    return callIds.map((callId) => found.get(callId));
  }

  async hasCalled(caller: string, profile: string, exceptCallId: string): Promise<boolean> {
    for await (const item of this.table.query(`caller#${caller}`, 'call#')) {
      if (item.profile?.S === profile && item.sk?.S !== `call#${exceptCallId}`) return true;
    }
    return false;
  }

  async counts(counters: readonly CounterKey[]): Promise<number[]> {
    const names = counters.map((counter) => JSON.stringify(counterKey(counter)));
    const items = await this.table.getAll(counters.map(counterKey));
    const found = new Map(items.map(({ pk, sk, count }) => [JSON.stringify({ pk, sk }), numberOf(count)]));
    return names.map((name) => found.get(name) ?? 0);
  }

  async *read({ callIds, callerKeys }: CallFilter): AsyncIterable<StoredCall> {
    const calls: Item[] = [];
    const ids = callIds ?? (callerKeys ? await this.callsOf(callerKeys) : undefined);
    if (ids) calls.push(...(await this.table.getAll(ids.map((id) => callKey(id)))));
    else for await (const item of this.table.scan(CALL)) calls.push(item);
    const fits = (item: Item) => !callerKeys || callerKeys.includes(item.callerKey?.S ?? '');
    const begunAt = (item: Item) => numberOf(item.startedAt ?? item.lastAt);
    for (const item of calls.filter(fits).sort((a, b) => begunAt(a) - begunAt(b))) {
      yield { ...storedCall(item, await this.pages.of(item)), state: await this.stateOf(item) };
    }
  }

  async erase(callerKeys: readonly string[]): Promise<number> {
    const calls = await this.callsOf(callerKeys);
    for (const callId of calls) await this.table.deleteAll(`call#${callId}`);
    for (const key of callerKeys) await this.table.deleteAll(`caller#${key}`);
    return calls.length;
  }

  async purge(nowMs: number, silentForMs: number): Promise<number> {
    let touched = 0;
    for await (const item of this.table.scan(CALL)) {
      const callId = idOf(item);
      if (item.endedAt) {
        if (deleteAtMs(item) > nowMs) continue;
        await this.table.deleteAll(`call#${callId}`);
      } else {
        if (numberOf(item.lastAt) + silentForMs > nowMs) continue;
        const ended = await this.table.update(callKey(callId), {
          set: [
            ...ENDED,
            '#pending = :none',
            '#unfinished = :none',
            '#leaseUntil = :zero',
            '#fence = #fence + :one',
          ],
          remove: ['#state', '#claims', '#parts'],
          condition: '#lastAt = :lastAt AND attribute_not_exists(#endedAt)',
          values: {
            ':now': number(nowMs),
            ':one': number(1),
            ':zero': number(0),
            ':none': { L: [] },
            ':lastAt': item.lastAt as AttributeValue,
          },
        });
        if (ended) await this.forget(callId);
      }
      touched += 1;
    }
    return touched;
  }

  async shared(name: string, proposed: string): Promise<string> {
    const key = { pk: text(`shared#${name}`), sk: text('shared') };
    await this.table.update(key, {
      set: ['#value = :value'],
      condition: 'attribute_not_exists(#value)',
      values: { ':value': text(proposed) },
    });
    return (await this.table.get(key))?.value?.S ?? proposed;
  }

  async probe(): Promise<void> {
    const key = { pk: text('shared#probe'), sk: text('shared') };
    await this.table.update(key, {
      set: ['#value = :value'],
      values: { ':value': text(String(this.nowMs())) },
    });
  }

  async close(): Promise<void> {
    this.table.close();
  }

  private async stateOf(call: Item): Promise<Uint8Array | undefined> {
    return call.parts?.S ? this.parts.read(idOf(call), call.parts.S) : call.state?.B;
  }

  /** Of a call that is over: what its profile does not keep, now; and the rest when its time has come. */
  private async forget(callId: string): Promise<void> {
    const call = await this.table.get(callKey(callId));
    if (!call) return this.table.deleteAll(`call#${callId}`);
    if (!call.endedAt) return;
    const goes = expires(deleteAtMs(call));
    const keep = keepOf(call);
    await this.table.update(callKey(callId), {
      set: ['#expires = :expires'],
      condition: 'attribute_exists(#endedAt)',
      values: { ':expires': goes },
    });
    const kept: Item[] = [];
    for await (const item of this.table.query(`call#${callId}`)) {
      const { pk, sk } = item;
      if (sk?.S === CALL) continue;
      const isWords = sk?.S?.startsWith('words#');
      const goesNow = keep === 'nothing' || (keep === 'events' && isWords) || isOldPart(item, call.parts);
      if (goesNow) await this.table.delete([{ pk, sk } as Item]);
      else kept.push({ ...item, expires: goes });
    }
    const caller = call.callerKey?.S;
    if (caller)
      kept.push({
        ...callerKey(caller, `call#${callId}`),
        profile: call.profile as AttributeValue,
        expires: goes,
      });
    await this.table.put(kept);
  }

  private async callsOf(callerKeys: readonly string[]): Promise<string[]> {
    const ids: string[] = [];
    for (const key of callerKeys) {
      for await (const { sk } of this.table.query(`caller#${key}`, 'call#')) ids.push(sk?.S?.slice(5) ?? '');
    }
    return ids;
  }
}

/** What is too large for the item of its call is not kept in it. */
const keepable = (event: string | undefined, maxChars: number) =>
  event !== undefined && event.length <= maxChars ? event : undefined;
