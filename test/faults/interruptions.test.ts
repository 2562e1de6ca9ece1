import { type CallAction, speechDurationMs } from '@jovo-telephony/telephony';
import { z } from 'zod';
import { Agent } from '../../src/agent/agent';
import type { AuthorTool } from '../../src/agent/author-tools';
import type { Brain, BrainEvent } from '../../src/agent/brain';
import type { Conversation } from '../../src/agent/conversation';
import { Profiles } from '../../src/agent/profiles/profiles';
import { PRAXIS } from '../support/profile';
import { QuickClock, randomOf, settleQuickly } from '../support/quick-clock';

const INTERRUPTIONS = 10_000;
const SEED = Number(process.env.SEED ?? 20_260_503);
const timing = {
  fillerAfterMs: 900,
  holdAfterMs: 1_500,
  maxSilenceMs: 2_200,
  answerWithinMs: 6_000,
  finishWithinMs: 1_000,
  inputTimeoutMs: 8_000,
};
const QUESTIONS = ['Wann haben Sie auf?', 'Ich hätte gern', 'Wie teuer ist das?', 'Und am Montag?'];
const OVER = ['Moment, etwas anderes bitte!', 'Nein, das meine ich nicht.', 'Stopp', 'mhm', '', 'Warten Sie'];

const random = randomOf(SEED);
const below = (limit: number) => Math.floor(random() * limit);
const clock = new QuickClock();
const streams = { opened: 0, closed: 0 };
/** Each call's tool runs, by call. */
const ran = new Map<string, number>();

/** Tokens at random intervals; after some of them an action, or a tool of the author. */
const brain: Brain = {
  name: 'random',
  async *reply({ messages }, signal): AsyncGenerator<BrainEvent> {
    streams.opened += 1;
    try {
      const last = messages.at(-1)?.role;
      const words = 'Wir haben heute bis fünf auf. Danach ist zu. Morgen wieder, ab acht. Passt das?'.split(
        ' ',
      );
      for (const word of words) {
        await pause(below(300), signal);
        if (signal.aborted) return;
        yield { type: 'text', text: `${word} ` };
      }
      const kind = below(4);
      if (kind === 0) yield { type: 'tool', call: { name: 'send_sms', arguments: { text: 'Bis fünf.' } } };
      if (kind === 1)
        yield { type: 'tool', call: { name: 'transfer_call', arguments: { destination: 'reception' } } };
      if (kind === 2 && last !== 'tool')
        yield { type: 'author_tool', call: { id: 'a', name: 'book', arguments: {} } };
    } finally {
      streams.closed += 1;
    }
  },
};
const book: AuthorTool = {
  name: 'book',
  description: 'Books the one appointment of this call.',
  input: z.object({}),
  // A booking does not stop when the caller speaks.
  run: async (_input, { callId }) => {
    ran.set(callId, (ran.get(callId) ?? 0) + 1);
    await new Promise<void>((resolve) => clock.after(400, resolve));
    return 'booked';
  },
};

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = clock.after(ms, over);
    signal.addEventListener('abort', over);
    function over() {
      stop();
      signal.removeEventListener('abort', over);
      resolve();
    }
  });
}

interface Line {
  conversation: Conversation;
  sent: CallAction[];
  stale: CallAction[];
}

/** Plays a turn for so long, then speaks over it. What still comes is stale. */
async function cutAfter(line: Line, turn: (signal: AbortSignal) => AsyncIterable<CallAction>, ms: number) {
  const caller = new AbortController();
  let complete = false;
  const running = (async () => {
    for await (const action of turn(caller.signal)) {
      (caller.signal.aborted ? line.stale : line.sent).push(action);
    }
    complete = true;
  })();
  await clock.pass(ms);
  // A brain that was told how it went may ask again.
  if (complete) ran.delete(line.conversation.callId);
  caller.abort();
  await running;
  await settleQuickly();
}

const words = (text: string) => text.split(/\s+/).filter((word) => word !== '');

test(`${INTERRUPTIONS} interruptions at random points (seed ${SEED})`, async () => {
  const profiles = new Profiles(new Map([['praxis', PRAXIS]]), PRAXIS);
  const agent = new Agent({ profiles, brain, clock, timing, tools: [book] });
  const found = { stale: 0, open: 0, unsaid: 0, unheard: 0, messages: 0, booked: 0 };
  let interruptions = 0;
  let acted = 0;
  for (let nth = 0; interruptions < INTERRUPTIONS; nth += 1) {
    const callId = `call-${nth}`;
    const parties = { from: `4915${String(790_000_000 + nth)}`, to: '4921163550' };
    const line: Line = { conversation: agent.begin(callId, parties), sent: [], stale: [] };
    const { conversation } = line;
    const callStartMs = clock.nowMs();
    for (let turn = 0; turn < 4; turn += 1) {
      const question = QUESTIONS[below(QUESTIONS.length)] ?? '';
      const over = OVER[below(OVER.length)];
      const before = history(conversation).length;
      const play = (signal: AbortSignal) => {
        const options = { signal, push: true };
        if (turn === 0) return agent.heard(conversation, question, options);
        agent.soundStarted(conversation);
        return agent.interrupted(conversation, over, options);
      };
      const sentBefore = line.sent.length;
      await cutAfter(line, play, below(4_500));
      interruptions += 1;
      if (streams.opened !== streams.closed) found.open += 1;
      const sentNow = wordsOf(line.sent.slice(sentBefore)).length;
      const heard = history(conversation);
      if (heard.length > before + sentNow) found.unsaid += 1;
    }
    // History holds what was heard: no more than there was time for.
    agent.soundStarted(conversation);
    await cutAfter(line, (signal) => agent.interrupted(conversation, 'Stopp', { signal, push: true }), 0);
    const lastText = conversation.messages.findLast(({ role }) => role === 'assistant');
    const mostMs = clock.nowMs() - callStartMs;
    if (lastText?.role === 'assistant' && speechDurationMs(lastText.text) > mostMs + 400) found.unheard += 1;
    const said = wordsOf(line.sent);
    const all = new Set(said);
    if (
      history(conversation).some((word) => !all.has(word) && ![...all].some((one) => one.startsWith(word)))
    ) {
      found.unsaid += 1;
    }
    const times = (type: CallAction['type']) => line.sent.filter((action) => action.type === type).length;
    acted += times('send_sms') + times('transfer') + (ran.get(callId) ?? 0);
    if (times('send_sms') > 1) found.messages += 1;
    if ((ran.get(callId) ?? 0) > 1) found.booked += 1;
    found.stale += line.stale.length;
    agent.ended(conversation);
  }
  await clock.pass(10_000);
  expect(found).toEqual({ stale: 0, open: 0, unsaid: 0, unheard: 0, messages: 0, booked: 0 });
  expect(streams.closed).toBe(streams.opened);
  expect(clock.pending).toBe(0);
  // Otherwise nothing was tried.
  expect(acted).toBeGreaterThan(100);
}, 58_000);

function history({ messages }: Conversation): string[] {
  return messages.flatMap((message) => (message.role === 'assistant' ? words(message.text) : []));
}

function wordsOf(actions: readonly CallAction[]): string[] {
  return actions.flatMap((action) => (action.type === 'speak' && 'text' in action ? words(action.text) : []));
}
