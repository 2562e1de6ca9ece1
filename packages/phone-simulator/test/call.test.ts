import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CallOptions, PacedClock, SimulatedCall, SimulatorError } from '../src';
import { type Agent, type Peer, receptionist, speak, startPeer } from './peer';

const EVENT_TYPES = [
  'session_start',
  'user_speech_started',
  'user_speak',
  'dtmf_received',
  'assistant_speak',
  'assistant_speech_ended',
  'user_input_timeout',
  'sms_failed',
  'session_end',
];
const TRANSPORTS = ['websocket', 'http'] as const;
const peers: Peer[] = [];

afterEach(async () => {
  await Promise.all(peers.splice(0).map((peer) => peer.close()));
});

async function ring(agent: Agent, options: Partial<CallOptions> = {}, token?: string) {
  const peer = await startPeer(agent, { token });
  peers.push(peer);
  const url = peer.url(options.transport ?? 'websocket');
  const call = new SimulatedCall({ clock: new PacedClock(40), lingerMs: 30, settleMs: 80, ...options, url });
  return { peer, call };
}

const heardBy = (call: SimulatedCall) => call.log.of('heard').map(({ utterance }) => utterance.heardText);
const rulesOf = (call: SimulatedCall) => call.violations.map((violation) => violation.rule);

