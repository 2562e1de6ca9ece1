import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CallAction } from '@jovo-telephony/telephony';
import { VirtualClock } from '@jovo-telephony/telephony/testing';
import { parse } from 'yaml';
import { Agent } from '../../src/agent/agent';
import type { Brain, Language } from '../../src/agent/brain';
import { offlineBrain } from '../../src/agent/brains/offline';
import { askedLanguage } from '../../src/agent/brains/offline-languages';
import { PHRASES } from '../../src/agent/phrases';
import { policyOf } from '../../src/agent/policy-of';
import { type AgentProfile, profileSchema } from '../../src/agent/profiles/profile';
import { offeredLanguages, profileIn } from '../../src/agent/profiles/profile-language';
import { Profiles } from '../../src/agent/profiles/profiles';
import { describeTools } from '../../src/agent/tools';
import { PRAXIS } from '../support/profile';
import { ScriptedBrain, type Step } from '../support/scripted-brain';

const shipped = (file: string): AgentProfile =>
  profileSchema.parse(parse(readFileSync(join(__dirname, '../../agents', file), 'utf8')));
const AZURE = (voice: string) => ({ provider: 'azure', voice });
const MANY = profileSchema.parse({
  ...PRAXIS,
  silence: { reprompts: ['Hallo, sind Sie da?'], offer: 'Soll ich Sie verbinden?' },
  languages: {
    en: {
      language: 'en-US',
      voice: AZURE('en-US-JennyNeural'),
      instructions: 'You are the receptionist.',
      faq: [{ ask: ['When are you open?'], answer: 'From eight to five.' }],
      announcements: { reception: 'I am putting you through to reception.' },
    },
    fr: { language: 'fr-FR', voice: AZURE('fr-FR-DeniseNeural') },
  },
});

function call(brain: Brain | Step[][], profile = MANY) {
  const clock = new VirtualClock();
  const answering = Array.isArray(brain) ? new ScriptedBrain(clock, brain) : brain;
  const agent = new Agent({
    profiles: new Profiles(new Map([['praxis', profile]]), profile),
    brain: answering,
    clock,
    timing: {
      fillerAfterMs: 900,
      holdAfterMs: 1_500,
      maxSilenceMs: 2_200,
      answerWithinMs: 6_000,
      finishWithinMs: 1_000,
      inputTimeoutMs: 8_000,
    },
  });
  const conversation = agent.begin('c', { from: '4915790000001', to: profile.numbers[0] });
  const options = () => ({ signal: new AbortController().signal, push: true });
  const play = async (turn: AsyncIterable<CallAction>) => {
    const actions: CallAction[] = [];
    const running = (async () => {
      for await (const action of turn) actions.push(action);
    })();
    for (let ms = 0; ms < 8_000; ms += 200) await clock.pass(200);
    await running;
    return actions;
  };
  return {
    agent,
    conversation,
    requests: answering instanceof ScriptedBrain ? answering.requests : [],
    says: (text: string) => play(agent.heard(conversation, text, options())),
    interrupts: (text: string) => play(agent.interrupted(conversation, text, options())),
  };
}

const texts = (actions: CallAction[]) =>
  actions.flatMap((action) => (action.type === 'speak' && 'text' in action ? [action.text] : []));
const switchTo = (language: Language) => ({ name: 'switch_language', arguments: { language } }) as const;

