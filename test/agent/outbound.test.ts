// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of profiles are written like this
import { type CallFact, MemoryStore, OutboundJoin } from '@jovo-telephony/dialer';
import type { CallAction } from '@jovo-telephony/telephony';
import { VirtualClock } from '@jovo-telephony/telephony/testing';
import type { Parties } from '../../src/agent/agent';
import { wantsNoCalls } from '../../src/agent/opt-out';
import { OutboundAgent, type OutboundCalls } from '../../src/agent/outbound-agent';
import type { AgentProfile } from '../../src/agent/profiles/profile';
import { Profiles } from '../../src/agent/profiles/profiles';
import { TIMING, texts } from '../support/agent-call';
import { PRAXIS } from '../support/profile';
import { ScriptedBrain, type Step } from '../support/scripted-brain';

const CALLING: Parties = {
  network: 'audiocodes',
  direction: 'outbound',
  from: '4921163550',
  to: '4915790000001',
  metadata: { name: 'Anna Sommer', slot: 'halb elf' },
};

const REMINDER: AgentProfile = {
  ...PRAXIS,
  greetings: {
    outbound: 'Guten Tag, hier ist die Praxis Sommer. Spreche ich mit ${metadata.name|der Patientin}?',
  },
  outbound: {
    waitForHelloSeconds: 0,
    voicemail: 'Guten Tag, hier ist die Praxis Sommer. Bitte rufen Sie uns zurück.',
    results: ['confirmed', 'declined'],
  },
};

/** A call of ours in virtual time: what the callee does, and what follows. */
async function weCall(
  steps: Step[][] = [],
  {
    profile = REMINDER,
    parties = CALLING,
    outbound,
  }: { profile?: AgentProfile; parties?: Parties; outbound?: OutboundCalls } = {},
) {
  const clock = new VirtualClock();
  const brain = new ScriptedBrain(clock, steps);
  const noted: [string, CallFact][] = [];
  const agent = new OutboundAgent({
    profiles: new Profiles(new Map([['profile', profile]]), profile),
    brain,
    clock,
    timing: TIMING,
    wallMs: () => 1_000_000 + clock.nowMs(),
    outbound: outbound ?? {
      find: async () => ({ key: 'spring.1.1' }),
      note: async (key, fact) => void noted.push([key, fact]),
    },
  });
  const meeting = agent.recognised('c', parties);
  await clock.pass(600);
  const who = await meeting;
  const conversation = agent.begin('c', who);
  const play = async (turn: AsyncIterable<CallAction> | Iterable<CallAction>, forMs = 8_000) => {
    const actions: CallAction[] = [];
    let over = false;
    const running = (async () => {
      for await (const action of turn) actions.push(action);
      over = true;
    })();
    for (let ms = 0; ms < forMs && !over; ms += 100) await clock.pass(100);
    await running;
    return actions;
  };
  const delivery = (signal = new AbortController().signal) => ({ signal, push: true });
  return {
    agent,
    clock,
    conversation,
    noted,
    who,
    requests: brain.requests,
    play,
    delivery,
    isAnswered: (signal?: AbortSignal) => play(agent.answer(conversation, who, delivery(signal))),
    says: (text: string) => play(agent.heard(conversation, text, delivery())),
    interrupts: (text: string) => play(agent.interrupted(conversation, text, delivery())),
    machine: (phase: 'greeting' | 'recording') => play(agent.machineDetected(conversation, phase)),
  };
}

const GREETING = 'Guten Tag, hier ist die Praxis Sommer. Spreche ich mit Anna Sommer?';

