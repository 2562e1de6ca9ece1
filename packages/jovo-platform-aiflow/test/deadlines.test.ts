import { DEFAULT_DEADLINES } from '@jovo-telephony/platform-base';
import { callOutput, hangUp, say } from '@jovo-telephony/telephony';
import { settle, VirtualClock } from '@jovo-telephony/telephony/testing';
import type { SipgateAiflowConfig } from '../src';
import { event } from './support/fixtures';
import { gist, phoneLine } from './support/phone-line';
import { recordingApp } from './support/recording-app';

const { softMs: SOFT, holdAfterMs: HOLD, hardMs: HARD } = DEFAULT_DEADLINES;

type Handler = NonNullable<Parameters<typeof recordingApp>[0]>;

/** An app whose answer to speech comes when the test says so; everything else is noted and not answered. */
async function slowPhone(config: Partial<SipgateAiflowConfig> = {}, answer?: Handler) {
  const clock = new VirtualClock();
  const ready: (() => void)[] = [];
  const recorded = recordingApp(
    async function (seen) {
      if (seen.type !== 'TEXT' && seen.type !== 'LAUNCH') return;
      await new Promise<void>((resolve) => ready.push(resolve));
      await (answer ? answer.call(this, seen) : this.$send(`answer to ${seen.text}`));
    },
    { clock, tts: { provider: 'azure', language: 'de-DE' }, ...config },
  );
  await recorded.app.initialize();
  return {
    ...recorded,
    clock,
    ...phoneLine(recorded.app),
    async finish() {
      await settle();
      ready.shift()?.();
      await settle();
    },
  };
}

const speak = (text: string) => ({ type: 'user_speak', text, session: { id: 'c' } });
const of = (name: string) => event(name, 'c');
const ended = of('assistant_speech_ended');