describe('a switch changes everything at once', () => {
  test('recognition, voice, stock phrase, prompt and knowledge', async () => {
    const { says, requests, conversation } = call([[switchTo('en')], ['From eight to five.']]);
    const voice = { provider: 'azure', voice: 'en-US-JennyNeural', language: 'en-US' };
    expect(await says('Können wir Englisch sprechen?')).toMatchObject([
      { type: 'listen', languages: ['en-US'] },
      { type: 'speak', text: PHRASES.en.languageSwitched, voice },
    ]);
    expect(conversation.language).toBe('en');
    expect(await says('When are you open?')).toMatchObject([{ text: 'From eight to five.', voice }]);
    expect(requests[1]).toMatchObject({
      language: 'en',
      profile: { instructions: 'You are the receptionist.', faq: MANY.languages.en?.faq },
    });
  });

  test('sentence cutting, for what is said behind the switch in the same reply', async () => {
    const text = 'Kommen Sie am 3. Mai vorbei. Dann geht es. ';
    const after = async (...steps: Step[]) => texts(await call([steps]).says('Englisch bitte'));
    const german = await after(text);
    const [first, ...english] = await after('Gern. ', switchTo('en'), text);
    expect(first).toBe('Gern.');
    expect(english).not.toEqual(german);
    expect(english).toEqual(
      texts(await call([[text]], profileSchema.parse({ ...PRAXIS, language: 'en-GB' })).says('Hi')),
    );
  });

  test('what an interruption means', async () => {
    const { says, interrupts } = call([[switchTo('en')], ['One. Two.'], ['Three.']]);
    await says('Englisch bitte');
    await says('Tell me a story');
    expect(texts(await interrupts('hold on'))).toEqual([PHRASES.en.goAhead]);
  });

  test('what a silent caller hears, and what is announced before a transfer', async () => {
    const reception = { name: 'transfer_call', arguments: { destination: 'reception' } } as const;
    const { agent, says, conversation } = call([[switchTo('fr')], [reception], [switchTo('en')]]);
    expect(texts(await agent.silent(conversation))).toEqual(['Hallo, sind Sie da?']);
    await says('Französisch bitte');
    expect(texts(await agent.silent(conversation))).toEqual([PHRASES.fr.areYouThere[0]]);
    expect(texts(await says('L’accueil, s’il vous plaît'))).toEqual([PHRASES.fr.transfer.announce]);
  });

  test('and back', async () => {
    const { says, conversation } = call([[switchTo('en')], [switchTo('de')]]);
    await says('Englisch bitte');
    expect(await says('Deutsch bitte')).toMatchObject([
      { type: 'listen', languages: ['de-DE'] },
      { text: PHRASES.de.languageSwitched, voice: { voice: 'de-DE-KatjaNeural' } },
    ]);
    expect(conversation.language).toBe('de');
  });

  test('a language that the profile does not offer is told, and nothing changes', async () => {
    const { says, conversation } = call([[switchTo('it')]]);
    expect(texts(await says('Italienisch bitte'))).toEqual([PHRASES.de.languageNotOffered]);
    expect(conversation.language).toBe('de');
  });

  test('by a key of the menu', async () => {
    const menu = { prompt: 'For English press nine.', keys: { '9': { language: 'en' } } };
    const { agent, conversation } = call([], profileSchema.parse({ ...MANY, menu }));
    const actions: CallAction[] = [];
    const options = { signal: new AbortController().signal, push: true };
    for await (const action of agent.keyPressed(conversation, '9', options)) actions.push(action);
    expect(actions).toMatchObject([
      { type: 'stop_speaking' },
      { type: 'listen', languages: ['en-US'] },
      { text: PHRASES.en.languageSwitched },
    ]);
  });
});

describe('a profile in another language', () => {
  test('is the same object each time, and the profile itself in its own language or in one it does not have', () => {
    expect(profileIn(MANY, 'en')).toBe(profileIn(MANY, 'en'));
    expect([profileIn(MANY, 'de'), profileIn(MANY, 'it')]).toEqual([MANY, MANY]);
  });

  test('may do what it may do in its own: the language of a call allows no further number', () => {
    expect(policyOf(profileIn(MANY, 'en'))).toEqual(policyOf(MANY));
  });

  test('a model is told which languages there are, and no tool where there is one only', () => {
    expect(offeredLanguages(MANY)).toEqual(['de', 'en', 'fr']);
    const tool = (profile: AgentProfile) =>
      describeTools(profile).find((described) => described.function.name === 'switch_language');
    expect(tool(MANY)?.function.parameters).toMatchObject({
      properties: { language: { enum: ['de', 'en', 'fr'] } },
    });
    expect(tool(PRAXIS)).toBeUndefined();
  });
});

