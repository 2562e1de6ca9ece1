import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { CallAction } from '@jovo-telephony/telephony';
import { VirtualClock } from '@jovo-telephony/telephony/testing';
import { Agent } from '../../src/agent/agent';
import { KEYPAD_START, type KeypadEvent, type KeypadState, nextOnKeypad } from '../../src/agent/keypad';
import { PHRASES } from '../../src/agent/phrases';
import { type Menu, menuSchema } from '../../src/agent/profiles/menu-schema';
import { profileSchema } from '../../src/agent/profiles/profile';
import { loadProfiles, Profiles } from '../../src/agent/profiles/profiles';
import { PRAXIS } from '../support/profile';
import { ScriptedBrain, type Step } from '../support/scripted-brain';

const MENU: Menu = menuSchema.parse({
  prompt: 'Für Zeiten die eins.',
  repeatKey: '9',
  keys: {
    '1': { ask: 'Wann haben Sie geöffnet?' },
    '2': { transfer: 'reception' },
    '3': { collect: { name: 'Kundennummer', prompt: 'Ihre Nummer bitte.', minDigits: 4, maxDigits: 8 } },
    '4': { collect: { name: 'PIN', prompt: 'Ihre PIN bitte.', minDigits: 4, maxDigits: 4, masked: true } },
    '5': { say: 'Auf der Rechnung.' },
    '6': {
      collect: { name: 'Karte', prompt: 'Ihre Karte.', check: 'luhn', cancelKey: '*', maxTries: 2 },
    },
  },
});

const key = (name: string, speaking = false): KeypadEvent => ({ type: 'key', key: name, speaking });
const keys = (names: string): KeypadEvent[] => [...names].map((name) => key(name));
const said = (text: string): KeypadEvent => ({ type: 'spoken', text });
const silence: KeypadEvent = { type: 'silence' };

/** Plays events; the steps, and where that leaves the keypad. */
function play(events: KeypadEvent[], language: 'de' | 'en' = 'de', start: KeypadState = KEYPAD_START) {
  let state = start;
  const steps = events.map((event) => {
    const next = nextOnKeypad({ menu: MENU, phrases: PHRASES[language], language }, state, event);
    state = JSON.parse(JSON.stringify(next.state));
    return next.step;
  });
  return { steps, last: steps.at(-1), state };
}

const de = PHRASES.de.keypad;

describe('the menu', () => {
  test.each<[string, KeypadEvent, object]>([
    ['text for the brain', key('1'), { do: 'ask', text: 'Wann haben Sie geöffnet?' }],
    ['a transfer', key('2'), { do: 'transfer', destination: 'reception', chosen: '2' }],
    ['an answer', key('5'), { do: 'say', text: 'Auf der Rechnung.', chosen: '5' }],
    ['a question for digits', key('3'), { do: 'say', text: 'Ihre Nummer bitte.', inputTimeoutMs: 6_000 }],
    ['a choice that is said', said('die fünf bitte'), { do: 'say', text: 'Auf der Rechnung.', chosen: '5' }],
    ['the menu again', key('9'), { do: 'say', text: MENU.prompt }],
    ['other words', said('Ich habe eine Frage'), { do: 'pass' }],
  ])('%s', (_, event, step) => {
    expect(play([event]).last).toEqual(step);
  });

  test('wrong keys: told twice, then asked to speak; keys that mean something still do', () => {
    const { steps } = play([...keys('770'), key('5')]);
    expect(steps).toEqual([
      { do: 'say', text: `${de.unknownKey} ${MENU.prompt}` },
      { do: 'say', text: `${de.unknownKey} ${MENU.prompt}` },
      { do: 'say', text: PHRASES.de.keyPressed },
      { do: 'say', text: 'Auf der Rechnung.', chosen: '5' },
    ]);
  });

  test('silence: the menu twice more, then it is the silence of any call', () => {
    const { steps } = play([silence, silence, silence, silence], 'en');
    const again = { do: 'say', text: `${PHRASES.en.keypad.nothingKeyed} ${MENU.prompt}` };
    expect(steps).toEqual([again, again, { do: 'pass' }, { do: 'pass' }]);
  });

  test('whoever has spoken has left the menu: silence and digits in a sentence are no keys', () => {
    expect(play([said('Guten Tag'), silence]).last).toEqual({ do: 'pass' });
    expect(play([said('Guten Tag'), said('eins')]).last).toEqual({ do: 'pass' });
  });
});

