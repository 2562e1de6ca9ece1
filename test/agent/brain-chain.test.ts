import { settle, VirtualClock } from '@jovo-telephony/telephony/testing';
import fc from 'fast-check';
import type { Brain, BrainEvent, BrainRequest } from '../../src/agent/brain';
import { type ChainOptions, chainOf } from '../../src/agent/brains/chain';
import { openAiBrain } from '../../src/agent/brains/openai';
import { systemClock } from '../../src/system-clock';
import { chunk, models, startStream } from '../support/model-server';
import { PRAXIS } from '../support/profile';
import { ScriptedBrain, type Step } from '../support/scripted-brain';

const REQUEST: BrainRequest = {
  profile: PRAXIS,
  language: 'de',
  messages: [{ role: 'caller', text: 'Hallo' }],
};
const FIRST_USEFUL_MS = 1000;
const RETRY_AFTER_MS = 30_000;
const HANG = { pauseMs: 10_000_000 };
const HANG_UP: Step = { name: 'hang_up', arguments: {} };

/** A reply while it is being read. */
interface Reading {
  text: string;
  events: BrainEvent[];
  ended: boolean;
  error: Error | undefined;
  firstAtMs?: number;
  controller: AbortController;
  leave(): Promise<unknown>;
}

function read(brain: Brain, nowMs: () => number = () => 0): Reading {
  const controller = new AbortController();
  const stream = brain.reply(REQUEST, controller.signal)[Symbol.asyncIterator]();
  const leave = async () => stream.return?.();
  const reading: Reading = { text: '', events: [], ended: false, error: undefined, controller, leave };
  const run = async () => {
    for (let next = await stream.next(); !next.done; next = await stream.next()) {
      reading.firstAtMs ??= nowMs();
      reading.events.push(next.value);
      if (next.value.type === 'text') reading.text += next.value.text;
    }
  };
  run()
    .catch((error: Error) => {
      reading.error = error;
    })
    .finally(() => {
      reading.ended = true;
    });
  return reading;
}

