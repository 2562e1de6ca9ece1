import type { CallAction } from '@jovo-telephony/telephony';
import { settle, VirtualClock } from '@jovo-telephony/telephony/testing';
import { Agent } from '../../src/agent/agent';
import type { Conversation } from '../../src/agent/conversation';
import { PHRASES } from '../../src/agent/phrases';
import { Profiles } from '../../src/agent/profiles/profiles';
import { PRAXIS, WORKSHOP } from '../support/profile';
import { ScriptedBrain, type Step } from '../support/scripted-brain';

const PROFILES = new Profiles(
  new Map([
    ['praxis', PRAXIS],
    ['workshop', WORKSHOP],
  ]),
  PRAXIS,
);
const TIMING = {
  fillerAfterMs: 900,
  holdAfterMs: 1_500,
  maxSilenceMs: 2_200,
  answerWithinMs: 6_000,
  finishWithinMs: 1_000,
  inputTimeoutMs: 8_000,
};
const GERMAN_CALL = { from: '+49157 90000001', to: '4921163550' };
const ENGLISH_CALL = { from: '447400123456', to: '442079460123' };

/** An agent with a scripted brain, and a call to it. */
function call(
  replies: Step[][],
  parties: { from?: string; to?: string; direction?: 'outbound' } = GERMAN_CALL,
) {
  const clock = new VirtualClock();
  const brain = new ScriptedBrain(clock, replies);
  const failures: unknown[] = [];
  const agent = new Agent({
    profiles: PROFILES,
    brain,
    clock,
    timing: TIMING,
    onFailure: (error) => failures.push(error),
  });
  const conversation = agent.begin('call-1', parties);
  return { clock, brain, agent, conversation, failures, parties };
}

/** Runs a turn to its end while time passes. */
async function play(clock: VirtualClock, turn: AsyncIterable<CallAction>, forMs = 20_000) {
  const heard: { atMs: number; action: CallAction }[] = [];
  const startMs = clock.nowMs();
  let done = false;
  const running = (async () => {
    for await (const action of turn) heard.push({ atMs: clock.nowMs() - startMs, action });
    done = true;
  })();
  for (let ms = 0; ms < forMs && !done; ms += 50) await clock.pass(50);
  await running;
  return heard;
}

const texts = (heard: { action: CallAction }[]) =>
  heard.flatMap(({ action }) => (action.type === 'speak' && 'text' in action ? [action.text] : []));
const kinds = (heard: { action: CallAction }[]) => heard.map(({ action }) => action.type);
const live = (push = true) => ({ signal: new AbortController().signal, push });

describe('who answers', () => {
  test('the called number chooses the profile, its language and its voice', async () => {
    const { clock, agent, conversation, parties } = call([], ENGLISH_CALL);
    expect(conversation.language).toBe('en');
    const heard = await play(clock, agent.greet(conversation, parties, live()));
    expect(heard.map(({ action }) => action)).toEqual([
      {
        type: 'speak',
        text: WORKSHOP.greeting,
        voice: { provider: 'azure', voice: 'en-GB-SoniaNeural', language: 'en-GB' },
        inputTimeoutMs: 8_000,
      },
    ]);
  });

  test('a number that nobody claims reaches the default profile', async () => {
    const { clock, agent, conversation, parties } = call([], { from: '', to: '4930999999' });
    expect(texts(await play(clock, agent.greet(conversation, parties, live())))).toEqual([PRAXIS.greeting]);
    expect(conversation.callerNumber).toBeUndefined();
  });

  test('on an outbound call ours is the calling number', () => {
    const { conversation } = call([], { direction: 'outbound', from: '442079460123', to: '4915790000001' });
    expect(conversation).toMatchObject({
      language: 'en',
      ownNumber: '442079460123',
      callerNumber: '4915790000001',
    });
  });
});

