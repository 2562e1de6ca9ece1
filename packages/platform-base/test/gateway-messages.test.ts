import fc from 'fast-check';
import { GATEWAY_FRAME_BYTES, GATEWAY_MESSAGE_BYTES } from '../src';
import { messagesOf } from '../src/server/gateway-messages';

const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000_000);
beforeAll(() => {
  process.stdout.write(`gateway messages seed ${seed}\n`);
});

/** One action is an object, several are an array. */
const frame = (actions: readonly object[]) => (actions.length === 1 ? actions[0] : actions);
const read = (message: Uint8Array): object[] => [JSON.parse(Buffer.from(message).toString('utf8'))].flat();
const sized = (bytes: number) => ({ text: 'x'.repeat(bytes - '{"text":""}'.length) });

describe('actions as messages of a gateway', () => {
  test('none is no message; a few are one', () => {
    expect(messagesOf([], frame)).toEqual([]);
    expect(messagesOf([{ a: 1 }, { b: 2 }], frame).map(read)).toEqual([[{ a: 1 }, { b: 2 }]]);
  });

  test('an action of just a frame is one message, and so is one of a byte more; nothing is put with them', () => {
    for (const bytes of [GATEWAY_FRAME_BYTES, GATEWAY_FRAME_BYTES + 1]) {
      const messages = messagesOf([{ a: 1 }, sized(bytes), { b: 2 }], frame);
      expect(messages.map(({ length }) => length)).toEqual([7, bytes, 7]);
    }
  });

  test('what the gateway does not take is left out, which is said, and the rest leaves in its order', () => {
    const most = sized(GATEWAY_MESSAGE_BYTES);
    const tooMuch = sized(GATEWAY_MESSAGE_BYTES + 1);
    const leftOut: number[] = [];
    const messages = messagesOf([{ a: 1 }, most, tooMuch, { b: 2 }], frame, (bytes) => leftOut.push(bytes));
    expect(leftOut).toEqual([GATEWAY_MESSAGE_BYTES + 1]);
    expect(messages.flatMap(read)).toEqual([{ a: 1 }, most, { b: 2 }]);
  });

  test('whatever the sizes: all of them, in order, never cut, and never more than a frame together', () => {
    const action = fc.record({
      text: fc.string({ unit: 'grapheme' }),
      fill: fc.integer({ min: 0, max: 20_000 }),
    });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 12 }), (drafts) => {
        const actions = drafts.map(({ text, fill }) => ({ text, fill: 'ü'.repeat(fill) }));
        const messages = messagesOf(actions, frame);
        expect(messages.flatMap(read)).toEqual(actions);
        for (const message of messages) {
          if (read(message).length > 1) expect(message.length).toBeLessThanOrEqual(GATEWAY_FRAME_BYTES);
        }
        // As few as can be without changing the order: two neighbours would not fit together.
        for (const [index, message] of messages.entries()) {
          const next = messages[index + 1];
          const first = next && read(next)[0];
          if (!first) continue;
          const together = JSON.stringify([...read(message), first]);
          expect(Buffer.byteLength(together)).toBeGreaterThan(GATEWAY_FRAME_BYTES);
        }
      }),
      { seed, numRuns: 60 },
    );
  });
});
