import {
  ActionLedger,
  BargeInHelper,
  BargeInIntent,
  type CallAction,
  type Clock,
  hangUp,
  ladderStart,
  nextOnLadder,
  phoneDigits,
  say,
  spokenDigits,
} from '@jovo-telephony/telephony';
import { type Acted, Acting, type Verdict } from './acting';
import type { CallReporter } from './after-call';
import { type AuthorTool, describeAuthorTool } from './author-tools';
import type { Brain, Language } from './brain';
import { type Conversation, cutOff, noteSpeech, remember, rememberCaller, speechEnded } from './conversation';
import { endedCall } from './ended-call';
import { isFarewell } from './farewell';
import { greetingFor } from './greeting';
import { KEYPAD_START, type KeypadEvent, nextOnKeypad } from './keypad';
import { languageOf, PHRASES, type Phrases } from './phrases';
import type { AgentProfile } from './profile';
import { filledProfile, templateFacts } from './profile-fill';
import type { Profiles } from './profiles';
import { ladderOf } from './silence';
import { type Patience, spokenStream } from './spoken-stream';
import { replyWithTools } from './tool-rounds';
import { ToolRuns } from './tool-runs';
import { describeTools } from './tools';
import { isUnfinished } from './unfinished';
import { UsageCounter } from './usage';

export interface AgentTiming extends Patience {
  /** The filler's delay where nothing can be pushed. */
  holdAfterMs: number;
  /** Silence after our speech until the caller is asked again. */
  inputTimeoutMs: number;
  /** How long a sentence that sounds unfinished may go on before it is answered. */
  finishWithinMs: number;
}

export interface AgentOptions {
  profiles: Profiles;
  brain: Brain;
  clock: Clock;
  timing: AgentTiming;
  tools?: readonly AuthorTool[];
  /** The time of day in Unix milliseconds, for greetings, opening hours and budgets. */
  wallMs?(): number;
  /** Told when a turn fails. The error may hold what was said: log its kind only. */
  onFailure?(error: unknown): void;
  /** Told of calls that are over, where their profile asks for a report. */
  reporter?: Pick<CallReporter, 'report'>;
  /** Told of every verdict of the policy. */
  onVerdict?(verdict: Verdict): void;
}

/** What a network says of a call at its start. */
export interface Parties {
  network?: string;
  direction?: 'inbound' | 'outbound';
  from?: string;
  to?: string;
  headers?: Record<string, string>;
  metadata?: Record<string, string>;
}

/** How a turn reaches the caller. */
export interface TurnOptions {
  /** Aborted when the caller says something new. */
  signal: AbortSignal;
  /** Whether speech can leave at any time, so that a filler does not stand in the answer's way. */
  push: boolean;
}

/** From so many interruptions on a caller gets short answers. */
const IMPATIENT_AFTER = 3;

/** Who answers: turns what a caller does into what happens next. Holds no call state and knows no network. */
export class Agent {
  /** Keeps Jovo from cloning the agent with the app for every event. */
  readonly [Symbol.toStringTag] = 'ByReference';
  private readonly acting: Acting;
  private readonly wallMs: () => number;
  private readonly tools: ReadonlyMap<string, AuthorTool>;
  private readonly runs = new ToolRuns();

  constructor(private readonly options: AgentOptions) {
    this.wallMs = options.wallMs ?? Date.now;
    const nowIso = () => new Date(this.wallMs()).toISOString();
    this.tools = new Map(options.tools?.map((tool) => [tool.name, tool]));
    this.acting = new Acting({
      ledger: new ActionLedger(),
      usage: new UsageCounter(() => nowIso().slice(0, 10)),
      nowIso,
      onVerdict: options.onVerdict,
    });
  }

  /** A new conversation. Ours is the called number of an inbound call and the calling one of an outbound call. */
  begin(callId: string, parties: Parties): Conversation {
    const outbound = parties.direction === 'outbound';
    const own = outbound ? parties.from : parties.to;
    const { profiles } = this.options;
    const { network, headers, metadata, ...call } = parties;
    const profile = profiles.answering({ number: own, network, headers, metadata });
    return {
      callId,
      network,
      direction: parties.direction,
      startedAtMs: this.wallMs(),
      profileKey: profiles.keyOf(profile),
      facts: templateFacts(profile, { call, headers, metadata }, this.wallMs()),
      language: languageOf(profile.language),
      callerNumber: phoneDigits(outbound ? parties.to : parties.from),
      ownNumber: phoneDigits(own),
      messages: [],
      turns: 0,
      speaking: [],
      unheard: [],
      interruptions: 0,
      ladder: ladderStart(this.options.clock.nowMs()),
    };
  }

