import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { CallAction } from '@jovo-telephony/telephony';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { Agent } from '../../src/agent/agent';
import type { AuthorToolCall, Brain, BrainEvent, BrainRequest, Message } from '../../src/agent/brain';
import { McpTools } from '../../src/agent/mcp/mcp-tools';
import { type AgentProfile, profileSchema } from '../../src/agent/profiles/profile';
import { Profiles } from '../../src/agent/profiles/profiles';
import { systemClock } from '../../src/system-clock';
import { TIMING, texts } from '../support/agent-call';
import { PRAXIS, WORKSHOP } from '../support/profile';

const PROGRAM = join(__dirname, '../support/mcp-server.cjs');
const { calendar } = require(PROGRAM);
const FILLER = { de: 'Ich sehe im Kalender nach.', en: 'Let me look at the calendar.' };

/** The server over streamable HTTP, with sessions as it should be. */
async function httpServer(port = 0) {
  const seen: string[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const server: Server = createServer(async (request, response) => {
    headers.push(request.headers);
    const id = request.headers['mcp-session-id'];
    let transport = typeof id === 'string' ? sessions.get(id) : undefined;
    if (!transport && id !== undefined) return void response.writeHead(404).end();
    if (!transport) {
      transport = new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (session) => void sessions.set(session, transport as never),
      });
      await calendar((what: string) => seen.push(what)).connect(transport);
    }
    await transport.handleRequest(request, response);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: opened } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${opened}/mcp`,
    port: opened,
    seen,
    headers,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const failures: string[] = [];
/** Time that has passed for the tools only. */
const passedMs = 0;
let tools: McpTools;
let web: Awaited<ReturnType<typeof httpServer>>;
beforeAll(async () => {
  web = await httpServer();
});
afterAll(() => web.close());
beforeEach(() => {
  failures.length = 0;
  tools = new McpTools({
    clock: { ...systemClock, nowMs: () => systemClock.nowMs() + passedMs },
    onFailure: (server) => failures.push(server),
    environment: { CALENDAR_TOKEN: 'secret' },
  });
});
afterEach(() => tools.close());

const withServer = (server: Record<string, unknown>, profile: AgentProfile = PRAXIS) =>
  profileSchema.parse({ ...profile, mcp: { calendar: { filler: FILLER, ...server } } });
const stdio = { command: process.execPath, args: [PROGRAM] };
const TRANSPORTS = [
  ['stdio', () => stdio],
  ['http', () => ({ url: web.url })],
] as const;

async function until<T>(find: () => T | undefined | false): Promise<T> {
  for (let tries = 0; tries < 400; tries += 1) {
    const found = find();
    if (found) return found;
    await setTimeout(25);
  }
  throw new Error('It did not happen within ten seconds');
}
const offered = (profile: AgentProfile) =>
  until(() => {
    const names = tools.of(profile).map(({ name }) => name);
    return names.length > 0 && names;
  });

/** A brain that asks for one tool, and then says what it was given. */
class Asking implements Brain {
  readonly name = 'asking';
  readonly requests: BrainRequest[] = [];
  constructor(private readonly call: Omit<AuthorToolCall, 'id'>) {}
  async *reply(request: BrainRequest): AsyncGenerator<BrainEvent> {
    this.requests.push(request);
    if (request.messages.at(-1)?.role === 'tool') yield { type: 'text', text: 'Gern.' };
    else yield { type: 'author_tool', call: { id: 'call-1', ...this.call } };
  }
}

async function ask(
  profile: AgentProfile,
  name: string,
  given: unknown = {},
  signal = new AbortController().signal,
) {
  const brain = new Asking({ name, arguments: given });
  const profiles = new Profiles(new Map([['profile', profile]]), profile);
  const agent = new Agent({ profiles, brain, clock: systemClock, timing: TIMING, mcp: tools });
  const conversation = agent.begin('c', { from: '4915790000001', to: profile.numbers[0] });
  await offered(profile);
  const actions: CallAction[] = [];
  for await (const action of agent.heard(conversation, 'Wann?', { signal, push: true })) actions.push(action);
  const result = conversation.messages.find((message) => message.role === 'tool') as
    | Extract<Message, { role: 'tool' }>
    | undefined;
  return { said: texts(actions), result: JSON.parse(result?.output ?? 'null'), brain };
}

describe.each(TRANSPORTS)('a server over %s', (_, server) => {
  test('its tools are offered under its name, with what they take', async () => {
    const { brain } = await ask(withServer(server()), 'calendar_next-free-slot', { day: 'Dienstag' });
    const told = brain.requests[0]?.tools?.map((tool) => tool.function);
    expect(told?.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['transfer_call', 'calendar_next-free-slot', 'calendar_book']),
    );
    expect(told?.find(({ name }) => name === 'calendar_next-free-slot')).toMatchObject({
      description: 'Finds the next free appointment on a day.',
      parameters: { type: 'object', properties: { day: { type: 'string' } }, required: ['day'] },
    });
  });

  test.each([
    ['de', PRAXIS],
    ['en', WORKSHOP],
  ] as const)(
    '%s: a filler is said, and the model gets what the tool gave back',
    async (language, profile) => {
      const { said, result } = await ask(withServer(server(), profile), 'calendar_next-free-slot', {
        day: 'Tuesday',
      });
      expect(said).toEqual([FILLER[language], 'Gern.']);
      expect(result).toEqual({ ok: true, result: 'Tuesday at half past ten' });
    },
  );

  test('a refusal of the tool, and one of the server, are told to the model', async () => {
    expect((await ask(withServer(server()), 'calendar_book')).result).toEqual({
      ok: false,
      error: 'That day is a holiday.',
    });
    const { result } = await ask(withServer(server()), 'calendar_next-free-slot', { day: 5 });
    expect(result).toMatchObject({ ok: false });
    expect(failures).toEqual([]);
  });

  test('one that takes too long is given up, and the server is asked to stop', async () => {
    const { result } = await ask(withServer({ ...server(), timeoutSeconds: 0.3 }), 'calendar_slow');
    expect(result).toEqual({ ok: false, error: 'The tool took too long.' });
    expect(failures).toEqual([]);
  });
});

test('an interruption stops the tool at the server', async () => {
  const controller = new AbortController();
  const before = web.seen.length;
  const asked = ask(withServer({ url: web.url }), 'calendar_slow', {}, controller.signal);
  await until(() => web.seen.slice(before).includes('began'));
  controller.abort();
  expect((await asked).result).toMatchObject({ ok: false });
  await until(() => web.seen.slice(before).includes('cancelled'));
});

test('a process that has died is started again for the next call', async () => {
  const profile = withServer(stdio);
  expect((await ask(profile, 'calendar_crash')).result).toEqual({ ok: false, error: 'The tool failed.' });
  expect(tools.of(profile)).toEqual([]);
  Reflect.set(
    [...(Reflect.get(tools, 'connections') as Map<string, object>).values()][0] ?? {},
    'failedAtMs',
    -1e9,
  );
  expect((await ask(profile, 'calendar_next-free-slot', { day: 'Montag' })).result).toMatchObject({
    ok: true,
  });
});

test('a server that is not there costs a call nothing; once it is there, its tools are offered', async () => {
  const gone = await httpServer();
  await gone.close();
  const profile = withServer({ url: gone.url });
  expect(tools.of(profile)).toEqual([]);
  await until(() => failures.length > 0);
  expect([tools.of(profile), failures]).toEqual([[], ['calendar']]);
  const back = await httpServer(gone.port);
  Reflect.set(
    [...(Reflect.get(tools, 'connections') as Map<string, object>).values()][0] ?? {},
    'failedAtMs',
    -1e9,
  );
  expect(await offered(profile)).toContain('calendar_book');
  await back.close();
});

test('the profile chooses among the tools, and names the variable that holds the token', async () => {
  const profile = withServer({ url: web.url, only: ['book'], tokenFrom: 'CALENDAR_TOKEN' });
  expect(await offered(profile)).toEqual(['calendar_book']);
  expect(web.headers.at(-1)?.authorization).toBe('Bearer secret');
});

test('a profile without servers has none', () => expect(tools.of(PRAXIS)).toEqual([]));
