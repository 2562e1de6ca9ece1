import { type CallOptions, PacedClock, SimulatedCall, TtsCache, type Wire } from '../src';
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
  transferTo,
} from './audiocodes-peer';

const WIRES = ['http', 'http+ws', 'ws'] as const;
const peers: BotPeer[] = [];
afterEach(async () => {
  await Promise.all(peers.splice(0).map((peer) => peer.close()));
});

async function ring(bot: Bot, options: Partial<CallOptions> = {}, peerOptions: BotOptions = {}) {
  const wire: Wire = options.wire ?? 'http';
  const peer = await startBot(bot, { websocket: wire === 'http+ws', ...peerOptions });
  peers.push(peer);
  const call = new SimulatedCall({
    clock: new PacedClock(40),
    settleMs: 80,
    answerMs: 400,
    lingerMs: 30,
    ...options,
    network: 'audiocodes',
    wire,
    url: wire === 'ws' ? peer.wsUrl : peer.httpUrl,
  });
  return { peer, call };
}

/** A bot that says these things at the start, and answers what it hears with "Ja." */
const opening =
  (...first: Json[]): Bot =>
  ({ activity }) => {
    if (activity.name === 'start') return first;
    return activity.type === 'message' ? message('Ja.') : undefined;
  };

const heardBy = (call: SimulatedCall) => call.log.of('heard').map(({ utterance }) => utterance.heardText);
const rulesOf = (call: SimulatedCall) => call.violations.map((violation) => violation.rule);
const texts = (peer: BotPeer) =>
  peer.activities.filter(({ type }) => type === 'message').map(({ text }) => text);
const values = (peer: BotPeer, name: string) =>
  peer.activities.filter((each) => each.name === name).map(({ value }) => value);
const long = 'Das ist eine recht lange Auskunft, die man gern unterbricht.';