  greet(conversation: Conversation, parties: Parties): CallAction[] {
    const { direction } = parties;
    const greeting = greetingFor(this.profileOf(conversation), { direction, nowMs: this.wallMs() });
    const { menu } = this.profileOf(conversation);
    if (!menu) return this.speakAndRemember(conversation, greeting);
    conversation.keypad = KEYPAD_START;
    return [greeting, menu.prompt].flatMap((text) => this.speakAndRemember(conversation, text));
  }

  /** The start of a call that is already known: it was connected again, or the event came twice. */
  resume(conversation: Conversation): CallAction[] {
    return this.speakAndRemember(conversation, this.phrases(conversation).stillHere);
  }

  /** The next number of the destination is tried; after the last one the caller is back in the conversation. */
  transferFailed(conversation: Conversation): CallAction[] {
    const { destination } = conversation.transfer ?? {};
    conversation.closing = undefined;
    conversation.turns += 1;
    const further = this.acting.transferFurther(this.caseOf(conversation, false));
    if (further) return this.carryOut(conversation, further);
    this.acting.turnStarted(conversation);
    this.acting.turnEnded(conversation);
    const where = destination ? ` to ${destination}` : '';
    remember(conversation, {
      role: 'note',
      text: `The transfer${where} was not answered; the caller is back.`,
    });
    return this.speakAndRemember(conversation, this.phrases(conversation).transferFailed);
  }

  smsFailed(conversation: Conversation): CallAction[] {
    this.acting.smsFailed(conversation);
    remember(conversation, { role: 'note', text: 'The text message could not be delivered.' });
    return this.speakAndRemember(conversation, this.phrases(conversation).smsFailed);
  }

  /** A key: a choice of the profile's menu, a digit that was asked for, or nothing that is needed here. */
  async *keyPressed(
    conversation: Conversation,
    key: string,
    options: TurnOptions,
  ): AsyncGenerator<CallAction> {
    if (!this.profileOf(conversation).menu) {
      // A key does not stop what is being played by itself.
      yield { type: 'stop_speaking' };
      yield this.speech(conversation, this.phrases(conversation).keyPressed);
      return;
    }
    // What was announced goes ahead: a key too many must not leave the caller without both.
    if (conversation.closing) return;
    const goodbye = this.climbDown(conversation);
    if (goodbye !== undefined) yield* this.hangUpAfter(conversation, goodbye);
    else yield* this.keypad(conversation, { type: 'key', key, speaking: isSpeaking(conversation) }, options);
  }

  /** The network has waited for words in vain. A keypad that waits for keys answers, otherwise the ladder. */
  async *inputTimedOut(conversation: Conversation, options: TurnOptions): AsyncGenerator<CallAction> {
    if (conversation.closing) return;
    if (!(yield* this.keypad(conversation, { type: 'silence' }, options))) yield* this.silent(conversation);
  }

  /** What the menu of the profile makes of an event. Returns whether it was its business. */
  private async *keypad(
    conversation: Conversation,
    event: KeypadEvent,
    options: TurnOptions,
  ): AsyncGenerator<CallAction, boolean> {
    const { menu } = this.profileOf(conversation);
    if (!menu) return false;
    const { language } = conversation;
    const context = { menu, phrases: this.phrases(conversation), language };
    const { state, step } = nextOnKeypad(context, conversation.keypad ?? {}, event);
    conversation.keypad = state;
    if (step.do === 'pass') return false;
    if (step.do === 'nothing') return true;
    if (event.type === 'key') {
      yield { type: 'stop_speaking' };
      cutOff(conversation, undefined, this.options.clock.nowMs());
    }
    conversation.unheard = [];
    if (step.do === 'ask') {
      yield* this.heard(conversation, step.text, options, false);
      return true;
    }
    if (step.chosen) remember(conversation, { role: 'note', text: `The caller chose key ${step.chosen}.` });
    if (step.do === 'say') {
      yield* this.speakAndRemember(conversation, step.text, step.inputTimeoutMs);
      return true;
    }
    conversation.turns += 1;
    this.acting.turnStarted(conversation);
    const call = { name: 'transfer_call', arguments: { destination: step.destination } } as const;
    yield* this.carryOut(conversation, this.acting.act(call, this.caseOf(conversation, false)));
    this.acting.turnEnded(conversation);
    return true;
  }