describe('a chain of scripted brains', () => {
  let clock: VirtualClock;
  let failures: [string, string][];
  beforeEach(() => {
    clock = new VirtualClock();
    failures = [];
  });

  const scripted = (...replies: Step[][]) => new ScriptedBrain(clock, replies);
  const chain = (brains: ScriptedBrain[], options: Partial<ChainOptions> = {}) =>
    chainOf(
      brains.map((brain, index) => ({
        name: `brain ${index + 1}`,
        reply: (request, signal) => brain.reply(request, signal),
      })),
      {
        clock,
        firstUsefulMs: FIRST_USEFUL_MS,
        breakAfter: 2,
        retryAfterMs: RETRY_AFTER_MS,
        onFailure: (name, error) => failures.push([name, (error as Error).name]),
        ...options,
      },
    );
  const ask = async (brain: Brain, ms = 5000) => {
    const reading = read(brain, () => clock.nowMs());
    await clock.pass(ms);
    return reading;
  };

  test('its name tells who is in it, and it needs somebody', () => {
    expect(chain([scripted(), scripted()]).name).toBe('chain of brain 1, brain 2');
    expect(() => chain([])).toThrow(RangeError);
  });

  test('the first brain answers, and nobody else is asked', async () => {
    const second = scripted(['Nein.']);
    const reading = await ask(chain([scripted(['Guten ', { pauseMs: 2500 }, 'Tag.']), second]));
    expect(reading).toMatchObject({ text: 'Guten Tag.', ended: true });
    expect(second.requests).toEqual([]);
    expect(failures).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  const useless: [string, Step[], number, string][] = [
    ['throws', [new Error('no')], 0, 'Error'],
    ['throws after a while', [{ pauseMs: 400 }, new Error('no')], 400, 'Error'],
    ['hangs', [HANG], 1000, 'BrainTooSlow'],
    ['sends blanks and hangs', [' ', '\n', HANG], 1000, 'BrainTooSlow'],
    [
      'keeps sending blanks',
      [...Array<Step[]>(9).fill([{ pauseMs: 300 }, ' '])].flat(),
      1000,
      'BrainTooSlow',
    ],
    ['ends without a word', [], 0, 'EmptyReply'],
    ['ends with blanks', [' \n'], 0, 'EmptyReply'],
    ['is useful too late', [{ pauseMs: 1001 }, 'Zu spät.'], 1000, 'BrainTooSlow'],
  ];
  test.each(useless)('a brain that %s: the next one answers', async (_, steps, afterMs, error) => {
    const first = scripted(steps);
    const second = scripted(['Guten Tag.', HANG_UP]);
    const reading = await ask(chain([first, second]));
    expect(reading).toMatchObject({ text: 'Guten Tag.', firstAtMs: afterMs, ended: true });
    expect(reading.events).toHaveLength(2);
    expect(second.requests).toEqual([REQUEST]);
    expect(failures).toEqual([['brain 1', error]]);
    expect(clock.pending).toBe(0);
  });

  test('a brain that throws at once, without a stream, is passed over as well', async () => {
    const broken: Brain = {
      name: 'broken',
      reply() {
        throw new TypeError('no');
      },
    };
    const options = { clock, firstUsefulMs: 1000, breakAfter: 2, retryAfterMs: 1 };
    expect(await ask(chainOf([broken, scripted(['Ja.'])], options))).toMatchObject({ text: 'Ja.' });
  });

  test('a tool call is as useful as a word', async () => {
    const second = scripted(['Nein.']);
    const reading = await ask(chain([scripted([HANG_UP, { pauseMs: 3000 }, 'Tschüss.']), second]));
    expect(reading.events.map(({ type }) => type)).toEqual(['tool', 'text']);
    expect(second.requests).toEqual([]);
  });

  test('blanks before the first word are kept in their order', async () => {
    const reading = await ask(chain([scripted([' ', '\n', 'Ja', ' ', 'gern.']), scripted()]));
    expect(reading.events.map((event) => event.type === 'text' && event.text)).toEqual([
      ' ',
      '\n',
      'Ja',
      ' ',
      'gern.',
    ]);
  });

  test('what fails after the first word is not hidden, and counts', async () => {
    const second = scripted(['Nein.']);
    const reading = await ask(chain([scripted(['Also, ', new Error('cut')]), second]));
    expect(reading).toMatchObject({ text: 'Also, ', ended: true, error: { message: 'cut' } });
    expect(second.requests).toEqual([]);
    expect(failures).toEqual([['brain 1', 'Error']]);
  });

  test('the last brain keeps no deadline here', async () => {
    const reading = await ask(chain([scripted([HANG]), scripted([{ pauseMs: 3000 }, 'Ja.'])]));
    expect(reading).toMatchObject({ text: 'Ja.', firstAtMs: 4000 });
  });

  test('a brain with only breaks behind it is waited for', async () => {
    const no = [new Error('no')];
    const brain = chain([scripted(no, ['Ja.'], no, [{ pauseMs: 2000 }, 'Gern.']), scripted(no)]);
    for (const _ of [1, 2, 3]) await ask(brain, 0);
    expect(await ask(brain)).toMatchObject({ text: 'Gern.', ended: true });
  });

  test('when all fail, the last failure is thrown', async () => {
    const reading = await ask(chain([scripted([new Error('first')]), scripted([new Error('second')])]));
    expect(reading.error?.message).toBe('second');
    expect(failures.map(([name]) => name)).toEqual(['brain 1', 'brain 2']);
  });

  describe('the breaker', () => {
    test('leaves a brain alone after its failures, tries once, and stays open when that fails', async () => {
      const first = scripted([new Error('no')]);
      const brain = chain([first, scripted(['Ja.'])]);
      for (let turn = 0; turn < 5; turn += 1) expect(await ask(brain, 1000)).toMatchObject({ text: 'Ja.' });
      expect(first.requests).toHaveLength(2);

      await clock.pass(RETRY_AFTER_MS - 4001);
      await ask(brain, 0);
      expect(first.requests).toHaveLength(2);
      await clock.pass(1);
      await ask(brain, 0);
      await ask(brain, RETRY_AFTER_MS - 1);
      expect(first.requests).toHaveLength(3);
      await ask(brain, 1);
      expect(first.requests).toHaveLength(3);
      await ask(brain, 1);
      expect(first.requests).toHaveLength(4);
    });

    test('closes when the try succeeds; other calls do not wait for the try', async () => {
      const no = [new Error('no')];
      const first = scripted(no, no, ['Wieder ', { pauseMs: 900 }, 'da.'], no, ['Ja.']);
      const second = scripted(['Nein.']);
      const brain = chain([first, second]);
      await ask(brain, 0);
      await ask(brain, RETRY_AFTER_MS);
      const trial = await ask(brain, 100);
      expect(await ask(brain, 0)).toMatchObject({ text: 'Nein.', ended: true });
      await clock.pass(1000);
      expect(trial).toMatchObject({ text: 'Wieder da.', ended: true });
      // One failure more does not open it: the count began anew.
      expect(await ask(brain, 0)).toMatchObject({ text: 'Nein.' });
      expect(await ask(brain, 0)).toMatchObject({ text: 'Ja.' });
    });

    test('a try that nobody waited for says nothing: the next call tries', async () => {
      const no = [new Error('no')];
      const first = scripted(no, no, [HANG], ['Ja.']);
      const brain = chain([first, scripted(['Nein.'])]);
      await ask(brain, 0);
      await ask(brain, RETRY_AFTER_MS);
      const trial = await ask(brain, 100);
      expect(await ask(brain, 0)).toMatchObject({ text: 'Nein.' });
      trial.controller.abort();
      await settle();
      expect(await ask(brain, 0)).toMatchObject({ text: 'Ja.' });
    });

    test('all open: a typed error at once, and nobody is asked', async () => {
      const first = scripted([new Error('no')]);
      const second = scripted([new Error('no')]);
      const brain = chain([first, second], { breakAfter: 1 });
      await ask(brain, 0);
      const reading = await ask(brain, 0);
      expect(reading).toMatchObject({ ended: true, error: { name: 'NoBrainAvailable' } });
      expect([first.requests.length, second.requests.length]).toEqual([1, 1]);
    });

    test('a slow brain and one that the agent has left count as failed', async () => {
      const only = scripted([HANG]);
      const brain = chain([only]);
      for (const _ of [1, 2]) {
        const reading = await ask(brain, 6000);
        await reading.leave();
      }
      expect(only.interrupted).toBe(2);
      expect((await ask(brain, 0)).error?.name).toBe('NoBrainAvailable');
      expect(clock.pending).toBe(0);
    });

    test('so does one whose signal aborts because the time is up', async () => {
      const only = scripted([HANG]);
      const brain = chain([only]);
      const timeout = Object.assign(new Error('No answer within 6000 ms'), { name: 'BrainTimeout' });
      for (const reason of [timeout, new DOMException('late', 'TimeoutError')]) {
        const reading = await ask(brain, 6000);
        reading.controller.abort(reason);
        await settle();
        expect(reading).toMatchObject({ ended: true, error: undefined });
      }
      expect(only.interrupted).toBe(2);
      expect((await ask(brain, 0)).error?.name).toBe('NoBrainAvailable');
    });

    test('failures that are not in a row do not open it', async () => {
      const first = scripted(
        [new Error('no')],
        ['Ja.'],
        [new Error('no')],
        ['Ja.'],
        [new Error('no')],
        ['Ja.'],
      );
      const brain = chain([first, scripted(['Nein.'])]);
      for (let turn = 0; turn < 6; turn += 1) await ask(brain, 0);
      expect(first.requests).toHaveLength(6);
    });
  });

  describe('an interruption', () => {
    test.each([
      ['before anything useful', [HANG]],
      ['after the first word', ['Also, ', HANG]],
    ] as [string, Step[]][])(
      '%s: the brain stops at once, the stream ends, nothing counts',
      async (_, steps) => {
        const first = scripted(steps);
        const second = scripted(['Nein.']);
        const brain = chain([first, second]);
        for (const _turn of [1, 2, 3]) {
          const reading = await ask(brain, 500);
          reading.controller.abort();
          await settle();
          expect(reading).toMatchObject({ ended: true, error: undefined });
        }
        expect(first.interrupted).toBe(3);
        const both = await Promise.all([ask(brain, 500), ask(brain, 500)]);
        expect(first.requests).toHaveLength(5);
        for (const { controller } of both) controller.abort();
        await settle();
        expect(second.requests).toEqual([]);
        expect(failures).toEqual([]);
        expect(clock.pending).toBe(0);
      },
    );

    test('reaches only the brain that is open', async () => {
      const first = scripted([HANG]);
      const second = scripted(['Ja, ', HANG]);
      const reading = await ask(chain([first, second]), 1500);
      expect([first.interrupted, second.interrupted]).toEqual([1, 0]);
      reading.controller.abort();
      await settle();
      expect([first.interrupted, second.interrupted]).toEqual([1, 1]);
      expect(reading).toMatchObject({ text: 'Ja, ', ended: true, error: undefined });
    });

    test('reaches the brain at once, even while nobody reads', async () => {
      const signals: AbortSignal[] = [];
      const open: Brain = {
        name: 'open',
        async *reply(_request, signal) {
          signals.push(signal);
          yield { type: 'text', text: 'Ja, ' };
          yield { type: 'text', text: 'gern.' };
        },
      };
      const brain = chainOf([open], { clock, firstUsefulMs: 1000, breakAfter: 1, retryAfterMs: 1000 });
      const controller = new AbortController();
      const stream = brain.reply(REQUEST, controller.signal)[Symbol.asyncIterator]();
      await stream.next();
      expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
      controller.abort();
      expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
      expect(await stream.next()).toEqual({ done: true, value: undefined });
    });

    test('of the agent itself, out of patience, is the failure of the open brain alone', async () => {
      const reading = await ask(chain([scripted([new Error('no')]), scripted([HANG])]));
      await reading.leave();
      expect(failures).toEqual([
        ['brain 1', 'Error'],
        ['brain 2', 'BrainTooSlow'],
      ]);
    });

    test('before the first question nobody is asked', async () => {
      const first = scripted(['Nein.']);
      const controller = new AbortController();
      controller.abort();
      const stream = chain([first]).reply(REQUEST, controller.signal);
      for await (const _ of stream) throw new Error('Nothing may come');
      expect(first.requests).toEqual([]);
    });

    test('leaves no listener at the signal', async () => {
      const { signal } = new AbortController();
      let listeners = 0;
      const add = signal.addEventListener.bind(signal);
      const remove = signal.removeEventListener.bind(signal);
      signal.addEventListener = (...args: Parameters<typeof add>) => {
        listeners += 1;
        add(...args);
      };
      signal.removeEventListener = (...args: Parameters<typeof remove>) => {
        listeners -= 1;
        remove(...args);
      };
      for await (const _ of chain([scripted([new Error('no')]), scripted(['Ja.'])]).reply(REQUEST, signal)) {
        expect(listeners).toBe(1);
      }
      expect(listeners).toBe(0);
    });
  });
});

describe('any brains, any number of turns', () => {
  /** When a brain does what, in ms. Odd numbers: no two deadlines fall together. */
  const behaviour = fc.oneof(
    fc.record({ kind: fc.constant('ok' as const), afterMs: fc.nat(900).map((n) => 2 * n + 1) }),
    fc.record({ kind: fc.constant('fail' as const), afterMs: fc.nat(900).map((n) => 2 * n + 1) }),
    fc.record({ kind: fc.constant('hang' as const), afterMs: fc.constant(Number.POSITIVE_INFINITY) }),
  );
  type Behaviour = typeof behaviour extends fc.Arbitrary<infer T> ? T : never;
  const turns = fc.integer({ min: 1, max: 3 }).chain((brains) =>
    fc.array(
      fc.record({
        gapMs: fc.nat(3000).map((n) => 2 * n),
        does: fc.array(behaviour, { minLength: brains, maxLength: brains }),
      }),
      { minLength: 1, maxLength: 8 },
    ),
  );
  const AGENT_MS = 6000;
  const OPTIONS = { firstUsefulMs: FIRST_USEFUL_MS, breakAfter: 2, retryAfterMs: 5000 };

  /** What must happen, told in the simplest way: who answers, when, and who was asked. */
  class Expectation {
    private readonly failed: number[] = [];
    private readonly openUntilMs: number[] = [];

    turn(does: Behaviour[], startMs: number): { by?: number; atMs: number; asked: number[] } {
      const asked: number[] = [];
      const closed = (index: number, atMs: number) => (this.openUntilMs[index] ?? 0) <= atMs;
      const fail = (index: number, atMs: number) => {
        this.failed[index] = (this.failed[index] ?? 0) + 1;
        if (this.failed[index] >= OPTIONS.breakAfter) this.openUntilMs[index] = atMs + OPTIONS.retryAfterMs;
      };
      let atMs = startMs;
      for (const [index, { kind, afterMs }] of does.entries()) {
        if (!closed(index, atMs) || atMs >= startMs + AGENT_MS) continue;
        asked.push(index);
        const limitMs = atMs + OPTIONS.firstUsefulMs;
        const others = does.some((_, other) => other > index && closed(other, limitMs));
        const endMs = Math.min(atMs + afterMs, others ? limitMs : startMs + AGENT_MS);
        if (kind === 'ok' && endMs === atMs + afterMs) {
          this.failed[index] = 0;
          return { by: index, atMs: endMs, asked };
        }
        fail(index, endMs);
        atMs = endMs;
      }
      return { atMs, asked };
    }
  }

  test('the first that is useful in time answers, or an error, within the sum of the deadlines', async () => {
    await fc.assert(
      fc.asyncProperty(turns, async (script) => {
        const clock = new VirtualClock();
        const expectation = new Expectation();
        let asked: number[] = [];
        let does: Behaviour[] = [];
        const brains = (script[0]?.does ?? []).map((_, index): Brain => {
          return {
            name: `${index}`,
            reply(request, signal) {
              asked.push(index);
              const { kind, afterMs } = does[index] ?? { kind: 'hang', afterMs: 0 };
              const pauseMs = kind === 'hang' ? HANG.pauseMs : afterMs;
              const steps: Step[] = [{ pauseMs }, kind === 'fail' ? new Error('no') : `${index}`];
              return new ScriptedBrain(clock, [steps]).reply(request, signal);
            },
          };
        });
        const brain = chainOf(brains, { clock, ...OPTIONS });
        for (const turn of script) {
          await clock.pass(turn.gapMs);
          asked = [];
          does = turn.does;
          const startMs = clock.nowMs();
          const expected = expectation.turn(turn.does, startMs);
          const reading = read(brain, () => clock.nowMs());
          await clock.pass(AGENT_MS);
          if (!reading.ended) await reading.leave();
          await settle();

          expect(asked).toEqual(expected.asked);
          expect(reading.text).toBe(expected.by === undefined ? '' : `${expected.by}`);
          if (expected.by !== undefined) expect(reading.firstAtMs).toBe(expected.atMs);
          else if (expected.atMs < startMs + AGENT_MS) expect(reading.error).toBeDefined();
          expect(clock.pending).toBe(0);
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('a chain of real models', () => {
  const { mock, misbehaving } = models();

  const model = (baseUrl: string) => openAiBrain({ apiKey: 'test', baseUrl, model: 'test-model' });
  const chain = (firstUrl: string, firstUsefulMs = 150) =>
    chainOf([model(firstUrl), model(`${mock.url}/v1`)], {
      clock: systemClock,
      firstUsefulMs,
      breakAfter: 3,
      retryAfterMs: 1000,
    });
  const answers = () => mock.onMessage(/.*/, { content: 'Guten Tag.' });

  const faults: [string, Parameters<typeof misbehaving>[0], { closedEarly: number }][] = [
    ['hangs before its headers', () => {}, { closedEarly: 1 }],
    ['hangs after its headers', (response) => startStream(response), { closedEarly: 1 }],
    [
      'answers 429',
      (response) => response.writeHead(429, { 'Retry-After': '60' }).end('{}'),
      { closedEarly: 0 },
    ],
    ['answers 500', (response) => response.writeHead(500).end('oops'), { closedEarly: 0 }],
    [
      'cuts the connection',
      (response) => {
        startStream(response);
        setTimeout(() => response.destroy(), 20);
      },
      { closedEarly: 1 },
    ],
    [
      'ends too early',
      (response) => {
        startStream(response);
        response.end(chunk({ role: 'assistant' }));
      },
      { closedEarly: 0 },
    ],
    [
      'sends garbage',
      (response) => {
        startStream(response);
        response.end('data: {"choices": [\n\n');
      },
      { closedEarly: 0 },
    ],
    [
      'sends a tool with arguments that do not parse',
      (response) => {
        startStream(response);
        const call = {
          index: 0,
          id: '1',
          function: { name: 'transfer_call', arguments: '{"destination": "rec' },
        };
        response.end(`${chunk({ tool_calls: [call] })}${chunk({}, 'tool_calls')}data: [DONE]\n\n`);
      },
      { closedEarly: 0 },
    ],
    [
      'dribbles blanks',
      (response) => {
        startStream(response);
        const timer = setInterval(() => response.write(chunk({ content: ' ' })), 40);
        response.on('close', () => clearInterval(timer));
      },
      { closedEarly: 1 },
    ],
  ];
  test.each(faults)('one that %s: the second one answers', async (_, answer, { closedEarly }) => {
    answers();
    const hostile = await misbehaving(answer);
    const reading = read(chain(hostile.url));
    await until(() => reading.ended);
    expect(reading).toMatchObject({ text: 'Guten Tag.', error: undefined });
    await until(() => hostile.closedEarly === closedEarly);
    expect(hostile.requests).toBe(1);
  });

  test('one that hangs after token 5 is heard so far; leaving it closes its request', async () => {
    answers();
    const hostile = await misbehaving((response) => {
      startStream(response);
      for (const content of ['Das ', 'ist ', 'eine ', 'gute ', 'Frage']) response.write(chunk({ content }));
    });
    const reading = read(chain(hostile.url, 2000));
    await until(() => reading.events.length === 5);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(reading.ended).toBe(false);
    await reading.leave();
    await until(() => hostile.closedEarly === 1);
    expect(reading).toMatchObject({ text: 'Das ist eine gute Frage', ended: true, error: undefined });
    expect(mock.getRequests()).toHaveLength(0);
  });

  test('one that is cut after token 5 is an error, not a second beginning', async () => {
    answers();
    const hostile = await misbehaving((response) => {
      startStream(response);
      for (const content of ['Das ', 'ist ', 'eine ', 'gute ', 'Frage']) response.write(chunk({ content }));
      setTimeout(() => response.destroy(), 20);
    });
    const reading = read(chain(hostile.url, 2000));
    await until(() => reading.ended);
    expect(reading.error).toBeDefined();
    expect(reading.text).toBe('Das ist eine gute Frage');
    expect(mock.getRequests()).toHaveLength(0);
  });

  test('an interruption closes exactly the request that is open', async () => {
    answers();
    const speaking = await misbehaving((response) => {
      startStream(response);
      response.write(chunk({ content: 'Also, ' }));
    });
    const hostile = await misbehaving(() => {});
    const options = { clock: systemClock, firstUsefulMs: 400, breakAfter: 3, retryAfterMs: 1000 };
    const reading = read(
      chainOf([model(hostile.url), model(speaking.url), model(`${mock.url}/v1`)], options),
    );
    await until(() => reading.text === 'Also, ');
    expect([hostile.closedEarly, speaking.closedEarly]).toEqual([1, 0]);
    reading.controller.abort();
    await until(() => speaking.closedEarly === 1);
    await until(() => reading.ended);
    expect(reading.error).toBeUndefined();
    expect([hostile.requests, speaking.requests, mock.getRequests().length]).toEqual([1, 1, 0]);
  });
});

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('It did not happen within 5 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
