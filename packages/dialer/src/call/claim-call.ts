import type { DialRecord } from '../store/dial-record';
import type { DialStore, StoredRecord } from '../store/dial-store';
import { type CallKey, streamOf } from './call-key';

/** Claims of the store; each is taken once, by one record. */
const callClaim = (key: CallKey): string => `call/${key}`;
const voidClaim = (key: CallKey): string => `void/${key}`;
const slotClaim = (number: string, day: string, slot: number): string => `number/${number}/${day}/${slot}`;

export interface CallToClaim {
  record: Extract<DialRecord, { type: 'dialling' }>;
  /** The date where the number is. */
  day: string;
  /** Most calls to this number on this day, whoever places them. */
  perNumberPerDay: number;
}

/**
 * `claimed`: the call is yours to place, now, once. `capped`: the number was called often enough today. `taken`:
 * somebody else has this call.
 */
export type CallClaim = 'claimed' | 'capped' | 'taken';

/**
 * Takes the right to place one call. It is durable before the network hears of it: after a crash nobody can know how
 * far the request has got, so the claim is never given back. Better never than twice.
 */
export async function claimCall(
  store: DialStore,
  { record, day, perNumberPerDay }: CallToClaim,
): Promise<CallClaim> {
  const { key, number } = record;
  const stream = streamOf(key);
  if (stream === undefined) throw new RangeError('The key of a call names its stream');
  let used = 0;
  for (let slot = 1; ; slot += 1) {
    const slotted = slotClaim(number, day, slot);
    const before = await store.claimedBy(slotted);
    if (before === undefined) {
      const appended = await store.append(stream, record, [callClaim(key), slotted]);
      if (appended.appended) return 'claimed';
      if (appended.taken !== slotted) return 'taken';
    }
    if (!(await isVoid(store, before))) used += 1;
    if (used >= perNumberPerDay) return 'capped';
  }
}

/** The network has certainly not placed the call: it does not count for its number. */
export async function noteNotPlaced(
  store: DialStore,
  record: Extract<DialRecord, { type: 'fact' }>,
): Promise<void> {
  const stream = streamOf(record.key);
  if (stream === undefined) return;
  const { appended } = await store.append(stream, record, [voidClaim(record.key)]);
  if (!appended) await store.append(stream, record);
}

/** Whether a call of that key was ever claimed, and by which record. */
export async function claimedCall(
  store: DialStore,
  key: CallKey,
): Promise<CallToClaim['record'] | undefined> {
  const { body } = (await store.claimedBy(callClaim(key))) ?? {};
  return body?.type === 'dialling' ? body : undefined;
}

/** The latest call to a number on a day that may have been placed. */
export async function latestCallTo(
  store: DialStore,
  number: string,
  day: string,
): Promise<CallToClaim['record'] | undefined> {
  let latest: CallToClaim['record'] | undefined;
  for (let slot = 1; ; slot += 1) {
    const record = await store.claimedBy(slotClaim(number, day, slot));
    if (record?.body.type !== 'dialling') return latest;
    if (!(await isVoid(store, record))) latest = record.body;
  }
}

async function isVoid(store: DialStore, record: StoredRecord | undefined): Promise<boolean> {
  if (record?.body.type !== 'dialling') return false;
  return (await store.claimedBy(voidClaim(record.body.key))) !== undefined;
}
