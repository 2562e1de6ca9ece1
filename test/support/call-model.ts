import { LLMock } from '@copilotkit/aimock';

interface Said {
  role: string;
  content?: unknown;
}

/** A request as far as the rules below look at it. */
interface Request {
  messages: Said[];
}

const tool = (name: string, args: Record<string, unknown>, content?: string) => ({
  ...(content ? { content } : {}),
  toolCalls: [{ name, arguments: JSON.stringify(args) }],
});
const lastOf = ({ messages }: Request, role: string) =>
  String(messages.findLast((message) => message.role === role)?.content ?? '');

const NEVER = { streamingProfile: { ttft: 15_000 } };
const SLOW = { streamingProfile: { ttft: 2_400 } };
const DRIBBLE = { streamingProfile: { ttft: 20, tps: 1.5 } };

const LONG = {
  de: 'Diese Auskunft ist lang. Sie hat viele Sätze. Dieser hier wird nicht mehr gehört. Und noch eine Auskunft.',
  en: 'This answer is long. It has many sentences. This one is not heard any more. And one more of them.',
};

/** What the language model of the call scripts says to what, in German and in English. The first that fits counts. */
export function callModel(): LLMock {
  const model = new LLMock({ port: 0, logLevel: 'silent', latency: 5 });
  const says = (text: string | RegExp, response: Parameters<LLMock['onMessage']>[1], opts = {}) =>
    model.onMessage(text, response, opts);

  // Who is brief, because the caller is impatient.
  model.on(
    { systemMessage: 'one short sentence', userMessage: /ganz genau|all the details/ },
    { content: 'Kurz: nein.' },
  );

  // A welcome of the model's own: the caller has said nothing yet. Behind a greeting, or instead of one.
  for (const [studio, says] of [
    [/Atelier/, 'Geht es um einen Kurs?'],
    [/studio/, 'Is it about a class?'],
  ] as const) {
    const predicate = ({ messages }: Request) =>
      !messages.some(({ role }) => role === 'user') && studio.test(JSON.stringify(messages));
    model.on({ predicate }, { content: says });
  }
  model.on(
    {
      predicate: ({ messages }) =>
        !messages.some(({ role }) => role === 'user') && /Galerie/.test(JSON.stringify(messages)),
    },
    { content: 'Willkommen in der Galerie Blau! Was führt Sie zu uns?' },
  );
  model.on(
    { predicate: ({ messages }) => !messages.some(({ role }) => role === 'user') },
    { content: 'Welcome to the Blue Gallery! What brings you here?' },
  );

  // Answers.
  says('Wann haben Sie geöffnet', {
    content: 'Wir sind von acht bis siebzehn Uhr da. Kann ich sonst noch etwas für Sie tun?',
  });
  says('When are you open', { content: 'From nine to six.' });
  says('wo finde ich Sie', { content: 'In der Lindenstraße.' });
  says('where are you', { content: 'In Northgate Road.' });
  says('lange Auskunft', { content: LONG.de }, { streamingProfile: { ttft: 50, tps: 40 } });
  says('long answer', { content: LONG.en }, { streamingProfile: { ttft: 50, tps: 40 } });

  // How it is cut and read.
  says('Wann ist mein Termin', {
    content:
      'Ihr Termin ist am 3. Mai um 10 Uhr 30 bei Dr. Sommer. Er kostet ca. 22,50 Euro. **Bitte** bringen Sie Ihre Karte mit 😀.',
  });
  says('When is my appointment', {
    content:
      'Your appointment is on the 5th of May at 10.30 a.m. with Dr. Miller. It costs approx. £22.50. **Please** bring your card 😀.',
  });
  says('ganz langsam', { content: 'Wir haben heute leider nur bis fünf Uhr auf.' }, DRIBBLE);
  says('very slowly', { content: 'We are only open until five today I am afraid.' }, DRIBBLE);

  // Time it takes, and what goes wrong.
  says('Das dauert', { content: 'Jetzt habe ich es.' }, SLOW);
  says('takes a while', { content: 'Here it is.' }, SLOW);
  says('Denken Sie lange nach', { content: 'Zu spät.' }, NEVER);
  says('Think very hard', { content: 'Too late.' }, NEVER);
  says(/Fehler 500|Error 500/, { error: { message: 'no' }, status: 500 });
  says(/Fehler 429|Error 429/, { error: { message: 'slow down' }, status: 429 });
  says(/Abgebrochene Antwort|broken off/, { content: LONG.de }, { chunkSize: 3, truncateAfterChunks: 2 });
  says(
    /Verbindung weg|connection lost/,
    { content: LONG.de },
    { chunkSize: 3, disconnectAfterMs: 20, latency: 15 },
  );
  says(/Kaputtes Werkzeug|broken tool/, {
    toolCalls: [{ name: 'transfer_call', arguments: '{"destination' }],
  });
  for (const [ask, answer] of [
    [/es gibt nicht/, 'Das gehört nicht zu dem, was ich kann.'],
    [/does not exist/, 'That is not something I can do.'],
  ] as const) {
    model.on({ userMessage: ask, toolResultContains: 'There is no tool launch_rocket' }, { content: answer });
    says(ask, tool('launch_rocket', {}));
  }

  // Actions.
  says(/fremde Nummer|strange number/, tool('transfer_call', { destination: '0900123456' }));
  says(/Rufen Sie den Notruf|emergency services/, tool('transfer_call', { destination: '112' }));
  says(/zweimal mit der Anmeldung|twice/, {
    toolCalls: [1, 2].map(() => ({
      name: 'transfer_call',
      arguments: JSON.stringify({ destination: 'reception' }),
    })),
  });
  says(/mit der Anmeldung|to reception/, tool('transfer_call', { destination: 'reception' }));
  says(/als SMS/, tool('send_sms', { text: 'Lindenstraße zweiundvierzig' }));
  says(/as a text/, tool('send_sms', { text: 'Fourteen Northgate Road' }));
  says('Dann vielen Dank', tool('hang_up', {}, 'Auf Wiederhören!'));
  says('That was all', tool('hang_up', {}, 'Goodbye!'));
  model.on(
    { userMessage: /Was war los/, systemMessage: /came to nothing/ },
    { content: 'Dort war niemand zu erreichen.' },
  );
  model.on(
    { userMessage: /What happened/, systemMessage: /came to nothing/ },
    { content: 'Nobody could be reached there.' },
  );

  // Tools of the author, and of an MCP server.
  for (const [name, ask, answer, broken, down] of [
    [
      'next_slot',
      /freier Termin/,
      'Um zehn Uhr dreißig.',
      /freier Sonntag/,
      'Der Kalender antwortet gerade nicht.',
    ],
    [
      'next_slot',
      /free appointment/,
      'At half past ten.',
      /free Sunday/,
      'The calendar does not answer right now.',
    ],
    ['calendar_next-free-slot', /im Kalender/, 'Am Dienstag um halb elf.', /-/, '-'],
    ['calendar_next-free-slot', /in the calendar/, 'On Tuesday at half past ten.', /-/, '-'],
  ] as const) {
    model.on({ userMessage: ask, toolResultContains: '10:30' }, { content: answer });
    model.on({ userMessage: ask, toolResultContains: 'half past ten' }, { content: answer });
    model.on({ userMessage: broken, toolResultContains: 'failed' }, { content: down });
    says(ask, tool(name, { day: 'Tuesday' }));
    says(broken, tool(name, { day: 'never' }));
  }
  for (const [ask, answer] of [
    [/freier Feiertag/, 'Das dauert dem Kalender zu lange.'],
    [/free holiday/, 'The calendar takes too long.'],
  ] as const) {
    model.on({ userMessage: ask, toolResultContains: 'took too long' }, { content: answer });
    says(ask, tool('next_slot', { day: 'slow' }));
  }
  says(/immer wieder|again and again/, tool('next_slot', { day: 'Monday' }));

  // Languages.
  says(/lieber Englisch|English please/, tool('switch_language', { language: 'en' }));
  says(/lieber Deutsch|German please/, tool('switch_language', { language: 'de' }));
  says(/en français/, tool('switch_language', { language: 'fr' }));
  says(/in italiano/, tool('switch_language', { language: 'it' }));
  model.on(
    { userMessage: /Combien/, systemMessage: 'Speak French' },
    { content: 'Dix euros, s’il vous plaît.' },
  );

  // What the model knows of the call: what was heard, whole thoughts, who calls.
  model.on({ userMessage: /zuletzt gesagt|say last/ }, (request) => ({
    content: `Gehört: ${lastOf(request as Request, 'assistant')}`,
  }));
  says('Zählen Sie auf', {
    content:
      'Erstens haben wir montags geöffnet. Zweitens haben wir dienstags geöffnet. Drittens haben wir mittwochs geöffnet. Viertens haben wir donnerstags geöffnet.',
  });
  says('Count them', {
    content:
      'First we are open on Mondays. Second we are open on Tuesdays. Third we are open on Wednesdays. Fourth we are open on Thursdays.',
  });
  says(/^Ich hätte gern einen Termin am Dienstag um zehn\.?$/, { content: 'Dienstag um zehn, gern.' });
  says(/^I would like an appointment on my Tuesday at ten\.?$/, { content: 'Tuesday at ten, certainly.' });
  model.on(
    { userMessage: /Wer ruft an/, systemMessage: /4915790000020/ },
    { content: 'Ich sehe Ihre Nummer.' },
  );
  model.on(
    { userMessage: /Who is calling/, systemMessage: /447400123470/ },
    { content: 'I can see your number.' },
  );

  // What it costs: two turns are within the cap of a cent, the third is not.
  const usage = { prompt_tokens: 4_000, completion_tokens: 0 };
  says('Was kostet das Bild', { content: 'Es kostet tausend Euro.', usage });
  says('How much is the painting', { content: 'It is a thousand pounds.', usage });

  // Interrupted again and again.
  says(/ganz genau/, { content: 'Das ist eine lange Geschichte, die ich Ihnen gern von Anfang an erzähle.' });
  says(/all the details/, {
    content: 'That is a long story, which I am happy to tell you from the beginning.',
  });
  return model;
}

/** A chain of two models, the first of which is down. */
export function brokenFirst(): LLMock {
  const model = new LLMock({ port: 0, logLevel: 'silent', latency: 5 });
  model.on({ model: 'first' }, { error: { message: 'down' }, status: 503 });
  model.on(
    { model: 'second', userMessage: /geöffnet/ },
    { content: 'Das zweite Modell weiß es: von acht bis siebzehn Uhr.' },
  );
  model.on({ model: 'second' }, { content: 'The second model knows: from nine to six.' });
  return model;
}
