import {
  type AnyObject,
  App,
  BaseComponent,
  Component,
  type ComponentConstructor,
  Global,
  Handle,
  Intents,
  type Plugin,
} from '@jovotech/framework';
import {
  type AiflowInput,
  BargeInHelper,
  BargeInIntent,
  BargeInOutput,
  BargeInStrategy,
  EmptyOutput,
  HangupOutput,
  InputType,
  MixAudioOutput,
  type SessionInfo,
  SipgateAiflowAsync,
  type SipgateAiflowConfig,
  SipgateAiflowPlatform,
  type SipgateAiflowRequest,
  type SipgateAiflowSession,
  SpeakOutput,
} from '../src';
import { event } from './support/fixtures';
import { KeywordNlu } from './support/keyword-nlu';
import { gist, phoneLine } from './support/phone-line';
import { quiet } from './support/quiet';
import { wav } from './support/wav';

/*
 * What the README of the published package shows, as apps that were written for it: their App has no setting but
 * components and plugins. Jovo's logging, which is on by default, is kept off the screen. Excerpts of components are
 * completed by `@Global()`, without which Jovo does not look for a handler outside of the component's own state.
 */
beforeAll(quiet);

function call(components: ComponentConstructor[], config: Partial<SipgateAiflowConfig> = {}) {
  const plugins = [new KeywordNlu()] as unknown as Plugin[];
  const app = new App({ components, plugins: [new SipgateAiflowPlatform({ plugins, ...config })] });
  const { post, socket } = phoneLine(app);
  return {
    post,
    socket,
    async hears(name: string, text?: string) {
      return gist(await post({ ...event(name, 'c'), ...(text ? { text } : {}) }));
    },
  };
}

describe('quick start', () => {
  test('basic setup answers a call', async () => {
    @Component()
    class Hello extends BaseComponent {
      LAUNCH() {
        return this.$send('Hello');
      }
    }
    const app = new App({ plugins: [new SipgateAiflowPlatform({ apiKey: undefined, debug: true })] });
    app.use(Hello);
    expect(gist(await phoneLine(app).post(event('session_start')))).toEqual(['say: Hello']);
  });

  test('handling events: start, end and barge-in by type, over both transports', async () => {
    const heard: string[] = [];
    @Global()
    @Component()
    class GlobalComponent extends BaseComponent {
      @Handle({ types: [InputType.SESSION_START] })
      sessionStart() {
        heard.push('start');
      }
      @Handle({ types: [InputType.SESSION_END] })
      sessionEnd() {
        heard.push('end');
        this.$session.state = [];
        return this.$send('{}');
      }
      @Handle({ types: [InputType.USER_BARGE_IN] })
      userBargeIn() {
        heard.push('barge-in');
      }
      @Handle({ types: [InputType.USER_SPEECH_STARTED] })
      userSpeechStarted() {
        return this.$send(EmptyOutput);
      }
    }
    const { hears, socket } = call([GlobalComponent]);
    const script = [
      'session_start',
      'user_speech_started',
      'user_speak_barged_in',
      'user_barge_in_legacy',
      'session_end',
    ];
    for (const name of script) expect(await hears(name)).toEqual([]);
    expect(heard).toEqual(['start', 'barge-in', 'barge-in', 'end']);
    const line = socket();
    for (const name of script) await line.say(event(name, 'ws'));
    expect(line.frames).toEqual([]);
    expect(heard).toHaveLength(8);
  });
});