describe('a turn', () => {
  test('the answer is spoken sentence by sentence and remembered', async () => {
    const { clock, agent, conversation } = call([['Wir haben bis siebzehn Uhr auf. ', 'Passt Ihnen das?']]);
    const heard = await play(clock, agent.heard(conversation, 'Wann haben Sie auf?', live()));
    expect(texts(heard)).toEqual(['Wir haben bis siebzehn Uhr auf.', 'Passt Ihnen das?']);
    expect(conversation.messages).toEqual([
      { role: 'caller', text: 'Wann haben Sie auf?' },
      { role: 'assistant', text: 'Wir haben bis siebzehn Uhr auf. Passt Ihnen das?' },
    ]);
  });

  test('a slow brain: the caller hears a filler after 0.9 s, then the answer', async () => {
    const { clock, agent, conversation } = call([[{ pauseMs: 3_000 }, 'Um acht.']]);
    const heard = await play(clock, agent.heard(conversation, 'Wann?', live()));
    expect(texts(heard)).toEqual([PHRASES.de.hold[0], 'Um acht.']);
    expect(heard[0]?.atMs).toBe(900);
    expect(conversation.messages.at(-1)).toEqual({ role: 'assistant', text: 'Um acht.' });
  });

  test('fillers take turns over the whole call', async () => {
    const { clock, agent, conversation } = call([
      [{ pauseMs: 1_500 }, 'Um acht.'],
      [{ pauseMs: 1_500 }, 'Um zehn.'],
    ]);
    const heard = await play(clock, agent.heard(conversation, 'Wann?', live()));
    heard.push(...(await play(clock, agent.heard(conversation, 'Und samstags?', live()))));
    expect(texts(heard)).toEqual([PHRASES.de.hold[0], 'Um acht.', PHRASES.de.hold[1], 'Um zehn.']);
  });

  test.each<[string, Step[]]>([
    ['a brain that never answers', [{ pauseMs: 60_000 }]],
    ['a brain that stops in mid-answer', ['Also. ', { pauseMs: 60_000 }]],
    ['a brain that throws', [new Error('500')]],
    ['a brain that says nothing', []],
    ['a brain that says only blanks', ['  \n ']],
  ])('%s: the caller hears an apology within six seconds of the last words', async (_, steps) => {
    const { clock, agent, conversation, failures } = call([steps], ENGLISH_CALL);
    const heard = await play(clock, agent.heard(conversation, 'Hello?', live()));
    expect(texts(heard).at(-1)).toBe(PHRASES.en.sorry);
    const lastWordsMs = heard.at(-2)?.atMs ?? 0;
    expect((heard.at(-1)?.atMs ?? 0) - lastWordsMs).toBeLessThanOrEqual(6_050);
    expect(failures).toHaveLength(1);
  });

  test('who calls off a transfer has said something of their own, not more of what was asked for', async () => {
    const reception = { name: 'transfer_call', arguments: { destination: 'reception' } } as const;
    const { clock, brain, agent, conversation } = call([[reception], ['Gut.']]);
    await play(clock, agent.heard(conversation, 'Die Anmeldung bitte', live()));
    const heard = await play(clock, agent.interrupted(conversation, 'Ach nein, doch nicht', live()));
    expect(texts(heard)).toEqual(['Gut.']);
    expect(brain.requests[1]?.messages.at(-1)).toEqual({ role: 'caller', text: 'Ach nein, doch nicht' });
  });

  test('an interruption ends the turn without another word, and stops the brain', async () => {
    const { clock, brain, agent, conversation, failures } = call([
      ['Erstens ja. Und zweitens', { pauseMs: 1_000 }, ' auch.'],
    ]);
    const controller = new AbortController();
    clock.after(500, () => controller.abort());
    const heard = await play(
      clock,
      agent.heard(conversation, 'Was kostet das?', { signal: controller.signal, push: true }),
    );
    expect(texts(heard)).toEqual(['Erstens ja.']);
    expect(conversation.messages.at(-1)).toEqual({ role: 'assistant', text: 'Erstens ja.' });
    expect(failures).toHaveLength(0);
    await settle();
    expect(brain.interrupted).toBe(1);
    expect(clock.pending).toBe(0);
  });

  test('noise has cut the answer off: it is given again', async () => {
    const { clock, brain, agent, conversation } = call([[{ pauseMs: 5_000 }, 'x'], ['Um acht.']]);
    const controller = new AbortController();
    clock.after(500, () => controller.abort());
    await play(clock, agent.heard(conversation, 'Wann?', { signal: controller.signal, push: true }));
    expect(texts(await play(clock, agent.goOn(conversation, live())))).toEqual(['Um acht.']);
    expect(brain.requests[1]?.messages).toEqual([{ role: 'caller', text: 'Wann?' }]);
    expect(await play(clock, agent.goOn(conversation, live()))).toEqual([]);
  });
});