describe('callers ask for a language, and the offline brain understands', () => {
  test.each([
    ['Können wir Englisch sprechen?', 'en'],
    ['Entschuldigung, können wir das auf Englisch machen', 'en'],
    ['Sprechen Sie Englisch?', 'en'],
    ['Englisch bitte.', 'en'],
    ['English, please', 'en'],
    ['Do you speak English?', 'en'],
    ["Sorry, I don't speak German.", 'en'],
    ['My German is bad. Can we talk in English?', 'en'],
    ['Could we switch to English please', 'en'],
    ['Parlez-vous anglais ?', 'en'],
    ['Deutsch bitte', 'de'],
    ['Können wir auf Deutsch weitermachen?', 'de'],
    ['Ich würde lieber Deutsch sprechen.', 'de'],
    ['Can I speak German with you?', 'de'],
    ['Ich kann nicht gut Englisch', 'de'],
    ['Is it possible to switch from English to German?', 'de'],
    ['Sprechen Sie Französisch?', 'fr'],
    ['Parlez-vous français ?', 'fr'],
    ['¿Habla usted español?', 'es'],
    ['Spanisch, geht das?', 'es'],
    ['Parla italiano?', 'it'],
    ['Spreekt u Nederlands?', 'nl'],
  ] as const)('%s: %s', (text, language) => expect(askedLanguage(text)).toBe(language));

  test.each([
    'Haben Sie Unterlagen auf Englisch?',
    'Ich suche einen Englischkurs',
    'Mein Hund ist ein Deutsch Drahthaar',
    'Spricht die Ärztin Englisch?',
    'Deutsch oder Englisch?',
    'Do you sell Italian bikes?',
    'Where is the German embassy?',
    'Können wir bitte sprechen?',
    '',
  ])('%s: nothing of the kind', (text) => expect(askedLanguage(text)).toBeUndefined());

  test.each([
    ['praxis-sommer.yaml', 'Können wir Englisch sprechen?', 'en', 'When are you open?', 'eight to five'],
    ['northgate-cycles.yaml', 'Deutsch bitte', 'de', 'Wann haben Sie geöffnet?', 'neun bis achtzehn Uhr'],
  ] as const)(
    'a call to %s goes on in the other language',
    async (file, wish, language, question, answer) => {
      const { says, conversation } = call(offlineBrain(), shipped(file));
      expect(texts(await says(wish))).toEqual([PHRASES[language].languageSwitched]);
      expect(conversation.language).toBe(language);
      expect(texts(await says(question)).join(' ')).toContain(answer);
    },
  );

  test('the language that is spoken already is no wish: the rest of the sentence counts', async () => {
    const { says } = call(offlineBrain(), shipped('praxis-sommer.yaml'));
    const said = texts(await says('Ich kann kein Englisch, verbinden Sie mich bitte mit der Anmeldung'));
    expect(said).toEqual(['Ich verbinde Sie mit der Anmeldung. Einen Moment bitte.']);
    expect(texts(await says('Sprechen Sie Deutsch?'))).toEqual([PHRASES.de.languageSwitched]);
  });

  test('what is not offered: it says which languages there are', async () => {
    const { says } = call(offlineBrain(), PRAXIS);
    expect(texts(await says('Do you speak English?'))).toEqual([
      'Ich spreche leider nur Deutsch.',
      'Was kann ich für Sie tun?',
    ]);
    const both = call(offlineBrain(), shipped('northgate-cycles.yaml'));
    expect(texts(await both.says('Parla italiano?'))[0]).toBe("I'm afraid I only speak English and German.");
  });

  test('an entry of the FAQ about a language that is not offered is the answer', async () => {
    const faq = [{ ask: ['Sprechen Sie Englisch?'], answer: 'Nur unsere Ärztin spricht Englisch.' }];
    const { says } = call(offlineBrain(), profileSchema.parse({ ...PRAXIS, faq }));
    expect(texts(await says('Sprechen Sie Englisch?'))).toEqual(['Nur unsere Ärztin spricht Englisch.']);
  });
});
