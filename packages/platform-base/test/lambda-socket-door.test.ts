import { callOutput, hangUp, say } from '@jovo-telephony/telephony';
import { VirtualClock } from '@jovo-telephony/telephony/testing';
import { GATEWAY_LIMITS } from '../../../test/support/gateway/limits';
import { toyFunctions } from './support/toy-functions';
import type { ToyHandler } from './support/toy-platform';

const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000_000);
beforeAll(() => {
  process.stdout.write(`lambda socket door seed ${seed}\n`);
});

const words = (text: string) => ({ type: 'words', call: 'c', text });
const start = { type: 'start', call: 'c' };

/** Answers words with the same words. */
const echo: ToyHandler = function ({ type, text }) {
  if (type === 'LAUNCH') return this.$send('hello');
  if (type === 'TEXT') return this.$send(text ?? '');
};

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.stop()));
});

async function functions(handler: ToyHandler, options: Parameters<typeof toyFunctions>[2] = {}) {
  const clock = new VirtualClock();
  const fleet = await toyFunctions(handler, clock, options);
  open.push(fleet.gateway);
  /** Lets time pass, in steps, until it is so. The network in between takes its own time. */
  async function until(isSo: () => boolean, withinMs = 5_000): Promise<void> {
    const lastMs = clock.nowMs() + withinMs;
    const startedAt = Date.now();
    while (!isSo()) {
      if (Date.now() - startedAt > 10_000) throw new Error('It did not become so');
      await new Promise((resolve) => setTimeout(resolve, 2));
      if (clock.nowMs() < lastMs) await clock.pass(Math.max(10, withinMs / 200));
    }
  }
  return { clock, until, ...fleet };
}

describe('the token', () => {
  test('is asked for when the connection is opened, and then no more', async () => {
    const { dial, until } = await functions(echo, { token: 'secret' });
    expect((await dial('wrong')).status).toBe(401);
    expect((await dial('')).status).toBe(401);
    const phone = await dial('secret');
    expect(phone.status).toBe(101);
    phone.send(start);
    await until(() => phone.said().includes('hello'));
  });
});

describe('what is said', () => {
  test('leaves at once, in messages of at most one frame, and whole', async () => {
    const pieces = Array.from({ length: 5 }, (_, index) => `${index}`.repeat(9_000));
    const { dial, until, gateway } = await functions(async function ({ type }) {
      if (type === 'TEXT') for (const piece of pieces) await this.$send(piece);
      if (type === 'LAUNCH') return this.$send(callOutput(...pieces.map((text) => say(text))));
    });
    const phone = await dial();
    phone.send(words('go on'));
    await until(() => phone.said().length === 5);
    phone.send(start);
    await until(() => phone.said().length === 10);
    expect(phone.said()).toEqual([...pieces, ...pieces]);
    for (const bytes of gateway.management.sentBytes) expect(bytes).toBeLessThanOrEqual(32 * 1024);
  });

  test('is sent again where the gateway turns requests away, and is heard once', async () => {
    const { dial, until, gateway } = await functions(echo);
    const phone = await dial();
    gateway.management.throttle = 2;
    phone.send(words('once'));
    await until(() => phone.said().length > 0);
    expect(phone.said()).toEqual(['once']);
  });

  test('waits for the next connection where this one is gone', async () => {
    let goOn: () => void = () => {};
    const { dial, until, instances } = await functions(async function ({ type, text }) {
      if (text !== 'later') return type === 'TEXT' ? this.$send(text ?? '') : undefined;
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      return this.$send('I was not done yet');
    });
    const first = await dial();
    first.send(words('later'));
    await until(() => instances.some(({ heard }) => heard.length > 0));
    first.hangUp();
    await until(() => first.closedWith !== undefined);
    goOn();
    const second = await dial();
    second.send({ type: 'key', call: 'c' });
    await until(() => second.said().length > 0);
    expect(second.said()).toEqual(['I was not done yet']);
  });
});

