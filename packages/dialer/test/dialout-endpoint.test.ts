import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SipgateCallApi, VoiceAiGateway } from '@jovo-telephony/phone-simulator';
import express from 'express';
import {
  AudiocodesNetwork,
  type CredentialSettings,
  type DialAnswer,
  type DialingServer,
  type DialRequest,
  MemoryStore,
  openDialingServer,
  readDialerSettings,
} from '../src';
import { campaignFolder } from './support/campaign-folder';
import { realClock } from './support/clocks';
import { fixtureText } from './support/fixtures';
import { type Peer, startPeer } from './support/peer';

/** A Tuesday, 10:00 in Berlin. */
const TUESDAY = Date.parse('2026-03-03T09:00:00Z');
const SECRET = 'a secret of sixteen and more';

const files = campaignFolder();
let sipgate: SipgateCallApi;
let gateway: VoiceAiGateway;
let listener: Peer;
let url: string;
let server: Server;
let dialing: DialingServer;
let store: MemoryStore;
let skippedMs = 0;
const startedMs = Date.now();
const wallMs = () => TUESDAY + (Date.now() - startedMs) + skippedMs;

beforeAll(async () => {
  sipgate = await SipgateCallApi.start({
    flows: [{ id: 'flow', phoneNumber: '4921163550' }],
    token: 'sipgate-token',
    billingDevices: ['e2'],
    speed: 100,
  });
  listener = await startPeer(({ path }) => (path.startsWith('/broken') ? { status: 500 } : { status: 200 }));
  const host = new URL(listener.url).host;
  const path = files.write(
    'dialout.yaml',
    `bots:
  reminder-bot: { network: sipgate, limitPerSecond: 0, maxConcurrentCalls: 2, allow: ["+49"], perNumberPerDay: 3 }
  slow-bot: { network: sipgate, limitPerSecond: 1, maxConcurrentCalls: 0, allow: ["+49"], authorizationTag: slow }
  gateway-bot: { network: audiocodes, limitPerSecond: 0, allow: ["+49"], allowedCallers: ["+4921163550"] }
clients:
  crm: { secretVariable: DIALOUT_CRM_SECRET, scopes: ["*"], notifyHosts: ["${host}"] }
  narrow: { secretVariable: DIALOUT_NARROW_SECRET, scopes: ["tag=slow"] }
`,
  );
  gateway = await VoiceAiGateway.start({
    bots: [{ name: 'gateway-bot', result: () => ({ result: 'confirmed' }) }],
    speed: 100,
  });
  const http = express();
  server = createServer(http);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  store = new MemoryStore();
  dialing = await openDialingServer({
    store,
    settings: readDialerSettings({
      DIALOUT_FILE: path,
      DIALOUT_CRM_SECRET: SECRET,
      DIALOUT_NARROW_SECRET: `${SECRET}, narrow`,
      DIALER_PUBLIC_URL: url,
      SIPGATE_API_URL: sipgate.url,
      SIPGATE_API_TOKEN: 'sipgate-token',
      SIPGATE_FLOW_ID: 'flow',
      SIPGATE_BILLING_DEVICE: 'e2',
      AUDIOCODES_API_URL: gateway.url,
      AUDIOCODES_API_CLIENT_ID: 'dialer',
      AUDIOCODES_API_CLIENT_SECRET: 'secret',
    }),
    clock: realClock,
    wallMs,
    random: () => 0,
  });
  for (const route of dialing.routes) http.all(route.path, route.http);
});
afterAll(async () => {
  await dialing.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await Promise.all([sipgate.close(), gateway.close(), listener.close()]);
  files.remove();
});

/** A dialer that was written for the gateway. */
const dialer = (bot: string, credentials: CredentialSettings) =>
  new AudiocodesNetwork({ baseUrl: url, bot, credentials, clock: realClock, wallMs });
const basic = (clientId = 'crm', clientSecret = SECRET) =>
  ({ method: 'basic', clientId, clientSecret }) as const;
const oauth = () =>
  ({ method: 'oauth', clientId: 'crm', clientSecret: SECRET, tokenUrl: `${url}/oauth/token` }) as const;

