import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CallOptions, PacedClock, SimulatedCall, type Wire } from '../src';
import {
  type Bot,
  type BotOptions,
  type BotPeer,
  config,
  event,
  type Json,
  message,
  receptionBot,
  startBot,
} from './audiocodes-peer';

const peers: BotPeer[] = [];
afterEach(async () => {
  await Promise.all(peers.splice(0).map((peer) => peer.close()));
});

async function ring(bot: Bot, options: Partial<CallOptions> = {}, peerOptions: BotOptions = {}) {
  const wire: Wire = options.wire ?? 'http';
  const peer = await startBot(bot, { websocket: wire === 'http+ws', ...peerOptions });
  peers.push(peer);
  const url = wire === 'ws' ? peer.wsUrl : peer.httpUrl;
  const clock = new PacedClock(40);
  const call = new SimulatedCall({
    clock,
    settleMs: 80,
    answerMs: 400,
    lingerMs: 30,
    ...options,
    network: 'audiocodes',
    wire,
    url,
  });
  return { peer, call };
}

const heardBy = (call: SimulatedCall) => call.log.of('heard').map(({ utterance }) => utterance.heardText);
const rulesOf = (call: SimulatedCall) => call.violations.map((violation) => violation.rule);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const shape = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shape);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shape(each)]));
};
const fixture = (file: string) =>
  JSON.parse(readFileSync(join(__dirname, 'fixtures/audiocodes', file), 'utf8')) as Json;

