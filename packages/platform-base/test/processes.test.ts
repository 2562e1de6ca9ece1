import { callOutput, hangUp, say, transfer } from '@jovo-telephony/telephony';
import { settle, VirtualClock } from '@jovo-telephony/telephony/testing';
import fc from 'fast-check';
import { SharedKeeper, SharedStore } from '../src/testing';
import {
  gist,
  keeperThat,
  type ToyConfig,
  type ToyHandler,
  ToyHttpServer,
  toyProcess,
} from './support/toy-platform';

/* FUZZ_SEED repeats a run. */
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000_000);
beforeAll(() => {
  process.stdout.write(`processes seed ${seed}\n`);
});

/** Several processes that share their calls through one store. */
async function fleet(handler: ToyHandler, size = 2, config: Partial<ToyConfig> = {}) {
  const clock = new VirtualClock();
  const store = new SharedStore();
  const processes = [];
  for (let number = 0; number < size; number += 1) {
    const keeper = new SharedKeeper(store, clock);
    const epochMs = () => 1_700_000_000_000 + clock.nowMs();
    processes.push({ keeper, ...(await toyProcess(handler, { clock, epochMs, keeper, ...config })) });
  }
  const [a, b] = processes;
  if (!a || !b) throw new Error('two processes at least');
  return { clock, store, processes, a, b };
}

const start = { type: 'start', call: 'c' };
const words = (text: string, more = {}) => ({ type: 'words', call: 'c', text, ...more });
const heard = { type: 'heard', call: 'c' };
const key = { type: 'key', call: 'c' };

const sayType: ToyHandler = function ({ type, text }) {
  if (type === 'TEXT' || type === 'LAUNCH') return this.$send(text ?? type);
};

describe('each event may come to another process', () => {
  test('the call is known there: not new, interruptions counted, a failed transfer is one', async () => {
    const connect = transfer({ number: '49', displayName: 'x', displayNumber: '49', timeoutSeconds: 9 });
    const { a, b } = await fleet(function ({ type }) {
      return this.$send(type === 'TEXT' ? callOutput(connect) : type);
    });
    await a.post(start);
    await b.post(words('!stop'));
    expect(b.heard.at(-1)).toMatchObject({ bargeIns: 1, isNew: false });
    expect(gist(await a.post(start))).toEqual(['TRANSFER_FAILED']);
    expect(a.heard.at(-1)).toMatchObject({ bargeIns: 1, isNew: false });
  });

  test('what was called off is called off everywhere', async () => {
    const { a, b } = await fleet(function ({ text }) {
      return this.$send(text === 'bye' ? callOutput(hangUp()) : 'too late');
    });
    await a.post(words('bye'));
    expect(await b.post(key)).toEqual({ status: 204 });
  });

  test('a hang-up that waits for its goodbye is carried out by whoever hears of its end', async () => {
    const { a, b } = await fleet(function ({ type }) {
      if (type === 'TEXT') return this.$send(callOutput(say('Goodbye.'), hangUp({ after: 'speech' })));
    });
    expect(gist(await a.post(words('bye')))).toEqual(['Goodbye.']);
    expect(gist(await b.post(heard))).toEqual(['bye']);
  });

  test('or by time alone, though no clock of theirs agrees', async () => {
    const { a, b, clock } = await fleet(function ({ type }) {
      if (type === 'TEXT') return this.$send(callOutput(say('Goodbye.'), hangUp({ after: 'speech' })));
    });
    await a.post(words('bye'));
    await clock.pass(3_000);
    expect(gist(await b.post(key))).toEqual([]);
    await clock.pass(5_000);
    expect(gist(await a.post(key))).toEqual(['bye']);
  });

  test('a late answer leaves with the next event, wherever that comes', async () => {
    const ready: (() => void)[] = [];
    const { a, b, clock } = await fleet(async function ({ type, text }) {
      if (type !== 'TEXT') return;
      await new Promise<void>((resolve) => ready.push(resolve));
      await this.$send(`answer to ${text}`);
    });
    const first = a.post(words('question'));
    await clock.pass(1_800);
    expect(gist(await first)).toEqual(['One moment, please.']);
    ready[0]?.();
    await settle();
    expect(gist(await b.post(heard))).toEqual(['answer to question']);
    expect(gist(await a.post(heard))).toEqual([]);
  });

  test('the end is the end for all of them', async () => {
    const { a, b } = await fleet(sayType);
    await a.post(start);
    await b.post({ type: 'end', call: 'c' });
    expect(await a.post(words('late'))).toEqual({ status: 204 });
    expect(a.platform.receiver.calls.size).toBe(0);
    expect(a.types()).toEqual(['LAUNCH']);
  });
});