describe('ending and transferring', () => {
  test('a goodbye is heard before the hang-up, even if the brain forgets it', async () => {
    const { clock, agent, conversation } = call([[{ name: 'hang_up', arguments: {} }]]);
    const heard = await play(clock, agent.heard(conversation, 'Das war alles', live()));
    expect(texts(heard)).toEqual([PHRASES.de.goodbye]);
    expect(heard.at(-1)?.action).toEqual({ type: 'hang_up', after: 'speech' });
  });

  test('the announcement is heard before the transfer; the number comes from the profile', async () => {
    const { clock, agent, conversation } = call([
      [{ name: 'transfer_call', arguments: { destination: 'reception' } }],
    ]);
    const heard = await play(clock, agent.heard(conversation, 'Einen Menschen bitte', live()));
    expect(texts(heard)).toEqual(['Ich verbinde Sie mit der Anmeldung.']);
    expect(heard.at(-1)?.action).toEqual({
      type: 'transfer',
      number: '4921163551',
      displayName: 'Praxis Dr. Sommer',
      displayNumber: '4921163550',
      timeoutSeconds: 30,
      after: 'speech',
    });
  });

  test.each(['0190123456', '+4990012345', 'constructor', 'Anmeldung'])(
    'a destination that the profile does not name (%s) is never dialled',
    async (destination) => {
      const { clock, agent, conversation } = call([[{ name: 'transfer_call', arguments: { destination } }]]);
      const heard = await play(clock, agent.heard(conversation, 'Rufen Sie dort an', live()));
      expect(kinds(heard)).toEqual(['speak']);
      expect(texts(heard)).toEqual([PHRASES.de.noSuchDestination]);
    },
  );

  test('a brain that asks for the same action three times gets it once', async () => {
    const tool = { name: 'send_sms', arguments: { text: 'Montag, 8 Uhr' } } as const;
    const { clock, agent, conversation } = call([[tool, tool, tool]]);
    const heard = await play(clock, agent.heard(conversation, 'Per SMS bitte', live()));
    expect(kinds(heard).filter((kind) => kind === 'send_sms')).toHaveLength(1);
  });

  test('a text message goes to the caller, and only where the number is known', async () => {
    const tool = { name: 'send_sms', arguments: { text: 'Hello' } } as const;
    const known = call([[tool]], ENGLISH_CALL);
    const heard = await play(known.clock, known.agent.heard(known.conversation, 'Text me', live()));
    expect(heard.map(({ action }) => action)).toContainEqual({
      type: 'send_sms',
      number: '447400123456',
      text: 'Hello',
    });
    expect(texts(heard)).toEqual([PHRASES.en.smsSent]);

    const anonymous = call([[tool]], { from: '', to: ENGLISH_CALL.to });
    const refused = await play(
      anonymous.clock,
      anonymous.agent.heard(anonymous.conversation, 'Text me', live()),
    );
    expect(kinds(refused)).toEqual(['speak']);
    expect(texts(refused)).toEqual([PHRASES.en.smsNeedsNumber]);
  });

  describe('the caller speaks while the goodbye is spoken', () => {
    async function afterGoodbye(words: string) {
      const replies: Step[][] = [['Auf Wiederhören!', { name: 'hang_up', arguments: {} }], ['Ja, bitte?']];
      const { clock, agent, conversation } = call(replies);
      await play(clock, agent.heard(conversation, 'Danke, das war alles', live()));
      return play(clock, agent.interrupted(conversation, words, live()));
    }

    test.each(['Tschüss', 'Danke, auf Wiederhören', 'okay', 'hm'])(
      '"%s": the call ends at once',
      async (words) => {
        expect(await afterGoodbye(words)).toMatchObject([{ action: { type: 'hang_up', after: undefined } }]);
      },
    );

    test('"stopp": that is called off, and no brain is asked', async () => {
      expect(texts(await afterGoodbye('Stopp'))).toEqual([PHRASES.de.keypad.cancelled]);
    });

    test.each(['Moment, noch eine Frage', 'Haben Sie am Freitag auch auf?'])(
      '"%s": the call goes on',
      async (words) => {
        expect(texts(await afterGoodbye(words))).toEqual(['Ja, bitte?']);
      },
    );
  });
});