describe('a slow answer over HTTP', () => {
  test('in time a hold phrase in the language of the call; the answer follows when it was heard', async () => {
    const { post, clock, finish } = await slowPhone();
    const reply = post(speak('Frage'));
    await clock.pass(HOLD - 1);
    expect(await Promise.race([reply, 'open'])).toBe('open');
    await clock.pass(1);
    expect(gist(await reply)).toEqual(['say: Einen Moment bitte.']);
    const next = post(ended);
    await clock.pass(500);
    await finish();
    expect(gist(await next)).toEqual(['say: answer to Frage']);
    expect(clock.pending).toBe(0);
  });

  test('an answer that is ready when the phrase ends goes out at once', async () => {
    const { post, clock, finish } = await slowPhone();
    const reply = post(speak('Frage'));
    await clock.pass(HOLD);
    await reply;
    await finish();
    expect(gist(await post(ended))).toEqual(['say: answer to Frage']);
    expect(gist(await post(ended))).toEqual([]);
  });

  test('further phrases, then after five of them an apology, and the wait is over', async () => {
    const { post, clock, finish, types } = await slowPhone();
    const said: string[] = [];
    let reply = post(speak('Frage'));
    for (let wait = 0; wait < 6; wait += 1) {
      await clock.pass(HOLD);
      said.push(...gist(await reply));
      if (wait < 5) reply = post(ended);
    }
    expect(said).toHaveLength(6);
    expect(new Set(said.slice(0, 3)).size).toBe(3);
    expect(said[5]).toMatch('schiefgegangen');
    await finish();
    expect(gist(await post(ended))).toEqual([]);
    expect(types()[0]).toBe('TEXT');
    // The next question has all its time again.
    const next = post(speak('Noch eine'));
    await clock.pass(HOLD);
    expect(gist(await next)).toEqual(['say: Einen Moment bitte.']);
  });

  test('what is ready at the soft deadline goes out, the rest rides on the next event', async () => {
    const { post, clock, finish } = await slowPhone({}, async function () {
      await this.$send('first');
      await new Promise<void>((resolve) => clock.after(SOFT + 500, resolve));
      await this.$send('second');
    });
    const reply = post(speak('Frage'));
    await finish();
    await clock.pass(SOFT - 1);
    expect(await Promise.race([reply, 'open'])).toBe('open');
    await clock.pass(1);
    expect(gist(await reply)).toEqual(['say: first']);
    const next = post(ended);
    await clock.pass(500);
    expect(gist(await next)).toEqual(['say: second']);
  });

  test('new words cancel the late answer', async () => {
    const { post, clock, finish } = await slowPhone();
    const reply = post(speak('eins'));
    await clock.pass(HOLD);
    await reply;
    const second = post(speak('zwei'));
    await finish();
    await finish();
    expect(gist(await second)).toEqual(['say: answer to zwei']);
    expect(gist(await post(ended))).toEqual([]);
  });

  test('so does the end of the call', async () => {
    const { post, clock, finish } = await slowPhone();
    const reply = post(speak('eins'));
    await clock.pass(HOLD);
    await reply;
    const over = post(of('session_end'));
    await finish();
    expect(await over).toEqual({ status: 204 });
    expect(await post(ended)).toEqual({ status: 204 });
  });

  test('an event that takes no action does not swallow it', async () => {
    const { post, clock, finish } = await slowPhone();
    const reply = post(speak('eins'));
    await clock.pass(HOLD);
    await reply;
    await finish();
    expect(await post(of('unknown_future_event'))).toEqual({ status: 204 });
    expect(await post(of('user_speech_started'))).toEqual({ status: 204 });
    expect(gist(await post(ended))).toEqual(['say: answer to eins']);
  });

  test('where nobody waits the hard deadline answers with nothing', async () => {
    const { post, clock } = await slowPhone({ deadlines: { hardMs: 1_500 } });
    void post(speak('eins'));
    const passing = post(of('assistant_speak'));
    await clock.pass(1_500);
    expect(await passing).toEqual({ status: 204 });
  });

  test('nobody waits for a slow handler of assistant_speech_ended: its own phrase would call it again', async () => {
    const clock = new VirtualClock();
    const { app } = recordingApp(() => new Promise(() => {}), { clock });
    await app.initialize();
    const passing = phoneLine(app).post(ended);
    await clock.pass(HARD);
    expect(await passing).toEqual({ status: 204 });
  });

  test('what was said early is over and the rest is not ready: a hold phrase', async () => {
    const { post, clock, finish } = await slowPhone({}, async function () {
      await this.$send('first');
      await new Promise<void>((resolve) => clock.after(10_000, resolve));
      await this.$send('second');
    });
    const reply = post(speak('Frage'));
    await finish();
    await clock.pass(SOFT);
    expect(gist(await reply)).toEqual(['say: first']);
    const next = post(ended);
    await clock.pass(HOLD);
    expect(gist(await next)).toEqual(['say: Einen Moment bitte.']);
  });

  test('while something is heard, and behind a newer event, there is no hold phrase', async () => {
    const { post, clock, finish } = await slowPhone({}, async function () {
      await this.$send('first');
      await new Promise<void>((resolve) => clock.after(SOFT, resolve));
      await this.$send(
        'a second sentence that is heard for longer than anybody waits, and a little longer still',
      );
      await new Promise<void>((resolve) => clock.after(10_000, resolve));
    });
    const reply = post(speak('Frage'));
    await finish();
    await clock.pass(SOFT);
    expect(gist(await reply)).toEqual(['say: first']);
    const early = post(ended);
    await clock.pass(SOFT);
    expect(gist(await early)).toEqual([expect.stringMatching('say: a second sentence')]);
    // A network that tells twice of one end: this request comes while the second sentence plays.
    const during = post(of('assistant_speak'));
    const older = post(ended);
    await clock.pass(HOLD / 2);
    const newer = post(ended);
    await clock.pass(HOLD / 2);
    expect(await Promise.race([older, 'open'])).toBe('open');
    await clock.pass(HOLD / 2);
    expect(gist(await newer)).toEqual(['say: Einen Moment bitte.']);
    await clock.pass(HARD);
    expect(gist(await older)).toEqual([]);
    expect(gist(await during)).toEqual([]);
  });

  test('what becomes ready in a silence does not wait for the soft deadline of a later event', async () => {
    const { post, clock, finish } = await slowPhone({}, async function () {
      await this.$send('first');
      await new Promise<void>((resolve) => clock.after(SOFT + 300, resolve));
      await this.$send('second');
    });
    const reply = post(speak('Frage'));
    await finish();
    await clock.pass(SOFT);
    expect(gist(await reply)).toEqual(['say: first']);
    const next = post(ended);
    await clock.pass(300);
    expect(gist(await Promise.race([next, { status: 500 }]))).toEqual(['say: second']);
  });

  test('deadlines are options', async () => {
    const { post, clock } = await slowPhone({ deadlines: { holdAfterMs: 50, maxHolds: 0 } });
    const reply = post(speak('eins'));
    await clock.pass(50);
    expect(gist(await reply)[0]).toMatch('schiefgegangen');
  });

  test('a blank hold phrase is no phrase, and a broken one does no harm', async () => {
    const broken = () => {
      throw new Error('no phrase');
    };
    const blank = await slowPhone({ phrases: { hold: () => '' } });
    const reply = blank.post(speak('eins'));
    await blank.clock.pass(HARD);
    expect(await reply).toEqual({ status: 204 });
    const faulty = await slowPhone({ phrases: { hold: broken, sorry: broken } });
    const other = faulty.post(speak('eins'));
    await faulty.clock.pass(HOLD);
    expect(gist(await other)).toEqual(['say: Einen Moment bitte.']);
  });

  test('a strict fault in what is ready early does not escape from the timer', async () => {
    const { post, clock, finish } = await slowPhone({ strict: true }, async function () {
      await this.$send({ platforms: { 'sipgate-aiflow': { type: 'speak', text: '' } } });
      await new Promise<void>((resolve) => clock.after(1_500, resolve));
    });
    const reply = post(speak('x'));
    await finish();
    await clock.pass(SOFT + 500);
    expect(gist(await reply)[0]).toMatch('schiefgegangen');
  });

  test('hang-up after speech waits for the speech that came late', async () => {
    const { post, clock, finish } = await slowPhone({}, function () {
      return this.$send(callOutput(say('Tschüss'), hangUp({ after: 'speech' })));
    });
    const reply = post(speak('Ende'));
    await clock.pass(HOLD);
    await reply;
    await finish();
    expect(gist(await post(ended))).toEqual(['say: Tschüss']);
    expect(gist(await post(ended))).toEqual(['hangup']);
  });
});