describe('a call that has ended in another process', () => {
  test('is let go of by the others, without a word to the app', async () => {
    const closed: string[] = [];
    const { a, b, clock } = await fleet(sayType, 2, {
      observe: (seen) => {
        if (seen.type === 'call_closed') closed.push(seen.callId);
      },
    });
    await a.post(start);
    await b.post({ type: 'end', call: 'c' });
    expect(a.platform.receiver.calls.size).toBe(1);
    await clock.pass(60_000);
    await a.platform.receiver.sweep();
    expect(a.platform.receiver.calls.size).toBe(0);
    expect(a.types()).toEqual(['LAUNCH']);
    expect(b.types()).toEqual(['SESSION_END']);
    expect(closed).toEqual(['c', 'c']);
  });

  test('one that lives, or about which nobody can be asked, stays', async () => {
    const { a, b, clock } = await fleet(sayType);
    await a.post(start);
    await b.post(words('hello'));
    await clock.pass(60_000);
    await a.platform.receiver.sweep();
    expect(a.platform.receiver.calls.size).toBe(1);
    await b.post({ type: 'end', call: 'c' });
    await clock.pass(60_000);
    a.keeper.fails = true;
    await a.platform.receiver.sweep();
    expect(a.platform.receiver.calls.size).toBe(1);
    a.keeper.fails = false;
    // It has begun anew.
    await b.post(start);
    await clock.pass(60_000);
    await a.platform.receiver.sweep();
    expect(a.platform.receiver.calls.size).toBe(1);
    expect(gist(await a.post(key))).toEqual([]);
  });

  test('calls fall silent by the timer alone, though no event comes any more', async () => {
    const { a, clock } = await fleet(sayType, 2, { callLimits: { idleMs: 120_000 } });
    await a.post(start);
    await clock.pass(130_000);
    await a.platform.receiver.sweep();
    expect(a.types()).toEqual(['LAUNCH', 'SESSION_END']);
    expect(a.platform.receiver.calls.size).toBe(0);
  });
});

describe('whether a call is known', () => {
  test('one of another process is; asking for one of nobody leaves no trace', async () => {
    const { a, b, store } = await fleet(sayType);
    await a.post(start);
    expect(await b.platform.receiver.known('c')).toBeDefined();
    for (const callId of ['x', 'y', 'x']) expect(await b.platform.receiver.known(callId)).toBeUndefined();
    expect(store.find({ network: 'toy', callId: 'x' })).toBeUndefined();
    expect(b.platform.receiver.calls.size).toBe(1);
    await a.post({ type: 'end', call: 'c' });
    expect(await b.platform.receiver.known('d')).toBeUndefined();
  });
});

describe('of how many calls something is still to be expected', () => {
  test('not of one that is with somebody else, after a moment', async () => {
    const away = { number: '49', displayName: 'x', displayNumber: '49' };
    const { a, clock } = await fleet(function ({ text }) {
      if (text === 'final') return this.$send(callOutput(transfer(away)));
      if (text === 'try') return this.$send(callOutput(transfer({ ...away, timeoutSeconds: 9 })));
      return this.$send('I am here.');
    });
    const { calls } = a.platform.receiver;
    for (const [index, text] of ['stays', 'final', 'try'].entries())
      await a.post({ type: 'words', call: `c${index}`, text });
    expect([calls.size, calls.expected]).toEqual([3, 3]);
    await clock.pass(3_500);
    expect([calls.size, calls.expected]).toEqual([3, 1]);
    // The transfer came to nothing: the caller is back.
    await a.post({ type: 'start', call: 'c2' });
    expect(calls.expected).toBe(2);
  });
});