describe.each(TRANSPORTS)('a call over %s', (transport) => {
  test('greeting, question, answer, goodbye: the agent hangs up', async () => {
    const { peer, call } = await ring(receptionist, { transport });
    await call.start();
    await call.says('Hallo');
    await call.says('Tschüss');
    const ended = await call.ended;
    await call.closed();
    expect(ended.by).toBe('agent');
    expect(heardBy(call)).toEqual(['Praxis Sommer, guten Tag.', 'Sie sagten: Hallo', 'Auf Wiederhören!']);
    expect(call.violations).toEqual([]);
    const turn = ['assistant_speak', 'assistant_speech_ended'];
    const started = transport === 'websocket' ? ['user_speech_started'] : [];
    const speak = [...started, 'user_speak', ...turn];
    expect(peer.types()).toEqual(['session_start', ...turn, ...speak, ...speak, 'session_end']);
  });

  test('the caller hangs up in mid-sentence: nothing follows session_end', async () => {
    const { peer, call } = await ring(receptionist, { transport });
    await call.start();
    await call.until(() => call.agentIsSpeaking);
    await call.hangUp();
    await call.hangUp();
    expect(call.state).toBe('over');
    expect(peer.types().at(-1)).toBe('session_end');
    expect(call.log.of('heard')[0]?.utterance.cutBy).toBe('call_end');
    await expect(call.says('Hallo?')).rejects.toThrow('the call is over');
    await expect(call.presses('1')).rejects.toThrow('the call is over');
    expect(call.violations).toEqual([]);
  });

  test('an interruption stops playback and is marked', async () => {
    const { peer, call } = await ring(receptionist, { transport });
    await call.start();
    await call.says('eine lange Auskunft');
    expect(await call.interrupts('Moment bitte', { afterMs: 800 })).toBe(true);
    await call.agentFinished();
    await call.hangUp();
    const cut = call.log.of('heard')[1]?.utterance;
    expect(cut?.cutBy).toBe('caller');
    expect(cut?.text.startsWith(cut.heardText as string)).toBe(true);
    expect(cut?.heardMs).toBeGreaterThan(800);
    expect(cut?.heardMs).toBeLessThan(cut?.durationMs as number);
    const said = peer.events.filter((event) => event.type === 'user_speak');
    expect(said.map((event) => event.barged_in)).toEqual([false, true]);
    expect(heardBy(call).at(-1)).toBe('Sie sagten: Moment bitte');
  });

  test('keys come one by one and do not stop playback; barge_in does', async () => {
    const { peer, call } = await ring(receptionist, { transport });
    await call.start();
    await call.until(() => call.agentIsSpeaking);
    await call.presses('12');
    expect(call.agentIsSpeaking).toBe(true);
    await call.presses('#');
    await call.until(() => heardBy(call).includes('Danke für die Eingabe.'), 20_000);
    await call.hangUp();
    expect(peer.events.flatMap((event) => event.digit ?? [])).toEqual(['1', '2', '#']);
    expect(call.log.of('heard')[0]?.utterance.cutBy).toBe('barge_in');
    await expect(call.presses('x')).rejects.toThrow('no key "x"');
  });

  test('silence after a question with a timeout: user_input_timeout, once', async () => {
    const { peer, call } = await ring(receptionist, { transport });
    await call.start();
    await call.says('Kundennummer');
    await call.agentFinished();
    await call.silence(3500);
    await call.agentFinished();
    await call.hangUp();
    expect(peer.types().filter((type) => type === 'user_input_timeout')).toHaveLength(1);
    expect(heardBy(call).at(-1)).toBe('Sind Sie noch da?');
  });

  test('a transfer that nobody takes comes back with a second session_start', async () => {
    const { peer, call } = await ring(receptionist, { transport, transfer: 'no_answer' });
    await call.start();
    await call.says('zur Anmeldung bitte');
    await call.until(() => heardBy(call).length === 2, 60_000);
    await call.hangUp();
    expect(heardBy(call)).toEqual(['Praxis Sommer, guten Tag.', 'Da ist leider niemand.']);
    const starts = peer.events.filter((event) => event.type === 'session_start');
    expect(starts).toHaveLength(2);
    expect(starts[1]).toEqual(starts[0]);
    const [rings, comesBack] = [call.log.of('transfer')[0], call.log.of('transfer_result')[0]];
    expect((comesBack?.atMs as number) - (rings?.atMs as number)).toBeGreaterThanOrEqual(19_900);
    expect(call.violations).toEqual([]);
  });

  test.each(['busy', 'declined'] as const)('%s without timeout ends the call', async (transfer) => {
    const { peer, call } = await ring(receptionist, { transport, transfer });
    await call.start();
    await call.says('ein Notfall');
    expect((await call.ended).by).toBe('network');
    await call.closed();
    expect(peer.types().at(-1)).toBe('session_end');
  });

  test('a transfer that is answered ends the conversation without another event', async () => {
    const { peer, call } = await ring(receptionist, { transport, transfer: ['busy', 'answered'] });
    await call.start();
    await call.says('zur Anmeldung bitte');
    await call.until(() => call.log.of('transfer_result').length === 1);
    await call.says('dann die Anmeldung noch einmal');
    expect(await call.ended).toMatchObject({ by: 'transfer', reason: 'connected to 4921163551' });
    await call.closed();
    expect(peer.types().at(-1)).not.toBe('session_end');
    expect(call.log.of('transfer_result').map((entry) => entry.outcome)).toEqual(['busy', 'answered']);
  });

  test('an SMS that fails is told to the agent', async () => {
    const { peer, call } = await ring(receptionist, { transport, sms: 'failed' });
    await call.start();
    await call.says('eine SMS bitte');
    await call.until(() => heardBy(call).includes('Die Nachricht ging nicht hinaus.'), 20_000);
    await call.hangUp();
    expect(call.log.of('sms')[0]).toMatchObject({
      phoneNumber: '4915790000001',
      message: 'Termin: Dienstag',
    });
    expect(peer.events.find((event) => event.type === 'sms_failed')?.reason).toEqual(expect.any(String));
  });

  test('the secret is sent; a wrong one is refused with advice', async () => {
    const good = await ring(receptionist, { transport, token: 'geheim' }, 'geheim');
    await good.call.start();
    await good.call.hangUp();
    expect(good.peer.requests[0]?.headers['x-api-token']).toBe('geheim');
    expect(good.call.violations).toEqual([]);

    const bad = await ring(receptionist, { transport }, 'geheim');
    if (transport === 'websocket') {
      await expect(bad.call.start()).rejects.toMatchObject({ code: 'SIM_UNAUTHORIZED' });
    } else {
      await bad.call.start();
      expect((await bad.call.ended).reason).toContain('401');
      expect(bad.call.violations[0]?.sentence).toContain('--token');
    }
  });

  test('nobody there', async () => {
    const { peer, call } = await ring(receptionist, { transport });
    await peer.close();
    const error = await call.start().catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(SimulatorError);
    expect(error).toMatchObject({ code: 'SIM_REFUSED', advice: expect.stringContaining('npm start') });
    expect(call.state).toBe('over');
    peers.length = 0;
  });

  test('numbers, direction and the session of each event', async () => {
    const { peer, call } = await ring(receptionist, {
      transport,
      from: '',
      to: '492115',
      direction: 'outbound',
    });
    await call.start();
    await call.agentFinished();
    await call.hangUp();
    expect(peer.events[0]?.session).toEqual({
      id: call.sessionId,
      account_id: '1234567',
      phone_number: '492115',
      direction: 'outbound',
      from_phone_number: '',
      to_phone_number: '492115',
    });
    expect(Object.keys(peer.events.at(-1)?.session ?? {})).toEqual(['id', 'account_id', 'phone_number']);
  });

  test('the agent says goodbye and hangs up in one breath: the goodbye is cut (open question 1)', async () => {
    const { call } = await ring(({ event }) =>
      event.type === 'session_start'
        ? [speak('Auf Wiederhören und vielen Dank!'), { type: 'hangup' }]
        : undefined,
    );
    await call.start();
    await call.ended;
    await call.closed();
    expect(call.log.of('heard')[0]?.utterance).toMatchObject({ cutBy: 'hangup' });
    expect(call.violations).toEqual([]);
  });

  test.each([
    ['after.hangup', [{ type: 'hangup' }, speak('noch was')]],
    [
      'after.transfer',
      [
        { type: 'transfer', target_phone_number: '4921163551', caller_id_name: 'P', caller_id_number: '492' },
        speak('noch was'),
      ],
    ],
    ['speak.text', speak('')],
    ['array.length', [speak('allein')]],
    ['action.type', { success: true }],
  ])('violation %s', async (rule, reply) => {
    const { call } = await ring(({ event }) => (event.type === 'session_start' ? reply : undefined), {
      transport,
    });
    await call.start();
    await call.until(() => call.violations.length > 0, 2000);
    await call.hangUp();
    expect(rulesOf(call)).toEqual([rule]);
  });
});