describe('a handler that throws', () => {
  const failing = (fails: string[]): Handler =>
    function ({ type }) {
      if (fails.includes(type)) throw new Error(`secret stack in ${__filename}`);
      return this.$send(type);
    };
  const failPhone = async (fails: string[], config: Partial<SipgateAiflowConfig> = {}) => {
    const { app, types } = recordingApp(failing(fails), { clock: new VirtualClock(), ...config });
    await app.initialize();
    return { app, types, ...phoneLine(app) };
  };
  const SORRY = 'say: Sorry, something went wrong just now. Could you please say that again?';

  test.each([
    'session_start',
    'user_speak',
    'user_speak_barged_in',
    'dtmf_received',
    'user_input_timeout',
    'sms_failed',
  ])('%s: a spoken apology, once, on both transports', async (name) => {
    const { post, socket } = await failPhone([
      'LAUNCH',
      'TEXT',
      'USER_BARGE_IN',
      'DTMF_RECEIVED',
      'USER_INPUT_TIMEOUT',
      'SMS_FAILED',
    ]);
    expect(gist(await post(of(name)))).toEqual([SORRY]);
    const line = socket();
    await line.say(event(name, 'ws'));
    expect(line.frames.map(gist)).toEqual([[SORRY]]);
  });

  test.each(['assistant_speech_ended', 'assistant_speak', 'session_end', 'unknown_future_event'])(
    '%s: nothing, or the apology would answer itself for ever',
    async (name) => {
      const { post, socket } = await failPhone([
        'ASSISTANT_SPEECH_ENDED',
        'ASSISTANT_SPEAK',
        'SESSION_END',
        'NOTIFICATION_EVENT_UNHANDLED',
      ]);
      expect(await post(of(name))).toEqual({ status: 204 });
      const line = socket();
      await line.say(event(name, 'ws'));
      expect(line.frames).toEqual([]);
    },
  );

  test('once, too, when the app has a listener that throws', async () => {
    const { app, post, socket } = await failPhone(['TEXT']);
    app.onError((error) => {
      throw error;
    });
    expect(gist(await post(speak('x')))).toEqual([SORRY]);
    const line = socket();
    await line.say(speak('x'));
    expect(line.frames.map(gist)).toEqual([[SORRY]]);
  });

  test('in the words of the app', async () => {
    const { post } = await failPhone(['TEXT'], { phrases: { sorry: (language) => `Pardon (${language})` } });
    expect(gist(await post(speak('x')))).toEqual(['say: Pardon (en-US)']);
  });
});