describe.each(WIRES)('a call over %s', (wire) => {
  test('greeting, question, answer, goodbye: the agent hangs up', async () => {
    const { peer, call } = await ring(receptionBot, { wire });
    await call.start();
    await call.says('Hallo');
    await call.says('Tschüss');
    const ended = await call.ended;
    await call.closed();
    expect(call.violations).toEqual([]);
    expect(ended.by).toBe('agent');
    expect(heardBy(call)).toEqual(['Praxis Sommer, guten Tag.', 'Sie sagten: Hallo', 'Auf Wiederhören!']);
    const turn = ['message', 'playFinished'];
    expect(peer.names()).toEqual(['start', 'playFinished', ...turn, ...turn]);
    expect(peer.ends()).toEqual([expect.objectContaining({ reasonCode: 'bot-disconnected' })]);
  });

  test('the caller hangs up in mid-sentence: the bot is told, and nothing follows', async () => {
    const { peer, call } = await ring(receptionBot, { wire });
    await call.start();
    await call.until(() => call.agentIsSpeaking);
    await call.hangUp();
    await call.hangUp();
    expect(call.state).toBe('over');
    expect(call.log.of('heard')[0]?.utterance.cutBy).toBe('call_end');
    await expect(call.says('Hallo?')).rejects.toThrow('the call is over');
    expect(peer.names()).toEqual(['start']);
    const [end] = peer.ends();
    expect(end).toMatchObject({ reasonCode: 'client-disconnected', reason: 'Client Side' });
    expect(call.violations).toEqual([]);
  });

  test('an interruption stops the prompt and purges those behind it', async () => {
    const bot = opening(
      config({ bargeIn: true, sendEventsToBot: ['playFinished'] }),
      message(long),
      message('Noch etwas.'),
    );
    const { peer, call } = await ring(bot, { wire });
    await call.start();
    expect(await call.interrupts('Moment bitte', { afterMs: 800 })).toBe(true);
    await call.agentFinished();
    await call.hangUp();
    const [cut] = call.log.of('heard');
    expect(cut?.utterance.cutBy).toBe('caller');
    expect(heardBy(call)).toEqual([cut?.utterance.heardText, 'Ja.']);
    expect(texts(peer)).toEqual(['Moment bitte']);
    expect(values(peer, 'playFinished')).toEqual([
      { playedDurationMS: expect.any(Number), status: 'interrupted' },
      { playedDurationMS: expect.any(Number), status: 'finished' },
    ]);
    expect(call.violations).toEqual([]);
  });

  test('a transfer that nobody takes gives control back', async () => {
    const { peer, call } = await ring(receptionBot, { wire, transfer: ['no_answer', 'answered'] });
    await call.start();
    await call.says('zur Anmeldung bitte');
    await call.until(() => heardBy(call).includes('Da ist leider niemand.'), 60_000);
    await call.says('dann die Anmeldung noch einmal');
    expect(await call.ended).toMatchObject({ by: 'transfer', reason: 'connected to +4921163551' });
    await call.closed();
    expect(values(peer, 'transferStatus')).toEqual([
      { status: 'failed', reasonCode: 'no-answer', reason: expect.stringContaining('408') },
      { status: 'answered' },
    ]);
    expect(peer.ends()).toEqual([expect.objectContaining({ reasonCode: 'transferred' })]);
    expect(heardBy(call).filter((text) => text === 'Ich verbinde Sie.')).toHaveLength(2);
    expect(call.violations).toEqual([]);
  });

  test('the secret is sent; a wrong one is refused with advice', async () => {
    const good = await ring(receptionBot, { wire, token: 'geheim' }, { token: 'geheim' });
    await good.call.start();
    await good.call.hangUp();
    expect(new Set(good.peer.requests.map(({ headers }) => headers.authorization))).toEqual(
      new Set(['Bearer geheim']),
    );
    expect(good.call.violations).toEqual([]);

    const bad = await ring(receptionBot, { wire }, { token: 'geheim' });
    await expect(bad.call.start()).rejects.toMatchObject({ code: 'SIM_UNAUTHORIZED' });
    expect(bad.call.state).toBe('over');
  });

  test('nobody there', async () => {
    const { peer, call } = await ring(receptionBot, { wire });
    await peer.close();
    peers.length = 0;
    await expect(call.start()).rejects.toMatchObject({ code: 'SIM_REFUSED' });
  });

  test('who calls whom', async () => {
    const { peer, call } = await ring(receptionBot, {
      wire,
      from: '',
      to: '4921163550',
      language: 'de-DE',
      audiocodes: { startParameters: { 'X-Customer-Id': '0042' } },
    });
    await call.start();
    await call.hangUp();
    expect(peer.activities[0]).toMatchObject({
      name: 'start',
      language: 'de-DE',
      parameters: {
        vaigConversationId: call.sessionId,
        caller: 'anonymous',
        callee: '+4921163550',
        locale: 'de-DE',
        'X-Customer-Id': '0042',
      },
    });
  });

  test('an outbound call: the user is the callee', async () => {
    const { peer, call } = await ring(receptionBot, {
      wire,
      direction: 'outbound',
      from: '4921163550',
      to: '4915790000001',
      audiocodes: { dialout: { target: 'tel:+4915790000001', metadata: { name: 'Alice' }, announce: false } },
    });
    await call.start();
    await call.agentFinished();
    await call.hangUp();
    expect(peer.activities[0]?.parameters).toMatchObject({
      caller: '+4921163550',
      callee: '+4915790000001',
      outboundTarget: 'tel:+4915790000001',
      dialoutMetadata: { name: 'Alice' },
    });
  });

  test.each<[string, Json[]]>([
    ['after.hangup', [event('hangup'), message('noch was')]],
    ['after.transfer', [transferTo('tel:+4921163551'), message('noch was')]],
    ['message.text', [{ type: 'message' }]],
    ['activity.text', [message(' ')]],
    ['event.name', [event('sing')]],
    ['params.bargeIn', [config({ bargeIn: 'yes' })]],
    ['activity.from', [message('Hallo', { from: 'x' })]],
  ])('violation %s', async (rule, reply) => {
    const { call } = await ring(opening(...reply), { wire });
    await call.start();
    await call.until(() => call.violations.length > 0, 2000);
    await call.hangUp();
    expect(rulesOf(call)).toEqual([rule]);
  });
});

