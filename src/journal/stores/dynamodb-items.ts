import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { CallFacts, CounterKey, Page, StoredCall } from '../store';
import { TOMBSTONE_MS } from '../store';
import { type Item, number, numberOf, text } from './dynamodb-table';

export const CALL = 'call';

export const callKey = (callId: string): Item => ({ pk: text(`call#${callId}`), sk: text(CALL) });
export const callerKey = (key: string, sk: string): Item => ({ pk: text(`caller#${key}`), sk: text(sk) });

/** Counters of a caller lie with the caller, so that they are found when all of it is to be erased. */
export function counterKey({ key, callerKey: caller }: CounterKey): Item {
  return caller ? callerKey(caller, `count#${key}`) : { pk: text(`count#${key}`), sk: text('count') };
}

export const idOf = ({ pk }: Item): string => pk?.S?.slice(5) ?? '';
/** `<fence>#<ms>#<number>`, of a fixed length; words that are too large for one item have a number behind it. */
const ORDER_CHARS = 10 + 1 + 14 + 1 + 8;
export function orderOf({ sk }: Item): string {
  const at = (sk?.S?.indexOf('#') ?? 0) + 1;
  return sk?.S?.slice(at, at + ORDER_CHARS) ?? '';
}
export const padded = (value: number, length: number): string =>
  String(Math.round(value)).padStart(length, '0');
export const expires = (atMs: number): AttributeValue => number(Math.ceil(atMs / 1000));
export const keepOf = ({ keep }: Item) => (keep?.S ?? 'nothing') as CallFacts['keep'];

export const deleteAtMs = (call: Item): number =>
  numberOf(call.endedAt) +
  (keepOf(call) === 'nothing' ? TOMBSTONE_MS : Math.max(TOMBSTONE_MS, numberOf(call.keepMs)));

export const itemOf = ({ startedAtMs, profile, callerKey: caller, keep, keepMs }: CallFacts): Item => ({
  startedAt: number(startedAtMs),
  profile: text(profile),
  ...(caller !== undefined && { callerKey: text(caller) }),
  keep: text(keep),
  keepMs: number(keepMs),
});

export function storedCall(item: Item, pages: Page[]): StoredCall {
  const { startedAt, profile, callerKey: caller, keepMs, endedAt } = item;
  const about = startedAt && {
    startedAtMs: numberOf(startedAt),
    profile: profile?.S ?? '',
    callerKey: caller?.S,
    keep: keepOf(item),
    keepMs: numberOf(keepMs),
  };
  return {
    callId: idOf(item),
    about,
    lastAtMs: numberOf(item.lastAt),
    endedAtMs: endedAt && numberOf(endedAt),
    version: numberOf(item.version),
    state: item.state?.B,
    claimCount: numberOf(item.claimCount),
    pages,
  };
}
