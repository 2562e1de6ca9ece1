import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parse } from 'yaml';
import type { BrainEvent, BrainRequest, FullLanguage, Message } from '../../src/agent/brain';
import { offlineBrain } from '../../src/agent/brains/offline';
import { OFFLINE_PHRASES } from '../../src/agent/brains/offline-phrases';
import { type Meaning, understandingOf } from '../../src/agent/brains/offline-understand';
import { type AgentProfile, profileSchema } from '../../src/agent/profiles/profile';

const ROOT = join(__dirname, '..', '..');
const SHIPPED = { de: 'praxis-sommer.yaml', en: 'northgate-cycles.yaml' } as const;
const LANGUAGES: readonly FullLanguage[] = ['de', 'en'];

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const profiles: Record<FullLanguage, AgentProfile> = {
  de: profileSchema.parse(parse(read(`agents/${SHIPPED.de}`))),
  en: profileSchema.parse(parse(read(`agents/${SHIPPED.en}`))),
};
const bare = profileSchema.parse({
  name: 'Kiosk',
  language: 'de-DE',
  voice: { provider: 'azure' },
  greeting: 'Kiosk, guten Tag.',
  instructions: 'Be kind.',
});

async function collect(request: BrainRequest, signal = new AbortController().signal): Promise<BrainEvent[]> {
  const events: BrainEvent[] = [];
  for await (const event of offlineBrain().reply(request, signal)) events.push(event);
  return events;
}

const textOf = (events: readonly BrainEvent[]): string =>
  events.map((event) => (event.type === 'text' ? event.text : '')).join('');
const callsOf = (events: readonly BrainEvent[]) =>
  events.flatMap((event) => (event.type === 'tool' ? [event.call] : []));

/** A phone call with the brain: what is said is kept as a call keeps it. */
class Phone {
  readonly messages: Message[] = [];
  constructor(
    private readonly language: FullLanguage,
    private readonly profile = profiles[language],
  ) {
    this.messages.push({ role: 'assistant', text: profile.greeting });
  }

  async say(
    text: string,
  ): Promise<{ heard: string; calls: ReturnType<typeof callsOf>; events: BrainEvent[] }> {
    this.messages.push({ role: 'caller', text });
    const events = await collect({ profile: this.profile, language: this.language, messages: this.messages });
    const heard = textOf(events);
    if (heard) this.messages.push({ role: 'assistant', text: heard });
    return { heard, calls: callsOf(events), events };
  }
}

/** The label of the corpus for what was understood. */
function label(meaning: Meaning): string {
  if (meaning.intent === 'faq') return `faq:${meaning.index}`;
  if (meaning.intent === 'human') return `human:${meaning.destination}`;
  if (meaning.intent === 'sms') return meaning.index === undefined ? 'sms' : `sms:${meaning.index}`;
  return meaning.intent === 'declineHuman' ? 'no' : meaning.intent;
}