describe('two processes at once', () => {
  test('never work on one call together, and events keep their order', async () => {
    let running = 0;
    const order: string[] = [];
    const { a, b, clock } = await fleet(async ({ type }) => {
      running += 1;
      expect(running).toBe(1);
      await new Promise<void>((resolve) => clock.after(100, resolve));
      order.push(type);
      running -= 1;
    });
    const all = [a.post(start), b.post(key), a.post({ type: 'silence', call: 'c' }), b.post(heard)];
    await clock.pass(10_000);
    await Promise.all(all);
    expect([...order].sort()).toEqual([
      'ASSISTANT_SPEECH_ENDED',
      'DTMF_RECEIVED',
      'LAUNCH',
      'USER_INPUT_TIMEOUT',
    ]);
    expect(order[0]).toBe('LAUNCH');
  });

  test('new words in one abort the turn of the other at once, and are answered next', async () => {
    const aborted: string[] = [];
    const { a, b, clock } = await fleet(async function ({ text }) {
      if (text === 'two') return this.$send('second');
      await new Promise<void>((resolve) =>
        this.jovo.abortSignal?.addEventListener('abort', () => {
          aborted.push(String(text));
          resolve();
        }),
      );
      await this.$send('stale');
    });
    const first = a.post(words('one'));
    await settle();
    const second = b.post(words('two'));
    await settle();
    expect(aborted).toEqual(['one']);
    expect(gist(await second)).toEqual(['second']);
    expect(gist(await first)).toEqual([]);
    expect(clock.nowMs()).toBe(0);
  });

  test('a handler that hangs is left behind for words that came elsewhere', async () => {
    const { a, b, clock } = await fleet(function ({ text }) {
      return text === 'one' ? new Promise(() => {}) : this.$send(String(text));
    });
    void a.post(words('one'));
    await settle();
    const second = b.post(words('two'));
    await clock.pass(1_500);
    expect(gist(await second)).toEqual(['two']);
    const third = a.post(words('three'));
    await settle();
    expect(gist(await third)).toEqual(['three']);
  });

  test('whoever waits for the other lets the caller hear that', async () => {
    const { a, b, clock } = await fleet(async function ({ type }) {
      if (type !== 'TEXT') return;
      await new Promise<void>((resolve) => clock.after(5_000, resolve));
      await this.$send('the answer');
    });
    const first = a.post(words('question'));
    await clock.pass(1_800);
    expect(gist(await first)).toEqual(['One moment, please.']);
    const second = b.post(heard);
    await clock.pass(1_800);
    expect(gist(await second)).toEqual(['One moment, please.']);
    const third = b.post(heard);
    await clock.pass(2_000);
    expect(gist(await third)).toEqual(['the answer']);
  });
});

describe('a process that dies', () => {
  test('in mid-turn: the next one handles what it had begun, before what comes', async () => {
    let dying = true;
    const { a, b, clock } = await fleet(function ({ type, text }) {
      if (dying) return new Promise(() => {});
      if (type !== 'ASSISTANT_SPEECH_ENDED') return this.$send(text ?? type);
    });
    void a.post(words('question'));
    await settle();
    a.keeper.dead = true;
    dying = false;
    const next = b.post(key);
    await clock.pass(2_000);
    expect(gist(await next)).toEqual(['One moment, please.']);
    expect(b.types()).toEqual(['TEXT', 'DTMF_RECEIVED']);
    expect(gist(await b.post(heard))).toEqual(['question', 'DTMF_RECEIVED']);
  });

  test('after it had answered in part: likewise, once', async () => {
    let hangs = true;
    const { processes, clock } = await fleet(function ({ type, text }) {
      if (type !== 'TEXT') return;
      return hangs ? new Promise(() => {}) : this.$send(`answer to ${text}`);
    }, 3);
    const [a, b, c] = processes as [(typeof processes)[0], (typeof processes)[0], (typeof processes)[0]];
    const first = a.post(words('question'));
    await clock.pass(1_800);
    expect(gist(await first)).toEqual(['One moment, please.']);
    a.keeper.dead = true;
    void b.post(heard);
    await clock.pass(2_000);
    expect(b.types()).toEqual(['TEXT']);
    b.keeper.dead = true;
    hangs = false;
    void c.post(heard);
    await clock.pass(2_000);
    expect(gist(await c.post(heard))).toEqual([]);
    expect(c.types()).toEqual(['ASSISTANT_SPEECH_ENDED', 'ASSISTANT_SPEECH_ENDED']);
  });
});

test('a process that stops lets go of its calls once they have been told', async () => {
  const { a, b } = await fleet(function ({ type }) {
    return type === 'ASSISTANT_SPEECH_ENDED' ? undefined : this.$send(type);
  });
  await a.socket().say(start);
  a.platform.receiver.stopCalls();
  await settle();
  expect(a.types()).toEqual(['LAUNCH', 'SERVER_STOPPING']);
  // At once: nobody has to be waited for.
  expect(gist(await b.post(key))).toEqual(['DTMF_RECEIVED']);
});

describe('an event that comes twice', () => {
  test.each([
    ['to the same process', 0],
    ['to another process', 1],
  ])('%s: the same answer, and the app sees it once', async (_where, other) => {
    const { processes } = await fleet(sayType);
    const event = words('hello', { key: 'k1' });
    const first = await processes[0]?.post(event);
    const second = await processes[other]?.post(event);
    expect(gist(first ?? [])).toEqual(['hello']);
    expect(gist(second ?? [])).toEqual(['hello']);
    expect(processes.flatMap(({ types }) => types())).toEqual(['TEXT']);
  });

  test('when something else has been answered since: nothing', async () => {
    const { a, b } = await fleet(sayType);
    await a.post(words('one', { key: 'k1' }));
    await b.post(words('two', { key: 'k2' }));
    expect(await a.post(words('one', { key: 'k1' }))).toEqual({ status: 204 });
    expect(await b.post(words('one', { key: 'k1' }))).toEqual({ status: 204 });
  });

  test('while the first is still being answered: both get that answer', async () => {
    let finish = () => {};
    const { a } = await fleet(async function ({ text }) {
      await new Promise<void>((resolve) => (finish = resolve));
      await this.$send(String(text));
    });
    const event = words('hello', { key: 'k1' });
    const both = [a.post(event), a.post(event)];
    await settle();
    finish();
    expect((await Promise.all(both)).map(gist)).toEqual([['hello'], ['hello']]);
    expect(a.types()).toEqual(['TEXT']);
  });
});