describe('the complete example', () => {
  @Component()
  class MyComponent extends BaseComponent {
    LAUNCH() {
      const { sessionInfo } = this.$session as unknown as { sessionInfo?: SessionInfo };
      return this.$send(SpeakOutput, { message: 'Welcome to my voice app!', sessionId: sessionInfo?.id });
    }
    @Intents('HelpIntent')
    helpHandler() {
      const sessionId = this.$session.sessionInfo?.id;
      return this.$send(SpeakOutput, { message: 'I can help you with various tasks.', sessionId });
    }
    @Intents('EndConversationIntent')
    async endConversation() {
      const sessionId = this.$session.sessionInfo?.id;
      await this.$send(SpeakOutput, { message: 'Goodbye!', sessionId });
      return this.$send(HangupOutput, { sessionId });
    }
    @Handle({ types: [InputType.SESSION_END] })
    sessionEnd() {
      this.$session.state = [];
      return this.$send('{}');
    }
  }

  test('over HTTP: the outputs of a turn are one answer', async () => {
    const { hears, post } = call([MyComponent]);
    expect(await hears('session_start')).toEqual(['say: Welcome to my voice app!']);
    expect(await hears('user_speak', 'help me')).toEqual(['say: I can help you with various tasks.']);
    expect(await hears('user_speak', 'bye')).toEqual(['say: Goodbye!', 'hangup']);
    expect(await post(event('session_end', 'c'))).toEqual({ status: 204 });
  });

  test('events it has no handler for are answered with nothing, words with a request to say them again', async () => {
    const { hears } = call([MyComponent]);
    await hears('session_start');
    for (const name of ['user_input_timeout', 'dtmf_received', 'assistant_speech_ended']) {
      expect(await hears(name)).toEqual([]);
    }
    expect((await hears('user_speak', 'gibberish'))[0]).toMatch('say that again');
  });

  test('over a WebSocket: each output leaves at once', async () => {
    const line = call([MyComponent]).socket();
    await line.say(event('session_start'));
    await line.say({ ...event('user_speak'), text: 'bye' });
    await line.say(event('session_end'));
    expect(line.frames.map(gist)).toEqual([['say: Welcome to my voice app!'], ['say: Goodbye!'], ['hangup']]);
  });
});

describe('multiple actions', () => {
  const ambient = wav();
  @Global()
  @Component()
  class Several extends BaseComponent {
    async LAUNCH() {
      const sessionId = this.$session.sessionInfo?.id;
      await this.$send(MixAudioOutput, { sessionId, audio: ambient, volume: 0.3 });
      await this.$send(SpeakOutput, { message: 'Welcome!', sessionId });
      return this.$send(HangupOutput, { sessionId });
    }
    @Handle({ types: [InputType.USER_SPEAK] })
    async twoSentences() {
      await this.$send(SpeakOutput, { message: 'One.' });
      await this.$send(SpeakOutput, { message: 'Two.' });
    }
  }
  test('of several kinds are an array in order; neighbouring speech is one utterance', async () => {
    const { hears, post } = call([Several]);
    expect(await hears('user_speak')).toEqual(['say: One. Two.']);
    const { body } = await post(event('session_start', 'c'));
    expect(JSON.parse(JSON.stringify(body))).toMatchObject([
      { type: 'mix_audio', session_id: 'c', audio: ambient, volume: 0.3 },
      { type: 'speak', session_id: 'c', text: 'Welcome!' },
      { type: 'hangup', session_id: 'c' },
    ]);
  });
});