describe('digits that are asked for', () => {
  test('end with the terminator, or at the last one; the terminator out of habit means nothing', () => {
    expect(play(keys('312345#')).last).toEqual({ do: 'ask', text: '[Kundennummer: 12345]' });
    const full = play(keys('312345678'));
    expect(full.last).toEqual({ do: 'ask', text: '[Kundennummer: 12345678]' });
    expect(play([key('#')], 'de', full.state).last).toEqual({ do: 'nothing' });
    expect(play(keys('##'), 'de', full.state).last).toEqual({ do: 'say', text: PHRASES.de.keyPressed });
  });

  test('end after a silence in which no key came', () => {
    const { steps } = play([...keys('312345'), silence, silence]);
    expect(steps.slice(-2)).toEqual([
      { do: 'say', text: de.moreDigits, inputTimeoutMs: 3_000 },
      { do: 'ask', text: '[Kundennummer: 12345]' },
    ]);
  });

  test('typed over the question: a short word, and the timer is set again', () => {
    const { steps } = play([key('3'), key('1', true), key('2', true), silence, key('3'), key('4'), key('#')]);
    expect(steps.slice(1)).toEqual([
      { do: 'say', text: de.goOn, inputTimeoutMs: 5_000 },
      { do: 'nothing' },
      { do: 'say', text: de.moreDigits, inputTimeoutMs: 3_000 },
      { do: 'nothing' },
      { do: 'nothing' },
      { do: 'ask', text: '[Kundennummer: 1234]' },
    ]);
  });

  test.each<[string, KeypadEvent[], string]>([
    ['no key at all', [key('3'), silence], de.nothingKeyed],
    ['too few, then nothing', [...keys('31'), silence, silence], de.tooFewDigits],
    ['too few and the terminator', keys('31#'), de.tooFewDigits],
    [
      'too many in words',
      [key('3'), said('eins zwei drei vier fünf sechs sieben acht neun')],
      de.wrongDigits,
    ],
  ])('%s: asked again', (_, events, reason) => {
    expect(play(events).last).toEqual({
      do: 'say',
      text: `${reason} Ihre Nummer bitte.`,
      inputTimeoutMs: 6_000,
    });
  });

  test('a check that fails twice ends it; the cancel key, too', () => {
    const { steps } = play(keys('6123#123#'));
    expect(steps[4]).toMatchObject({ do: 'say', text: `${de.wrongDigits} Ihre Karte.` });
    expect(steps.at(-1)).toEqual({ do: 'say', text: de.givenUp });
    expect(play(keys('618#')).last).toEqual({ do: 'ask', text: '[Karte: 18]' });
    expect(play(keys('612*'))).toMatchObject({ last: { do: 'say', text: de.cancelled }, state: {} });
  });

  test('may be said, in one go or in parts, and mixed with keys', () => {
    expect(play([key('3'), said('eins zwo drei vier fünf sechs sieben acht')]).last).toEqual({
      do: 'ask',
      text: '[Kundennummer: 12345678]',
    });
    const parts = play([key('3'), said('eins zwo'), key('3'), said('vier'), silence]);
    expect(parts.steps[1]).toEqual({ do: 'say', text: de.moreDigits, inputTimeoutMs: 3_000 });
    expect(parts.last).toEqual({ do: 'ask', text: '[Kundennummer: 1234]' });
    expect(play([key('3'), said('one two three four five six seven eight')], 'en').last).toMatchObject({
      do: 'ask',
    });
  });

  test('a question in between is answered, and the entry goes on', () => {
    const { steps } = play([...keys('312'), said('Wo steht die denn?'), ...keys('34#')]);
    expect(steps[3]).toEqual({ do: 'pass' });
    expect(steps.at(-1)).toEqual({ do: 'ask', text: '[Kundennummer: 1234]' });
  });

  test.each(['de', 'en'] as const)('a PIN leaves nothing but the fact (%s)', (language) => {
    const { last, state } = play(keys('47391'), language);
    expect(last).toEqual({ do: 'ask', text: language === 'de' ? '[PIN eingegeben]' : '[PIN entered]' });
    expect(JSON.stringify(state)).not.toContain('7391');
  });

  test('words around a PIN reach nobody, and not for ever', () => {
    const words = said('Die ist siebentausend und noch was');
    const { steps } = play([key('4'), words, words, words]);
    expect(steps.map((step) => 'text' in step && step.text)).toEqual([
      'Ihre PIN bitte.',
      `${de.digitsOnly} Ihre PIN bitte.`,
      `${de.digitsOnly} Ihre PIN bitte.`,
      de.givenUp,
    ]);
  });

  test('a menu that was written anew and has lost the question', () => {
    const { state } = play(keys('312'));
    const menu = menuSchema.parse({ prompt: 'Neu.', keys: { '1': { say: 'Ja.' } } });
    const next = nextOnKeypad({ menu, phrases: PHRASES.de, language: 'de' }, state, key('1'));
    expect(next.step).toEqual({ do: 'say', text: 'Ja.', chosen: '1' });
  });
});