describe('before anybody has answered', () => {
  test('the call rings until the first prompt; a config alone answers nothing', async () => {
    const bot: Bot = async ({ activity }) => {
      if (activity.name !== 'start') return undefined;
      return config({ bargeIn: true });
    };
    const { peer, call } = await ring(bot, { audiocodes: { ringMs: 500 } });
    await call.start();
    expect(call.state).toBe('ringing');
    expect(await call.ended).toMatchObject({ by: 'caller', reason: 'nobody answered the call' });
    await call.closed();
    expect(call.log.of('connected')).toEqual([]);
    expect(peer.ends()).toHaveLength(1);
  });

  test('the administrator may answer at once, greet, send a first message, or send no start', async () => {
    const { peer, call } = await ring(
      ({ activity }) => (activity.type === 'message' ? message('Ja.') : undefined),
      {
        audiocodes: {
          config: { connectOnPrompt: false },
          welcome: 'Willkommen.',
          sendStart: false,
          firstMessage: 'hello',
        },
      },
    );
    await call.start();
    await call.agentFinished();
    await call.hangUp();
    expect(peer.names()).toEqual(['message']);
    expect(heardBy(call)).toEqual(['Willkommen.', 'Ja.']);
  });
});

describe('what is understood', () => {
  test('without barge-in, words over a prompt are lost', async () => {
    const { peer, call } = await ring(opening(message(long)));
    await call.start();
    expect(await call.interrupts('Moment', { afterMs: 300 })).toBe(false);
    await call.agentFinished();
    await call.says('Hallo?');
    await call.hangUp();
    expect(call.log.of('understood').map(({ delivered }) => delivered)).toEqual([false, true]);
    expect(call.log.of('heard')[0]?.utterance.cutBy).toBeUndefined();
    expect(texts(peer)).toEqual(['Hallo?']);
  });

  test('... but their end is understood when the prompt is over', async () => {
    const { peer, call } = await ring(opening(message('Guten Tag.')));
    await call.start();
    await call.until(() => call.agentIsSpeaking);
    await call.says('Ich hätte gern einen Termin am Dienstag um neun', { politely: false });
    await call.agentFinished();
    await call.hangUp();
    const [text] = texts(peer);
    expect('Ich hätte gern einen Termin am Dienstag um neun'.endsWith(text as string)).toBe(true);
    expect((text as string).split(' ').length).toBeLessThan(9);
  });

  test('barge-in needs as many words as were asked for', async () => {
    const bot = opening(config({ bargeIn: true, bargeInMinWordCount: 3 }), message(long));
    const { call } = await ring(bot);
    await call.start();
    expect(await call.interrupts('Moment bitte', { afterMs: 200 })).toBe(false);
    await call.agentFinished();
    await call.hangUp();
    const again = await ring(bot);
    await again.call.start();
    expect(await again.call.interrupts('Moment bitte mal', { afterMs: 200 })).toBe(true);
    await again.call.hangUp();
  });

  test('one prompt may protect itself in a session with barge-in', async () => {
    const protect = { activityParams: { bargeIn: false } };
    const { call } = await ring(opening(config({ bargeIn: true }), message(long, protect)));
    await call.start();
    expect(await call.interrupts('Moment bitte', { afterMs: 200 })).toBe(false);
    await call.hangUp();
  });

  test('a bot that stays silent is not listened for until recognition resumes', async () => {
    const params = { resumeRecognitionTimeoutMS: 3000, resumeRecognitionSpeech: 'Ja bitte?' };
    const { peer, call } = await ring(({ activity }) => {
      if (activity.name === 'start') return [config(params), message('Hallo.')];
      return activity.text === 'zwei' ? message('Ja.') : undefined;
    });
    await call.start();
    await call.says('eins');
    await call.says('verloren', { politely: false });
    await call.until(() => heardBy(call).includes('Ja bitte?'), 10_000);
    await call.says('zwei', { politely: false });
    await call.agentFinished();
    await call.hangUp();
    expect(texts(peer)).toEqual(['eins', 'zwei']);
  });

  test('continuous recognition joins utterances; a key ends it', async () => {
    const params = { continuousASR: true, continuousASRTimeoutInMS: 2000, continuousASRDigits: '#' };
    const { peer, call } = await ring(opening(config({ ...params, bargeIn: true }), message('Ja?')));
    await call.start();
    await call.says('eins');
    await call.says('zwei', { politely: false });
    await call.presses('#');
    await call.agentFinished();
    await call.says('drei');
    await call.silence(2500, { hurried: true });
    await call.agentFinished();
    await call.hangUp();
    expect(texts(peer)).toEqual(['eins zwei', 'drei']);
  });

  test('hypotheses and voice activity, where they are wanted', async () => {
    const wanted = ['speechHypothesis', 'voiceDetected', 'silenceDetected'];
    const bot = opening(config({ sendEventsToBot: wanted }), message('Ja?'));
    const { peer, call } = await ring(bot, { audiocodes: { config: { enableSpeechDetectionEvent: true } } });
    await call.start();
    await call.says('Ich möchte gern wissen wann Sie geöffnet haben');
    await call.silence(1500, { hurried: true });
    await call.hangUp();
    const names = peer.names();
    expect(names.indexOf('voiceDetected')).toBeLessThan(names.indexOf('speechHypothesis'));
    expect(names).toContain('silenceDetected');
    const [first] = values(peer, 'speechHypothesis') as Json[];
    expect(first).toEqual({ text: expect.any(String), stability: 0.9, confidence: 0.42 });
    expect('ich möchte gern wissen wann sie geöffnet haben'.startsWith(first?.text as string)).toBe(true);
  });
});