describe('shipped profiles', () => {
  test.each(LANGUAGES)('%s satisfies the schema and has something to say', (language) => {
    const profile = profiles[language];
    expect(profile.language.startsWith(language)).toBe(true);
    expect(profile.faq.length).toBeGreaterThanOrEqual(8);
    expect(Object.keys(profile.destinations).length).toBeGreaterThanOrEqual(2);
  });

  test('exactly one is the default, and no number is claimed twice', () => {
    const both = Object.values(profiles);
    expect(both.filter((profile) => profile.default).map(({ name }) => name)).toEqual(['Praxis Dr. Sommer']);
    const numbers = both.flatMap(({ numbers }) => numbers);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  test.each(LANGUAGES)('%s: every question of the FAQ finds its own answer', (language) => {
    const understand = understandingOf(profiles[language], language);
    const wrong = profiles[language].faq.flatMap(({ ask }, index) =>
      ask.filter((question) => label(understand(question)) !== `faq:${index}`),
    );
    expect(wrong).toEqual([]);
  });
});

/**
 * The corpus. `set` is `tuning` for what the tables were made with, `held-out` for what was written after they were
 * frozen and is never to be tuned on: whoever improves the tables after reading a failure here moves the set to
 * `tuning` and writes a new one.
 */
interface Utterance {
  text: string;
  expect: string;
  set: 'tuning' | 'held-out';
}

describe('understanding', () => {
  test.each(LANGUAGES)(
    '%s, held-out: at least 85 %% right, at most 10 %% of the out-of-scope answered',
    (language) => {
      const corpus: Utterance[] = JSON.parse(read(`test/fixtures/offline/${language}.json`));
      const heldBack = corpus.filter(({ set }) => set === 'held-out');
      const understand = understandingOf(profiles[language], language);
      const right = heldBack.filter(({ text, expect }) => label(understand(text)) === expect);
      const strange = heldBack.filter(({ expect }) => expect === 'unknown');
      const answered = strange.filter(({ text }) => label(understand(text)) !== 'unknown');

      expect(heldBack.length).toBeGreaterThanOrEqual(60);
      expect(strange.length / heldBack.length).toBeGreaterThanOrEqual(0.25);
      expect(right.length / heldBack.length).toBeGreaterThanOrEqual(0.85);
      expect(answered.length / strange.length).toBeLessThanOrEqual(0.1);
    },
  );

  test('ASCII spellings and other people’s profiles work too', () => {
    const profile = profileSchema.parse({
      ...bare,
      faq: [
        { ask: ['Wann haben Sie geoeffnet?', 'Oeffnungszeiten'], answer: 'Von acht bis siebzehn Uhr.' },
        { ask: ['Verkaufen Sie Briefmarken?'], answer: 'Ja, am Tresen.' },
      ],
    });
    const understand = understandingOf(profile, 'de');
    expect(understand('wann habt ihr denn geöffnet')).toEqual({ intent: 'faq', index: 0 });
    expect(understand('Öffnungszeiten bitte')).toEqual({ intent: 'faq', index: 0 });
    expect(understand('haben sie auch briefmarken')).toEqual({ intent: 'faq', index: 1 });
    expect(understand('verkaufen sie zigaretten')).toMatchObject({ intent: 'unknown' });
  });
});

describe('what callers say first, and what they take back', () => {
  test.each<[FullLanguage, string, Meaning['intent']]>([
    ['de', 'Guten Tag, Müller hier', 'greeting'],
    ['de', 'Bin ich da bei Praxis Sommer?', 'rightPlace'],
    ['de', 'Ist da die Zahnarztpraxis?', 'rightPlace'],
    ['de', 'Ist das ein Witz?', 'unknown'],
    ['de', 'Ach nein, doch nicht', 'no'],
    ['de', 'Nein, lassen Sie mal', 'no'],
    ['de', 'Egal, nicht so wichtig', 'no'],
    ['de', 'Stopp!', 'declineHuman'],
    ['de', 'Ach so', 'yes'],
    ['de', 'Super', 'yes'],
    ['de', 'Sind Sie noch da?', 'presence'],
    ['de', 'Sind Sie samstags noch da?', 'faq'],
    ['de', 'Hallo, hören Sie mich?', 'presence'],
    ['de', 'Ich verstehe Sie nicht', 'repeat'],
    ['de', 'Verbinden Sie mich nach Hause', 'noSuchDesk'],
    ['en', 'Hello, Miller here', 'greeting'],
    ['en', 'Hi, is that the bike shop?', 'rightPlace'],
    ['en', 'Have I reached Northgate Cycles?', 'rightPlace'],
    ['en', 'Is that a joke?', 'unknown'],
    ['en', 'No, forget it', 'no'],
    ['en', 'Never mind', 'no'],
    ['en', 'Stop', 'declineHuman'],
    ['en', 'I see', 'yes'],
    ['en', 'Great', 'yes'],
    ['en', 'Are you there?', 'presence'],
    ['en', 'Put me on to HR', 'noSuchDesk'],
  ])('%s: %s', (language, text, intent) =>
    expect(understandingOf(profiles[language], language)(text).intent).toBe(intent),
  );

  test.each<[FullLanguage, string]>([
    ['de', 'Ich wollte mal fragen ob'],
    ['en', 'I wanted to ask if'],
  ])('%s: half a sentence that is not finished is asked about, not refused: %s', async (language, text) => {
    const phone = new Phone(language);
    expect((await phone.say(text)).heard).toBe(OFFLINE_PHRASES[language].ask);
  });
});

describe('a German call', () => {
  test('from greeting to hang-up', async () => {
    const phone = new Phone('de');
    expect((await phone.say('Guten Tag')).heard).toContain('Was kann ich für Sie tun?');

    const hours = profiles.de.faq[0]?.answer ?? '';
    expect((await phone.say('wann haben sie denn geöffnet')).heard).toBe(hours);
    expect((await phone.say('Wie bitte?')).heard).toBe(`Gern noch einmal: ${hours}`);
    expect((await phone.say('nochmal bitte')).heard).toBe(`Gern noch einmal: ${hours}`);

    const sms = await phone.say('Können Sie mir das per SMS schicken?');
    expect(sms.calls).toEqual([{ name: 'send_sms', arguments: { text: hours } }]);
    expect(sms.heard).toBe(OFFLINE_PHRASES.de.sms);

    expect((await phone.say('danke schön')).heard).toContain('sonst noch etwas');
    const bye = await phone.say('nein danke');
    expect(bye.events.map(({ type }) => type)).toEqual(['text', 'text', 'tool']);
    expect(bye.heard).toContain('Auf Wiederhören');
    expect(bye.calls).toEqual([{ name: 'hang_up', arguments: {} }]);
  });

  test('an honest "I do not know", each time in other words, and a yes to the offer', async () => {
    const phone = new Phone('de');
    const first = (await phone.say('Machen Sie auch Botox?')).heard;
    const second = (await phone.say('und was kostet ein implantat')).heard;
    expect(first).toBe('Das weiß ich leider nicht. Soll ich Sie mit jemandem aus dem Team verbinden?');
    expect(second).not.toBe(first);
    const yes = await phone.say('ja gern');
    expect(yes).toMatchObject({
      heard: '',
      calls: [{ name: 'transfer_call', arguments: { destination: 'reception' } }],
    });
  });

  test('"ja, danke" to an offer is a yes, to nothing is thanks', async () => {
    expect((await new Phone('de').say('danke')).heard).toBe(OFFLINE_PHRASES.de.thanks);
    const phone = new Phone('de');
    await phone.say('Machen Sie auch Botox?');
    expect((await phone.say('ja, danke')).calls).toHaveLength(1);
  });

  test('a desk by its alias, without an announcement', async () => {
    const { heard, calls } = await new Phone('de').say('zur Buchhaltung bitte');
    expect(heard).toBe('');
    expect(calls).toEqual([{ name: 'transfer_call', arguments: { destination: 'billing' } }]);
  });

  test.each([
    'Verbinden Sie mich mit Herrn Meier',
    'Können Sie mich bitte zum Labor durchstellen?',
    'mit der Geschäftsleitung verbinden bitte',
    'Verbinden Sie mich mit jemandem aus dem Labor',
    'Bitte verbinden Sie mich mit der Nummer null neunhundert eins zwei drei',
  ])('whom it does not know it asks about, and connects only after a yes: %s', async (text) => {
    const phone = new Phone('de');
    const asked = await phone.say(text);
    expect(asked.calls).toEqual([]);
    expect(asked.heard).toBe(`${OFFLINE_PHRASES.de.noSuchDesk} ${OFFLINE_PHRASES.de.offer}`);
    expect((await phone.say('ja')).calls).toEqual([
      { name: 'transfer_call', arguments: { destination: 'reception' } },
    ]);
  });

  test.each([
    'Verbinden Sie mich bitte mit jemandem',
    'Ich habe Schmerzen mit dem Zahn, verbinden Sie mich bitte',
    'Bitte verbinden Sie mich mit einem Mitarbeiter wegen meiner Krone',
  ])('a wish for anybody is one: %s', async (text) => {
    expect((await new Phone('de').say(text)).calls).toEqual([
      { name: 'transfer_call', arguments: { destination: 'reception' } },
    ]);
  });

  test.each([
    ['de', 'mhm'],
    ['en', 'mm-hmm'],
    ['en', 'uh huh'],
  ] as const)('%s: "%s" to an offer is a yes', async (language, yes) => {
    const phone = new Phone(language);
    await phone.say(language === 'de' ? 'Machen Sie auch Botox?' : 'do you rent out tandems');
    expect((await phone.say(yes)).calls).toHaveLength(1);
  });

  test('nobody to connect to is said plainly', async () => {
    const { heard, calls } = await new Phone('de', bare).say('Ich möchte mit einem Menschen sprechen');
    expect(calls).toEqual([]);
    expect(heard).toContain('nicht verbinden');
  });

  test('a no to the offer does not end the call', async () => {
    const phone = new Phone('de');
    await phone.say('Machen Sie auch Botox?');
    const { heard, calls } = await phone.say('nein');
    expect(calls).toEqual([]);
    expect(heard).toContain('In Ordnung');
  });
});

describe('an English call', () => {
  test('from greeting to hang-up', async () => {
    const phone = new Phone('en');
    expect((await phone.say('hi there')).heard).toContain('What can I do for you?');
    expect((await phone.say('can you text me that')).heard).toBe(OFFLINE_PHRASES.en.nothingToSend);
    const address = profiles.en.faq[1]?.answer ?? '';
    expect((await phone.say("what's your address")).heard).toBe(address);
    expect((await phone.say('say that again please')).heard).toBe(`Certainly, once more: ${address}`);
    const sms = await phone.say('can you text me that');
    expect(sms.calls).toEqual([{ name: 'send_sms', arguments: { text: address } }]);
    const hours = await phone.say('and text me the opening hours please');
    expect(hours.calls).toEqual([{ name: 'send_sms', arguments: { text: profiles.en.faq[0]?.answer } }]);
    expect((await phone.say('help')).heard).toContain('When are you open?');
    const bye = await phone.say("that's all thanks bye");
    expect(bye.heard).toContain('Goodbye');
    expect(bye.calls).toEqual([{ name: 'hang_up', arguments: {} }]);
  });

  test('a person by alias, and by a yes to the offer', async () => {
    const phone = new Phone('en');
    expect((await phone.say('could I talk to a mechanic')).calls).toEqual([
      { name: 'transfer_call', arguments: { destination: 'workshop' } },
    ]);
    expect((await phone.say('do you rent out tandems')).heard).toContain("I don't know that");
    expect((await phone.say('yes please')).calls).toEqual([
      { name: 'transfer_call', arguments: { destination: 'reception' } },
    ]);
  });

  test.each([
    'Put me through to Mister Brown',
    'can you connect me with the warehouse please',
    'Transfer me to 0900 123456',
    'get me the manager',
  ])('whom it does not know it asks about, and connects only after a yes: %s', async (text) => {
    const phone = new Phone('en');
    const asked = await phone.say(text);
    expect(asked.calls).toEqual([]);
    expect(asked.heard).toBe(`${OFFLINE_PHRASES.en.noSuchDesk} ${OFFLINE_PHRASES.en.offer}`);
    expect((await phone.say('yes please')).calls).toHaveLength(1);
  });

  test.each(['Please connect me to someone', 'put me through to a real person about my order'])(
    'a wish for anybody is one: %s',
    async (text) => expect((await new Phone('en').say(text)).calls).toHaveLength(1),
  );

  test('an answer that was interrupted is sent as a whole', async () => {
    const phone = new Phone('en');
    phone.messages.push(
      { role: 'caller', text: 'hours' },
      { role: 'assistant', text: 'We are open Tuesday to' },
    );
    expect((await phone.say('text me that')).calls).toEqual([
      { name: 'send_sms', arguments: { text: profiles.en.faq[0]?.answer } },
    ]);
  });
});

describe('whatever is said', () => {
  const ask = (text: string): BrainRequest => ({
    profile: profiles.de,
    language: 'de',
    messages: [{ role: 'caller', text }],
  });

  test('sentences come one by one, and joined they are the answer', async () => {
    const events = await collect(ask('Wann haben Sie geöffnet?'));
    expect(events.length).toBe(2);
    expect(textOf(events)).toBe(profiles.de.faq[0]?.answer);
  });

  test('an aborted signal ends the stream at once, also in the middle', async () => {
    expect(await collect(ask('Tschüss'), AbortSignal.abort())).toEqual([]);
    const abort = new AbortController();
    const events: BrainEvent[] = [];
    for await (const event of offlineBrain().reply(ask('Tschüss'), abort.signal)) {
      events.push(event);
      abort.abort();
    }
    expect(events.map(({ type }) => type)).toEqual(['text']);
  });

  test('the longest text is understood in a few milliseconds', async () => {
    const long = [
      'haben sie wo termin passt der '.repeat(400),
      'a'.repeat(20_000),
      'was was ich muss '.repeat(900),
    ];
    for (const text of long) {
      const start = performance.now();
      await collect(ask(text));
      expect(performance.now() - start).toBeLessThan(100);
    }
  });

  const word = fc.constantFrom(
    ...'ja nein tschüss danke sms verbinden anmeldung buchhaltung wann zahn auf nicht hilfe nochmal @open ['.split(
      ' ',
    ),
    ...'yes bye text me that workshop human help again how much <3> ~ ( \\ constructor __proto__'.split(' '),
  );
  const anything = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.array(word, { maxLength: 12 }).map((parts) => parts.join(' ')),
  );
  const message = fc.oneof(
    fc.record({ role: fc.constant('assistant' as const), text: anything }),
    fc.record({ role: fc.constant('caller' as const), text: anything }),
    fc.record({ role: fc.constant('note' as const), text: anything }),
  );

  test('it never throws, is never empty and connects only to destinations of the profile', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { maxLength: 6 }),
        anything,
        fc.constantFrom<FullLanguage>(...LANGUAGES),
        fc.constantFrom(profiles.de, profiles.en, bare),
        async (before, text, language, profile) => {
          const messages: Message[] = [...before, { role: 'caller', text }];
          const events = await collect({ profile, language, messages });
          const calls = callsOf(events);
          expect(textOf(events).trim() !== '' || calls.length > 0).toBe(true);
          for (const event of events) if (event.type === 'text') expect(event.text).not.toBe('');
          for (const call of calls) {
            if (call.name !== 'transfer_call') continue;
            expect(Object.keys(profile.destinations)).toContain(call.arguments.destination);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('it does not say the same "I do not know" twice in a row', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('blumenkohl', 'machen sie auch botox', 'wie wird das wetter'), {
          minLength: 2,
          maxLength: 8,
        }),
        async (questions) => {
          const phone = new Phone('de');
          let last = '';
          for (const question of questions) {
            const { heard } = await phone.say(question);
            expect(heard).not.toBe(last);
            last = heard;
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});