describe('WebSocket only', () => {
  test('actions are pushed at any time and played in order', async () => {
    const { call } = await ring(async ({ event, push }) => {
      if (event.type !== 'user_speak') return undefined;
      push(speak('Einen Moment.'));
      await new Promise((resolve) => setTimeout(resolve, 20));
      push(speak('Hier ist die Antwort.'));
      return undefined;
    });
    await call.start();
    await call.says('Frage', { politely: false });
    await call.until(() => heardBy(call).length === 2, 10_000);
    await call.hangUp();
    expect(heardBy(call)).toEqual(['Einen Moment.', 'Hier ist die Antwort.']);
  });

  test.each([
    ['websocket.json', 'kein JSON'],
    ['action.type', '{"type":"connected"}'],
    ['action.type', '{"error":"oops"}'],
    ['action.shape', 'null'],
  ])('violation %s: %s', async (rule, frame) => {
    const { call } = await ring(({ event, socket }) => {
      if (event.type === 'session_start') socket?.send(frame);
      return undefined;
    });
    await call.start();
    await call.until(() => call.violations.length > 0, 2000);
    await call.hangUp();
    expect(rulesOf(call)).toEqual([rule]);
  });

  test('a binary frame is read, and a violation', async () => {
    const { call } = await ring(({ event, socket, sessionId }) => {
      const action = JSON.stringify({ ...speak('Hallo'), session_id: sessionId });
      if (event.type === 'session_start') socket?.send(Buffer.from(action));
      return undefined;
    });
    await call.start();
    await call.until(() => heardBy(call).length === 1, 5000);
    await call.hangUp();
    expect(rulesOf(call)).toEqual(['websocket.binary']);
  });

  test('an answer to session_end is a violation, also a late one; a frame on its way is none', async () => {
    const late = await ring(async ({ event }) => {
      if (event.type !== 'session_end') return undefined;
      await new Promise((resolve) => setTimeout(resolve, 50));
      return speak('zu spät');
    });
    await late.call.start();
    await late.call.hangUp();
    expect(rulesOf(late.call)).toEqual(['after.session_end']);

    const crossing = await ring(({ event, push }) => {
      if (event.type === 'session_start') for (let i = 0; i < 200; i++) push(speak(`Satz ${i}`));
      return undefined;
    });
    await crossing.call.start();
    await crossing.call.hangUp();
    expect(crossing.call.violations).toEqual([]);
  });

  test('an agent that drops the socket in mid-call', async () => {
    const { call } = await ring(({ event, socket }) => {
      if (event.type === 'user_speak') socket?.close();
      return undefined;
    });
    await call.start();
    await call.says('Hallo', { politely: false });
    expect((await call.ended).by).toBe('network');
    expect(rulesOf(call)).toEqual(['websocket.lost']);
  });

  test('noise: user_speech_started alone, at most once until a user_speak', async () => {
    const { peer, call } = await ring(receptionist);
    await call.start();
    await call.agentFinished();
    await call.makesNoise(300);
    await call.makesNoise(300);
    await call.says('Hallo');
    await call.hangUp();
    expect(peer.types().filter((type) => type.startsWith('user_'))).toEqual([
      'user_speech_started',
      'user_speak',
    ]);
  });

  test.each([
    ['delivered', true],
    ['dropped', false],
  ] as const)('words over protected speech are %s', async (protectedSpeech, delivered) => {
    const agent: Agent = ({ event }) =>
      event.type === 'session_start'
        ? speak('Dieser Hinweis ist ungestört anzuhören.', { barge_in: { strategy: 'none' } })
        : undefined;
    const { peer, call } = await ring(agent, { protectedSpeech });
    await call.start();
    expect(await call.interrupts('Moment mal', { afterMs: 100 })).toBe(false);
    await call.agentFinished();
    await call.hangUp();
    expect(call.log.of('heard')[0]?.utterance.cutBy).toBeUndefined();
    const said = peer.events.find((event) => event.type === 'user_speak');
    expect(said?.barged_in).toBe(delivered ? false : undefined);
  });

  test('words over protected speech can be delivered after it', async () => {
    const agent: Agent = ({ event }) =>
      event.type === 'session_start'
        ? speak('Hinweis. '.repeat(8), { barge_in: { strategy: 'manual' } })
        : undefined;
    const { peer, call } = await ring(agent, { protectedSpeech: 'after_playback' });
    await call.start();
    await call.interrupts('Moment mal', { afterMs: 100 });
    await call.until(() => call.log.of('understood').length > 0, 20_000);
    await call.silence(10);
    await call.hangUp();
    const types = peer.types();
    expect(types.indexOf('user_speak')).toBeGreaterThan(types.indexOf('assistant_speech_ended'));
  });
});