describe('keys', () => {
  const keypad = (params: Json, ...more: Json[]) =>
    opening(config({ sendDTMF: true, ...params }), ...more, message('Bitte.'));
  const press = async (bot: Bot, keys: string, options: Partial<CallOptions> = {}) => {
    const { peer, call } = await ring(bot, options);
    await call.start();
    await call.agentFinished();
    await call.presses(keys);
    await call.silence(2500, { hurried: true });
    await call.hangUp();
    expect(call.violations).toEqual([]);
    return { peer, call };
  };

  test('off by default', async () => {
    const { peer, call } = await press(opening(message('Bitte.')), '1');
    expect(peer.names()).toEqual(['start']);
    expect(call.log.of('warning')[0]?.sentence).toContain('sendDTMF');
  });

  test('one event each, the next when the one before was acknowledged', async () => {
    let open = 0;
    let most = 0;
    const bot: Bot = async ({ activity }) => {
      if (activity.name === 'start') return [config({ sendDTMF: true }), message('Bitte.')];
      most = Math.max(most, ++open);
      await new Promise((resolve) => setTimeout(resolve, 60));
      open--;
      return undefined;
    };
    const { peer } = await press(bot, '12#');
    expect(values(peer, 'DTMF')).toEqual(['1', '2', '#']);
    expect(most).toBe(1);
  });

  test.each([
    ['the submit key', '407#', '407#', {}],
    ['as many as were asked for', '40712', '40712', {}],
    ['no further key in time', '40', '40', { dtmfCollectInterDigitTimeoutMS: 1000 }],
    ['another submit key', '1*', '1*', { dtmfCollectSubmitDigit: '*' }],
  ])('collected until %s', async (_name, keys, value, params) => {
    const { peer } = await press(keypad({ dtmfCollect: true, ...params }), keys);
    expect(values(peer, 'DTMF')).toEqual([value]);
  });

  test('as text', async () => {
    const { peer } = await press(keypad({ sendDTMFAsText: true }), '3');
    expect(texts(peer)).toEqual(['3']);
  });

  test.each([true, false])('over a prompt, with bargeInOnDTMF %s', async (bargeInOnDTMF) => {
    const { peer, call } = await ring(opening(config({ sendDTMF: true, bargeInOnDTMF }), message(long)));
    await call.start();
    await call.until(() => call.agentIsSpeaking);
    await call.presses('1');
    await call.agentFinished();
    await call.hangUp();
    expect(values(peer, 'DTMF')).toEqual(bargeInOnDTMF ? ['1'] : []);
    expect(call.log.of('heard')[0]?.utterance.cutBy).toBe(bargeInOnDTMF ? 'caller' : undefined);
  });
});