  /** The caller says nothing: asked again in other words, then the end that the profile wants. */
  silent(conversation: Conversation): CallAction[] {
    if (conversation.closing) return [];
    const ladder = ladderOf(this.profileOf(conversation).silence, this.phrases(conversation));
    const event = { type: 'silence', nowMs: this.options.clock.nowMs() } as const;
    const { state, step } = nextOnLadder(ladder, conversation.ladder, event);
    conversation.ladder = state;
    switch (step.do) {
      case 'nothing':
        return [];
      case 'say':
        return [this.speech(conversation, step.text)];
      case 'goodbye':
        return this.hangUpAfter(
          conversation,
          step.text,
          step.reason === 'silence' ? 'silence' : 'limit_reached',
        );
      case 'transfer': {
        const call = { name: 'transfer_call', arguments: { destination: step.destination } } as const;
        return this.carryOut(conversation, this.acting.act(call, this.caseOf(conversation, false)));
      }
    }
  }

  /** The caller makes a sound; whether words follow is not known yet. */
  soundStarted(conversation: Conversation): void {
    conversation.soundAtMs = this.options.clock.nowMs();
  }

  speechEnded(conversation: Conversation): void {
    speechEnded(conversation, this.options.clock.nowMs());
    // A key that comes after an answer was heard is meant.
    if (conversation.keypad?.habit) conversation.keypad.habit = undefined;
  }

  /** The caller has spoken over us. What that means decides: go on, be silent, listen, or answer. */
  async *interrupted(
    conversation: Conversation,
    text: string | undefined,
    options: TurnOptions,
  ): AsyncGenerator<CallAction> {
    conversation.interruptions += 1;
    cutOff(conversation, text, this.options.clock.nowMs());
    conversation.soundAtMs = undefined;
    if (conversation.closing || isDigits(conversation, text)) {
      yield* this.heard(conversation, text ?? '', options);
      return;
    }
    switch (BargeInHelper.classify(text, conversation.language)) {
      case BargeInIntent.STOP:
        conversation.unheard = [];
        conversation.unanswered = undefined;
        conversation.asked = undefined;
        return;
      case BargeInIntent.NOISE:
        yield* this.goOn(conversation, options);
        return;
      case BargeInIntent.ACKNOWLEDGMENT:
        if (conversation.unheard.length > 0) yield* this.goOn(conversation, options);
        else yield* this.heard(conversation, text ?? '', options, false);
        return;
      case BargeInIntent.REDIRECT:
        yield this.speech(conversation, this.phrases(conversation).goAhead);
        return;
      default:
        yield* this.heard(conversation, text ?? '', options, false);
    }
  }

  /** Noise has cut us off: the sentences that were not heard are said again, and an answer that was stopped goes on. */
  async *goOn(conversation: Conversation, options: TurnOptions): AsyncGenerator<CallAction> {
    const { unheard } = conversation;
    conversation.unheard = [];
    for (const text of unheard) {
      if (options.signal.aborted) return;
      yield* this.speakAndRemember(conversation, text);
    }
    if (options.signal.aborted) return;
    if (conversation.unanswered === undefined) return;
    const last = conversation.messages.at(-1);
    if (last?.role === 'assistant') {
      const text = 'You were interrupted by a noise. Go on where you stopped; do not repeat yourself.';
      remember(conversation, { role: 'note', text });
    }
    yield* this.reply(conversation, options, this.options.clock.nowMs());
  }

  /** A finished utterance: the whole reply, piece by piece. Ends early, without a word, when the signal aborts. */
  async *heard(
    conversation: Conversation,
    text: string,
    options: TurnOptions,
    /** Words that come before any answer belong to the ones before; an interruption is a thought of its own. */
    continues = true,
  ): AsyncGenerator<CallAction> {
    const { clock, timing } = this.options;
    const sinceMs = clock.nowMs();
    conversation.turns += 1;
    conversation.unheard = [];
    const goodbye = this.climbDown(conversation);
    if (goodbye !== undefined) {
      yield* this.hangUpAfter(conversation, goodbye);
      return;
    }
    const { closing, asked } = conversation;
    // A PIN that is said must not get any further than this.
    if (!closing && (yield* this.keypad(conversation, { type: 'spoken', text }, options))) return;
    conversation.closing = undefined;
    conversation.asked = undefined;
    conversation.confirmed = undefined;
    if (closing && lets(closing, text, conversation.language)) {
      conversation.closing = closing;
      yield { ...closing, after: undefined };
      return;
    }
    if (closing) this.acting.calledOff(conversation);
    if (asked && agrees(text, conversation.language)) {
      rememberCaller(conversation, text);
      conversation.confirmed = true;
      const acted = this.acting.act(asked, this.caseOf(conversation, false));
      // A yes is good for one action.
      conversation.confirmed = undefined;
      yield* this.carryOut(conversation, acted);
      return;
    }
    if (continues) rememberCaller(conversation, text);
    else remember(conversation, { role: 'caller', text });
    conversation.unanswered = text;
    if (isUnfinished(text, conversation.language)) {
      await pause(clock, timing.finishWithinMs, options.signal);
      if (options.signal.aborted) return;
    }
    yield* this.reply(conversation, options, sinceMs);
  }

