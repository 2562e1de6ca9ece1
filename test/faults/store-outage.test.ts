import { randomBytes } from 'node:crypto';
import { VirtualClock } from '@jovo-telephony/telephony/testing';
import { z } from 'zod';
import type { AuthorTool } from '../../src/agent/author-tools';
import type { Brain, BrainEvent, BrainRequest } from '../../src/agent/brain';
import { PHRASES } from '../../src/agent/phrases';
import { exportedCall } from '../../src/journal/exported-call';
import { Sealing } from '../../src/journal/sealing';
import { MemoryStore } from '../../src/journal/stores/memory';
import { appProcess, saidIn } from '../support/app-process';
import { faultyStore } from '../support/faulty-store';
import { PRAXIS, WORKSHOP } from '../support/profile';

/** Answers a question after a moment, sends a message or runs a tool where it is asked to. */
function brainOf(clock: VirtualClock, requests: BrainRequest[] = []): Brain {
  return {
    name: 'scripted',
    async *reply(request): AsyncGenerator<BrainEvent> {
      requests.push(request);
      const last = request.messages.at(-1);
      const text = last && 'text' in last ? last.text : '';
      await new Promise<void>((resolve) => clock.after(300, resolve));
      const [, message] = /message (.*)$/i.exec(text) ?? [];
      if (last?.role === 'tool') yield { type: 'text', text: `The tool said ${JSON.parse(last.output).ok}.` };
      else if (message) yield { type: 'tool', call: { name: 'send_sms', arguments: { text: message } } };
      else if (/book/i.test(text))
        yield { type: 'author_tool', call: { id: 't1', name: 'book', arguments: {} } };
      else yield { type: 'text', text: `Heard ${text}.` };
    },
  };
}

const profileOf = (language: 'de' | 'en') => ({
  ...(language === 'de' ? PRAXIS : WORKSHOP),
  default: true,
  numbers: ['4921163550'],
  policy: { confirm: [], deny: [], budgets: { send_sms: { call: 10 } }, allow: ['+49'] },
  privacy: { keep: 'everything' as const, days: 1, redact: false },
});

async function line(language: 'de' | 'en') {
  const clock = new VirtualClock();
  const memory = new MemoryStore(() => 1_700_000_000_000 + clock.nowMs());
  const { store, faults } = faultyStore(memory, clock);
  const sealing = new Sealing([randomBytes(32)]);
  const app = await appProcess({
    store,
    sealing,
    clock,
    brain: brainOf(clock),
    profile: profileOf(language),
  });
  /** What is answered, and how long the caller has heard nothing until then. */
  const send = async (type: string, text?: string) => {
    const sinceMs = clock.nowMs();
    let answer: Awaited<ReturnType<typeof app.post>> | undefined;
    app.post('c1', type, text === undefined ? {} : { text }).then((given) => {
      answer = given;
    });
    for (let ms = 0; !answer && ms < 5_000; ms += 50) await clock.pass(50);
    return { actions: answer ?? [], said: saidIn(answer ?? []), afterMs: clock.nowMs() - sinceMs };
  };
  const written = async () => {
    for await (const call of memory.read({})) return exportedCall(call, sealing, 'all');
    throw new Error('nothing is written');
  };
  return { clock, faults, app, send, written };
}

describe.each(['de', 'en'] as const)('the store is away (%s)', (language) => {
  const phrases = PHRASES[language];

  test.each([
    ['down', { down: true }],
    ['slow by two seconds', { slowMs: 2_000 }],
  ])(
    '%s for a minute: every turn is answered in time, nothing risky is done, and it is all written afterwards',
    async (_, broken) => {
      const { clock, faults, send, written } = await line(language);
      await send('session_start');
      expect((await send('user_speak', 'one')).said).toBe('Heard one.');
      expect((await send('user_speak', 'message A')).actions[0]).toMatchObject({
        type: 'send_sms',
        message: 'A',
      });

      Object.assign(faults, broken);
      const during = [
        'two',
        'three',
        'message B',
        'four',
        'five',
        'six',
        'seven',
        'message C',
        'eight',
        'nine',
      ];
      for (const text of during) {
        const { actions, said, afterMs } = await send('user_speak', text);
        // The brain's own time, and what the store may take of the caller's patience.
        expect(afterMs).toBeLessThanOrEqual(2_500);
        expect(actions.map(({ type }) => type)).not.toContain('send_sms');
        if (/message/.test(text)) expect(said).toBe(phrases.notNow);
        else expect(said).toContain(`Heard ${text}`);
        await clock.pass(6_000);
      }
      Object.assign(faults, { down: false, slowMs: 0 });
      await clock.pass(5_000);

      // What was refused may be asked for again, what was done is not done again.
      expect((await send('user_speak', 'message B')).actions[0]).toMatchObject({
        type: 'send_sms',
        message: 'B',
      });
      expect((await send('user_speak', 'message A')).said).toBe(phrases.alreadyDone);
      await send('session_end');
      const { transcript = [], actions } = await written();
      const callers = transcript.flatMap(({ role, text }) => (role === 'caller' ? [text] : []));
      expect(callers).toEqual(['one', 'message A', ...during, 'message B', 'message A']);
      expect(actions.map(({ reason }) => reason)).toEqual([
        'allowed',
        'not_recorded',
        'not_recorded',
        'allowed',
      ]);
    },
  );
});

describe('a process dies while something is under way', () => {
  async function fleet() {
    const clock = new VirtualClock();
    const store = new MemoryStore(() => 1_700_000_000_000 + clock.nowMs());
    const sealing = new Sealing([randomBytes(32)]);
    const requests: BrainRequest[] = [];
    const runs: string[] = [];
    const process = (holder: string, book: () => Promise<unknown>) => {
      const tool: AuthorTool = {
        name: 'book',
        description: 'Books.',
        input: z.object({}),
        run: () => {
          runs.push(holder);
          return book();
        },
      };
      const brain = brainOf(clock, requests);
      return appProcess({ store, sealing, clock, brain, profile: profileOf('en'), tools: [tool], holder });
    };
    return { clock, requests, runs, process };
  }

  test('a tool that was running is not run again: the brain is told that nobody knows', async () => {
    const { clock, runs, process } = await fleet();
    const a = await process('a', () => new Promise(() => {}));
    const b = await process('b', async () => 'booked');
    await a.post('c1', 'session_start');
    void a.post('c1', 'user_speak', { text: 'book it' });
    await clock.pass(1_000);
    expect(runs).toEqual(['a']);
    // It is gone: nothing renews its lease.
    await a.journal.close(0);
    const answer = b.post('c1', 'assistant_speech_ended');
    await clock.pass(4_000);
    await answer;
    const next = b.post('c1', 'user_speak', { text: 'book it' });
    await clock.pass(2_000);
    expect(saidIn(await next)).toContain('The tool said false');
    expect(runs).toEqual(['a']);
    // Something else is booked as ever.
    expect(b.errors).toEqual([]);
  });

  test('a tool that had come to its end may run again', async () => {
    const { clock, runs, process } = await fleet();
    const a = await process('a', async () => 'booked');
    const b = await process('b', async () => 'booked');
    await a.post('c1', 'session_start');
    const first = a.post('c1', 'user_speak', { text: 'book it' });
    await clock.pass(2_000);
    expect(saidIn(await first)).toBe('The tool said true.');
    const second = b.post('c1', 'user_speak', { text: 'book it again' });
    await clock.pass(2_000);
    expect(saidIn(await second)).toBe('The tool said true.');
    expect(runs).toEqual(['a', 'b']);
  });
});