describe('what is not speech', () => {
  test('silence: asked twice in different words, then a goodbye', async () => {
    const { agent, conversation } = call([]);
    const turns: { action: CallAction }[][] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      turns.push((await agent.silent(conversation)).map((action) => ({ action })));
    }
    expect(turns.map(texts)).toEqual([
      [PHRASES.de.areYouThere[0]],
      [PHRASES.de.areYouThere[1]],
      [PHRASES.de.silentGoodbye],
    ]);
    expect(kinds(turns[2] ?? [])).toEqual(['speak', 'hang_up']);
    expect(await agent.silent(conversation)).toEqual([]);
  });

  test('a word from the caller starts the count anew, but no sentence is said twice in a row', async () => {
    const { clock, agent, conversation } = call([['Gern.']]);
    await agent.silent(conversation);
    await play(clock, agent.heard(conversation, 'Ja, ich bin da', live()));
    expect(texts((await agent.silent(conversation)).map((action) => ({ action })))).toEqual([
      PHRASES.de.areYouThere[1],
    ]);
  });

  test.each([
    ['hm', [PHRASES.de.takeYourTime]],
    ['', [PHRASES.de.takeYourTime]],
    [undefined, [PHRASES.de.takeYourTime]],
  ])('an interruption that asks for nothing (%s) is not answered', async (words, said) => {
    const { clock, brain, agent, conversation } = call([['Bitte?']]);
    expect(texts(await play(clock, agent.interrupted(conversation, words, live())))).toEqual(said);
    expect(brain.requests).toHaveLength(0);
  });

  test('"stopp" gets silence, and whoever then says nothing at all is asked', async () => {
    const { clock, brain, agent, conversation } = call([['Bitte?']]);
    const heard = await play(clock, agent.interrupted(conversation, 'stopp', live()));
    expect(heard.map(({ atMs }) => atMs)).toEqual([8_000]);
    expect(texts(heard)).toEqual([PHRASES.de.areYouThere[0]]);
    // Where nothing can be pushed, our own wait would be filled.
    expect(await play(clock, agent.interrupted(conversation, 'stopp', live(false)))).toEqual([]);
    expect(brain.requests).toHaveLength(0);
  });

  test('words after "stopp" end the silence at once', async () => {
    const { clock, agent, conversation } = call([]);
    const words = new AbortController();
    const silence = play(
      clock,
      agent.interrupted(conversation, 'stopp', { ...live(), signal: words.signal }),
    );
    await clock.pass(3_000);
    words.abort();
    expect(await silence).toEqual([]);
  });

  test('a failed transfer and a failed text message are told to the caller and to the brain', async () => {
    const { agent, conversation } = call([]);
    expect(texts((await agent.transferFailed(conversation)).map((action) => ({ action })))).toEqual([
      `${PHRASES.de.transfer.failed} ${PHRASES.de.transfer.anythingElse}`,
    ]);
    expect(texts(agent.smsFailed(conversation).map((action) => ({ action })))).toEqual([
      PHRASES.de.smsFailed,
    ]);
    expect(
      conversation.messages.filter(({ role }: Conversation['messages'][number]) => role === 'note'),
    ).toHaveLength(2);
  });
});

test('everything the agent says exists in every language, and in none of them in the words of another', () => {
  const flat = (value: unknown): string[] =>
    typeof value === 'string' ? [value] : Object.values(value ?? {}).flatMap(flat);
  const shape = (value: unknown): unknown =>
    typeof value === 'string'
      ? 'text'
      : Object.fromEntries(Object.entries(value ?? {}).map(([key, inner]) => [key, shape(inner)]));
  for (const phrases of Object.values(PHRASES)) {
    expect(shape(phrases)).toEqual(shape(PHRASES.de));
    for (const text of flat(phrases)) expect(text.trim()).not.toBe('');
    expect(phrases.keypad.entered).toContain('{name}');
  }
  const all = Object.values(PHRASES).flatMap(flat);
  expect(all.filter((text, index) => all.indexOf(text) !== index)).toEqual([]);
});