describe('silence', () => {
  test('noUserInput is counted, repeated as often as asked for, and starts anew after words', async () => {
    const params = { userNoInputTimeoutMS: 2000, userNoInputRetries: 1, sendEventsToBot: ['noUserInput'] };
    const { peer, call } = await ring(({ activity }) => {
      if (activity.name === 'start') return [config(params), message('Hallo.')];
      if (activity.name === 'noUserInput') return activity.value === 1 ? message('Noch da?') : undefined;
      return message('Gut.');
    });
    await call.start();
    await call.agentFinished();
    await call.silence(9000, { hurried: true });
    await call.says('Ja');
    await call.agentFinished();
    await call.silence(2500, { hurried: true });
    await call.hangUp();
    expect(values(peer, 'noUserInput')).toEqual([1, 2, 1]);
  });

  test('without the event the gateway asks by itself, then gives up', async () => {
    const params = {
      userNoInputTimeoutMS: 1500,
      userNoInputSpeech: 'Hallo?',
      userNoInputGiveUpTimeoutMS: 4000,
    };
    const { peer, call } = await ring(opening(config(params), message('Bitte.')));
    await call.start();
    await call.agentFinished();
    await call.silence(20_000, { hurried: true });
    expect(call.end).toMatchObject({ by: 'network' });
    await call.closed();
    expect(heardBy(call)).toEqual(['Bitte.', 'Hallo?']);
    expect(peer.ends()[0]).toMatchObject({ reasonCode: 'error' });
  });

  test('a slow bot is covered up, then given up', async () => {
    const params = {
      botNoInputTimeoutMS: 200,
      botNoInputRetries: 1,
      botNoInputSpeech: 'Moment.',
      botNoInputGiveUpTimeoutMS: 600,
    };
    const bot: Bot = async ({ activity }) => {
      if (activity.name === 'start') return [config(params), message('Hallo.')];
      await new Promise((resolve) => setTimeout(resolve, 2000));
      return undefined;
    };
    const { call } = await ring(bot);
    await call.start();
    await call.says('Frage');
    expect(await call.ended).toMatchObject({ by: 'network', reason: 'the bot played nothing for too long' });
    expect(call.log.of('hears').map(({ utterance }) => utterance.text)).toContain('Moment.');
  });

  test("expectAnotherBotMessage: the wait is the bot's, not the caller's", async () => {
    const more = { activityParams: { expectAnotherBotMessage: true } };
    const params = { userNoInputTimeoutMS: 100, sendEventsToBot: ['noUserInput'] };
    const { peer, call } = await ring(
      async ({ activity, push }) => {
        if (activity.name !== 'start') return undefined;
        push([config(params), message('Einen Moment.', more)]);
        await new Promise((resolve) => setTimeout(resolve, 400));
        push(message('Hier ist es.'));
        return undefined;
      },
      { wire: 'http+ws' },
    );
    await call.start();
    await call.until(() => heardBy(call).length === 2, 10_000);
    expect(values(peer, 'noUserInput')).toEqual([]);
    await call.hangUp();
    expect(call.violations).toEqual([]);
  });
});