describe('barge-in', () => {
  test.each([
    [{ strategy: BargeInStrategy.IMMEDIATE, allow_after_ms: 500 }],
    [{ strategy: BargeInStrategy.MINIMUM_CHARACTERS, minimum_characters: 3 }],
    [{ strategy: BargeInStrategy.MINIMUM_CHARACTERS, minimum_characters: 10, allow_after_ms: 3000 }],
    [{ strategy: BargeInStrategy.NONE }],
    [{ strategy: 'manual' as const }],
  ])('strategy %p', async (bargeIn) => {
    @Component()
    class Configured extends BaseComponent {
      LAUNCH() {
        return this.$send(SpeakOutput, { message: 'Hi', bargeIn });
      }
    }
    const { body } = await call([Configured]).post(event('session_start'));
    expect(JSON.parse(JSON.stringify(body)).barge_in).toEqual(bargeIn);
  });

  @Global()
  @Component()
  class Interrupted extends BaseComponent {
    @Handle({ types: [InputType.USER_BARGE_IN] })
    handleBargeIn() {
      const text = this.$request.getInputText?.();
      const input = this.$input as AiflowInput;
      if (!input.barged_in) throw new Error('the flag is missing');
      switch (BargeInHelper.classify(text)) {
        case BargeInIntent.NOISE:
        case BargeInIntent.STOP:
          return this.$send(EmptyOutput);
        case BargeInIntent.ACKNOWLEDGMENT:
          return this.$send(SpeakOutput, { message: 'Great! What else can I help with?' });
        case BargeInIntent.REDIRECT:
          return this.$send(SpeakOutput, { message: 'Sure, go ahead.' });
        default:
          return this.$send(SpeakOutput, { message: `You said: ${text}` });
      }
    }
  }

  test.each([
    ['stop', []],
    ['got it', ['say: Great! What else can I help with?']],
    ['wait, hold on', ['say: Sure, go ahead.']],
    ['What are your opening hours on Saturday?', ['say: You said: What are your opening hours on Saturday?']],
  ])('%s', async (text, answer) => {
    expect(await call([Interrupted]).hears('user_speak_barged_in', text)).toEqual(answer);
    expect(await call([Interrupted]).hears('user_barge_in_legacy', text)).toEqual(answer);
  });

  test('convenience methods', () => {
    expect(BargeInHelper.shouldSilentAcknowledge('stop')).toBe(true);
    expect(BargeInHelper.shouldSilentAcknowledge('What does it cost?')).toBe(false);
    expect(BargeInHelper.isSubstantialInput('What does it cost?')).toBe(true);
    expect(BargeInHelper.isSubstantialInput('okay')).toBe(false);
  });

  test('impatient callers are counted, without a database', async () => {
    @Global()
    @Component()
    class Impatient extends BaseComponent {
      @Handle({ types: [InputType.USER_BARGE_IN] })
      handleBargeIn() {
        const session = this.$session as SipgateAiflowSession;
        return session.bargeInCount > 3
          ? this.$send(SpeakOutput, { message: 'Yes?' })
          : this.$send(BargeInOutput, { sessionId: session.sessionInfo?.id });
      }
    }
    const { hears } = call([Impatient]);
    const answers: string[] = [];
    for (let turn = 0; turn < 5; turn += 1)
      answers.push(...(await hears('user_speak_barged_in', `no ${turn}`)));
    expect(answers).toEqual(['barge_in', 'barge_in', 'barge_in', 'say: Yes?', 'say: Yes?']);
  });

  test('cancelPendingOperations and abortSignal in async mode', async () => {
    const aborted: unknown[] = [];
    let begun: () => void = () => {};
    const isAtWork = new Promise<void>((resolve) => {
      begun = resolve;
    });
    @Global()
    @Component()
    class Cancelling extends BaseComponent {
      @Handle({ types: [InputType.USER_SPEAK] })
      async slow() {
        const { abortSignal } = this.jovo;
        await new Promise<void>((resolve) => {
          abortSignal?.addEventListener('abort', () => resolve());
          begun();
        });
        aborted.push(abortSignal?.aborted);
        return this.$send('stale');
      }
      @Handle({ types: [InputType.USER_BARGE_IN] })
      handleBargeIn() {
        if (this.jovo instanceof SipgateAiflowAsync) this.jovo.cancelPendingOperations();
        return this.$send('fresh');
      }
    }
    const line = call([Cancelling]).socket();
    const first = line.say(event('user_speak', 'c'));
    await isAtWork;
    await line.say(event('user_speak_barged_in', 'c'));
    await first;
    expect(aborted).toEqual([true]);
    expect(line.frames.map(gist)).toEqual([['say: fresh']]);
  });
});

test('session information and direction', async () => {
  const noted: AnyObject[] = [];
  @Component()
  class MainComponent extends BaseComponent {
    START() {
      return this.$send('main');
    }
  }
  @Component()
  class Start extends BaseComponent {
    LAUNCH() {
      const info = this.$session.sessionInfo;
      noted.push({ ...info, asked: (this.$request as unknown as SipgateAiflowRequest).getDirection() });
      return this.$redirect(MainComponent);
    }
  }
  const { hears } = call([Start, MainComponent]);
  expect(await hears('session_start_outbound')).toEqual(['say: main']);
  expect(noted).toEqual([{ ...event('session_start_outbound', 'c').session, asked: 'outbound' }]);
});