describe('the limits of the gateway', () => {
  test('a message that is too large closes the connection; the call goes on with the next one', async () => {
    const { dial, until, instances } = await functions(echo);
    const phone = await dial();
    phone.send(start);
    await until(() => phone.said().includes('hello'));
    phone.send(words('x'.repeat(GATEWAY_LIMITS.messageBytes)));
    await until(() => phone.closedWith !== undefined);
    expect(phone.closedWith).toBe(1009);
    const again = await dial();
    again.send(words('still there'));
    await until(() => again.said().length > 0);
    expect(again.said()).toEqual(['still there']);
    expect(instances.flatMap(({ heard }) => heard).map(({ isNew }) => isNew)).toEqual([true, false]);
  });

  test.each([
    ['ten minutes without a word', GATEWAY_LIMITS.idleMs, 0],
    ['two hours of talk', GATEWAY_LIMITS.connectionMs, 300_000],
  ])('%s close the connection, not the call', async (_name, afterMs, talkEveryMs) => {
    const { dial, until, clock, instances } = await functions(echo);
    const phone = await dial();
    phone.send(start);
    await until(() => phone.said().includes('hello'));
    const handled = () => instances.reduce((sum, { heard }) => sum + heard.length, 0);
    while (talkEveryMs > 0 && clock.nowMs() + talkEveryMs < afterMs) {
      const before = handled();
      phone.send({ type: 'key', call: 'c' });
      await until(() => handled() > before, 0);
      await clock.pass(talkEveryMs);
      expect(phone.closedWith).toBeUndefined();
    }
    await until(() => phone.closedWith !== undefined, afterMs);
    expect(phone.closedWith).toBe(1001);
    const again = await dial();
    again.send(words('!hello?'));
    await until(() => again.said().includes('!hello?'));
    const last = instances.flatMap(({ heard }) => heard).find(({ text }) => text === '!hello?');
    expect(last).toMatchObject({ isNew: false, bargeIns: 1 });
  });

  test('a connection that nobody takes up again ends its call after the grace period', async () => {
    const { dial, until, instances, clock } = await functions(echo);
    const phone = await dial();
    phone.send(start);
    await until(() => phone.said().includes('hello'));
    phone.hangUp();
    await until(() => phone.closedWith !== undefined);
    const types = () => instances.flatMap(({ heard }) => heard).map(({ type }) => type);
    await clock.pass(30_000);
    expect(types()).toEqual(['LAUNCH']);
    await until(() => types().length > 1, 60_000);
    expect(types()).toEqual(['LAUNCH', 'SESSION_END']);
  });

  test('nobody is shown an error when a reply takes longer than the gateway waits', async () => {
    const { dial, until, instances, clock, gateway, websocket } = await functions(async function ({ text }) {
      if (text !== 'slow') return;
      await this.$send('let me see');
      await new Promise<void>((resolve) => clock.after(40_000, resolve));
      return this.$send('found it');
    });
    const phone = await dial();
    phone.send(words('slow'));
    await until(() => phone.said().length > 0);
    await clock.pass(30_000);
    await websocket.settled();
    expect(gateway.errorsShown).toEqual([]);
    // Lambda has stopped the clock of that instance: it shows no life any more, and the next one begins anew.
    for (const { keeper } of instances) keeper.dead = true;
    await websocket.discardIdle();
    phone.send({ type: 'key', call: 'c' });
    await until(() => instances.length > 1 && phone.said().length > 1, 15_000);
    expect(phone.said().slice(0, 2)).toEqual(['let me see', 'let me see']);
  });
});

describe('a function that waits before it ends', () => {
  test('for words that follow a sound; when none do, what was cut off goes on', async () => {
    const { dial, until, clock, websocket } = await functions(async function ({ type, text }) {
      if (type !== 'TEXT') return;
      await new Promise<void>((resolve) => clock.after(1_000, resolve));
      return this.$send(text ?? '');
    });
    const phone = await dial();
    phone.send(words('what I wanted to say'));
    await until(() => websocket.invocations === 2);
    phone.send({ type: 'sound', call: 'c' });
    await until(() => phone.said().length > 0, 10_000);
    expect(phone.said()).toEqual(['what I wanted to say']);
  });

  test('for the end of what is said, where a hang-up waits for it', async () => {
    const { dial, until } = await functions(function ({ type }) {
      if (type === 'TEXT') return this.$send(callOutput(say('Goodbye.'), hangUp({ after: 'speech' })));
    });
    const phone = await dial();
    phone.send(words('bye'));
    // Nobody reports that it was heard: the estimate and five seconds have to do.
    await until(() => phone.said().length === 2, 10_000);
    expect(phone.said()).toEqual(['Goodbye.', 'bye']);
  });
});

describe('messages that arrive at the same time', () => {
  test('meet different instances, one after the other, and none is lost or handled twice', async () => {
    let running = 0;
    let most = 0;
    const { dial, until, websocket, clock, instances } = await functions(async function ({ text }) {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => clock.after(20, resolve));
      running -= 1;
      return text && this.$send(text);
    });
    const phone = await dial();
    const digits = [...'0123456789'];
    for (const text of digits) phone.send({ type: 'key', call: 'c', text });
    await until(() => phone.said().length === digits.length, 30_000);
    expect(most).toBe(1);
    expect(websocket.started).toBeGreaterThan(1);
    expect([...phone.said()].sort()).toEqual(digits);
    expect(instances.flatMap(({ heard }) => heard)).toHaveLength(digits.length);
  });

  test('words overtake: the reply that another instance is giving stops, and what comes after is new', async () => {
    const { dial, until, clock, instances } = await functions(async function ({ type, text }) {
      if (type !== 'TEXT') return;
      if (text !== 'a long answer, please') return this.$send(text ?? '');
      for (let part = 0; part < 100 && !this.jovo.abortSignal?.aborted; part += 1) {
        await this.$send(`part ${part}`);
        await new Promise<void>((resolve) => clock.after(500, resolve));
      }
    });
    const phone = await dial();
    phone.send(words('a long answer, please'));
    await until(() => phone.said().length >= 3);
    const askedAtMs = clock.nowMs();
    phone.send(words('stop that'));
    await until(() => phone.said().includes('stop that'));
    expect(clock.nowMs() - askedAtMs).toBeLessThan(2_000);
    await clock.pass(3_000);
    expect(phone.said().at(-1)).toBe('stop that');
    expect(instances.filter(({ heard }) => heard.length > 0)).toHaveLength(2);
  });
});