  private async *reply(
    conversation: Conversation,
    { signal, push }: TurnOptions,
    sinceMs: number,
  ): AsyncGenerator<CallAction> {
    const said: string[] = [];
    let acted = false;
    conversation.failed = undefined;
    // The brain gets a signal of its own: when the agent gives up on it, its request is closed, too.
    const own = new AbortController();
    const brainSignal = AbortSignal.any([signal, own.signal]);
    this.acting.turnStarted(conversation);
    try {
      for await (const spoken of this.spoken(conversation, { signal: brainSignal, push }, sinceMs)) {
        if (signal.aborted) return;
        if (spoken.type === 'say') {
          said.push(spoken.text.trim());
          yield this.speech(conversation, spoken.text);
        } else if (spoken.type === 'filler') {
          yield this.speech(conversation, spoken.text, true);
        } else if (!acted) {
          // One action a turn: a model that repeats itself must not dial twice.
          acted = true;
          if (spoken.call.name === 'switch_language') {
            conversation.language = spoken.call.arguments.language;
            yield* this.switchLanguage(conversation, said);
            if (signal.aborted) return;
          }
          const { say: text, actions } = this.acting.act(
            spoken.call,
            this.caseOf(conversation, said.length > 0),
          );
          // A message counts as sent from here on: nothing may come between that and its leaving.
          yield* actions.filter(({ type }) => type === 'send_sms');
          if (signal.aborted) return;
          if (text !== undefined) {
            said.push(text);
            yield this.speech(conversation, text);
            if (signal.aborted) return;
          }
          yield* actions.filter(({ type }) => type !== 'send_sms');
          if (conversation.closing) break;
        }
      }
      if (signal.aborted) return;
      if (said.length === 0 && !acted) throw new Error('The brain has said nothing');
    } catch (error) {
      if (signal.aborted) return;
      own.abort(error);
      conversation.failed = true;
      this.options.onFailure?.(error);
      const { sorry } = this.phrases(conversation);
      said.push(sorry);
      yield this.speech(conversation, sorry);
    } finally {
      own.abort();
      if (said.length > 0) remember(conversation, { role: 'assistant', text: said.join(' ') });
      if (!signal.aborted) {
        conversation.unanswered = undefined;
        this.runs.told(conversation.callId);
        this.acting.turnEnded(conversation);
      }
    }
  }

  /** The call is over. Its report, if the profile wants one, goes out later. */
  ended(conversation: Conversation): void {
    this.acting.forget(conversation);
    this.runs.forget(conversation.callId);
    const { profiles, reporter, clock } = this.options;
    // Only the webhook of its own profile is told of a call, not that of one which took its place.
    const profile = profiles.byKey(conversation.profileKey);
    if (!reporter || !profile?.afterCall) return;
    const times = { nowMs: clock.nowMs(), epochMs: this.wallMs() };
    reporter.report(endedCall(conversation, profile.name, times), profile.afterCall);
  }

  private spoken(conversation: Conversation, { signal, push }: TurnOptions, sinceMs: number) {
    const { brain, clock, timing } = this.options;
    const { language, callId } = conversation;
    const profile = this.profileOf(conversation);
    const request = {
      profile,
      language,
      messages: [...conversation.messages],
      tools: [...describeTools(profile), ...[...this.tools.values()].map(describeAuthorTool)],
      brief: conversation.interruptions > IMPATIENT_AFTER,
    };
    const reply = replyWithTools(request, {
      brain,
      tools: this.tools,
      runs: this.runs,
      clock,
      context: { signal, language, callId },
      onResult: (message) => remember(conversation, message),
    });
    // Where nothing can be pushed a filler delays the answer by its own length: it waits as long as it may.
    const fillerAfterMs = push ? timing.fillerAfterMs : Math.max(timing.fillerAfterMs, timing.holdAfterMs);
    const patience = { ...timing, fillerAfterMs };
    const fillers = this.phrases(conversation).hold;
    return spokenStream(reply, signal, { clock, language, patience, sinceMs, fillers });
  }