describe('HTTP only', () => {
  const answering = (
    write: (response: NonNullable<Parameters<Agent>[0]['response']>) => void,
    at = 'user_speak',
  ) =>
    ring(
      ({ event, response }) => {
        if (event.type === at && response) write(response);
        return undefined;
      },
      { transport: 'http', webhookTimeoutMs: 200 },
    );
  const json = { 'Content-Type': 'application/json' };

  test.each<[string, Parameters<typeof answering>[0]]>([
    ['http.body', (response) => response.writeHead(200, json).end()],
    ['http.json', (response) => response.writeHead(200, json).end('Hallo')],
    ['http.status', (response) => response.writeHead(500, json).end('{"error":"x"}')],
    ['http.status', (response) => response.writeHead(404).end()],
    ['http.status', (response) => response.writeHead(302, { Location: '/' }).end()],
    ['http.connection', (response) => response.destroy()],
    ['array.length', (response) => response.writeHead(200, json).end('[]')],
    ['action.type', (response) => response.writeHead(200, json).end('{}')],
    ['action.type', (response) => response.writeHead(200, json).end('{"success":true}')],
  ])('violation %s (case %#)', async (rule, write) => {
    const { call } = await answering(write);
    await call.start();
    await call.says('Hallo', { politely: false });
    await call.until(() => call.violations.length > 0, 2000);
    await call.hangUp();
    expect(rulesOf(call)).toEqual([rule]);
  });

  test('an action of the wrong content type is run, and a violation', async () => {
    const { peer, call } = await answering((response) => {
      const session_id = peer.events[0]?.session.id;
      response.end(JSON.stringify({ ...speak('Hallo'), session_id }));
    });
    await call.start();
    await call.says('Hallo', { politely: false });
    await call.until(() => heardBy(call).length === 1, 5000);
    await call.hangUp();
    expect(rulesOf(call)).toEqual(['http.content_type']);
  });

  test.each([200, 500])('session_end is answered 204, not %i', async (status) => {
    const { call } = await answering((response) => response.writeHead(status, json).end('{}'), 'session_end');
    await call.start();
    await call.hangUp();
    expect(rulesOf(call)).toEqual(['http.session_end']);
  });

  test('the webhook timeout: the answer is lost', async () => {
    const { call } = await ring(
      async ({ event }) => {
        if (event.type !== 'user_speak') return undefined;
        await new Promise((resolve) => setTimeout(resolve, 300));
        return speak('zu spät');
      },
      { transport: 'http', webhookTimeoutMs: 100 },
    );
    await call.start();
    await call.says('Hallo', { politely: false });
    await call.until(() => call.violations.length > 0, 3000);
    await call.hangUp();
    expect(rulesOf(call)).toEqual(['http.timeout']);
    expect(heardBy(call)).toEqual([]);
  });

  test('events overlap: a slow answer does not hold up the next event (spec 3.4)', async () => {
    const { peer, call } = await ring(
      async ({ event }) => {
        if (event.text !== 'eins') return undefined;
        await new Promise((resolve) => setTimeout(resolve, 150));
        return speak('Antwort auf eins');
      },
      { transport: 'http' },
    );
    await call.start();
    await call.says('eins', { politely: false });
    await call.says('zwei', { politely: false });
    await call.until(() => peer.events.some((event) => event.text === 'zwei'), 1000);
    await call.agentFinished();
    await call.hangUp();
    expect(heardBy(call)).toEqual(['Antwort auf eins']);
    const responses = call.log.of('response');
    expect(Math.max(...responses.map((entry) => entry.elapsedMs))).toBeGreaterThanOrEqual(140);
    expect(call.violations).toEqual([]);
  });
});

