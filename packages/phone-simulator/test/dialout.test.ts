import { readFileSync } from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Notification, VoiceAiGateway, type VoiceAiGatewayOptions } from '../src';
import { type Bot, type BotPeer, event, type Json, message, startBot } from './audiocodes-peer';

const FIXTURES = join(__dirname, 'fixtures/audiocodes');
const fixture = (file: string) => readFileSync(join(FIXTURES, file), 'utf8');
const shape = (value: object) =>
  Object.fromEntries(Object.entries(value).map(([key, each]) => [key, typeof each]));

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A dialer's ear for notifications. */
async function listen() {
  const bodies: Notification[] = [];
  const headers: http.IncomingHttpHeaders[] = [];
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    bodies.push(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Notification);
    headers.push(request.headers);
    response.writeHead(200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const notifyUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/notify/9f2d`;
  return { bodies, headers, notifyUrl, statuses: () => bodies.map(({ status }) => status) };
}

async function gatewayWith(options: Partial<VoiceAiGatewayOptions> = {}) {
  const gateway = await VoiceAiGateway.start({ bots: [{ name: 'reminder-bot' }], speed: 100, ...options });
  closers.push(() => gateway.close());
  return gateway;
}

async function bot(answer: Bot): Promise<BotPeer> {
  const peer = await startBot(answer);
  closers.push(() => peer.close());
  return peer;
}

const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

async function post(url: string, body: unknown, headers: Record<string, string>) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(url, { method: 'POST', headers, body: text });
  const answer = await response.text();
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    body: (answer ? JSON.parse(answer) : {}) as Json,
  };
}

const dial = (gateway: VoiceAiGateway, body: unknown, authorization = basic('dialer', 'secret')) =>
  post(`${gateway.url}/api/v1/actions/dialout`, body, {
    'Content-Type': 'application/json',
    Authorization: authorization,
  });

const fetchToken = (gateway: VoiceAiGateway, secret = 'secret') =>
  post(
    `${gateway.url}/oauth/token`,
    `grant_type=client_credentials&client_id=dialer&client_secret=${secret}`,
    { 'Content-Type': 'application/x-www-form-urlencoded' },
  );

const request = (target: string, more: object = {}) => ({
  bot: 'reminder-bot',
  target: `tel:${target}`,
  caller: '+12025550100',
  ...more,
});

describe('how a call goes, by the last digit', () => {
  test.each([
    ['+12025550140', 'notify-completed.json', { reasonCode: 'client-disconnected' }],
    ['+12025550141', 'notify-failed-busy.json', { reasonCode: 'busy' }],
    ['+12025550142', 'notify-failed-no-answer.json', { reasonCode: 'no-answer' }],
    ['+12025550143', 'notify-failed-declined.json', { reasonCode: 'declined' }],
    ['+12025550144', 'notify-failed-error.json', { reasonCode: 'error' }],
    ['+12025550145', 'notify-completed-machine-voicemail.json', { reason: 'voicemail detected' }],
    ['+12025550147', 'notify-completed-machine-fax.json', { reason: 'fax detected' }],
  ])('%s: as in %s', async (target, file, expected) => {
    const { notifyUrl, bodies, headers, statuses } = await listen();
    const gateway = await gatewayWith();
    const answer = await dial(gateway, request(target, { notifyUrl, machineDetection: 'disconnect' }));
    expect(answer).toMatchObject({ status: 200 });
    expect(shape(answer.body)).toEqual(shape(JSON.parse(fixture('dialout-response.json')) as object));
    await gateway.idle();
    const wanted = JSON.parse(fixture(file)) as Notification;
    const final = bodies.at(-1) as Notification;
    expect(final).toMatchObject({
      ...expected,
      conversationId: answer.body.conversationId,
      status: wanted.status,
    });
    for (const key of ['reasonCode', 'reason'] as const) expect(typeof final[key]).toBe(typeof wanted[key]);
    expect(statuses()).toEqual(final.status === 'failed' ? ['failed'] : ['answered', 'completed']);
    if (final.status === 'completed') {
      expect(bodies[0]).toEqual({ conversationId: final.conversationId, status: 'answered' });
      expect(shape(final)).toMatchObject({
        connectTime: 'string',
        callDuration: 'number',
        sbcSessionID: 'string',
      });
    }
    expect(headers.every(({ authorization }) => authorization === undefined)).toBe(true);
  });
});

describe('who may', () => {
  const clients = [
    { id: 'dialer', secret: 'secret' },
    { id: 'one', secret: '1', scopes: ['reminder-bot'] },
    { id: 'tagged', secret: '2', scopes: ['tag=campaigns'] },
    { id: 'other', secret: '3', scopes: ['another-bot'] },
  ];
  test.each([
    ['dialer', 'secret', 200],
    ['one', '1', 200],
    ['tagged', '2', 200],
    ['other', '3', 403],
    ['dialer', 'wrong', 401],
  ])('%s with %s: %i', async (id, secret, status) => {
    const gateway = await gatewayWith({
      clients,
      bots: [{ name: 'reminder-bot', authorizationTag: 'campaigns' }],
    });
    expect((await dial(gateway, request('+12025550141'), basic(id, secret))).status).toBe(status);
  });

  test('a token, until it is void; a wrong secret gets none', async () => {
    const gateway = await gatewayWith();
    const { status, body } = await fetchToken(gateway);
    expect(status).toBe(200);
    expect(shape(body)).toEqual(shape(JSON.parse(fixture('oauth-token-response.json')) as object));
    const bearer = `bearer ${body.access_token}`;
    expect((await dial(gateway, request('+12025550141'), bearer)).status).toBe(200);
    gateway.tokens.revokeAll();
    expect((await dial(gateway, request('+12025550141'), bearer)).status).toBe(401);
    const refused = await fetchToken(gateway, 'wrong');
    expect(refused).toMatchObject({ status: 401, body: JSON.parse(fixture('oauth-token-error.json')) });
    expect(gateway.tokens.count).toBe(1);
  });

  test('a token lives as long as it says', async () => {
    const gateway = await gatewayWith({ tokenLifeSeconds: 0 });
    const { body } = await fetchToken(gateway);
    expect((await dial(gateway, request('+12025550141'), `Bearer ${body.access_token}`)).status).toBe(401);
  });

  test('only the methods that are enabled', async () => {
    const gateway = await gatewayWith({ methods: ['oauth'] });
    expect((await dial(gateway, request('+12025550141'))).status).toBe(401);
    const basicOnly = await gatewayWith({ methods: ['basic'] });
    expect((await fetchToken(basicOnly)).status).toBe(404);
  });

  test('what the interface does not have', async () => {
    const gateway = await gatewayWith();
    expect((await post(`${gateway.url}/api/v1/actions/dial`, {}, {})).status).toBe(404);
    expect((await fetch(`${gateway.url}/api/v1/actions/dialout`)).status).toBe(405);
    expect((await dial(gateway, { ...request('+1'), bot: 'nobody' })).status).toBe(404);
    expect(gateway.calls).toEqual([]);
  });
});

describe('requests that are refused', () => {
  const bots = [{ name: 'reminder-bot', allowedCallers: ['+12025550100', '+12025550101'] }];
  test.each([
    ['dialout-missing-bot.json', "request should have required property 'bot'"],
    ['dialout-missing-target.json', "request should have required property 'target'"],
    ['dialout-timeout-out-of-range.json', 'request.answerTimeoutSec should be <= 300'],
    ['dialout-bad-enum.json', 'request.machineDetection should be equal to one of the allowed values'],
    ['dialout-metadata-string.json', 'request.metadata should be object'],
    ['dialout-relative-notify-url.json', 'request.notifyUrl should match format "uri"'],
    ['dialout-caller-not-allowed.json', "caller '+19995550000' is not allowed"],
    ['body-curly-quote.txt', expect.any(String)],
    ['body-empty.txt', expect.any(String)],
    ['create-array.json', 'request should be object'],
  ])('%s', async (file, error) => {
    const gateway = await gatewayWith({ bots });
    const answer = await dial(gateway, fixture(`bad/${file}`));
    expect(answer).toMatchObject({ status: 400, body: { error } });
    expect(gateway.dialled).toEqual([]);
    expect(gateway.requests).toEqual([{ text: fixture(`bad/${file}`), status: 400 }]);
  });

  test.each([
    [{ answerTimeoutSec: 0.5 }, 'request.answerTimeoutSec should be >= 1'],
    [{ answerTimeoutSec: '20' }, 'request.answerTimeoutSec should be number'],
    [{ caller: 1800 }, 'request.caller should be string'],
    [{ target: '' }, 'request.target should NOT be shorter than 1 characters'],
  ])('%j', async (more, error) => {
    const gateway = await gatewayWith();
    expect(await dial(gateway, { ...request('+12025550140'), ...more })).toMatchObject({
      status: 400,
      body: { error },
    });
  });

  test('one allowed caller may be left out, none and several may not', async () => {
    const minimal = fixture('dialout-request-minimal.json');
    const one = await gatewayWith({ bots: [{ name: 'reminder-bot', allowedCallers: ['+12025550100'] }] });
    expect((await dial(one, minimal)).status).toBe(200);
    for (const allowedCallers of [undefined, ['1', '2']]) {
      const gateway = await gatewayWith({ bots: [{ name: 'reminder-bot', allowedCallers }] });
      expect((await dial(gateway, minimal)).status).toBe(400);
    }
    const full = await gatewayWith();
    const body = { ...(JSON.parse(fixture('dialout-request.json')) as Json), notifyUrl: undefined };
    expect((await dial(full, body)).status).toBe(200);
  });

  test('machine detection that the SBC cannot do', async () => {
    const gateway = await gatewayWith({ detectsMachines: false });
    expect((await dial(gateway, request('+12025550140', { machineDetection: 'detect' }))).status).toBe(400);
    expect((await dial(gateway, request('+12025550140', { machineDetection: 'disabled' }))).status).toBe(200);
  });
});

describe('limits', () => {
  test('per second, whole and fractions', async () => {
    let nowMs = 0;
    const now = () => nowMs;
    const bots = [
      { name: 'reminder-bot', limitPerSecond: 2 },
      { name: 'slow', limitPerSecond: 0.1 },
    ];
    const gateway = await gatewayWith({ bots, now });
    const ask = async (name: string) => {
      const { status, retryAfter } = await dial(gateway, { ...request('+12025550141'), bot: name });
      return [status, retryAfter];
    };
    expect(await ask('reminder-bot')).toEqual([200, null]);
    expect(await ask('reminder-bot')).toEqual([200, null]);
    expect(await ask('reminder-bot')).toEqual([429, '1']);
    expect(await ask('slow')).toEqual([200, null]);
    nowMs = 1000;
    expect(await ask('reminder-bot')).toEqual([200, null]);
    expect(await ask('slow')).toEqual([429, '9']);
    nowMs = 10_000;
    expect(await ask('slow')).toEqual([200, null]);
    const refused = await dial(gateway, { ...request('+12025550141'), bot: 'slow' });
    expect(refused.body).toEqual(JSON.parse(fixture('dialout-error-429.json')));
  });

  test('at once: a slot is free again when the call is over, or assumed to be', async () => {
    let nowMs = 0;
    const bots = [{ name: 'reminder-bot', maxConcurrentCalls: 1, concurrentCallsExpirationSeconds: 10 }];
    const gateway = await gatewayWith({
      bots,
      now: () => nowMs,
      callees: () => ({ outcome: 'answer', talkMs: 60_000 }),
    });
    expect((await dial(gateway, request('+1'))).status).toBe(200);
    expect((await dial(gateway, request('+2'))).status).toBe(429);
    nowMs = 10_001;
    expect((await dial(gateway, request('+3'))).status).toBe(200);
    await gateway.idle();
    expect((await dial(gateway, request('+4'))).status).toBe(200);
    expect(gateway.dialled).toEqual(['tel:+1', 'tel:+3', 'tel:+4']);
  });
});

describe('with a bot', () => {
  const reminder: Bot = ({ activity }) => {
    if (activity.name === 'start')
      return message(`Hallo ${(activity.parameters?.dialoutMetadata as Json)?.name}.`);
    return undefined;
  };

  test.each(['http', 'http+ws', 'ws'] as const)('who answers is greeted by name, over %s', async (wire) => {
    const peer = await bot(reminder);
    const url = wire === 'ws' ? peer.wsUrl : peer.httpUrl;
    const gateway = await gatewayWith({ bots: [{ name: 'reminder-bot', url, wire }] });
    const { body } = await dial(gateway, request('+12025550140', { metadata: { name: 'Alice' } }));
    await gateway.idle();
    const [placed] = gateway.calls;
    const heard = placed?.call?.log.of('heard').map(({ utterance }) => utterance.heardText);
    expect(heard).toEqual(['Hallo Alice.']);
    expect(placed?.call?.violations).toEqual([]);
    const [start] = peer.activities;
    expect(peer.names()).toEqual(['start']);
    const wanted = JSON.parse(fixture('http-start-outbound-request.json')) as {
      activities: [{ parameters: Json }];
    };
    expect(Object.keys(start?.parameters ?? {})).toEqual(
      expect.arrayContaining(Object.keys(wanted.activities[0].parameters)),
    );
    expect(start?.parameters).toMatchObject({
      vaigConversationId: body.conversationId,
      caller: '+12025550100',
      callee: '+12025550140',
      outboundTarget: 'tel:+12025550140',
    });
  });

  test('a call that fails is announced, and ends without a start', async () => {
    const peer = await bot(({ activity }) => (activity.name === 'dialoutInitiated' ? [] : message('Hallo?')));
    const gateway = { config: { sendEventsToBot: ['dialoutInitiated'] } };
    const { notifyUrl, bodies } = await listen();
    const server = await gatewayWith({ bots: [{ name: 'reminder-bot', url: peer.httpUrl, gateway }] });
    await dial(server, request('+12025550141', { notifyUrl, metadata: { participantName: 'Alice' } }));
    await server.idle();
    expect(peer.names()).toEqual(['dialoutInitiated']);
    const wanted = JSON.parse(fixture('http-dialout-initiated-request.json')) as { activities: [Json] };
    expect(shape(peer.activities[0] as object)).toEqual(shape(wanted.activities[0]));
    expect(peer.ends()).toEqual([
      expect.objectContaining({ reasonCode: 'busy', reason: expect.stringContaining('486') }),
    ]);
    expect(bodies).toEqual([expect.objectContaining({ status: 'failed', reasonCode: 'busy' })]);
  });

  test('speaking before anybody has answered is a violation', async () => {
    const peer = await bot(() => message('Hallo?'));
    const gateway = { config: { sendEventsToBot: ['dialoutInitiated'] } };
    const callees = () => ({ outcome: 'answer' as const, ringMs: 19_000 });
    const server = await gatewayWith({
      bots: [{ name: 'reminder-bot', url: peer.httpUrl, gateway }],
      callees,
    });
    await dial(server, request('+12025550140'));
    await server.idle();
    expect(server.calls[0]?.call?.violations.map(({ rule }) => rule)).toEqual(['early.prompt']);
    expect(peer.names()).toEqual(['dialoutInitiated', 'start']);
  });

  const voicemailBot: Bot = ({ activity }) => {
    if (activity.name === 'start')
      return message('Guten Tag, hier ist die Praxis Sommer mit einer Erinnerung an Ihren Termin.');
    if (activity.value === 'voicemail-prompt-start') return event('abortPrompts');
    if (activity.value !== 'voicemail-prompt-end-beep') return undefined;
    const bye = event('hangup', {
      activityParams: { botOperationResult: 'voicemail', botOperationData: '{}' },
    });
    return [message('Bitte rufen Sie zurück.'), message('Danke.'), bye];
  };

  test.each([
    ['+12025550145', 'voicemail beep', 'notify-completed-voicemail-beep.json'],
    ['+12025550146', 'voicemail timeout', 'notify-completed-voicemail-timeout.json'],
  ])('voicemail: %s, %s', async (target, machineDetection, file) => {
    const peer = await bot(voicemailBot);
    const { notifyUrl, bodies } = await listen();
    const gateway = await gatewayWith({ bots: [{ name: 'reminder-bot', url: peer.httpUrl }] });
    await dial(gateway, request(target, { notifyUrl, machineDetection: 'detect' }));
    await gateway.idle();
    const call = gateway.calls[0]?.call;
    expect(call?.violations).toEqual([]);
    const machine = peer.activities.filter(({ name }) => name === 'machineDetection');
    expect(machine.map(({ value }) => value)).toEqual([
      'voicemail-prompt-start',
      'voicemail-prompt-end-beep',
    ]);
    const wanted = JSON.parse(fixture('http-machine-detection-start-request.json')) as { activities: [Json] };
    expect(shape(machine[0] as object)).toEqual(shape(wanted.activities[0]));
    const heard = call?.log.of('heard').map(({ utterance }) => [utterance.heardText, utterance.cutBy]);
    expect(heard?.[0]?.[1]).toBe('barge_in');
    expect(heard?.slice(1)).toEqual([
      ['Bitte rufen Sie zurück.', undefined],
      ['Danke.', undefined],
    ]);
    const final = bodies.at(-1) as Notification;
    expect(final).toMatchObject({
      status: 'completed',
      reasonCode: 'bot-disconnected',
      machineDetection,
      botOperationResult: 'voicemail',
      botOperationData: '{}',
    });
    expect(shape(final)).toMatchObject(shape(JSON.parse(fixture(file)) as object));
  });

  test.each(['fax', 'voicemail'] as const)('a %s on a call that is dropped by machines', async (outcome) => {
    const peer = await bot(reminder);
    const gateway = await gatewayWith({
      bots: [{ name: 'reminder-bot', url: peer.httpUrl }],
      callees: () => outcome,
    });
    await dial(
      gateway,
      request('+12025550140', { machineDetection: outcome === 'fax' ? 'detect' : 'disconnect' }),
    );
    await gateway.idle();
    expect(peer.names()).toEqual(['start']);
    expect(peer.ends()).toEqual([
      expect.objectContaining({ reasonCode: 'machine-detected', reason: `${outcome} detected` }),
    ]);
  });

  test('nobody looks for machines: the bot talks to one, which hangs up when its tape is full', async () => {
    const peer = await bot(reminder);
    const { notifyUrl, bodies } = await listen();
    const callees = () => ({ outcome: 'voicemail' as const, recordMs: 1200 });
    const gateway = await gatewayWith({ bots: [{ name: 'reminder-bot', url: peer.httpUrl }], callees });
    await dial(gateway, request('+12025550140', { notifyUrl }));
    await gateway.idle();
    expect(bodies.at(-1)).toMatchObject({ reasonCode: 'client-disconnected' });
  });

  test('a bot that cannot be reached', async () => {
    const peer = await bot(reminder);
    await peer.close();
    closers.pop();
    const { notifyUrl, bodies } = await listen();
    const gateway = await gatewayWith({ bots: [{ name: 'reminder-bot', url: peer.httpUrl }] });
    await dial(gateway, request('+12025550140', { notifyUrl }));
    await gateway.idle();
    expect(bodies.at(-1)).toMatchObject({ status: 'completed', reasonCode: 'error' });
  });

  test('a person who talks', async () => {
    const peer = await bot(({ activity }) => {
      if (activity.name === 'start') return message('Passt Ihnen Dienstag?');
      const done = event('hangup', { activityParams: { botOperationResult: 'confirmed' } });
      return activity.type === 'message' ? [message(`Gut: ${activity.text}`), done] : undefined;
    });
    const { notifyUrl, bodies } = await listen();
    const gateway = await gatewayWith({
      bots: [{ name: 'reminder-bot', url: peer.wsUrl, wire: 'ws', call: { answerMs: 300, settleMs: 50 } }],
      callees: () => ({
        outcome: 'answer',
        behave: async (call) => {
          await call.says('Ja, gern');
          await call.ended;
        },
      }),
    });
    await dial(gateway, request('+12025550140', { notifyUrl }));
    await gateway.idle();
    expect(bodies.at(-1)).toMatchObject({ reasonCode: 'bot-disconnected', botOperationResult: 'confirmed' });
  });
});

describe('notifications as a network delivers them', () => {
  const statuses = async (plan: VoiceAiGatewayOptions['notifications']) => {
    const dialer = await listen();
    const gateway = await gatewayWith({
      notifications: plan,
      callees: () => ({ outcome: 'answer', talkMs: 100 }),
    });
    await dial(gateway, request('+12025550140', { notifyUrl: dialer.notifyUrl }));
    await gateway.idle();
    return { gateway, statuses: dialer.statuses() };
  };

  test('out of order', async () => {
    expect((await statuses(() => ({ afterFinal: true }))).statuses).toEqual(['completed', 'answered']);
  });

  test('repeated', async () => {
    expect((await statuses(() => ({ times: 2 }))).statuses).toEqual([
      'answered',
      'answered',
      'completed',
      'completed',
    ]);
  });

  test('lost', async () => {
    const { gateway, statuses: seen } = await statuses(({ status }) => ({
      times: status === 'answered' ? 0 : 1,
    }));
    expect(seen).toEqual(['completed']);
    expect(gateway.calls[0]?.notifications.map(({ status }) => status)).toEqual([undefined, 200]);
  });

  test('delayed', async () => {
    const late = ({ status }: Notification) => ({ afterMs: status === 'answered' ? 150 : 0 });
    expect((await statuses(late)).statuses).toEqual(['completed', 'answered']);
  });

  test('one that overtakes the answer to the request', async () => {
    const { notifyUrl, bodies } = await listen();
    const gateway = await gatewayWith({ answerAfterMs: 200 });
    const answer = dial(gateway, request('+12025550144', { notifyUrl }));
    await gateway.requests;
    while (bodies.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(gateway.requests).toEqual([]);
    expect((await answer).body.conversationId).toBe(bodies[0]?.conversationId);
  });

  test('nobody there, or no address', async () => {
    const gateway = await gatewayWith();
    await dial(gateway, request('+12025550144', { notifyUrl: 'http://127.0.0.1:9/notify' }));
    await dial(gateway, request('+12025550144'));
    await gateway.idle();
    expect(gateway.calls.map(({ notifications }) => notifications.length)).toEqual([1, 0]);
  });
});

describe('faults of the gateway', () => {
  test('an error, with and without a call behind it; a cut connection', async () => {
    const faults = [
      { status: 503 },
      { status: 500, dialsAnyway: true },
      { status: 0, cut: true, dialsAnyway: true },
    ];
    const gateway = await gatewayWith({ fault: (_request, n) => faults[n] });
    expect((await dial(gateway, request('+1'))).status).toBe(503);
    expect((await dial(gateway, request('+2'))).status).toBe(500);
    await expect(dial(gateway, request('+3'))).rejects.toThrow();
    expect((await dial(gateway, request('+4'))).status).toBe(200);
    expect(gateway.dialled).toEqual(['tel:+2', 'tel:+3', 'tel:+4']);
  });
});

test('many calls at once, every outcome, each dialled once', async () => {
  const { notifyUrl, bodies } = await listen();
  const gateway = await gatewayWith({ speed: 1000 });
  const numbers = Array.from({ length: 60 }, (_, i) => `+120255501${String(i).padStart(2, '0')}`);
  await Promise.all(
    numbers.map((number) => dial(gateway, request(number, { notifyUrl, machineDetection: 'detect' }))),
  );
  await gateway.idle();
  expect(gateway.dialled.sort()).toEqual(numbers.map((number) => `tel:${number}`).sort());
  const ends = bodies.filter(({ status }) => status !== 'answered');
  const count = (reasonCode: string) => ends.filter((each) => each.reasonCode === reasonCode).length;
  expect([
    count('busy'),
    count('no-answer'),
    count('declined'),
    count('error'),
    count('machine-detected'),
  ]).toEqual([6, 6, 6, 6, 6]);
  expect(ends).toHaveLength(60);
});