let numbers = 0;
const newNumber = () => `+49157${90_000_000 + ++numbers * 10}`;

/** As the wire has it, for what our own client would not even send. */
const post = async (
  body: unknown,
  headers: Record<string, string> = { Authorization: `Basic ${btoa(`crm:${SECRET}`)}` },
) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${url}/api/v1/actions/dialout`, { method: 'POST', headers, body: text });
  return {
    status: response.status,
    body: (await response.json()) as { error: string },
    retryAfter: response.headers.get('retry-after'),
  };
};
const order = (more: object = {}) => ({ bot: 'reminder-bot', target: `tel:${newNumber()}`, ...more });

const told = (path: string) =>
  listener.seen
    .filter((seen) => seen.path === path)
    .map(({ body }) => JSON.parse(body) as Record<string, unknown>);
const until = async (done: () => boolean) => {
  for (let n = 0; !done(); n += 1) {
    if (n > 200) throw new Error('It does not come');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
const endAll = async (bot = 'reminder-bot') => {
  for (const { body } of await store.read(`endpoint-${new Date(wallMs()).toISOString().slice(0, 10)}`)) {
    if (body.type === 'dialling' && body.ordered?.bot === bot) {
      await dialing.join.note(body.key, { type: 'started' });
      await dialing.join.note(body.key, { type: 'ended' });
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
};

describe('a dialer that was written for the gateway', () => {
  // The interface is the gateway's; its callers are our flow's.
  const direct = async (bot: string, credentials: CredentialSettings, request: Partial<DialRequest> = {}) => {
    const network = dialer(bot, credentials);
    return network.dial({ number: newNumber(), caller: '+4921163550', ...request });
  };

  it.each([
    ['basic authentication', basic],
    ['OAuth 2.0', oauth],
  ])('places calls through another gateway, with %s', async (_, credentials) => {
    const before = gateway.calls.length;
    const answer = await direct('gateway-bot', credentials(), {
      notifyUrl: `${listener.url}/order/${before}`,
      metadata: { name: 'Anna' },
      machineDetection: 'detect',
    });
    expect(answer).toMatchObject({ result: 'placed', conversationId: gateway.calls.at(-1)?.conversationId });
    expect(gateway.calls).toHaveLength(before + 1);
    expect(gateway.calls.at(-1)?.request).toMatchObject({
      bot: 'gateway-bot',
      metadata: { name: 'Anna', dialerCall: expect.any(String) },
      machineDetection: 'detect',
    });
    // The gateway reports to us, and we to whoever has ordered the call.
    await until(() => told(`/order/${before}`).length === 2);
    expect(told(`/order/${before}`)).toEqual([
      { conversationId: (answer as { conversationId: string }).conversationId, status: 'answered' },
      expect.objectContaining({
        conversationId: (answer as { conversationId: string }).conversationId,
        status: 'completed',
        reasonCode: 'client-disconnected',
        callDuration: expect.any(Number),
        botOperationResult: 'confirmed',
      }),
    ]);
  });

  it('and through sipgate, which knows nothing of metadata and notifications', async () => {
    const number = newNumber();
    const { status, body } = await post({
      bot: 'reminder-bot',
      target: `tel:${number}`,
      notifyUrl: `${listener.url}/sipgate/1`,
      metadata: { name: 'Anna' },
    });
    expect([status, body]).toEqual([200, { conversationId: expect.stringMatching(/^[0-9a-f-]{36}$/) }]);
    expect(sipgate.dialled.at(-1)).toBe(number.slice(1));
    // The conversation begins, and finds its call by number and time.
    const found = await dialing.join.find({ conversationId: 'session-1', number: number.slice(1) });
    expect(found?.metadata).toMatchObject({ name: 'Anna' });
    await dialing.join.note(found?.key ?? '', { type: 'started', conversationId: 'session-1' });
    await until(() => told('/sipgate/1').length === 1);
    await dialing.join.note(found?.key ?? '', { type: 'ended', result: 'confirmed' });
    await until(() => told('/sipgate/1').length === 2);
    const { conversationId } = body as unknown as { conversationId: string };
    expect(told('/sipgate/1')).toEqual([
      { conversationId, status: 'answered' },
      {
        conversationId,
        status: 'completed',
        reasonCode: 'client-disconnected',
        connectTime: expect.stringMatching(/^2026-03-03T/),
        callDuration: 0,
        botOperationResult: 'confirmed',
      },
    ]);
  });

  it('is told of a call that nobody has answered, when it must be over', async () => {
    const { status } = await post(order({ notifyUrl: `${listener.url}/sipgate/2`, answerTimeoutSec: 10 }));
    expect(status).toBe(200);
    skippedMs += 60_000;
    await until(() => told('/sipgate/2').length === 1);
    expect(told('/sipgate/2')).toEqual([
      { conversationId: expect.any(String), status: 'failed', reasonCode: 'no-answer' },
    ]);
  });

  it('who has withdrawn ears is tried a few times, and the call goes on without', async () => {
    const { status } = await post(order({ notifyUrl: `${listener.url}/broken`, answerTimeoutSec: 1 }));
    expect(status).toBe(200);
    skippedMs += 60_000;
    await until(() => told('/broken').length >= 2);
  });
});

describe('an order is refused', () => {
  it.each<[string, object | string, number, RegExp]>([
    ['nonsense', 'nonsense', 400, /must be a JSON object/],
    ['no bot', { target: 'tel:+4915790000001' }, 400, /^request should have required property 'bot'$/],
    [
      'a range',
      order({ answerTimeoutSec: 301 }),
      400,
      /answerTimeoutSec: expected a number of seconds from 1 to 300/,
    ],
    ['a bot that is not there', { bot: 'nobody', target: 'tel:+4915790000001' }, 404, /bot: there is none/],
    [
      'a target that is no number',
      order({ target: 'sip:anna@example.com' }),
      400,
      /target: expected a number/,
    ],
    [
      'a caller that cannot be shown',
      order({ caller: '+49211' }),
      400,
      /caller: this bot shows the number of its flow/,
    ],
    [
      'a caller that may not be shown',
      order({ bot: 'gateway-bot', caller: '+49211' }),
      400,
      /caller: expected one of/,
    ],
    [
      'machine detection where there is none',
      order({ machineDetection: 'detect' }),
      400,
      /machineDetection: sipgate has none/,
    ],
    [
      'notifications to strangers',
      order({ notifyUrl: 'http://169.254.169.254/latest' }),
      400,
      /notifyUrl: expected a host/,
    ],
    [
      'notifications with a password',
      order({ notifyUrl: 'http://a:b@127.0.0.1/' }),
      400,
      /notifyUrl: expected a host/,
    ],
    [
      'a country that is not allowed',
      order({ target: 'tel:+12125550143' }),
      403,
      /Numbers of that country are not called/,
    ],
    ['a premium number', order({ target: 'tel:+499001234567' }), 403, /Premium rate/],
    ['an emergency number', order({ target: '+49112' }), 403, /./],
  ])('%s', async (_, body, status, error) => {
    const before = sipgate.requests.length + gateway.requests.length;
    expect(await post(body)).toMatchObject({ status, body: { error: expect.stringMatching(error) } });
    expect(sipgate.requests.length + gateway.requests.length).toBe(before);
  });

  it.each([
    'body-curly-quote.txt',
    'dialout-missing-bot.json',
    'dialout-missing-target.json',
    'dialout-timeout-out-of-range.json',
    'dialout-bad-enum.json',
    'dialout-caller-not-allowed.json',
    'dialout-metadata-string.json',
    'dialout-relative-notify-url.json',
  ])('as in the example %s', async (file) => {
    const before = sipgate.requests.length + gateway.requests.length;
    // Of the two bots this one says who may be shown.
    const text = fixtureText(`bad/${file}`).replace('"reminder-bot"', '"gateway-bot"');
    expect(await post(text)).toMatchObject({ status: 400, body: { error: expect.any(String) } });
    expect(sipgate.requests.length + gateway.requests.length).toBe(before);
  });

  it.each<[string, Record<string, string>]>([
    ['nobody', {}],
    ['a wrong secret', { Authorization: `Basic ${btoa('crm:wrong')}` }],
    ['somebody else’s secret', { Authorization: `Basic ${btoa(`narrow:${SECRET}`)}` }],
    ['a wrong token', { Authorization: 'Bearer abc' }],
    ['another scheme', { Authorization: `Digest ${SECRET}` }],
  ])('of %s, before it is read', async (_, headers) => {
    expect(await post('nonsense', headers)).toMatchObject({ status: 401, body: { error: 'Unauthorized' } });
  });

  it('of somebody whose scopes do not cover the bot', async () => {
    const narrow = { Authorization: `Basic ${btoa(`narrow:${SECRET}, narrow`)}` };
    expect(await post(order(), narrow)).toMatchObject({
      status: 403,
      body: { error: expect.stringMatching(/scopes/) },
    });
    expect(await post(order({ bot: 'slow-bot' }), narrow)).toMatchObject({ status: 200 });
  });

  it('of a token that is too old', async () => {
    const response = await fetch(`${url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: 'crm',
        client_secret: SECRET,
      }),
    });
    const token = (await response.json()) as { access_token: string; token_type: string; expires_in: number };
    expect([response.status, token.token_type, token.expires_in]).toEqual([200, 'Bearer', 900]);
    const headers = { Authorization: `BEARER ${token.access_token}` };
    expect(await post({}, headers)).toMatchObject({ status: 400 });
    skippedMs += 901_000;
    expect(await post({}, headers)).toMatchObject({ status: 401 });
  });

  it.each([
    [{ grant_type: 'password' }, 400, 'unsupported_grant_type'],
    [{ grant_type: 'client_credentials', client_id: 'crm', client_secret: 'x' }, 401, 'invalid_client'],
    [{ grant_type: 'client_credentials' }, 401, 'invalid_client'],
  ])('a token for %j', async (form, status, error) => {
    const response = await fetch(`${url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams(form as Record<string, string>),
    });
    expect([response.status, await response.json()]).toEqual([status, { error }]);
  });

  it('when there are too many at once, also of those that come together', async () => {
    await endAll();
    const answers = await Promise.all(Array.from({ length: 6 }, () => post(order())));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 429, 429, 429, 429]);
    expect(answers.find(({ status }) => status === 429)).toMatchObject({
      body: { error: 'Too Many Requests' },
      retryAfter: '1',
    });
    await endAll();
    expect(await post(order())).toMatchObject({ status: 200 });
    await endAll();
  });

  it('when there are too many in a second', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const answers = await Promise.all(Array.from({ length: 3 }, () => post(order({ bot: 'slow-bot' }))));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 429, 429]);
  });

  it('of a number that was called often enough today, or that is not to be called', async () => {
    const target = `tel:${newNumber()}`;
    for (const status of [200, 200, 200, 403]) {
      expect(await post(order({ target }))).toMatchObject({ status });
      await endAll();
    }
    const listed = newNumber();
    const record = { type: 'do_not_call', number: listed, atMs: 0 } as const;
    await store.append('do-not-call', record, [`do-not-call/${listed}`]);
    expect(await post(order({ target: `tel:${listed}` }))).toMatchObject({
      status: 403,
      body: { error: 'The number is on the do-not-call list.' },
    });
  });

  it('at night', async () => {
    skippedMs += 12 * 3_600_000;
    expect(await post(order())).toMatchObject({
      status: 403,
      body: { error: 'It is outside the opening hours.' },
    });
    skippedMs -= 12 * 3_600_000;
  });
});

describe('what the network answers', () => {
  const answered: [DialAnswer['result'], number, RegExp][] = [
    ['unknown', 504, /do not ask again/],
    ['throttled', 429, /Too Many Requests/],
    ['refused', 424, /credentials/],
  ];
  it.each(answered)('%s -> %i, so that nobody dials twice', async (result, status, error) => {
    const faults = { unknown: { status: 500 }, throttled: { status: 429 }, refused: { status: 401 } };
    const peer = await startPeer(() => faults[result as keyof typeof faults]);
    const other = new MemoryStore();
    const opened = await openDialingServer({
      store: other,
      settings: readDialerSettings({
        DIALOUT_FILE: files.write(
          'one.yaml',
          'bots: { b: { network: sipgate, allow: ["+49"] } }\nclients: { crm: { secretVariable: DIALOUT_CRM_SECRET, scopes: ["b"] } }\n',
        ),
        DIALOUT_CRM_SECRET: SECRET,
        SIPGATE_API_URL: peer.url,
        SIPGATE_API_TOKEN: 't',
        SIPGATE_FLOW_ID: 'f',
        SIPGATE_BILLING_DEVICE: 'e',
      }),
      clock: realClock,
      wallMs,
      random: () => 0,
    });
    const http = express();
    for (const route of opened.routes) http.all(route.path, route.http);
    const serving = http.listen(0, '127.0.0.1');
    await new Promise((resolve) => serving.once('listening', resolve));
    const response = await fetch(
      `http://127.0.0.1:${(serving.address() as AddressInfo).port}/api/v1/actions/dialout`,
      {
        method: 'POST',
        headers: { Authorization: `Basic ${btoa(`crm:${SECRET}`)}` },
        body: JSON.stringify({ bot: 'b', target: 'tel:+4915790000001' }),
      },
    );
    expect([response.status, await response.json()]).toEqual([
      status,
      { error: expect.stringMatching(error) },
    ]);
    expect(peer.seen).toHaveLength(1);
    await opened.close();
    serving.closeAllConnections();
    await new Promise((resolve) => serving.close(resolve));
    await peer.close();
  });

  it.each([
    [
      'bots: {}\nclients: { crm: { secretVariable: DIALOUT_NOBODY_SECRET, scopes: ["*"] } }\n',
      /DIALOUT_NOBODY_SECRET: expected the secret of the client crm/,
    ],
    ['bots: { b: { network: sipgate } }\nclients: {}\n', /faulty.yaml:1: bots.b.allow: is missing/],
    [
      'bots: { b: { network: sipgate, allow: ["49"] } }\nclients: {}\n',
      /faulty.yaml:1: bots.b.allow: expected number prefixes/,
    ],
    ['bots: { b: { network: sipgate, allow: ["+49"] } }\nclients: {}\n', /Calls through sipgate need/],
  ])('a file that cannot be used: %s', async (text, fault) => {
    const settings = readDialerSettings({ DIALOUT_FILE: files.write('faulty.yaml', text) });
    const opening = openDialingServer({
      store: new MemoryStore(),
      settings,
      clock: realClock,
      wallMs,
      random: () => 0,
    });
    await expect(opening).rejects.toThrow(fault);
  });
});

