import type { BrainEvent, BrainRequest } from '../../src/agent/brain';
import { openAiBrain } from '../../src/agent/brains/openai';
import { chunk, models, startStream } from '../support/model-server';
import { PRAXIS } from '../support/profile';

const { mock, misbehaving } = models();

function brain(baseUrl = `${mock.url}/v1`) {
  return openAiBrain({ apiKey: 'test', baseUrl, model: 'test-model' });
}

function asking(text: string): BrainRequest {
  return { profile: PRAXIS, language: 'de', messages: [{ role: 'caller', text }] };
}

async function collect(stream: AsyncIterable<BrainEvent>) {
  const events: BrainEvent[] = [];
  for await (const event of stream) events.push(event);
  const text = events.map((event) => (event.type === 'text' ? event.text : '')).join('');
  const tools = events.flatMap((event) => (event.type === 'tool' ? [event.call] : []));
  return { text, tools, events };
}

const open = () => new AbortController().signal;

describe('what the model is told', () => {
  test('the instructions, what the profile knows, the tools, and the conversation in order', async () => {
    mock.onMessage(/geöffnet/, { content: 'Von acht bis siebzehn Uhr.' });
    const request: BrainRequest = {
      profile: PRAXIS,
      language: 'de',
      messages: [
        { role: 'assistant', text: 'Guten Tag.' },
        { role: 'note', text: 'The transfer failed.' },
        { role: 'caller', text: 'Wann haben Sie geöffnet?' },
      ],
    };
    await collect(brain().reply(request, open()));

    const body = mock.getLastRequest()?.body as unknown as {
      model: string;
      messages: { role: string; content: string }[];
      tools: { function: { name: string; parameters: unknown } }[];
    };
    expect(body.model).toBe('test-model');
    expect(body.messages.map(({ role }) => role)).toEqual(['system', 'assistant', 'system', 'user']);
    expect(body.messages[0]?.content).toContain('Sprechstundenhilfe');
    expect(body.messages[0]?.content).toContain('acht bis siebzehn Uhr');
    expect(body.tools.map((tool) => tool.function.name)).toEqual(['transfer_call', 'hang_up', 'send_sms']);
    expect(JSON.stringify(body.tools)).toContain('"enum":["reception"]');
  });
});

describe('what the model answers', () => {
  test('text arrives piece by piece', async () => {
    mock.onMessage(/.*/, { content: 'Guten Tag. Wie geht es Ihnen heute?' }, { chunkSize: 5 });
    const { text, events } = await collect(brain().reply(asking('Hallo'), open()));
    expect(text).toBe('Guten Tag. Wie geht es Ihnen heute?');
    expect(events.length).toBeGreaterThan(3);
  });

  test.each([
    ['transfer_call', { destination: 'reception' }],
    ['hang_up', {}],
    ['send_sms', { text: 'Montag, 8 Uhr' }],
  ])('%s arrives with its arguments', async (name, args) => {
    mock.onMessage(/.*/, { toolCalls: [{ name, arguments: JSON.stringify(args) }] });
    const { tools } = await collect(brain().reply(asking('Bitte'), open()));
    expect(tools).toEqual([{ name, arguments: args }]);
  });

  test('text and a tool arrive together, the text first', async () => {
    mock.onMessage(/.*/, { content: 'Auf Wiederhören!', toolCalls: [{ name: 'hang_up', arguments: '{}' }] });
    const { events } = await collect(brain().reply(asking('Tschüss'), open()));
    expect(events.at(0)?.type).toBe('text');
    expect(events.at(-1)).toEqual({ type: 'tool', call: { name: 'hang_up', arguments: {} } });
  });
});

describe('what goes wrong', () => {
  test.each([429, 500, 503])('status %i is an error, and is not tried again', async (status) => {
    mock.nextRequestError(status, { message: 'no' });
    await expect(collect(brain().reply(asking('Hallo'), open()))).rejects.toMatchObject({ status });
    expect(mock.getRequests()).toHaveLength(1);
  });

  test('a stream that is cut off is an error, not a short answer', async () => {
    mock.onMessage(
      /.*/,
      { content: 'Das ist eine lange Antwort, die nie zu Ende kommt.' },
      { chunkSize: 4, truncateAfterChunks: 3 },
    );
    await expect(collect(brain().reply(asking('Hallo'), open()))).rejects.toThrow();
  });

  test('a stream that ends in order but too early is an error as well', async () => {
    const hostile = await misbehaving((response) => {
      startStream(response);
      response.end(chunk({ content: 'Halb' }));
    });
    await expect(collect(brain(hostile.url).reply(asking('Hallo'), open()))).rejects.toThrow(
      'before the model was done',
    );
  });

  test.each([
    ['arguments that are not JSON', 'transfer_call', '{"destination": "rec'],
    ['arguments of the wrong type', 'transfer_call', '{"destination": 5}'],
  ])('%s: an error that does not repeat what the model wrote', async (_, name, args) => {
    mock.onMessage(/.*/, { toolCalls: [{ name, arguments: args }] });
    const failure = collect(brain().reply(asking('Bitte'), open()));
    await expect(failure).rejects.toMatchObject({ name: 'ToolCallError' });
    await expect(failure).rejects.not.toThrow(/rec$/);
  });

  test.each([
    ['a tool that does not exist', 'launch_rocket', 'launch_rocket'],
    ['a tool with the name of a method', 'toString', 'toString'],
    ['a name that no endpoint takes back', 'rakete starten!', 'rakete_starten_'],
  ])('%s: asked for like any other, so that the model can be told', async (_, name, told) => {
    mock.onMessage(/.*/, { toolCalls: [{ name, arguments: '{"destination": "rec' }] });
    const { events } = await collect(brain().reply(asking('Bitte'), open()));
    expect(events).toMatchObject([{ type: 'author_tool', call: { name: told, arguments: {} } }]);
  });

  test('garbage instead of events is an error', async () => {
    const hostile = await misbehaving((response) => {
      startStream(response);
      response.end('data: {"choices": [\n\n');
    });
    await expect(collect(brain(hostile.url).reply(asking('Hallo'), open()))).rejects.toThrow();
  });
});

describe('an interruption', () => {
  test('closes the request to the model at once', async () => {
    const hostile = await misbehaving((response) => {
      startStream(response);
      response.write(chunk({ content: 'Also, ' }));
    });
    const controller = new AbortController();
    const stream = brain(hostile.url).reply(asking('Hallo'), controller.signal)[Symbol.asyncIterator]();
    expect((await stream.next()).value).toEqual({ type: 'text', text: 'Also, ' });

    controller.abort();
    await stream.next().catch(() => {});
    await until(() => hostile.closedEarly === 1);
  });

  test('before the model has answered closes the request, too', async () => {
    const hostile = await misbehaving(() => {});
    const controller = new AbortController();
    const stream = brain(hostile.url).reply(asking('Hallo'), controller.signal)[Symbol.asyncIterator]();
    const next = stream.next().catch(() => {});
    await until(() => hostile.requests === 1);
    controller.abort();
    await next;
    await until(() => hostile.closedEarly === 1);
  });
});

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('It did not happen within 5 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
