import { DynamoStore } from '../../src/journal/stores/dynamodb';
import { DYNAMO_LIMITS } from '../../src/journal/stores/dynamodb-parts';
import { DynamoTable } from '../../src/journal/stores/dynamodb-table';
import { type RunningDynamo, startDynamo } from '../support/dynamo';
import { sealed } from '../support/sealable';

/* What the service says no to: an item of more than 400 KB. The emulator says the same. */

let server: RunningDynamo;
let store: DynamoStore;
let table: DynamoTable;

beforeAll(async () => {
  server = await startDynamo();
  store = await DynamoStore.open(server.url);
  table = await DynamoTable.open(server.url);
});
afterAll(async () => {
  await store.close();
  table.close();
  await server.stop();
});

const begin = async (callId: string, event?: string) => {
  const begun = await store.begin(callId, {
    holder: 'h',
    leaseMs: 60_000,
    event: event === undefined ? undefined : sealed(event),
  });
  if (begun.result !== 'begun') throw new Error('busy');
  return begun;
};

async function parts(callId: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { sk } of table.query(`call#${callId}`, 'part#')) found.push(sk?.S ?? '');
  return found;
}

test('the emulator refuses what the service refuses', async () => {
  const item = { pk: { S: 'x' }, sk: { S: 'x' }, large: { B: Buffer.alloc(420_000) } };
  await expect(table.put([item])).rejects.toThrow(/size/i);
});

test.each([
  ['at the limit', DYNAMO_LIMITS.stateBytes, 0],
  ['one byte more', DYNAMO_LIMITS.stateBytes + 1, 1],
  ['of two whole parts', 2 * DYNAMO_LIMITS.partBytes, 2],
  ['of two and a byte', 2 * DYNAMO_LIMITS.partBytes + 1, 3],
])('a state %s is kept, and read again as it was', async (name, bytes, count) => {
  const callId = `size ${name}`;
  const state = sealed(Buffer.alloc(bytes, name));
  const { lease } = await begin(callId);
  expect(await store.commit(lease, { state })).toBe(true);
  expect(await parts(callId)).toHaveLength(count);
  const next = await begin(callId);
  expect(Buffer.from(next.state ?? []).equals(state)).toBe(true);
  // As large again: the parts of before are not needed any more.
  expect(await store.commit(next.lease, { state: sealed(Buffer.alloc(bytes, 'again')) })).toBe(true);
  expect(await parts(callId)).toHaveLength(count);
  expect(await store.commit((await begin(callId)).lease, { state: sealed('x'), ended: true })).toBe(true);
  expect(await parts(callId)).toEqual([]);
});

test('a call is never so large that its next turn cannot begin', async () => {
  const callId = 'everything at its limit';
  const about = { startedAtMs: 1, profile: 'p.yaml', keep: 'events', keepMs: 1 } as const;
  const state = sealed(Buffer.alloc(DYNAMO_LIMITS.stateBytes, 'x'));
  const first = await begin(callId);
  expect(await store.commit(first.lease, { state, about })).toBe(true);
  const claims = Buffer.alloc(16 * 1024, 'x');
  // Two processes die of so many events, one after the other.
  for (let turn = 0; turn < 3; turn += 1) {
    const { lease, claimCount } = await begin(callId, 'e'.repeat(DYNAMO_LIMITS.eventChars));
    expect(await store.claim(lease, { claims, expectedCount: claimCount, counters: [] })).toBe('granted');
    for (let note = 0; note < 30; note += 1)
      await store.note(lease, sealed('n'.repeat(DYNAMO_LIMITS.noteChars)));
  }
  const next = await begin(callId);
  expect(next.unfinished).toHaveLength(1 + DYNAMO_LIMITS.notes);
  expect(await store.commit(next.lease, { state, claims })).toBe(true);
});

test('an event that is too large is handled, but not kept for the next process', async () => {
  const callId = 'a large event';
  const { lease } = await begin(callId, 'e'.repeat(500_000));
  await store.note(lease, sealed('n'.repeat(500_000)));
  await store.note(lease, sealed('small'));
  expect((await begin(callId)).unfinished).toEqual(['small']);
});

test('whoever was overtaken leaves no parts behind', async () => {
  const callId = 'overtaken';
  const { lease } = await begin(callId);
  await begin(callId);
  expect(await store.commit(lease, { state: sealed(Buffer.alloc(500_000, 'x')) })).toBe(false);
  expect(await parts(callId)).toEqual([]);
});