describe('calls that were ordered before a restart', () => {
  it('are taken up: their places are taken, and whoever has ordered them is told of their end', async () => {
    await endAll();
    const number = newNumber();
    expect(
      await post(order({ target: `tel:${number}`, notifyUrl: `${listener.url}/restart` })),
    ).toMatchObject({ status: 200 });
    const settings = readDialerSettings({
      DIALOUT_FILE: files.path('dialout.yaml'),
      DIALOUT_CRM_SECRET: SECRET,
      DIALOUT_NARROW_SECRET: `${SECRET}, narrow`,
      SIPGATE_API_URL: sipgate.url,
      SIPGATE_API_TOKEN: 'sipgate-token',
      SIPGATE_FLOW_ID: 'flow',
      SIPGATE_BILLING_DEVICE: 'e2',
      AUDIOCODES_API_URL: gateway.url,
      AUDIOCODES_API_CLIENT_ID: 'dialer',
      AUDIOCODES_API_CLIENT_SECRET: 'secret',
    });
    // This one dies without a word, the next one begins.
    await dialing.close();
    const next = await openDialingServer({
      store,
      settings,
      clock: realClock,
      wallMs,
      random: () => 0,
    });
    const found = await next.join.find({ conversationId: 'session-9', number });
    await next.join.note(found?.key ?? '', { type: 'started' });
    await next.join.note(found?.key ?? '', { type: 'ended' });
    await until(() => told('/restart').length === 2);
    expect(told('/restart').map(({ status }) => status)).toEqual(['answered', 'completed']);
    await next.close();
  });
});