describe('a store that fails', () => {
  test('never silences a call: it goes on from memory, and what has happened meanwhile is kept afterwards', async () => {
    const { a, b } = await fleet(function ({ type, bargeIns }) {
      return this.$send(`${type} ${bargeIns}`);
    });
    await a.post(start);
    a.keeper.fails = true;
    expect(gist(await a.post(words('!one')))).toEqual(['TEXT 1']);
    expect(gist(await a.post(words('!two')))).toEqual(['TEXT 2']);
    expect(a.warnings.at(-1)).toMatch('the store fails');
    a.keeper.fails = false;
    expect(gist(await a.post(key))).toEqual(['DTMF_RECEIVED 2']);
    expect(gist(await b.post(key))).toEqual(['DTMF_RECEIVED 2']);
  });

  test('one that never answers is waited for no longer than it was given', async () => {
    const clock = new VirtualClock();
    const keeper = { interrupt() {}, take: () => new Promise<never>(() => {}) };
    const { post } = await toyProcess(sayType, { clock, keeper });
    const reply = post(words('hello'));
    await clock.pass(1_800);
    expect(gist(await reply)).toEqual(['One moment, please.']);
    await clock.pass(700);
    const next = post(heard);
    await clock.pass(10_500);
    expect(gist(await next)).toEqual(['One moment, please.']);
  });
});

test('a call whose events come to any of three processes sounds like one that stays where it is', async () => {
  const handler: ToyHandler = function ({ type, text }) {
    if (type === 'TEXT' && text === 'bye') {
      return this.$send(callOutput(say('Goodbye.'), hangUp({ after: 'speech' })));
    }
    if (type === 'TEXT' && text === 'connect') {
      const to = { number: '49', displayName: 'x', displayNumber: '49', timeoutSeconds: 9 };
      return this.$send(callOutput(say('One moment.'), transfer({ ...to, after: 'speech' })));
    }
    if (type !== 'ASSISTANT_SPEECH_ENDED') return this.$send(`${type} ${text ?? ''}`);
  };
  const happening = fc.record({
    type: fc.constantFrom('start', 'words', 'words', 'key', 'heard', 'heard', 'silence', 'end'),
    text: fc.constantFrom('hello', '!stop', 'bye', 'connect'),
    to: fc.nat(2),
    thenMs: fc.constantFrom(0, 500, 2_000, 7_000),
    key: fc.constantFrom(undefined, undefined, undefined, 'k1', 'k2'),
  });
  type Happening = typeof happening extends fc.Arbitrary<infer H> ? H : never;
  // The same fleets for all runs: Jovo remembers every component class for ever.
  const alone = await fleet(handler);
  const together = await fleet(handler, 3);
  let calls = 0;
  const play = async (steps: readonly Happening[], { processes, clock }: typeof alone, size: number) => {
    calls += 1;
    const said: unknown[] = [];
    for (const { type, text, to, thenMs, key: given } of steps) {
      const event = {
        type,
        call: `call-${calls}`,
        ...(type === 'words' && { text, key: given && `${given} ${text}` }),
      };
      const answer = await processes[to % size]?.post(event);
      said.push([type, answer?.status, gist(answer ?? [])]);
      await clock.pass(thenMs);
    }
    return said;
  };
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 10 }), async (steps) => {
      expect(await play(steps, together, 3)).toEqual(await play(steps, alone, 1));
    }),
    { seed, numRuns: 200 },
  );
}, 60_000);

test('the end of a call is kept before it is answered: nothing comes behind it', async () => {
  const did: string[] = [];
  const keeper = keeperThat(async ({ ended }) => {
    await Promise.resolve();
    did.push(ended ? 'kept as over' : 'kept');
  });
  const { app } = await toyProcess(() => {}, { keeper });
  for (const type of ['start', 'end']) {
    const event = { type, call: 'c' };
    await app.handle(new ToyHttpServer(event, {}, () => did.push(`answered ${type}`)));
  }
  expect(did).toEqual(['answered start', 'kept', 'kept as over', 'answered end']);
});
