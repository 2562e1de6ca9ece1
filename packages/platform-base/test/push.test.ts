import { callOutput, hangUp, say } from '@jovo-telephony/telephony';
import { settle, VirtualClock } from '@jovo-telephony/telephony/testing';
import { CallServer } from '../src';
import { gist, type ToyHandler, toyProcess } from './support/toy-platform';
import type { Toy } from './support/toy-wire';

/** A connection on which sending takes time and may fail: the management API of a gateway, for example. */
function slowConnection() {
  const waiting: { actions: Toy['action'][]; done(left: boolean): void; fail(): void }[] = [];
  const left: Toy['action'][] = [];
  class SlowServer extends CallServer {
    readonly network = 'toy';
    readonly connection = 'connection-1';
    push(actions: readonly Toy['action'][]): Promise<boolean> {
      return new Promise((resolve, reject) => {
        const done = (ok: boolean) => {
          if (ok) left.push(...actions);
          resolve(ok);
        };
        waiting.push({ actions: [...actions], done, fail: () => reject(new Error('410')) });
      });
    }
    override async setResponse(): Promise<void> {}
    override refuse(): void {}
  }
  return {
    serverOf: (event: Toy['event']) => new SlowServer(event),
    waiting,
    left: () => gist(left),
    async answerNext(how: boolean | 'fail') {
      await settle();
      const next = waiting.shift();
      if (how === 'fail') next?.fail();
      else next?.done(how);
      await settle();
    },
  };
}

async function phone(handler: ToyHandler) {
  const clock = new VirtualClock();
  return { clock, ...slowConnection(), ...(await toyProcess(handler, { clock })) };
}

const words = (text: string): Toy['event'] => ({ type: 'words', call: 'c', text });

const twice: ToyHandler = async function ({ text, type }) {
  if (type !== 'TEXT') return;
  await this.$send(`${text} 1`);
  await this.$send(`${text} 2`);
};

test('one leaves after the other, and the event is done when all have', async () => {
  const { app, serverOf, waiting, left, answerNext } = await phone(twice);
  let done = false;
  void app.handle(serverOf(words('hello'))).then(() => {
    done = true;
  });
  await settle();
  expect(waiting).toHaveLength(1);
  await answerNext(true);
  expect([waiting.length, done]).toEqual([1, false]);
  await answerNext(true);
  expect(left()).toEqual(['hello 1', 'hello 2']);
  expect(done).toBe(true);
});

test.each([false, 'fail'] as const)(
  'what cannot leave (%p) leaves in its order with the next event',
  async (how) => {
    const { app, serverOf, left, answerNext } = await phone(twice);
    void app.handle(serverOf(words('hello')));
    await answerNext(how);
    expect(left()).toEqual([]);
    void app.handle(serverOf({ type: 'key', call: 'c' }));
    await answerNext(true);
    expect(left()).toEqual(['hello 1', 'hello 2']);
  },
);

test('unless the caller has said something new since', async () => {
  const { app, serverOf, waiting, left, answerNext } = await phone(twice);
  void app.handle(serverOf(words('one')));
  await settle();
  void app.handle(serverOf(words('two')));
  await answerNext(false);
  while (waiting.length > 0) await answerNext(true);
  expect(left()).toEqual(['two 1', 'two 2']);
});

test('a hang-up that did not get through is tried again', async () => {
  const { app, serverOf, left, answerNext } = await phone(function ({ type }) {
    return type === 'TEXT' ? this.$send(callOutput(say('Bye.'), hangUp())) : this.$send('still there?');
  });
  void app.handle(serverOf(words('bye')));
  await answerNext(false);
  void app.handle(serverOf({ type: 'heard', call: 'c' }));
  await answerNext(true);
  expect(left()).toEqual(['Bye.', 'bye']);
});
