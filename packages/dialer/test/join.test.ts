import {
  claimCall,
  type DialRecord,
  dateIn,
  learn,
  MemoryStore,
  NEW_CALL,
  noteFact,
  OutboundJoin,
  outcomeOf,
  readNotification,
} from '../src';
import { fixture } from './support/fixtures';

/** Half a minute after midnight in Berlin. */
const MIDNIGHT = Date.parse('2026-03-02T23:00:30Z');
const NUMBER = '+4915790000001';
const CONVERSATION = '8b9d2a64-12f7-4c0e-8e3b-0a7d41c6e2b5';

async function placed(
  calls: { key: string; atMs?: number; number?: string; metadata?: Record<string, unknown> }[],
) {
  const store = new MemoryStore();
  for (const { key, atMs = MIDNIGHT, number = NUMBER, metadata } of calls) {
    const claim = await claimCall(store, {
      record: { type: 'dialling', key, number, network: 'sipgate', metadata, atMs },
      day: dateIn('Europe/Berlin', atMs),
      perNumberPerDay: 9,
    });
    expect(claim).toBe('claimed');
  }
  let nowMs = MIDNIGHT;
  const join = new OutboundJoin({ store, wallMs: () => nowMs });
  return { store, join, later: (ms: number) => (nowMs += ms) };
}

const known = async (store: MemoryStore, key: string) =>
  (await store.read(key.split('.')[0] ?? ''))
    .flatMap(({ body }: { body: DialRecord }) =>
      body.type === 'fact' && body.key === key ? [body.fact] : [],
    )
    .reduce(learn, NEW_CALL);

describe('a conversation finds its call', () => {
  it('by the key that has travelled in its metadata', async () => {
    const { join } = await placed([{ key: 'spring.1.1' }, { key: 'spring.2.1', number: '+4915790000002' }]);
    const found = await join.find({
      conversationId: 'c',
      metadata: { dialerCall: 'spring.2.1' },
      number: NUMBER,
    });
    expect(found?.key).toBe('spring.2.1');
  });

  it('but does not believe a key of a call that was never placed', async () => {
    const { join } = await placed([]);
    for (const dialerCall of ['spring.9.9', '../etc', 7, '', 'spring']) {
      expect(await join.find({ conversationId: 'c', metadata: { dialerCall } })).toBeUndefined();
    }
  });

  it('by the id that the network has answered, or has told of meanwhile', async () => {
    const { store, join } = await placed([{ key: 'spring.1.1' }, { key: 'spring.1.2' }]);
    await noteFact(store, 'spring.1.1', { type: 'placed', conversationId: 'a' }, MIDNIGHT);
    const notification = readNotification({ ...fixture('notify-answered'), conversationId: 'b' });
    if (notification) await noteFact(store, 'spring.1.2', { type: 'notified', notification }, MIDNIGHT);
    expect((await join.find({ conversationId: 'a' }))?.key).toBe('spring.1.1');
    expect((await join.find({ conversationId: 'b' }))?.key).toBe('spring.1.2');
    expect(await join.find({ conversationId: 'c' })).toBeUndefined();
  });

  it('by number and time where the network tells nothing else, and brings along what it was to be told', async () => {
    const metadata = { name: 'Anna' };
    const { join } = await placed([{ key: 'spring.1.1', metadata }]);
    for (const number of ['4915790000001', '+49 157 90000001']) {
      expect(await join.find({ conversationId: 'session-1', number })).toEqual({
        key: 'spring.1.1',
        metadata,
      });
    }
    // Somebody else's call to the same person.
    expect(await join.find({ conversationId: 'session-2', number: NUMBER })).toBeUndefined();
    expect(await join.find({ conversationId: 'session-3', number: '+4915790000002' })).toBeUndefined();
    expect(await join.find({ conversationId: 'session-4' })).toBeUndefined();
  });

  it('also when the phone began to ring before midnight', async () => {
    const { join } = await placed([{ key: 'spring.1.1', atMs: MIDNIGHT - 60_000 }]);
    expect((await join.find({ conversationId: 's', number: NUMBER }))?.key).toBe('spring.1.1');
  });

  it('but not when that was too long ago, nor a call that was not placed', async () => {
    const { store, join, later } = await placed([
      { key: 'spring.1.1' },
      { key: 'spring.1.2', atMs: MIDNIGHT + 1 },
    ]);
    await noteFact(store, 'spring.1.2', { type: 'not_placed', cause: 'throttled' }, MIDNIGHT);
    expect((await join.find({ conversationId: 's', number: NUMBER }))?.key).toBe('spring.1.1');
    later(121_000);
    expect(await join.find({ conversationId: 't', number: NUMBER })).toBeUndefined();
  });
});

describe('what is heard of one call from all sides', () => {
  it('comes together under its key', async () => {
    const { store, join } = await placed([{ key: 'spring.1.1' }]);
    await noteFact(store, 'spring.1.1', { type: 'placed', conversationId: CONVERSATION }, MIDNIGHT);
    const start = { conversationId: CONVERSATION, metadata: { dialerCall: 'spring.1.1' } };
    const { key = '' } = (await join.find(start)) ?? {};
    await join.note(key, { type: 'initiated', conversationId: CONVERSATION });
    await join.note(key, { type: 'started', conversationId: CONVERSATION });
    await join.note(key, { type: 'machine', kind: 'voicemail' });
    await join.note(key, { type: 'machine', kind: 'message_time' });
    await join.note(key, { type: 'ended', reason: 'bot-disconnected' });
    const notification = readNotification(fixture('notify-completed-voicemail-beep'));
    if (notification) await noteFact(store, key, { type: 'notified', notification }, MIDNIGHT);
    const call = await known(store, 'spring.1.1');
    expect(call).toMatchObject({
      conversationId: { id: CONVERSATION },
      placed: true,
      initiated: true,
      connected: true,
      voicemail: true,
      messageTime: true,
      ended: { reason: 'bot-disconnected' },
      end: { callDurationSec: 31, botOperationResult: 'voicemail' },
    });
    expect(outcomeOf(call, true)).toBe('voicemail');
  });
});