describe('a call that we have placed', () => {
  it('begins with the outbound greeting, filled in with what the dialer has sent along', async () => {
    const call = await weCall();
    expect(texts(await call.isAnswered())).toEqual([GREETING]);
  });

  it('knows what the dialer wanted it to know where the network does not hand it through', async () => {
    const { metadata, ...parties } = CALLING;
    const outbound = { find: async () => ({ key: 'spring.1.1', metadata }), note: async () => {} };
    const call = await weCall([], { parties: { ...parties, network: 'sipgate' }, outbound });
    expect(texts(await call.isAnswered())).toEqual([GREETING]);
  });

  it.each<[string, OutboundCalls['find']]>([
    ['are not to be had', () => Promise.reject(new Error('disk full'))],
    ['keep it waiting', () => new Promise(() => {})],
    ['know nothing of it', async () => undefined],
  ])('does not wait for records that %s', async (_, find) => {
    const call = await weCall([], { outbound: { find, note: async () => {} } });
    expect(call.conversation.outbound).toEqual({ metadata: ['name', 'slot'] });
    expect(texts(await call.isAnswered())).toEqual([GREETING]);
  });

  it('tells the dialer what happens', async () => {
    const call = await weCall();
    call.agent.initiated(call.conversation);
    await call.isAnswered();
    await call.machine('greeting');
    await call.machine('recording');
    call.agent.ended(call.conversation, 'bot-disconnected');
    expect(call.noted).toEqual([
      ['spring.1.1', { type: 'initiated', conversationId: 'c' }],
      ['spring.1.1', { type: 'started', conversationId: 'c' }],
      ['spring.1.1', { type: 'machine', kind: 'voicemail' }],
      ['spring.1.1', { type: 'machine', kind: 'message_time' }],
      ['spring.1.1', { type: 'ended', reason: 'bot-disconnected', result: 'voicemail' }],
    ]);
  });

  it('that nobody answers is noted, and is no conversation to report on', async () => {
    const call = await weCall();
    call.agent.initiated(call.conversation);
    call.agent.ended(call.conversation, 'no-answer');
    expect(call.noted.at(-1)).toEqual([
      'spring.1.1',
      { type: 'ended', reason: 'no-answer', result: undefined },
    ]);
  });

  it('of somebody else is a call like any other', async () => {
    const call = await weCall([], {
      parties: { ...CALLING, direction: 'inbound', from: CALLING.to, to: CALLING.from },
    });
    expect(call.who).not.toHaveProperty('key');
    expect(call.conversation.outbound).toBeUndefined();
    await call.isAnswered();
    call.agent.ended(call.conversation);
    expect(call.noted).toEqual([]);
  });
});

describe('whoever picks up', () => {
  it('with a short hello over our first words is greeted once, not twice', async () => {
    const call = await weCall([['Das sollte niemand hören.']]);
    await call.isAnswered();
    await call.clock.pass(1_500);
    expect(texts(await call.interrupts('Ja, hallo?'))).toEqual([
      expect.stringContaining('Spreche ich mit Anna Sommer?'),
    ]);
    expect(call.requests).toHaveLength(0);
  });

  it('with something to say over our first words is answered', async () => {
    const call = await weCall([['Gern.']]);
    await call.isAnswered();
    await call.clock.pass(1_500);
    expect(texts(await call.interrupts('Nein, hier ist ihr Mann, worum geht es denn bitte?'))).toEqual([
      'Gern.',
    ]);
  });

  it('says yes to our question, which is an answer and no hello', async () => {
    const call = await weCall([['Schön.']]);
    await call.isAnswered();
    await call.clock.pass(3_000);
    call.agent.speechEnded(call.conversation);
    expect(texts(await call.says('Ja.'))).toEqual(['Schön.']);
  });

  const polite = { ...REMINDER, outbound: { results: [], waitForHelloSeconds: 2 } };

  it('may say hello first, if the profile wants that', async () => {
    const call = await weCall([], { profile: polite });
    const interrupted = new AbortController();
    const waiting = call.isAnswered(interrupted.signal);
    await call.clock.pass(1_000);
    interrupted.abort();
    expect(await waiting).toEqual([]);
    expect(texts(await call.says('Sommer?'))).toEqual([GREETING]);
    expect(call.conversation.messages[0]).toEqual({ role: 'caller', text: 'Sommer?' });
  });

  it('and is greeted after two seconds of silence in any case', async () => {
    const call = await weCall([], { profile: polite });
    const startedAtMs = call.clock.nowMs();
    expect(texts(await call.isAnswered())).toEqual([GREETING]);
    expect(call.clock.nowMs() - startedAtMs).toBeLessThanOrEqual(2_100);
  });
});

