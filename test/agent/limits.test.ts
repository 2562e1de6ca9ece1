import { setTimeout } from 'node:timers/promises';
import type { CallAction } from '@jovo-telephony/telephony';
import type { EndedCall } from '../../src/agent/after-call/call-report';
import { Agent } from '../../src/agent/agent';
import type { Brain, BrainEvent, TokenUsage } from '../../src/agent/brain';
import { chainOf } from '../../src/agent/brains/chain';
import { offlineBrain } from '../../src/agent/brains/offline';
import { openAiBrain } from '../../src/agent/brains/openai';
import { PHRASES } from '../../src/agent/phrases';
import { type AgentProfile, profileSchema } from '../../src/agent/profiles/profile';
import { Profiles } from '../../src/agent/profiles/profiles';
import { systemClock } from '../../src/system-clock';
import { agentCall, TIMING, texts } from '../support/agent-call';
import { chunk, models, startStream } from '../support/model-server';
import { PRAXIS, WORKSHOP } from '../support/profile';

const limited = (silence: Record<string, unknown>, profile: AgentProfile = PRAXIS) =>
  profileSchema.parse({ ...profile, silence });
const kinds = (actions: readonly CallAction[]) => actions.map(({ type }) => type);

describe('turns that lead nowhere', () => {
  test.each([
    ['de', PRAXIS, 'Verkaufen Sie Winterreifen?'],
    ['en', WORKSHOP, 'Do you sell airline tickets?'],
  ] as const)(
    '%s: not understood again and again, the call ends with a sentence',
    async (language, profile, text) => {
      const { says } = agentCall(offlineBrain(), {
        profile: limited({ maxTurnsWithoutProgress: 3 }, profile),
      });
      for (const _ of [1, 2]) expect(kinds(await says(text))).not.toContain('hang_up');
      const last = await says(text);
      expect([texts(last), kinds(last)]).toEqual([[PHRASES[language].noProgress], ['speak', 'hang_up']]);
    },
  );

  test('an answer in between begins the count anew', async () => {
    const { says } = agentCall(offlineBrain(), { profile: limited({ maxTurnsWithoutProgress: 2 }) });
    for (const text of [
      'Winterreifen?',
      'Wann haben Sie geöffnet?',
      'Winterreifen?',
      'Wann haben Sie geöffnet?',
    ])
      expect(kinds(await says(text))).not.toContain('hang_up');
  });

  test('apologies count, and so does an answer that only says the same again', async () => {
    const profile = limited({ maxTurnsWithoutProgress: 2 });
    const failing = agentCall([[new Error('down')]], { profile });
    expect(texts(await failing.says('Hallo?'))).toEqual([PHRASES.de.sorry]);
    expect(texts(await failing.says('Hallo?'))).toEqual([PHRASES.de.noProgress]);
    const same = agentCall([['Das weiß ich nicht.']], { profile });
    await same.says('Hallo?');
    await same.says('Hallo?');
    expect(texts(await same.says('Hallo?'))).toEqual(['Das weiß ich nicht.', PHRASES.de.noProgress]);
  });

  test('with somebody to turn to, the caller is put through; nobody there, it is a goodbye', async () => {
    const silence = { maxTurnsWithoutProgress: 2, transferTo: 'reception' };
    const { agent, conversation, says } = agentCall([[new Error('down')]], { profile: limited(silence) });
    await says('Hallo?');
    expect(await says('Hallo?')).toMatchObject([
      { type: 'speak' },
      { type: 'transfer', number: '4921163551' },
    ]);
    expect(texts(await agent.transferFailed(conversation))).toHaveLength(1);
    await says('Hallo?');
    expect(texts(await says('Hallo?'))).toEqual([PHRASES.de.noProgress]);
  });

  test('a transfer that the policy refuses at the end is a goodbye, not silence', async () => {
    const profile = profileSchema.parse({
      ...PRAXIS,
      silence: { transferTo: 'reception' },
      policy: { budgets: { transfer: { call: 0 } } },
    });
    const { isSilent } = agentCall([], { profile });
    for (const _ of [1, 2]) await isSilent();
    expect(await isSilent()).toMatchObject([{ text: PHRASES.de.silentGoodbye }, { type: 'hang_up' }]);
  });
});

describe('a goodbye that is talked over', () => {
  test('after silence the call goes on, and the ladder begins anew', async () => {
    const { says, isSilent } = agentCall([['Ja, gern.'], ['Bitte.']]);
    for (const _ of [1, 2, 3]) await isSilent();
    expect(texts(await says('Moment, ich bin noch da, wann haben Sie auf?'))).toEqual(['Ja, gern.']);
    expect(texts(await isSilent())).toHaveLength(1);
  });

  test('a call that is too long ends all the same, with another goodbye', async () => {
    const { clock, says, interrupts } = agentCall([['Ja, gern.']], {
      profile: limited({ maxCallMinutes: 1 }),
    });
    await clock.pass(61_000);
    expect(texts(await says('Noch etwas'))).toEqual([PHRASES.de.callTooLong]);
    expect(await interrupts('Aber ich habe noch eine Frage!')).toMatchObject([
      { text: PHRASES.de.goodbye },
      { type: 'hang_up' },
    ]);
  });
});

