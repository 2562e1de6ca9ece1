import { callOutput, hangUp, say, sendSms, transfer } from '@jovo-telephony/telephony';
import { VirtualClock } from '@jovo-telephony/telephony/testing';
import { activities } from '../src';
import type { Activity, Fields } from '../src/wire';
import { callsTo } from './support/calls';
import { json } from './support/fixtures';
import { type Conversation, gist } from './support/gateway';
import type { Handler } from './support/recording-app';

const call = callsTo();

const said = ({ json: body }: { json: Fields }) => gist(body);
const START = {
  type: 'event',
  name: 'start',
  parameters: { caller: '+12025550143', callee: '+12025550100' },
};

describe('a conversation from its creation to its end', () => {
  test('creation, start, words, refresh, disconnect', async () => {
    const { gateway, seen } = await call();
    const refresh = json<{ conversation: string }>('http-refresh-request.json');
    const asInTheExample = await gateway.create(refresh.conversation);
    expect((await gateway.post(asInTheExample.urls.refresh, refresh)).json).toEqual(
      json('http-refresh-response.json'),
    );
    const conversation = await gateway.create('abc');
    expect(conversation.created).toEqual({
      activitiesURL: 'audiocodes/conversation/abc/activities',
      refreshURL: 'audiocodes/conversation/abc/refresh',
      disconnectURL: 'audiocodes/conversation/abc/disconnect',
      websocketURL: 'audiocodes/conversation/abc/websocket',
      expiresSeconds: 120,
    });
    expect(said(await conversation.send(START))).toEqual(['say: LAUNCH']);
    expect(said(await conversation.says('Hello'))).toEqual(['say: TEXT']);
    expect((await conversation.refresh()).status).toBe(200);
    const bye = await conversation.disconnect({ reasonCode: 'client-disconnected', reason: 'Client Side' });
    expect([bye.status, bye.json]).toEqual([200, {}]);
    expect(seen).toMatchObject([
      { type: 'LAUNCH', from: '+12025550143', to: '+12025550100', direction: 'inbound' },
      { type: 'TEXT', text: 'Hello' },
      { type: 'SESSION_END', reason: 'client-disconnected' },
    ]);
    expect((await conversation.says('late')).status).toBe(404);
    expect((await conversation.refresh()).status).toBe(404);
    expect((await conversation.disconnect()).status).toBe(200);
    expect(seen).toHaveLength(3);
  });

  test('with a public address the addresses are absolute', async () => {
    const { gateway } = await call(
      undefined,
      {},
      { publicBaseUrl: 'https://bot.example.com/x/', asyncSocket: false },
    );
    const { json: created } = await gateway.post(gateway.botUrl, { conversation: 'a' });
    expect(created).toEqual({
      activitiesURL: 'https://bot.example.com/x/audiocodes/conversation/a/activities',
      refreshURL: 'https://bot.example.com/x/audiocodes/conversation/a/refresh',
      disconnectURL: 'https://bot.example.com/x/audiocodes/conversation/a/disconnect',
      expiresSeconds: 120,
    });
  });

  test('the first message carries our settings, and an id and a time of its own', async () => {
    const { gateway } = await call(async function (this) {
      await this.$send(
        callOutput(say('One', { voice: { provider: 'azure', language: 'de-DE' } }), say('Two')),
      );
    });
    const conversation = await gateway.create();
    const { json: body } = await conversation.send(START);
    const [first, second] = body.activities as Activity[];
    expect(first?.sessionParams).toEqual({
      bargeIn: true,
      bargeInOnDTMF: true,
      bargeInMinWordCount: 1,
      sendDTMF: true,
      dtmfCollect: false,
      sendEventsToBot: ['noUserInput', 'playFinished'],
      userNoInputSendEvent: true,
      userNoInputRetries: 20,
      userNoInputGiveUpTimeoutMS: 0,
      botNoInputGiveUpTimeoutMS: 0,
      userNoInputTimeoutMS: 8000,
      language: 'de-DE',
    });
    expect(second).not.toHaveProperty('sessionParams');
    expect(first?.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(second?.id).not.toBe(first?.id);
    expect(first?.timestamp).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect((await conversation.says('x')).json.activities).toMatchObject([{ text: 'One' }, { text: 'Two' }]);
  });

  test('what a profile sets for this network leads, and its voice stays', async () => {
    const settings = { voiceName: 'Vicki', bargeInMinWordCount: 3, vendorThing: 1 };
    const { gateway } = await call(async function (this) {
      const voice = { provider: 'azure', language: 'de-DE', voice: 'Katja' };
      const profile = { type: 'network_settings', network: 'audiocodes', settings } as const;
      await this.$send(callOutput(profile, say('Hallo', { voice })));
    });
    const conversation = await gateway.create();
    const { json: body } = await conversation.send(START);
    const [config, greeting] = body.activities as Activity[];
    expect(config).toMatchObject({ type: 'event', name: 'config' });
    expect(config?.sessionParams).toMatchObject({ ...settings, sendDTMF: true });
    expect(greeting).toMatchObject({ text: 'Hallo', sessionParams: { language: 'de-DE' } });
    expect(greeting).not.toHaveProperty('activityParams');
  });

  test('another message may come first, and a second start begins nothing', async () => {
    const { gateway, types } = await call();
    const conversation = await gateway.create();
    expect(said(await conversation.says('Hello'))).toEqual(['say: TEXT']);
    expect(said(await conversation.send(START))).toEqual(['say: LAUNCH']);
    expect((await conversation.send(START)).json).toEqual({});
    expect(types()).toEqual(['TEXT', 'LAUNCH']);
  });

  test('silence of ours is an empty object', async () => {
    const { gateway } = await call(() => {});
    expect((await (await gateway.create()).send(START)).json).toEqual({});
  });

  test('a second creation does not destroy the first', async () => {
    const { gateway, types } = await call();
    const first = await gateway.create('same');
    await first.send(START);
    const second = await gateway.create('same');
    expect(second.created).toEqual(first.created);
    await second.says('still here');
    await first.send(START);
    expect(types()).toEqual(['LAUNCH', 'TEXT']);
  });

  test('an id that has ended may be used again', async () => {
    const { gateway, types } = await call();
    const first = await gateway.create('again');
    await first.send(START);
    await first.disconnect();
    const second = await gateway.create('again');
    expect(said(await second.send(START))).toEqual(['say: LAUNCH']);
    expect(types()).toEqual(['LAUNCH', 'SESSION_END', 'LAUNCH']);
  });

  test.each([
    ['an unanswered call', 'busy'],
    ['one that nobody knows a reason of', 'solar-flare'],
  ])('%s ends without a start', async (_what, reasonCode) => {
    const { gateway, seen } = await call();
    await (await gateway.create()).disconnect({ reasonCode });
    expect(seen).toMatchObject([{ type: 'SESSION_END', reason: reasonCode }]);
  });

  test.each(['conversationEnd', 'hangup', 'end'])('%s and a disconnect are one end', async (name) => {
    const { gateway, types } = await call();
    const conversation = await gateway.create();
    await conversation.event(name);
    expect((await conversation.disconnect()).status).toBe(200);
    expect(types()).toEqual(['SESSION_END']);
  });
});

describe('several activities and repeated ones', () => {
  test('are answered together, in their order', async () => {
    const { gateway } = await call(async function (this, { text, type }) {
      await this.$send(callOutput(say(text ?? type)));
    });
    const conversation = await gateway.create();
    const reply = await conversation.send(
      START,
      { type: 'event', name: 'DTMF', value: '1' },
      { type: 'message', text: 'b' },
    );
    expect(said(reply)).toEqual(['say: LAUNCH', 'say: DTMF_RECEIVED', 'say: b']);
  });

  test('a repeated request gets the same answer, as long as it is the latest', async () => {
    const { gateway, types } = await call();
    const conversation = await gateway.create();
    const first = { id: 'one', type: 'message', text: 'a' };
    const answer = await conversation.send(first);
    expect((await conversation.send(first)).json).toEqual(answer.json);
    await conversation.send({ id: 'two', type: 'message', text: 'b' });
    expect((await conversation.send(first)).json).toEqual({});
    expect(types()).toEqual(['TEXT', 'TEXT']);
  });

  test('one that comes while it is being worked on waits for the same answer', async () => {
    let runs = 0;
    const { gateway } = await call(async function (this) {
      runs += 1;
      await new Promise((resolve) => setTimeout(resolve, 50));
      await this.$send(callOutput(say('slow')));
    });
    const conversation = await gateway.create();
    const activity = { id: 'one', type: 'message', text: 'a' };
    const [first, second] = await Promise.all([conversation.send(activity), conversation.send(activity)]);
    expect([said(first), second.json]).toEqual([['say: slow'], first.json]);
    expect(runs).toBe(1);
  });
});

describe('what the network does natively', () => {
  test('a hang-up follows its goodbye in the same answer, and nothing comes after it', async () => {
    const { gateway } = await call(async function (this) {
      await this.$send(callOutput(say('Goodbye'), hangUp({ after: 'speech', outcome: 'done' }), say('late')));
    });
    const { json: body } = await (await gateway.create()).send(START);
    expect(gist(body)).toEqual(['say: Goodbye', 'hangup']);
    expect((body.activities as Activity[])[1]?.activityParams).toEqual({ botOperationResult: 'done' });
  });

  test('where prompts are reported, it waits for the goodbye to be heard, and words call it off', async () => {
    const { gateway } = await call(async function (this, { text }) {
      if (text === 'bye') await this.$send(callOutput(say('Goodbye'), hangUp({ after: 'speech' })));
    });
    const conversation = await gateway.create();
    const finished = { type: 'event', name: 'playFinished', value: { status: 'finished' } };
    await conversation.send(START, finished);
    expect(said(await conversation.says('bye'))).toEqual(['say: Goodbye']);
    expect((await conversation.says('wait')).json).toEqual({});
    expect((await conversation.send(finished)).json).toEqual({});
    expect(said(await conversation.says('bye'))).toEqual(['say: Goodbye']);
    expect(said(await conversation.send(finished))).toEqual(['hangup']);
  });

  test('a failed transfer brings the caller back; an answered one is only noted', async () => {
    const { gateway, seen } = await call(async function (this, { type }) {
      const to = { number: '12025550177', displayName: 'A', displayNumber: '1' };
      if (type === 'LAUNCH') await this.$send(callOutput(transfer({ ...to, timeoutSeconds: 20 })));
      if (type === 'TRANSFER_FAILED') await this.$send(callOutput(say('Nobody is there')));
    });
    const conversation = await gateway.create();
    expect(said(await conversation.send(START))).toEqual(['transfer']);
    expect((await conversation.event('transferStatus', { value: { status: 'ringing' } })).json).toEqual({});
    const failed = await conversation.event('transferStatus', {
      value: { status: 'failed', reasonCode: 'busy' },
    });
    expect(said(failed)).toEqual(['say: Nobody is there']);
    expect((await conversation.event('transferStatus', { value: { status: 'answered' } })).json).toEqual({});
    expect(seen).toMatchObject([
      { type: 'LAUNCH' },
      { type: 'TRANSFER_FAILED', reason: 'busy', transferOutcome: 'busy' },
      { type: 'TRANSFER_ANSWERED' },
    ]);
  });

  test('an entry of keys comes whole, also if it is a single key', async () => {
    const keys = { maxDigits: 5, interDigitTimeoutMs: 3_000, terminator: '*' } as const;
    const { gateway, seen } = await call(async function (this, { type }) {
      if (type === 'LAUNCH') await this.$send(callOutput(say('Your number?', { keys })));
      else if (type === 'DTMF_COLLECTED') await this.$send(callOutput(say('Thank you')));
    });
    const conversation = await gateway.create();
    await conversation.send(START);
    await conversation.event('DTMF', { value: '7' });
    await conversation.event('DTMF', { value: '7' });
    const again = await gateway.create();
    await again.send(START);
    await again.event('DTMF', { value: '12*' });
    expect(seen.filter(({ type }) => type !== 'LAUNCH')).toMatchObject([
      { type: 'DTMF_COLLECTED', digits: '7' },
      { type: 'DTMF_RECEIVED', digit: '7' },
      { type: 'DTMF_COLLECTED', digits: '12' },
    ]);
  });

  test('words over a prompt are an interruption, by report or by estimate', async () => {
    const clock = new VirtualClock();
    const { gateway, seen } = await call(
      async function (this, { type }) {
        if (type === 'LAUNCH')
          await this.$send(callOutput(say('A long greeting that is still being spoken')));
      },
      { clock },
    );
    const inputOf = async (...steps: ((conversation: Conversation) => unknown)[]) => {
      const conversation = await gateway.create();
      await conversation.send(START);
      for (const step of steps) await step(conversation);
      await conversation.says('stop');
      return seen.at(-1)?.type;
    };
    const playFinished = (status: string) => (conversation: Conversation) =>
      conversation.event('playFinished', { value: { status } });
    expect(await inputOf(() => clock.pass(1_000))).toBe('USER_BARGE_IN');
    expect(await inputOf(() => clock.pass(20_000))).toBe('TEXT');
    // They were said before the greeting began.
    expect(await inputOf()).toBe('TEXT');
    expect(await inputOf(() => clock.pass(1_000), playFinished('finished'))).toBe('TEXT');
    expect(await inputOf(playFinished('interrupted'))).toBe('USER_BARGE_IN');
  });

  test('an answering machine is not spoken to before its beep', async () => {
    const { gateway, seen } = await call(async function (this, { machine, type }) {
      if (machine === 'recording')
        await this.$send(callOutput(say('Call us back'), hangUp({ after: 'speech' })));
      if (type === 'LAUNCH') await this.$send(callOutput(say('Hello')));
    });
    const conversation = await gateway.create();
    await conversation.send(START);
    const begins = await conversation.event('machineDetection', { value: 'voicemail-prompt-start' });
    expect(said(begins)).toEqual(['abortPrompts']);
    expect((await conversation.says('Leave a message after the tone')).json).toEqual({});
    const beep = await conversation.event('machineDetection', { value: 'voicemail-prompt-end-beep' });
    expect(said(beep)).toEqual(['say: Call us back', 'hangup']);
    expect(seen.map(({ type, machine }) => machine ?? type)).toEqual(['LAUNCH', 'greeting', 'recording']);
  });

  test('a call between others is listened to, and never spoken in', async () => {
    const { gateway, seen } = await call();
    const conversation = await gateway.create();
    const [start] = json<{ activities: Fields[] }>('http-start-agent-assist-request.json').activities;
    const { json: body } = await conversation.send(start ?? {});
    const expected = json<{ activities: Activity[] }>('http-response-start-recognition.json').activities;
    expect((body.activities as Activity[]).map(({ id: _id, timestamp: _time, ...rest }) => rest)).toEqual(
      expected.map(({ id: _id, timestamp: _time, ...rest }) => rest),
    );
    const [words] = json<{ activities: Fields[] }>('http-message-agent-assist-request.json').activities;
    expect((await conversation.send(words ?? {})).json).toEqual({});
    expect(seen.map(({ type }) => type)).toEqual([
      'AUDIOCODES_ASSIST_STARTED',
      'AUDIOCODES_PARTICIPANT_SPOKE',
    ]);
  });

  test('in such a call data can be handed on', async () => {
    const { gateway } = await call(async function (this, { type }) {
      if (type !== 'AUDIOCODES_PARTICIPANT_SPOKE') return;
      const part = { activities: [activities.sendMetaData({ account: '42' })] };
      await this.$send({ platforms: { audiocodes: part } });
    });
    const conversation = await gateway.create();
    const [start] = json<{ activities: Fields[] }>('http-start-agent-assist-request.json').activities;
    await conversation.send(start ?? {});
    const [words] = json<{ activities: Fields[] }>('http-message-agent-assist-request.json').activities;
    expect((await conversation.send(words ?? {})).json.activities).toMatchObject([
      { type: 'event', name: 'sendMetaData', value: { account: '42' } },
    ]);
  });
});

describe('what the network says of a call', () => {
  test('SIP headers, attributes, the bot and its query by name; metadata of the dialer', async () => {
    const { gateway, seen } = await call();
    await gateway.post(`${gateway.botUrl}?tenant=north`, { conversation: 'a', bot: 'support-bot' });
    const conversation = await gateway.create('a');
    await conversation.send(
      ...json<{ activities: Fields[] }>('http-start-custom-sip-request.json').activities,
    );
    expect(seen[0]?.headers).toEqual({
      tenant: 'north',
      bot: 'support-bot',
      callerDisplayName: 'Dana Example',
      callerHost: 'sip.carrier.example',
      calleeHost: 'gw.example.com',
      'X-Customer-Id': '0042',
      ani2: '+12025550199',
      'User-to-User': '56a390f3;encoding=hex',
    });
    const outbound = await gateway.create('b');
    await outbound.send(...json<{ activities: Fields[] }>('http-start-outbound-request.json').activities);
    expect(seen[1]).toMatchObject({
      direction: 'outbound',
      from: '+12025550100',
      to: '+12025550143',
      metadata: { participantName: 'Alice', appointment: '2026-03-05T10:30' },
    });
  });

  test('who calls, where the start was left out and the words tell it', async () => {
    const { gateway, seen } = await call();
    const conversation = await gateway.create();
    const parameters = { caller: '+12025550143', callee: '+12025550100', confidence: 0.9 };
    await conversation.says('Hello', { parameters });
    await conversation.says('Are you there?', { parameters: { caller: 7 } });
    expect(seen).toMatchObject(Array(2).fill({ from: '+12025550143', to: '+12025550100' }));
  });

  test('a call that is being set up is told of, and answered with nothing', async () => {
    const { gateway, seen } = await call();
    const conversation = await gateway.create();
    const { activities: given } = json<{ activities: Fields[] }>('http-dialout-initiated-request.json');
    expect((await conversation.send(...given)).json).toEqual({});
    expect(seen).toMatchObject([{ type: 'OUTBOUND_INITIATED', metadata: { participantName: 'Alice' } }]);
  });
});

describe('text messages', () => {
  const ask: Handler = async function (this, { type }) {
    if (type === 'LAUNCH') await this.$send(callOutput(sendSms('12025550143', 'Our address'), say('Sent')));
    if (type === 'SMS_FAILED') await this.$send(callOutput(say('It was not delivered')));
  };

  test('leave by a gateway of ours, once, and never on the wire', async () => {
    const sent: unknown[] = [];
    const { gateway } = await call(ask, { smsGateway: async (sms: unknown) => void sent.push(sms) });
    const conversation = await gateway.create();
    const start = { id: 'one', ...START };
    const first = await conversation.send(start);
    expect((await conversation.send(start)).json).toEqual(first.json);
    expect(said(first)).toEqual(['say: Sent']);
    expect(sent).toEqual([{ id: expect.any(String), number: '12025550143', text: 'Our address' }]);
  });

  test('whose gateway fails are told of with the next event', async () => {
    const { gateway, types } = await call(ask, { smsGateway: () => Promise.reject(new Error('down')) });
    const conversation = await gateway.create();
    await conversation.send(START);
    while (!types().includes('SMS_FAILED')) await new Promise((resolve) => setTimeout(resolve, 2));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(said(await conversation.event('playFinished'))).toContain('say: It was not delivered');
  });

  test('are refused without one: the caller hears that something went wrong', async () => {
    const { gateway } = await call(ask);
    expect(said(await (await gateway.create()).send(START))).toEqual([expect.stringMatching(/^say: Sorry/)]);
  });
});

describe('time', () => {
  test('a conversation that nobody speaks of any more ends, and is not known from then on', async () => {
    const clock = new VirtualClock();
    const { gateway, types, platform } = await call(undefined, { clock });
    const conversation = await gateway.create();
    await conversation.send(START);
    await clock.pass(170_000);
    await conversation.refresh();
    await clock.pass(170_000);
    expect((await conversation.says('x')).status).toBe(200);
    await clock.pass(180_002);
    expect(types()).toEqual(['LAUNCH', 'TEXT', 'SESSION_END']);
    expect(platform.receiver.calls.size).toBe(0);
    expect((await conversation.says('x')).status).toBe(404);
    expect((await conversation.refresh()).status).toBe(404);
  });

  test('interim words and the like are answered at once, whatever the app is doing', async () => {
    let release = () => {};
    const { gateway, seen } = await call(async function (this, { type }) {
      if (type !== 'TEXT') return;
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      await this.$send(callOutput(say('At last')));
    });
    const conversation = await gateway.create();
    await conversation.send(START);
    const slow = conversation.says('a question');
    while (seen.length < 2) await new Promise((resolve) => setTimeout(resolve, 2));
    expect((await conversation.event('speechHypothesis', { value: { text: 'and' } })).json).toEqual({});
    expect((await conversation.event('voiceDetected')).json).toEqual({});
    release();
    expect(said(await slow)).toEqual(['say: At last']);
  });
});