describe('HTTP', () => {
  test.each([false, true])(
    'addresses of the conversation, absolute %s, and a call kept alive',
    async (absolute) => {
      const { peer, call } = await ring(
        receptionBot,
        { audiocodes: { refreshAt: 0.5 } },
        { absolute, expiresSeconds: 0.2 },
      );
      await call.start();
      await pause(350);
      await call.hangUp();
      const paths = peer.requests.map(
        ({ method, path }) => `${method} ${path.replace(call.sessionId, 'ID')}`,
      );
      expect(paths.slice(0, 3)).toEqual([
        'GET /ac/bot',
        'POST /ac/bot',
        `POST /ac${absolute ? '/bot' : ''}/conversation/ID/activities`,
      ]);
      expect(paths.filter((path) => path.endsWith('/refresh')).length).toBeGreaterThanOrEqual(2);
      expect(peer.requests.find(({ path }) => path.endsWith('/refresh'))?.body).toEqual({
        conversation: call.sessionId,
      });
      expect(paths.at(-1)).toMatch(/\/disconnect$/);
      expect(call.violations).toEqual([]);
    },
  );

  test.each<[string, (body: Json) => unknown]>([
    ['create.expiresSeconds', (body) => ({ ...body, expiresSeconds: '120' })],
    ['create.websocketURL', (body) => ({ ...body, websocketURL: 'https://bot.example.com/ws' })],
    ['create.activitiesURL', (body) => ({ ...body, activitiesURL: `${body.activitiesURL}?token=geheim` })],
  ])('violation %s', async (rule, creation) => {
    const { call } = await ring(receptionBot, { token: 'geheim' }, { creation });
    await call.start().catch(() => undefined);
    await call.hangUp();
    expect(rulesOf(call)).toContain(rule);
  });

  test('a creation without addresses is no creation', async () => {
    const { call } = await ring(receptionBot, {}, { creation: () => ({ success: true }) });
    await expect(call.start()).rejects.toMatchObject({ code: 'SIM_NOT_AN_AGENT' });
    expect(rulesOf(call)).toContain('create.refreshURL');
  });

  test('the validation is judged by its body', async () => {
    const { call } = await ring(receptionBot, {}, { health: { success: true } });
    await call.start();
    await call.hangUp();
    expect(rulesOf(call)).toEqual(['validate.body']);
  });

  test('a refresh that fails is the end', async () => {
    const refresh = () => ({ status: 404, body: {} });
    const { call } = await ring(
      receptionBot,
      { audiocodes: { refreshAt: 0.5 } },
      { refresh, expiresSeconds: 0.2 },
    );
    await call.start();
    expect(await call.ended).toMatchObject({ by: 'network' });
    await call.closed();
    expect(rulesOf(call)).toEqual(['http.refresh']);
  });

  test('a slow bot gets the same activity again, with the same id', async () => {
    let asked = 0;
    const bot: Bot = async ({ activity }) => {
      if (activity.name === 'start') return message('Hallo.');
      if (++asked === 1) await pause(400);
      return message('Ja.');
    };
    const { peer, call } = await ring(bot, { audiocodes: { answerTimeoutMs: 200 } });
    await call.start();
    await call.says('Frage');
    await call.until(() => heardBy(call).includes('Ja.'), 3000);
    await call.hangUp();
    const ids = peer.activities.filter(({ type }) => type === 'message').map(({ id }) => id);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
    expect(heardBy(call)).toEqual(['Hallo.', 'Ja.']);
  });

  test.each<[string[], (response: NonNullable<Parameters<Bot>[0]['response']>) => void]>([
    [['http.status', 'http.status'], (response) => response.writeHead(500).end()],
    [['http.status'], (response) => response.writeHead(404).end()],
    [['http.connection', 'http.connection'], (response) => response.destroy()],
    [['http.content_type', 'http.json'], (response) => response.writeHead(200).end('Hallo')],
    [['http.json'], (response) => response.writeHead(200, { 'Content-Type': 'application/json' }).end()],
    [['http.body'], (response) => response.writeHead(200, { 'Content-Type': 'application/json' }).end('[]')],
  ])('an answer that counts as a failed bot (%s) ends the call', async (rules, write) => {
    const bot: Bot = ({ activity, response }) => {
      if (activity.name === 'start') return message('Hallo.');
      if (response) write(response);
      return undefined;
    };
    const { peer, call } = await ring(bot, { audiocodes: { retryPauseMs: 20 } });
    await call.start();
    await call.says('Frage');
    expect(await call.ended).toMatchObject({ by: 'network' });
    await call.closed();
    expect(rulesOf(call)).toEqual(rules);
    expect(peer.ends()[0]).toMatchObject({ reasonCode: 'error' });
  });

  test('every activity twice: the same answer is no second turn, another one is', async () => {
    const answers = new Map<unknown, Json>();
    const remembers: Bot = ({ activity }) => {
      const text = activity.name === 'start' ? 'Hallo.' : 'Ja.';
      const given = answers.get(activity.id) ?? {
        ...message(text),
        id: `${activity.id}-1`,
        timestamp: activity.timestamp,
      };
      answers.set(activity.id, given);
      return given;
    };
    const good = await ring(remembers, { audiocodes: { repeatEach: true } });
    await good.call.start();
    await good.call.says('Frage');
    await good.call.agentFinished();
    await good.call.hangUp();
    expect(heardBy(good.call)).toEqual(['Hallo.', 'Ja.']);
    expect(good.call.violations).toEqual([]);

    const bad = await ring(receptionBot, { audiocodes: { repeatEach: true } });
    await bad.call.start();
    await bad.call.agentFinished();
    await bad.call.hangUp();
    expect(rulesOf(bad.call)).toContain('http.repeat');
  });

  test("the administrator's OAuth server is asked once for all", async () => {
    const issued: string[] = [];
    const { createServer } = await import('node:http');
    const server = createServer((_request, response) => {
      issued.push('x');
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ access_token: 'geheim', token_type: 'Bearer', expires_in: 900 }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const oauth = {
      tokenUrl: `http://127.0.0.1:${port}/token`,
      clientId: 'gw',
      clientSecret: 's',
      scope: ['a', 'b'],
    };
    const { call } = await ring(receptionBot, { audiocodes: { oauth } }, { token: 'geheim' });
    await call.start();
    await call.agentFinished();
    await call.hangUp();
    server.closeAllConnections();
    server.close();
    expect(issued).toHaveLength(1);
    expect(call.violations).toEqual([]);
  });
});

describe('the asynchronous WebSocket', () => {
  test('the bot may push at any time; the gateway never says a word', async () => {
    const bot: Bot = async ({ activity, push }) => {
      if (activity.name === 'start') return message('Hallo.');
      push(message('Einen Moment.'));
      setTimeout(() => push(message('Hier ist es.')), 50);
      return undefined;
    };
    const { peer, call } = await ring(bot, { wire: 'http+ws' });
    await call.start();
    await call.says('Frage');
    await call.until(() => heardBy(call).length === 3, 5000);
    await call.hangUp();
    expect(heardBy(call)).toEqual(['Hallo.', 'Einen Moment.', 'Hier ist es.']);
    expect(peer.frames).toEqual([]);
    expect(peer.socketsOpened).toBe(1);
    expect(call.violations).toEqual([]);
  });

  test('frames after the end', async () => {
    let push: (reply: Json) => void = () => undefined;
    const { peer, call } = await ring(
      (turn) => {
        push = turn.push;
        return message('Hallo.');
      },
      { wire: 'http+ws' },
    );
    await call.start();
    call.listen((entry) => {
      if (entry.kind === 'response' && entry.to === 'disconnect')
        setTimeout(() => push(message('zu spät')), 35);
    });
    await call.hangUp();
    expect(peer.ends()).toHaveLength(1);
    expect(rulesOf(call)).toEqual(['after.disconnect']);
  });

  test('a bot without one is played over plain HTTP', async () => {
    const { call } = await ring(receptionBot, { wire: 'http+ws' }, { websocket: false });
    await call.start();
    await call.agentFinished();
    await call.hangUp();
    expect(call.log.of('warning')[0]?.sentence).toContain('websocketURL');
    expect(heardBy(call)).toEqual(['Praxis Sommer, guten Tag.']);
  });
});

describe('WebSocket mode', () => {
  test('validation on a connection of its own, then one session', async () => {
    const { peer, call } = await ring(receptionBot, { wire: 'ws' });
    await call.start();
    await call.agentFinished();
    await call.hangUp();
    expect(peer.frames.map(({ type }) => type)).toEqual([
      'connection.validate',
      'session.initiate',
      'activities',
      'activities',
      'session.end',
    ]);
    expect(peer.requests.map(({ method }) => method)).toEqual(['GET', 'UPGRADE', 'UPGRADE']);
    expect(peer.requests.at(-1)?.headers).toMatchObject({
      'ac-conversation-id': call.sessionId,
      'ac-caller-number': '+4915790000001',
    });
  });

  test('a lost connection is resumed on a new socket, and nothing is lost', async () => {
    const { peer, call } = await ring(receptionBot, { wire: 'ws' });
    await call.start();
    await call.agentFinished();
    call.breakConnection();
    await call.says('Hallo');
    await call.agentFinished();
    await call.hangUp();
    expect(peer.frames.map(({ type }) => type)).toContain('session.resume');
    expect(heardBy(call)).toEqual(['Praxis Sommer, guten Tag.', 'Sie sagten: Hallo']);
    expect(call.violations).toEqual([]);
  });

  test('a bot that does not know the session any more', async () => {
    const session = (frame: Json) =>
      frame.type === 'session.resume'
        ? { type: 'session.error', reason: 'conversation not found' }
        : { type: 'session.accepted', mediaFormat: 'raw/lpcm16' };
    const { call } = await ring(receptionBot, { wire: 'ws' }, { session });
    await call.start();
    await call.agentFinished();
    call.breakConnection();
    expect(await call.ended).toMatchObject({ by: 'network', reason: /conversation not found/ });
  }, 10_000);

  test.each<[string, BotOptions['session']]>([
    ['SIM_DECLINED', () => ({ type: 'session.error', reason: 'no supported media format' })],
    ['SIM_NOT_AN_AGENT', (_frame, socket) => void socket.close()],
  ])('a session that is not accepted: %s', async (code, session) => {
    const { call } = await ring(receptionBot, { wire: 'ws' }, { session });
    await expect(call.start()).rejects.toMatchObject({ code });
  });

  test.each<[string, unknown]>([
    ['frame.json', 'kein JSON'],
    ['frame.type', ['Hallo']],
    ['frame.type', { type: 'session.resumed' }],
    ['activities.conversationId', { type: 'activities', conversationId: 'another', activities: [] }],
    ['activities.activities', { type: 'activities' }],
    ['session.accepted.unasked', { type: 'session.accepted', mediaFormat: 'raw/lpcm16' }],
    ['userStream.started.unasked', { type: 'userStream.started' }],
    ['playStream.start', { type: 'playStream.start', streamId: '1', mediaFormat: 'raw/lpcm16' }],
    ['playStream.chunk.streamId', { type: 'playStream.chunk', streamId: '1', audioChunk: 'AAAA' }],
    ['playStream.start.mediaFormat', { type: 'playStream.start', streamId: '1', mediaFormat: 'audio/wav' }],
  ])('violation %s', async (rule, frame) => {
    const bot: Bot = ({ activity, socket }) => {
      if (activity.name === 'start') socket?.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
      return undefined;
    };
    const { call } = await ring(bot, { wire: 'ws' });
    await call.start();
    await call.until(() => call.violations.length > 0, 2000);
    await call.hangUp();
    expect(rulesOf(call)).toEqual([rule]);
  });

  test('a format that was not offered, a binary frame, and words after the end', async () => {
    const session = () => ({ type: 'session.accepted', mediaFormat: 'raw/alaw' });
    const bot: Bot = ({ activity, socket, push }) => {
      if (activity.name === 'start') socket?.send(Buffer.from('{"type":"userStream.stopped"}'));
      if (activity.name === 'start')
        socket?.on('message', (data) => {
          if (String(data).includes('session.end')) setTimeout(() => push(message('zu spät')), 50);
        });
      return message('Hallo.');
    };
    const { call } = await ring(bot, { wire: 'ws' }, { session });
    await call.start();
    await call.agentFinished();
    await call.hangUp();
    expect(rulesOf(call)).toEqual([
      'session.accepted.mediaFormat',
      'frame.binary',
      'userStream.stopped.unasked',
      'after.session.end',
    ]);
  });

  test('a bot that gives the session up', async () => {
    const bot: Bot = ({ socket }) => void socket?.send('{"type":"session.error","reason":"broken"}');
    const { call } = await ring(bot, { wire: 'ws' });
    await call.start();
    expect(await call.ended).toMatchObject({ by: 'network' });
  });

  test('audio both ways: streams are opened and acknowledged, the bot is heard by its altText', async () => {
    const audioChunk = Buffer.alloc(32_000).toString('base64');
    const play = (send: (frame: Json) => void, streamId: string, altText: string) => {
      send({ type: 'playStream.start', streamId, mediaFormat: 'raw/lpcm16', altText });
      send({ type: 'playStream.chunk', streamId, audioChunk });
      send({ type: 'playStream.stop', streamId });
    };
    const bot: Bot = ({ activity, socket }) => {
      if (activity.name === 'start') play((frame) => socket?.send(JSON.stringify(frame)), '1', 'Guten Tag.');
      return undefined;
    };
    let chunks = 0;
    const frame: BotOptions['frame'] = ({ type }, send) => {
      if (type === 'userStream.start') send({ type: 'userStream.started' });
      if (type === 'userStream.stop') send({ type: 'userStream.stopped' });
      if (type !== 'userStream.chunk' || ++chunks > 1) return;
      send({ type: 'userStream.speech.recognition', alternatives: [{ text: 'hallo', confidence: 0.9 }] });
      play(send, '2', 'Was kann ich tun?');
    };
    const { peer, call } = await ring(
      bot,
      { wire: 'ws', audiocodes: { audio: { caller: true, bot: true } } },
      { frame },
    );
    await call.start();
    await call.says('Hallo');
    await call.until(() => heardBy(call).length === 2, 5000);
    await call.hangUp();
    expect(heardBy(call)).toEqual(['Guten Tag.', 'Was kann ich tun?']);
    expect(call.log.of('heard')[0]?.utterance.durationMs).toBe(1000);
    expect(peer.frames.find(({ type }) => type === 'session.initiate')).toMatchObject({
      expectAudioMessages: true,
    });
    expect(call.violations).toEqual([]);
  });
});

describe('every payload has the shape of its fixture', () => {
  /** Sends everything a gateway can say by itself. */
  async function sayEverything(wire: Wire) {
    const events = [
      'noUserInput',
      'playFinished',
      'speechHypothesis',
      'voiceDetected',
      'speakerVerificationSpeakerStatus',
    ];
    const params = { sendDTMF: true, bargeIn: true, sendEventsToBot: events, userNoInputTimeoutMS: 3000 };
    const status = event('speakerVerificationGetSpeakerStatus', {
      sessionParams: { speakerVerificationSpeakerId: '1', speakerVerificationType: 'text-independent' },
    });
    const bot: Bot = ({ activity }) => {
      if (activity.name === 'start') return [config(params), status, message('Hallo.')];
      if (activity.text === 'Ende')
        return [message('Gut.'), event('transfer', { activityParams: { transferTarget: '123' } })];
      return activity.type === 'message' ? message('Ja.') : undefined;
    };
    const { peer, call } = await ring(bot, {
      wire,
      transfer: ['declined', 'answered'],
      audiocodes: {
        config: { enableSpeechDetectionEvent: true },
        startParameters: { callerDisplayName: 'Dana Example' },
      },
    });
    await call.start();
    await call.says('I would like to check my order.');
    await call.presses('3');
    await call.agentFinished();
    await call.silence(4000, { hurried: true });
    await call.says('Ende');
    await call.until(() => call.log.of('connected').length === 2, 20_000);
    await call.says('Ende');
    await call.ended;
    await call.closed();
    expect(call.violations).toEqual([]);
    return peer;
  }

  test('HTTP', async () => {
    const peer = await sayEverything('http');
    const bodyOf = (name: string) =>
      peer.requests.find(({ body }) =>
        ((body?.activities as Json[]) ?? []).some((each) => (each.name ?? each.type) === name),
      )?.body;
    for (const [name, file] of [
      ['start', 'http-start-request.json'],
      ['message', 'http-message-request.json'],
      ['DTMF', 'http-dtmf-request.json'],
      ['noUserInput', 'http-no-user-input-request.json'],
      ['transferStatus', 'http-transfer-status-failed-request.json'],
      ['speechHypothesis', 'http-speech-hypothesis-request.json'],
      ['voiceDetected', 'http-voice-detected-request.json'],
      ['playFinished', 'http-play-finished-request.json'],
      ['speakerVerificationSpeakerStatus', 'http-speaker-status-request.json'],
    ] as const) {
      expect({ [name]: shape(bodyOf(name)) }).toEqual({ [name]: shape(fixture(file)) });
    }
    const creation = peer.requests.find(({ method }) => method === 'POST')?.body;
    const extended = fixture('http-create-request-extended.json');
    expect(shape({ ...creation, capabilities: ['websocket'] })).toEqual(shape(extended));
    expect(shape(peer.ends()[0])).toEqual(shape(fixture('http-disconnect-request.json')));
  });

  test('WebSocket', async () => {
    const peer = await sayEverything('ws');
    const frameOf = (type: string) => peer.frames.find((frame) => frame.type === type);
    const activityOf = (name: string) =>
      peer.frames.find(({ activities }) =>
        ((activities as Json[]) ?? []).some((each) => (each.name ?? each.type) === name),
      );
    const withoutExtras = (frame: Json | undefined) => {
      const text = JSON.stringify(frame, (key, value: unknown) =>
        key === 'recognitionOutput' || key === 'callerDisplayName' ? undefined : value,
      );
      return JSON.parse(text) as Json;
    };
    const formats = (frame: Json | undefined) => ({ ...frame, supportedMediaFormats: ['x', 'y'] });
    expect(shape(frameOf('connection.validate'))).toEqual(shape(fixture('ws-connection-validate.json')));
    expect(shape(formats(frameOf('session.initiate')))).toEqual(
      shape(fixture('ws-session-initiate-text.json')),
    );
    expect(shape(frameOf('session.end'))).toEqual(shape(fixture('ws-session-end.json')));
    for (const [name, file] of [
      ['start', 'ws-activities-start.json'],
      ['message', 'ws-activities-message.json'],
      ['DTMF', 'ws-activities-dtmf.json'],
      ['playFinished', 'ws-activities-play-finished.json'],
    ] as const) {
      expect({ [name]: shape(withoutExtras(activityOf(name))) }).toEqual({ [name]: shape(fixture(file)) });
    }
  });
});