describe('what a call costs', () => {
  const { mock, misbehaving } = models();
  const prices = { inputCentsPerMillion: 1_000, outputCentsPerMillion: 4_000 };
  const brain = (url = `${mock.url}/v1`) =>
    openAiBrain({ apiKey: 'test', baseUrl: url, model: 'test-model', prices });

  /** A call in real time. */
  function call(answering: Brain, profile: AgentProfile) {
    const reports: EndedCall[] = [];
    const agent = new Agent({
      profiles: new Profiles(new Map([['profile', profile]]), profile),
      brain: answering,
      clock: systemClock,
      timing: TIMING,
      reporter: { report: (ended) => reports.push(ended) },
    });
    const conversation = agent.begin('c', { from: '4915790000001', to: profile.numbers[0] });
    const says = async (text: string, controller = new AbortController()) => {
      const actions: CallAction[] = [];
      for await (const action of agent.heard(conversation, text, { signal: controller.signal, push: true }))
        actions.push(action);
      return actions;
    };
    return { agent, conversation, says, reports };
  }

  test.each([
    ['de', PRAXIS],
    ['en', WORKSHOP],
  ] as const)(
    '%s: at the cap the call ends behind the answer, with a sentence',
    async (language, profile) => {
      // 0.4 cents a turn.
      const usage = { prompt_tokens: 200, completion_tokens: 50 };
      mock.onMessage(/.*/, { content: 'Von acht bis siebzehn Uhr. Und Sie?', usage });
      const { conversation, says } = call(brain(), limited({ maxCostCents: 1 }, profile));
      expect(kinds(await says('Wann?'))).toEqual(['speak', 'speak']);
      expect(conversation.usage).toEqual({ inputTokens: 200, outputTokens: 50, cents: 0.4 });
      await says('Und am Montag?');
      const last = await says('Und am Dienstag?');
      expect([texts(last).at(-1), kinds(last).at(-1)]).toEqual([PHRASES[language].callTooLong, 'hang_up']);
      expect(mock.getLastRequest()?.body).toMatchObject({ stream_options: { include_usage: true } });
    },
  );

  test('without prices nothing is asked for, and nothing counted', async () => {
    mock.onMessage(/.*/, { content: 'Von acht bis siebzehn Uhr.' });
    const cheap = openAiBrain({ apiKey: 'test', baseUrl: `${mock.url}/v1`, model: 'test-model' });
    const { conversation, says } = call(cheap, PRAXIS);
    await says('Wann?');
    expect(conversation.usage).toBeUndefined();
    expect(mock.getLastRequest()?.body).not.toHaveProperty('stream_options');
  });

  test('an answer that nobody waits for costs too: it is estimated, and told in the next turn', async () => {
    const hanging = await misbehaving((response) => {
      startStream(response);
      response.write(chunk({ content: 'Wir haben von acht bis siebzehn Uhr auf. Sonst nicht. ' }));
    });
    const { conversation, says } = call(brain(hanging.url), limited({ maxCostCents: 0.1 }));
    const controller = new AbortController();
    const turn = says('Wann haben Sie auf?', controller);
    while (hanging.requests === 0) await setTimeout(5);
    await setTimeout(100);
    controller.abort();
    await turn;
    await setTimeout(20);
    expect(conversation.usage?.inputTokens).toBeGreaterThan(100);
    expect(conversation.usage?.outputTokens).toBeGreaterThanOrEqual(10);
    expect(texts(await says('Und am Montag?'))).toEqual([PHRASES.de.callTooLong]);
  });

  test('every model of a chain counts, and a request that was refused costs nothing', async () => {
    const usage = { prompt_tokens: 100, completion_tokens: 10 };
    mock.onMessage(/.*/, { content: 'Von acht bis siebzehn Uhr.', usage });
    const refusing = await misbehaving((response) => response.writeHead(500).end());
    const chain = chainOf([brain(refusing.url), brain()], {
      clock: systemClock,
      firstUsefulMs: 2_000,
      breakAfter: 3,
      retryAfterMs: 1_000,
    });
    const { conversation, says } = call(chain, PRAXIS);
    await says('Wann?');
    expect(conversation.usage).toMatchObject({ inputTokens: 100, outputTokens: 10 });
  });

  test('the report tells it', async () => {
    mock.onMessage(/.*/, { content: 'Um acht.', usage: { prompt_tokens: 100, completion_tokens: 10 } });
    const profile = profileSchema.parse({ ...PRAXIS, afterCall: { url: 'https://example.com' } });
    const { agent, conversation, says, reports } = call(brain(), profile);
    await says('Wann?');
    agent.ended(conversation);
    expect(reports[0]?.usage).toMatchObject({ inputTokens: 100, outputTokens: 10 });
  });

  test('a brain that tells of its usage several times a turn is added up', async () => {
    const spendthrift: Brain = {
      name: 'spendthrift',
      async *reply({ onUsage }): AsyncGenerator<BrainEvent> {
        const usage: TokenUsage = { inputTokens: 1, outputTokens: 2, cents: 3 };
        onUsage?.(usage);
        onUsage?.({ inputTokens: 1, outputTokens: 2 });
        yield { type: 'text', text: 'Ja.' };
      },
    };
    const { conversation, says } = call(spendthrift, PRAXIS);
    await says('Wann?');
    expect(conversation.usage).toEqual({ inputTokens: 2, outputTokens: 4, cents: 3 });
  });
});