test('every event has the shape of its fixture', async () => {
  const { peer, call } = await ring(receptionist, { sms: 'failed', transfer: 'busy' });
  await call.start();
  await call.presses('1');
  await call.says('eine SMS');
  await call.until(() => peer.types().includes('sms_failed'), 5000);
  await call.says('Kundennummer');
  await call.agentFinished();
  await call.silence(3000);
  await call.hangUp();
  const shape = (event: object) =>
    Object.fromEntries(
      Object.entries(event).map(([key, value]) => [
        key,
        key === 'session' ? Object.keys(value).sort() : typeof value,
      ]),
    );
  const seen = new Map(peer.events.map((event) => [event.type, event]));
  expect([...seen.keys()].sort()).toEqual([...EVENT_TYPES].sort());
  for (const [type, event] of seen) {
    const fixture = readFileSync(join(__dirname, 'fixtures/sipgate', `${type}.json`), 'utf8');
    expect(shape(event)).toEqual(shape(JSON.parse(fixture) as object));
  }
});

describe('what the caller would complain about', () => {
  test('time to the first sound and the longest silence', async () => {
    const { call } = await ring(async ({ event }) => {
      if (event.type === 'session_start') return speak('Hallo.');
      if (event.type !== 'user_speak') return undefined;
      await new Promise((resolve) => setTimeout(resolve, 400));
      return speak('Da bin ich wieder.');
    });
    await call.start();
    await call.says('Sind Sie da?');
    await call.until(() => heardBy(call).length === 2, 10_000);
    await call.hangUp();
    const { firstSoundMs, longestFirstSoundMs, longestSilenceMs, longestSilenceAtMs } = call.measures;
    expect(firstSoundMs).toHaveLength(2);
    // 500 ms until sipgate knows that the caller has finished, and 400 ms of the agent, at its own pace.
    expect(longestFirstSoundMs).toBeGreaterThan(850);
    expect(longestFirstSoundMs).toBeLessThan(2500);
    expect(longestSilenceMs).toBeGreaterThanOrEqual(longestFirstSoundMs);
    expect(longestSilenceAtMs).toBeGreaterThan(0);
  });

  test('an answer that never came is measured, too', async () => {
    const { call } = await ring(() => undefined);
    await call.start();
    await call.silence(300);
    await call.hangUp();
    expect(call.measures.firstSoundMs).toEqual([]);
    expect(call.measures.longestFirstSoundMs).toBeGreaterThanOrEqual(290);
    expect(call.measures.longestSilenceMs).toBeGreaterThanOrEqual(290);
  });
});

test('without assistant_speak, once per queue, and the end of turn the agent asked for', async () => {
  const agent: Agent = ({ event }) =>
    event.type === 'session_start'
      ? [speak('Eins.'), speak('Zwei.', { vad: { end_of_turn_silence_ms: 2000 } })]
      : undefined;
  const { peer, call } = await ring(agent, { assistantSpeak: false, speechEnded: 'per_queue' });
  await call.start();
  await call.says('Ja');
  await call.hangUp();
  expect(peer.types().filter((type) => type.startsWith('assistant'))).toEqual(['assistant_speech_ended']);
  const [says] = call.log.of('says');
  const [understood] = call.log.of('understood');
  expect((understood?.atMs as number) - (says?.atMs as number)).toBeGreaterThanOrEqual(2000);
});
