import { Agent } from '../../src/agent/agent';
import { offlineBrain } from '../../src/agent/brains/offline';
import { CallersInMemory, type KnownCallers } from '../../src/agent/known-callers';
import { PHRASES } from '../../src/agent/phrases';
import { type AgentProfile, profileSchema } from '../../src/agent/profiles/profile';
import { type AgentCallOptions, agentCall, texts } from '../support/agent-call';
import { PRAXIS, WORKSHOP } from '../support/profile';

const RETURNING = { de: 'Schön, dass Sie wieder anrufen!', en: 'Good to hear from you again!' };
const knowing = (profile: AgentProfile, returning: string) =>
  profileSchema.parse({ ...profile, greetings: { returning, outbound: 'Wir rufen zurück.' } });
const greeted = async (options: AgentCallOptions, brain: Parameters<typeof agentCall>[0] = []) =>
  texts(await agentCall(brain, options).isGreeted());

describe('a caller who comes back', () => {
  test.each([
    ['de', PRAXIS],
    ['en', WORKSHOP],
  ] as const)('%s: is greeted as one', async (language, business) => {
    const knownCallers = new CallersInMemory();
    const profile = knowing(business, RETURNING[language]);
    const first = agentCall([], { profile, knownCallers });
    expect(texts(await first.isGreeted())).toEqual([profile.greeting]);
    // The same call, connected again, is no second one.
    expect(texts(await first.isGreeted())).toEqual([profile.greeting]);
    const { agent, clock } = agentCall([], { profile, knownCallers });
    const again = agent.begin('another call', first.parties);
    const said: string[] = [];
    for await (const action of agent.greet(again, first.parties, {
      signal: new AbortController().signal,
      push: true,
    }))
      said.push(...texts([action]));
    expect(said).toEqual([RETURNING[language]]);
    expect(clock.pending).toBe(0);
  });

  const knowsAll: KnownCallers = { hasCalledBefore: async () => true };
  test.each<[string, AgentCallOptions, string]>([
    ['who withholds the number is nobody', { parties: { from: '' } }, PRAXIS.greeting],
    ['whom we have called hears who is calling', { parties: { direction: 'outbound' } }, 'Wir rufen zurück.'],
    [
      'is nobody where a store fails',
      { knownCallers: { hasCalledBefore: async () => Promise.reject(new Error()) } },
      PRAXIS.greeting,
    ],
    [
      'is nobody where a store takes its time',
      { knownCallers: { hasCalledBefore: () => new Promise(() => {}) } },
      PRAXIS.greeting,
    ],
    ['is known otherwise', {}, RETURNING.de],
  ])('%s', async (_, options, greeting) => {
    const profile = knowing(PRAXIS, RETURNING.de);
    expect(await greeted({ profile, knownCallers: knowsAll, ...options })).toEqual([greeting]);
  });

  test('nobody is remembered for a profile that greets all alike', async () => {
    const asked: unknown[] = [];
    const knownCallers: KnownCallers = { hasCalledBefore: async (call) => Boolean(asked.push(call)) };
    await greeted({ knownCallers });
    expect(asked).toEqual([]);
  });

  test('is a stranger to another business, and no number is kept', async () => {
    const callers = new CallersInMemory();
    const call = { callId: '1', callerNumber: '4915790000001', profileKey: 'a' };
    await callers.hasCalledBefore(call);
    expect(await callers.hasCalledBefore({ ...call, callId: '2', profileKey: 'b' })).toBe(false);
    expect(await callers.hasCalledBefore({ ...call, callId: '2' })).toBe(true);
    expect(JSON.stringify([...(Reflect.get(callers, 'calls') as Map<string, string>)])).not.toContain(
      '4915790',
    );
  });
});

describe('who says the first words', () => {
  const by = (welcome: AgentProfile['welcome']) => profileSchema.parse({ ...PRAXIS, welcome });

  test('the brain, which knows what the greeting would have been', async () => {
    const call = agentCall([['Guten Morgen! ', 'Womit darf ich helfen?']], { profile: by('brain') });
    expect(texts(await call.isGreeted())).toEqual(['Guten Morgen!', 'Womit darf ich helfen?']);
    expect(JSON.stringify(call.requests[0]?.messages)).toContain(PRAXIS.greeting.slice(0, 20));
    expect(call.conversation.messages.at(-1)).toMatchObject({ role: 'assistant' });
  });

  test('the greeting first, then the brain', async () => {
    const call = agentCall([['Heute haben wir bis acht auf.']], { profile: by('both') });
    expect(texts(await call.isGreeted())).toEqual([PRAXIS.greeting, 'Heute haben wir bis acht auf.']);
  });

  test('a brain that fails: the greeting, once, and no apology', async () => {
    expect(await greeted({ profile: by('brain') }, [[new Error('down')]])).toEqual([PRAXIS.greeting]);
    expect(await greeted({ profile: by('both') }, [[new Error('down')]])).toEqual([PRAXIS.greeting]);
  });

  test('a brain that is slow: a filler, then the greeting', async () => {
    const said = await greeted({ profile: by('brain') }, [[{ pauseMs: 60_000 }]]);
    expect([said[0], said.at(-1)]).toEqual([PHRASES.de.hold[0], PRAXIS.greeting]);
  });

  test('the offline brain says the greeting', async () => {
    expect((await greeted({ profile: by('brain') }, offlineBrain())).join(' ')).toBe(PRAXIS.greeting);
  });

  test('a caller who speaks at once is answered, not greeted over', async () => {
    const { agent, conversation, parties } = agentCall([['Guten Morgen!']], { profile: by('brain') });
    const said: unknown[] = [];
    for await (const action of agent.greet(conversation, parties, {
      signal: AbortSignal.abort(),
      push: true,
    }))
      said.push(action);
    expect(said).toEqual([]);
    expect(agent).toBeInstanceOf(Agent);
  });
});