describe('in a call', () => {
  const profile = { ...PRAXIS, menu: MENU };

  function call(replies: Step[][]) {
    const clock = new VirtualClock();
    const brain = new ScriptedBrain(clock, replies);
    const timing = {
      fillerAfterMs: 900,
      holdAfterMs: 1_500,
      maxSilenceMs: 2_200,
      answerWithinMs: 6_000,
      finishWithinMs: 1_000,
      inputTimeoutMs: 8_000,
    };
    const agent = new Agent({
      profiles: new Profiles(new Map([['p', profile]]), profile),
      brain,
      clock,
      timing,
      wallMs: () => 0,
    });
    const conversation = agent.begin('call-1', { from: '4915790000001', to: '4921163550' });
    const live = { signal: new AbortController().signal, push: true };
    const press = async (names: string) => {
      const all: CallAction[] = [];
      for (const name of names) all.push(...(await collect(agent.keyPressed(conversation, name, live))));
      return all;
    };
    const collect = async (actions: AsyncIterable<CallAction>) => {
      const all: CallAction[] = [];
      for await (const action of actions) all.push(action);
      return all;
    };
    const greet = () => collect(agent.greet(conversation, {}, live));
    return { agent, brain, conversation, press, collect, live, clock, greet };
  }

  test('the menu follows the greeting', async () => {
    const { conversation, greet } = call([]);
    const actions = await greet();
    expect(actions).toMatchObject([{ text: PRAXIS.greeting }, { text: MENU.prompt, inputTimeoutMs: 8_000 }]);
    expect(conversation.keypad).toEqual(KEYPAD_START);
  });

  test('what was keyed is put before the brain as the words of the caller', async () => {
    const { brain, press, greet } = call([['Gefunden.']]);
    await greet();
    const actions = await press('31234#');
    expect(actions.at(-1)).toMatchObject({ type: 'speak', text: 'Gefunden.' });
    expect(brain.requests[0]?.messages.at(-1)).toEqual({ role: 'caller', text: '[Kundennummer: 1234]' });
  });

  test('a PIN, typed or said, is in nothing that the brain is shown', async () => {
    const { agent, brain, conversation, press, collect, live, greet } = call([['Danke.'], ['Danke.']]);
    await greet();
    await press('4');
    await collect(agent.heard(conversation, 'meine PIN ist sieben drei neun eins', live));
    await collect(agent.interrupted(conversation, 'sieben drei neun eins sag ich doch', live));
    await press('7391');
    await press('4');
    await collect(agent.interrupted(conversation, 'sieben drei neun eins', live));
    expect(brain.requests).toHaveLength(2);
    expect(JSON.stringify([brain.requests, conversation])).not.toMatch(/7391|sieben/);
  });

  test('a key that transfers goes the way of every transfer, and once', async () => {
    const { press, greet } = call([]);
    await greet();
    const actions = await press('22');
    expect(actions.filter(({ type }) => type === 'transfer')).toHaveLength(1);
    expect(actions).toMatchObject([
      { type: 'stop_speaking' },
      { text: 'Ich verbinde Sie mit der Anmeldung.' },
      { type: 'transfer', number: '4921163551', after: 'speech' },
    ]);
  });

  test('silence goes on with the ladder when the menu has been said often enough', async () => {
    const { agent, conversation, collect, live, greet } = call([]);
    await greet();
    const turns = [];
    for (let i = 0; i < 3; i++) turns.push(await collect(agent.inputTimedOut(conversation, live)));
    expect(turns).toMatchObject([
      [{ text: `${de.nothingKeyed} ${MENU.prompt}` }],
      [{ text: `${de.nothingKeyed} ${MENU.prompt}` }],
      [{ text: PHRASES.de.areYouThere[0] }],
    ]);
  });

  test('the length of the call is capped for callers who only press keys', async () => {
    const { press, clock, greet } = call([]);
    await greet();
    await clock.pass(3_600_001);
    expect(await press('5')).toMatchObject([{ text: PHRASES.de.callTooLong }, { type: 'hang_up' }]);
  });
});

describe('a faulty menu stops the start', () => {
  const faults = (menu: unknown) =>
    profileSchema.safeParse({ ...PRAXIS, menu }).error?.issues.map(({ message }) => message) ?? [];
  const asks = (collect: object) => ({ prompt: 'x', keys: { '1': { collect } } });

  test.each<[string, unknown, string]>([
    ['no choice', { prompt: 'x', keys: {} }, 'A menu needs at least one choice.'],
    ['two meanings', { prompt: 'x', repeatKey: '1', keys: { '1': { say: 'a' } } }, 'Key 1 has two meanings.'],
    ['two things', { prompt: 'x', keys: { '1': { say: 'a', ask: 'b' } } }, 'exactly one of say, transfer'],
    ['nothing', { prompt: 'x', keys: { '1': {} } }, 'exactly one of say, transfer'],
    ['lengths', asks({ name: 'x', prompt: 'y', minDigits: 5, maxDigits: 4 }), 'minDigits must not be above'],
    ['one key for two', asks({ name: 'x', prompt: 'y', cancelKey: '#' }), 'cannot both end and cancel'],
  ])('%s', (_, menu, message) => {
    expect(faults(menu).join()).toContain(message);
  });
});

test('a key that leads nowhere is told with its line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'agents-'));
  const text = readFileSync(resolve('test/fixtures/agents-menu/stadtwerke.yaml'), 'utf8');
  writeFileSync(join(folder, 'p.yaml'), text.replace('transfer: service', 'transfer: nobody'));
  expect(() => loadProfiles(folder)).toThrow(
    /p\.yaml:13: menu\.keys\.2\.transfer: expected the name of a destination: service/,
  );
});
