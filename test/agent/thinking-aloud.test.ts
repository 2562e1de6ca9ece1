import { isHesitation, SpeechClock } from '@jovo-telephony/telephony';
import { PHRASES } from '../../src/agent/phrases';
import { agentCall, texts } from '../support/agent-call';
import { PRAXIS, WORKSHOP } from '../support/profile';

const CALLS = [
  ['de', PRAXIS, ['Ähm', 'hm', 'äh...', 'tja'], 'Wann haben Sie geöffnet?'],
  ['en', WORKSHOP, ['Uh', 'hmm', 'er, um', 'oops'], 'When are you open?'],
] as const;

describe.each(CALLS)('%s: a caller who thinks aloud', (language, profile, sounds, question) => {
  const { takeYourTime, areYouThere, silentGoodbye } = PHRASES[language];

  test.each(sounds)('"%s" into the silence is no question: there is time', async (sound) => {
    const call = agentCall([['No.']], { profile });
    await call.isGreeted();
    expect(texts(await call.says(sound))).toEqual([takeYourTime]);
    expect(call.requests).toEqual([]);
    expect(call.conversation.messages.map(({ role }) => role)).toEqual(['assistant']);
  });

  test('and does not stop: it counts as silence, which ends', async () => {
    const call = agentCall([['No.']], { profile });
    await call.isGreeted();
    const heard: string[] = [];
    for (let turn = 0; turn < 4; turn += 1) heard.push(...texts(await call.says(sounds[turn % 3] ?? '')));
    expect(heard).toEqual([takeYourTime, ...areYouThere, silentGoodbye]);
  });

  test('then speaks: answered, and the next thought has its time again', async () => {
    const call = agentCall([['From nine to six.']], { profile });
    await call.says(sounds[0]);
    expect(texts(await call.says(question))).toEqual(['From nine to six.']);
    expect(texts(await call.says('mhm'))).toEqual([takeYourTime]);
  });

  test('after a question "mhm" is an answer, and a sound is not', async () => {
    const call = agentCall([['Shall I?'], ['Good.']], { profile });
    await call.says(question);
    expect(texts(await call.says(sounds[1]))).toEqual([takeYourTime]);
    expect(texts(await call.says('mhm'))).toEqual(['Good.']);
  });

  test('what has to be confirmed stays asked, and "mhm" confirms it', async () => {
    const [name = ''] = Object.keys(profile.destinations);
    const transfer = { name: 'transfer_call', arguments: { destination: name } } as const;
    const policy = { confirm: ['transfer' as const], deny: [], budgets: {} };
    const call = agentCall([[transfer]], { profile: { ...profile, policy } });
    expect(texts(await call.says('Please'))).toEqual([PHRASES[language].confirm.transfer]);
    expect(texts(await call.says(sounds[1]))).toEqual([takeYourTime]);
    expect((await call.says('mhm')).map(({ type }) => type)).toEqual(['speak', 'transfer']);
  });

  test('over an answer that is being prepared: it goes on, unless words follow', async () => {
    const call = agentCall([['First.'], ['Second.']], { profile });
    call.conversation.unanswered = question;
    call.conversation.messages.push({ role: 'caller', text: question });
    expect(texts(await call.says(sounds[0]))).toEqual(['First.']);
    expect(call.requests[0]?.messages).toEqual([{ role: 'caller', text: question }]);
  });
});

test.each([
  ['de', 'für mich'],
  ['de', 'hm, am Dienstag'],
  ['de', 'äh?'],
  ['de', ''],
  ['en', 'it is'],
  ['en', 'uh, seven'],
])('%s: "%s" is more than a sound', (language, text) => expect(isHesitation(text, language)).toBe(false));

describe('silence that is told while something is being said', () => {
  test('belongs to what was said before: nobody asks whether the caller is there', async () => {
    const { agent, conversation } = agentCall([]);
    const line = new SpeechClock();
    const silent = async () => {
      const said: string[] = [];
      const delivery = { signal: new AbortController().signal, push: true, line };
      for await (const action of agent.inputTimedOut(conversation, delivery)) said.push(...texts([action]));
      return said;
    };
    line.sent(3_000, 0);
    expect(await silent()).toEqual([]);
    line.ended(3_000);
    expect(await silent()).toEqual([PHRASES.de.areYouThere[0]]);
  });
});

describe.each(CALLS)(
  '%s: who interrupts often gets short answers',
  (_language, profile, sounds, question) => {
    test.each([
      ['and means it', question, true],
      ['by a sound', sounds[1], false],
      ['by listening', 'mhm', false],
    ])('%s', async (_, words, brief) => {
      const call = agentCall([['One. Two. Three.']], { profile });
      await call.says(question);
      for (let turn = 0; turn < 4; turn += 1) await call.interrupts(words);
      await call.says(question);
      expect(call.requests.at(-1)?.brief).toBe(brief);
    });
  },
);
