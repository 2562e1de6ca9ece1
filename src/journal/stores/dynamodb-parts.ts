import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { expires, padded } from './dynamodb-items';
import { type DynamoTable, type Item, text } from './dynamodb-table';

/*
 * An item has at most 400 KB (409,600 bytes), everything in it together. So the item of a call holds at most:
 * 96 KB of state, twice (pending and unfinished) one event of 24 KB and 12 of 8 KB, and its claims, which policies keep
 * small. A larger state lies beside it in parts; larger events are not kept for the case that a process dies of them.
 */
export const DYNAMO_LIMITS = {
  stateBytes: 96 * 1024,
  /** Of one item that holds nothing else. */
  partBytes: 350 * 1024,
  /** Characters of the event that begins a turn, sealed. */
  eventChars: 24 * 1024,
  /** The same of one that comes during a turn; and how many of them there are. */
  noteChars: 8 * 1024,
  notes: 12,
} as const;

export function cut(bytes: Uint8Array, partBytes: number = DYNAMO_LIMITS.partBytes): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += partBytes) parts.push(bytes.subarray(at, at + partBytes));
  return parts;
}

/**
 * States that are too large for the item of their call, in items of their own: `part#<fence>#<version>#<number>`. They
 * are written before the item that names them, and deleted when it does not any more.
 */
export class StateParts {
  constructor(
    private readonly table: DynamoTable,
    private readonly nowMs: () => number,
    private readonly liveMs: number,
  ) {}

  /** Returns the name under which the state is found: `<fence>#<version>#<count>`; undefined where it is small. */
  async put(callId: string, fence: number, version: number, state: Uint8Array): Promise<string | undefined> {
    if (state.length <= DYNAMO_LIMITS.stateBytes) return undefined;
    const parts = cut(state);
    const name = `${fence}#${version}#${parts.length}`;
    const goes = expires(this.nowMs() + this.liveMs);
    const keys = keysOf(callId, name);
    await this.table.put(parts.map((part, index) => ({ ...keys[index], part: { B: part }, expires: goes })));
    return name;
  }

  /** Throws where a part is missing: the call goes on from memory then. */
  async read(callId: string, name: string): Promise<Uint8Array> {
    const keys = keysOf(callId, name);
    const found = new Map((await this.table.getAll(keys)).map(({ sk, part }) => [sk?.S, part?.B]));
    const parts = keys.map(({ sk }) => found.get(sk?.S));
    if (parts.some((part) => part === undefined)) throw new Error('A part of the state is missing');
    return Buffer.concat(parts as Uint8Array[]);
  }

  async delete(callId: string, name: string): Promise<void> {
    await this.table.delete(keysOf(callId, name));
  }
}

/** Whether an item is a part of a state that its call does not name any more. */
export function isOldPart({ sk }: Item, name: AttributeValue | undefined): boolean {
  if (!sk?.S?.startsWith('part#')) return false;
  return name?.S === undefined || !keysOf('', name.S).some((key) => key.sk?.S === sk.S);
}

function keysOf(callId: string, name: string): Item[] {
  const [fence, version, count] = name.split('#');
  return Array.from({ length: Number(count) }, (_, index) => ({
    pk: text(`call#${callId}`),
    sk: text(`part#${fence}#${version}#${padded(index, 3)}`),
  }));
}