  /** Recognition, voice and stock phrases change together; prompt and sentence cutting follow the language. */
  private *switchLanguage(conversation: Conversation, said: string[]): Generator<CallAction> {
    yield { type: 'listen', languages: [this.voiceOf(conversation).tag] };
    if (said.length > 0) return;
    const text = this.phrases(conversation).languageSwitched;
    said.push(text);
    yield this.speech(conversation, text);
  }

  /** The caller is there: the ladder starts anew. Returns the goodbye of a call that has become too long. */
  private climbDown(conversation: Conversation): string | undefined {
    const ladder = ladderOf(this.profileOf(conversation).silence, this.phrases(conversation));
    const event = { type: 'speech', nowMs: this.options.clock.nowMs() } as const;
    const { state, step } = nextOnLadder(ladder, conversation.ladder, event);
    conversation.ladder = state;
    return step.do === 'goodbye' ? step.text : undefined;
  }

  private carryOut(conversation: Conversation, { say: text, actions }: Acted): CallAction[] {
    const speech = text === undefined ? [] : this.speakAndRemember(conversation, text);
    const isMessage = ({ type }: CallAction) => type === 'send_sms';
    return [...actions.filter(isMessage), ...speech, ...actions.filter((action) => !isMessage(action))];
  }

  private hangUpAfter(
    conversation: Conversation,
    goodbye: string,
    reason: Conversation['closingReason'] = 'limit_reached',
  ): CallAction[] {
    const action = hangUp({ after: 'speech' });
    conversation.closing = action;
    conversation.closingReason = reason;
    return [this.speech(conversation, goodbye), action];
  }

  private speakAndRemember(conversation: Conversation, text: string, inputTimeoutMs?: number): CallAction[] {
    remember(conversation, { role: 'assistant', text });
    return [this.speech(conversation, text, false, inputTimeoutMs)];
  }

  /** Says it in the voice of the call's language, and listens for an answer afterwards. */
  private speech(
    conversation: Conversation,
    text: string,
    aside = false,
    inputTimeoutMs = this.options.timing.inputTimeoutMs,
  ): CallAction {
    const { clock } = this.options;
    noteSpeech(conversation, text.trim(), clock.nowMs(), aside);
    const { voice } = this.voiceOf(conversation);
    return say(text.trim(), { voice, inputTimeoutMs });
  }

  private voiceOf(conversation: Conversation) {
    const profile = this.profileOf(conversation);
    const other = languageOf(profile.language) === conversation.language ? undefined : conversation.language;
    const { voice, language: tag } = (other && profile.languages[other]) ?? profile;
    // ElevenLabs voices speak any language and take no such field.
    const language = voice.language ?? (voice.provider === 'eleven_labs' ? undefined : tag);
    return { tag, voice: { ...voice, language } };
  }

  private caseOf(conversation: Conversation, spoke: boolean) {
    return {
      conversation,
      profile: this.profileOf(conversation),
      phrases: this.phrases(conversation),
      spoke,
    };
  }

  private profileOf({ profileKey, ownNumber, facts }: Conversation): AgentProfile {
    const { profiles } = this.options;
    return filledProfile(profiles.byKey(profileKey) ?? profiles.answering(ownNumber), facts);
  }

  private phrases({ language }: Conversation): Phrases {
    return PHRASES[language];
  }
}

/** Whether what the caller says while it is announced lets the end of the call, or the transfer, go ahead. */
function lets(closing: NonNullable<Conversation['closing']>, text: string, language: Language): boolean {
  if (closing.type === 'hang_up' && isFarewell(text, language)) return true;
  const intent = BargeInHelper.classify(text, language);
  return intent === BargeInIntent.NOISE || intent === BargeInIntent.ACKNOWLEDGMENT;
}

/** By estimate and by what the network tells. */
function isSpeaking({ speaking }: Conversation): boolean {
  return speaking.length > 0;
}

/** Digits over a question for keys are its answer, however short they are. */
function isDigits({ keypad, language }: Conversation, text: string | undefined): boolean {
  return (keypad?.menu ?? keypad?.entry) !== undefined && spokenDigits(text, language) !== undefined;
}

function agrees(text: string, language: Language): boolean {
  return BargeInHelper.classify(text, language) === BargeInIntent.ACKNOWLEDGMENT;
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = clock.after(ms, resolve);
    signal.addEventListener(
      'abort',
      () => {
        stop();
        resolve();
      },
      { once: true },
    );
    if (signal.aborted) resolve();
  });
}