describe('the prompt queue', () => {
  test('what was queued before a hang-up is played to its end', async () => {
    const bye = [
      message('Vielen Dank.'),
      message('Auf Wiederhören!'),
      event('hangup', { activityParams: { hangupReason: 'fertig' } }),
    ];
    const { peer, call } = await ring(opening(...bye));
    await call.start();
    await call.ended;
    await call.closed();
    expect(heardBy(call)).toEqual(['Vielen Dank.', 'Auf Wiederhören!']);
    expect(peer.ends()[0]).toMatchObject({ reasonCode: 'bot-disconnected', reason: 'fertig' });
  });

  test('a transfer lets prompts of its own array end and cuts earlier ones', async () => {
    const bot: Bot = ({ activity, push }) => {
      if (activity.name !== 'start') return undefined;
      push(message(long));
      setTimeout(() => push([message('Ich verbinde.'), transferTo('sip:+4921163551@pbx.example')]), 60);
      return undefined;
    };
    const { call } = await ring(bot, { wire: 'ws' });
    await call.start();
    expect(await call.ended).toMatchObject({ reason: 'connected to +4921163551' });
    expect(call.log.of('heard').map(({ utterance }) => utterance.cutBy)).toEqual(['transfer', undefined]);
    await call.closed();
    const kind = await ring(bot, { wire: 'ws', audiocodes: { transferCutsEarlier: false } });
    await kind.call.start();
    await kind.call.ended;
    expect(heardBy(kind.call)).toEqual([long, 'Ich verbinde.']);
  });

  test('without regaining control a failed transfer is the end', async () => {
    const { peer, call } = await ring(opening(message('Gut.'), transferTo('4921163551')), {
      transfer: 'busy',
      audiocodes: { regainControl: false },
    });
    await call.start();
    expect(await call.ended).toMatchObject({ by: 'network' });
    await call.closed();
    expect(values(peer, 'transferStatus')).toEqual([]);
    expect(peer.ends()[0]).toMatchObject({ reasonCode: 'error' });
  });

  test('abortPrompts stops and purges', async () => {
    const bot: Bot = ({ activity, push }) => {
      if (activity.name === 'start') push([message(long), message('Und noch etwas.')]);
      if (activity.name === 'start')
        setTimeout(() => push([event('abortPrompts'), message('Stattdessen dies.')]), 60);
      return undefined;
    };
    const { call } = await ring(bot, { wire: 'ws' });
    await call.start();
    await call.until(() => heardBy(call).includes('Stattdessen dies.'), 10_000);
    await call.hangUp();
    expect(call.log.of('heard').map(({ utterance }) => utterance.cutBy)).toEqual(['barge_in', undefined]);
  });

  test('a file is fetched and played; one that is not what it says ends the call', async () => {
    const wav = Buffer.alloc(44 + 32_000);
    wav.write('RIFF', 0, 'latin1');
    wav.write('WAVEfmt ', 8, 'latin1');
    wav.writeUInt32LE(16, 16);
    wav.writeUInt16LE(1, 20);
    wav.writeUInt16LE(1, 22);
    wav.writeUInt32LE(16_000, 24);
    wav.write('data', 36, 'latin1');
    wav.writeUInt32LE(32_000, 40);
    const play = (format: string) =>
      event('playUrl', {
        activityParams: {
          playUrlUrl: `data:audio/wav;base64,${wav.toString('base64')}`,
          playUrlMediaFormat: format,
          playUrlAltText: 'Jingle',
        },
      });
    const { call } = await ring(opening(message('Eins.'), play('wav/lpcm16'), message('Zwei.')));
    await call.start();
    await call.until(() => heardBy(call).length === 3, 10_000);
    await call.hangUp();
    expect(heardBy(call)).toEqual(['Eins.', 'Jingle', 'Zwei.']);
    expect(call.log.of('heard')[1]?.utterance.durationMs).toBe(1000);

    const bad = await ring(opening(message('Eins.'), play('wav/mulaw')));
    await bad.call.start();
    expect(await bad.call.ended).toMatchObject({ by: 'network' });
    expect(rulesOf(bad.call)).toEqual(['playUrl.playUrlUrl']);
  });

  test('synthesised speech is kept, unless the bot forbids it', async () => {
    const ttsCache = new TtsCache();
    const secret = message('Ihre PIN ist 7391.', { activityParams: { disableTtsCache: true } });
    const { call } = await ring(opening(message('Hallo.'), secret, message('Hallo.')), {
      audiocodes: { ttsCache },
    });
    await call.start();
    await call.until(() => heardBy(call).length === 3, 10_000);
    await call.hangUp();
    const how = call.log.of('heard').map(({ utterance }) => utterance.synthesis);
    expect(how).toEqual(['synthesised', 'not_cached', 'cached']);
    expect([...ttsCache.texts]).toEqual(['Hallo.']);
  });

  test('everything else that a bot can make a gateway do is noted', async () => {
    const done = [
      event('startCallRecording', { activityParams: { callRecordingId: 'r1' } }),
      event('pauseCallRecording'),
      event('resumeCallRecording'),
      event('stopCallRecording'),
      event('stopCallRecording'),
      event('sendMetaData', { value: { ticket: '4711' } }),
      event('sendDtmf', { activityParams: { dtmfDigits: '12*4#' } }),
      config({ backgroundPlayURL: 'https://bot.example.com/office.wav' }),
      config({ sendEventsToBot: ['speakerVerificationSpeakerStatus'] }),
      event('speakerVerificationGetSpeakerStatus', {
        sessionParams: { speakerVerificationSpeakerId: '1', speakerVerificationType: 'text-independent' },
      }),
      config({ unheardOf: 1 }),
      message('Fertig.'),
    ];
    const { peer, call } = await ring(opening(...done));
    await call.start();
    await call.agentFinished();
    await call.hangUp();
    expect(call.violations).toEqual([]);
    expect(call.log.of('done').map(({ what }) => what)).toEqual([
      'startCallRecording',
      'pauseCallRecording',
      'resumeCallRecording',
      'stopCallRecording',
      'sendMetaData',
      'sendDtmf',
      'speakerVerificationGetSpeakerStatus',
    ]);
    expect(call.log.of('background')).toHaveLength(1);
    expect(call.log.of('warning').map(({ sentence }) => sentence)).toEqual([
      'sessionParams: the parameter unheardOf is not known here, so nothing comes of it.',
      'stopCallRecording does nothing: the recording is off.',
    ]);
    expect(values(peer, 'speakerVerificationSpeakerStatus')).toEqual([{ enrolled: false }]);
  });
});