describe('an answering machine', () => {
  it('is let speak, then told what the profile wants to leave, and nothing of the conversation', async () => {
    const call = await weCall([['Ihr Befund ist da.']]);
    await call.isAnswered();
    expect(await call.machine('greeting')).toEqual([]);
    // Its greeting, as the network has understood it.
    expect(
      await call.says('Hier ist der Anschluss von Anna Sommer. Bitte sprechen Sie nach dem Ton.'),
    ).toEqual([]);
    expect(await call.interrupts('Bitte sprechen Sie')).toEqual([]);
    expect(await call.play(call.agent.inputTimedOut(call.conversation, call.delivery()))).toEqual([]);
    const message = await call.machine('recording');
    expect(message).toEqual([
      expect.objectContaining({
        type: 'speak',
        text: 'Guten Tag, hier ist die Praxis Sommer. Bitte rufen Sie uns zurück.',
        interruption: { by: 'never' },
      }),
      { type: 'hang_up', after: 'speech', outcome: 'voicemail' },
    ]);
    // The beep, and its timeout: one message.
    expect(await call.machine('recording')).toEqual([]);
    expect(await call.says('Ihre Nachricht wurde gespeichert.')).toEqual([]);
    expect(call.requests).toHaveLength(0);
  });

  it('is hung up on where there is nothing to leave', async () => {
    const call = await weCall([], {
      profile: { ...REMINDER, outbound: { waitForHelloSeconds: 0, results: [] } },
    });
    await call.isAnswered();
    await call.machine('greeting');
    expect(await call.machine('recording')).toEqual([{ type: 'hang_up', outcome: 'machine' }]);
  });

  it('without a detected greeting is spoken to at once', async () => {
    const call = await weCall();
    await call.isAnswered();
    expect(texts(await call.machine('recording'))).toHaveLength(1);
  });

  it('forgets what was announced to the person that it was taken for', async () => {
    const call = await weCall([[{ name: 'hang_up', arguments: {} }]]);
    await call.isAnswered();
    await call.says('Kein Anschluss unter dieser Nummer.');
    expect(call.conversation.closing).toBeDefined();
    await call.machine('greeting');
    expect(call.conversation.closing).toBeUndefined();
  });
});

describe('what a call has come to', () => {
  it.each([
    ['confirmed', 'confirmed'],
    ['something that the profile does not name', undefined],
    [undefined, undefined],
  ])('%s -> %s', async (result, outcome) => {
    const call = await weCall([['Bis morgen!', { name: 'hang_up', arguments: { result } }]]);
    await call.isAnswered();
    const hangUp = (await call.says('Ja, ich komme.')).find(({ type }) => type === 'hang_up');
    expect(hangUp).toEqual({ type: 'hang_up', after: 'speech', ...(outcome ? { outcome } : {}) });
  });

  it('is a wish that no brain is asked about: no further calls', async () => {
    const call = await weCall([['Aber es ist wichtig!']]);
    await call.isAnswered();
    const actions = await call.says('Rufen Sie mich bitte nicht mehr an.');
    expect(texts(actions)).toEqual([expect.stringContaining('ich rufe Sie nicht mehr an')]);
    expect(actions.at(-1)).toEqual({ type: 'hang_up', after: 'speech', outcome: 'do-not-call' });
    expect(call.requests).toHaveLength(0);
    call.agent.ended(call.conversation);
    expect(call.noted.at(-1)?.[1]).toMatchObject({ type: 'ended', result: 'do-not-call' });
  });

  it.each([
    ['de', 'Rufen Sie mich nie wieder an!', true],
    ['de', 'Ich möchte nicht mehr angerufen werden.', true],
    ['de', 'Streichen Sie mich von Ihrer Liste.', true],
    ['de', 'Keine weiteren Anrufe mehr, danke.', true],
    ['de', 'Rufen Sie mich bitte nicht mehr vor zehn an.', false],
    ['de', 'Bitte rufen Sie mich heute nicht mehr an.', false],
    ['de', 'Ich rufe Sie nachher noch einmal an.', false],
    ['en', "Please don't call me again.", true],
    ['en', 'Stop calling me!', true],
    ['en', 'Take me off your list.', true],
    ['en', 'Do not call this number any more', true],
    ['en', "Don't call me before nine.", false],
    ['en', 'Can you call me tomorrow?', false],
    ['fr', 'Ne m’appelez plus jamais, retirez-moi de votre liste.', true],
    ['es', 'No me llamen más.', true],
    ['it', 'Non mi chiamate più.', true],
    ['nl', 'Bel me niet meer.', true],
    ['nl', 'Bel me niet meer vandaag.', false],
  ] as const)('%s: %s -> %s', (language, text, wanted) => {
    expect(wantsNoCalls(text, language)).toBe(wanted);
  });

  it('a text without end is not searched without end', () => {
    const sinceMs = performance.now();
    expect(wantsNoCalls('borre '.repeat(100_000), 'es')).toBe(false);
    expect(performance.now() - sinceMs).toBeLessThan(1_000);
  });
});

describe('with the records of the dialer', () => {
  it('a key that the dialer does not know is nobody’s call', async () => {
    const store = new MemoryStore();
    const outbound = new OutboundJoin({ store, wallMs: () => 0 });
    const parties = { ...CALLING, metadata: { ...CALLING.metadata, dialerCall: 'spring.9.9' } };
    const call = await weCall([], { parties, outbound });
    await call.isAnswered();
    expect(call.conversation.outbound?.key).toBeUndefined();
    expect(await store.read('spring')).toEqual([]);
  });
});
