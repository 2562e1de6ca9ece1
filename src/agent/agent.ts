import { parse } from 'node:path';
import {
  BargeInHelper,
  BargeInIntent,
  type CallAction,
  pause,
  type TransferFailure,
} from '@jovo-telephony/telephony';
import { countedAs, endedCall } from './after-call/ended-call';
import { MESSAGE_FAILED, NOISE, transferNote, WELCOME } from './brain-notes';
import { agrees, isDigits, isMeant, isStop, lets, thinksAloud } from './caller-words';
import { type Conversation, cutOff, remember, rememberCaller, speechEnded } from './conversation';
import { KEYPAD_START, type KeypadEvent, nextOnKeypad } from './keypad';
import { isReturning } from './known-callers';
import { newConversation, type Parties } from './new-conversation';
import { greetingFor } from './profiles/greeting';
import { networkSettings } from './profiles/network-settings';
import { observed, Replying, type TurnOptions } from './replying';
import { type Ending, isEnding } from './silence';
import { isUnfinished } from './unfinished';

export type { Parties } from './new-conversation';
export type { AgentOptions, AgentTiming, NewCall, NewCalls, TurnOptions } from './replying';

/** Who answers: turns what a caller does into what happens next. Holds no call state and knows no network. */
export class Agent extends Replying {
  /** Keeps Jovo from cloning the agent with the app for every event. */
  readonly [Symbol.toStringTag] = 'ByReference';

  /** A new conversation, with whoever answers it. */
  begin(callId: string, parties: Parties): Conversation {
    const { conversation, profile } = newConversation(this.options, callId, parties, this.wallMs());
    // Its servers are there by the time that the greeting was heard.
    this.options.mcp?.of(profile);
    return conversation;
  }

  /** What the network of a call has to know before anything is said. */
  opening(conversation: Conversation): CallAction[] {
    return networkSettings(this.profileOf(conversation), conversation.network);
  }

  /** The call is new: a greeting, or a sentence that says why not and the end of the call. */
  async *answer(
    conversation: Conversation,
    parties: Parties,
    options: TurnOptions,
  ): AsyncGenerator<CallAction> {
    const { limits, observe } = this.options;
    const { profileKey = '', callerNumber, ownNumber, language, direction = 'inbound' } = conversation;
    const call = observed(conversation);
    const { concurrentCalls } = this.profileOf(conversation).limits ?? {};
    const reason = limits?.admit({ ...call, callerNumber, ownNumber, profileKey, concurrentCalls });
    if (reason !== undefined) {
      observe?.({ type: 'call_refused', ...call, reason });
      yield* this.endFromOutside(conversation, 'refused', this.phrases(conversation).allBusy);
      return;
    }
    const { name: profile } = parse(profileKey);
    observe?.({ type: 'call_answered', ...call, profile, language, direction });
    yield* this.greet(conversation, parties, options);
  }

  /** The server is about to stop and can wait no longer. */
  stopping(conversation: Conversation): CallAction[] {
    if (conversation.ending || conversation.closing) return [];
    // There is no time to let the caller hear the rest.
    const stop: CallAction[] = conversation.speaking.length > 0 ? [{ type: 'stop_speaking' }] : [];
    return [...stop, ...this.endFromOutside(conversation, 'stopping', this.phrases(conversation).mustStop)];
  }

  /** Whatever the caller does, this call ends: said once, then not discussed. */
  private endFromOutside(
    conversation: Conversation,
    ending: Conversation['ending'],
    goodbye: string,
  ): CallAction[] {
    conversation.ending = ending;
    return this.hangUpAfter(conversation, goodbye, 'limit_reached');
  }

  /** The first words: the profile's greeting at once, or what the brain makes of it, or one after the other. */
  async *greet(
    conversation: Conversation,
    parties: Parties,
    options: TurnOptions,
  ): AsyncGenerator<CallAction> {
    const { direction } = parties;
    const sinceMs = this.options.clock.nowMs();
    const profile = this.profileOf(conversation);
    const returning = await isReturning(this.options, conversation, profile);
    if (options.signal.aborted) return;
    const greeting = greetingFor(profile, { direction, nowMs: this.wallMs(), returning });
    const { menu, welcome } = profile;
    if (welcome !== 'brain') yield* this.speakAndRemember(conversation, greeting);
    if (welcome !== 'greeting') {
      const text = welcome === 'brain' ? WELCOME.alone(greeting) : WELCOME.after;
      remember(conversation, { role: 'note', text });
      yield* this.reply(conversation, options, sinceMs, welcome === 'brain' ? greeting : '');
      if (options.signal.aborted) return;
    }
    if (!menu) return;
    conversation.keypad = KEYPAD_START;
    yield* this.speakAndRemember(conversation, menu.prompt);
  }

  /** The start of a call that is already known: it was connected again, or the event came twice. */
  resume(conversation: Conversation): CallAction[] {
    return this.speakAndRemember(conversation, this.phrases(conversation).stillHere);
  }

  /**
   * The next number of the destination is tried; after the last one the caller is back in the conversation, and caller
   * and brain are told what the network said of it.
   */
  async transferFailed(
    conversation: Conversation,
    failure: TransferFailure = 'failed',
  ): Promise<CallAction[]> {
    const { destination } = conversation.transfer ?? {};
    conversation.closing = undefined;
    conversation.turns += 1;
    const given = this.caseOf(conversation);
    // Whoever wanted the first number wants the next one.
    const further = await this.acting.transferFurther({ ...given, agreed: true }, failure);
    if (further) return this.carryOut(conversation, further);
    this.acting.turnStarted(given);
    this.acting.turnEnded(given);
    const step = this.climb(conversation, { type: 'transfer_failed', nowMs: this.options.clock.nowMs() });
    if (isEnding(step)) return this.endCall(conversation, step);
    remember(conversation, { role: 'note', text: transferNote(failure, destination) });
    const { transfer } = this.phrases(conversation);
    return this.speakAndRemember(conversation, `${transfer[failure]} ${transfer.anythingElse}`);
  }

  /** Somebody has taken the caller over: there is nobody to speak to any more. */
  transferAnswered(conversation: Conversation): void {
    this.acting.transferAnswered(this.caseOf(conversation));
  }

  smsFailed(conversation: Conversation): CallAction[] {
    this.acting.smsFailed(this.caseOf(conversation));
    remember(conversation, { role: 'note', text: MESSAGE_FAILED });
    return this.speakAndRemember(conversation, this.phrases(conversation).smsFailed);
  }

  /** A key: a choice of the profile's menu, a digit that was asked for, or nothing that is needed here. */
  keyPressed(conversation: Conversation, key: string, options: TurnOptions): AsyncGenerator<CallAction> {
    const speaking = conversation.speaking.length > 0;
    return this.keyed(conversation, { type: 'key', key, speaking }, options);
  }

  /** A whole entry of keys, from a network that has collected it because we asked for it. */
  keysEntered(conversation: Conversation, keys: string, options: TurnOptions): AsyncGenerator<CallAction> {
    return this.keyed(conversation, { type: 'entry', keys }, options);
  }

  private async *keyed(
    conversation: Conversation,
    event: KeypadEvent,
    options: TurnOptions,
  ): AsyncGenerator<CallAction> {
    // What was announced goes ahead: a key too many must not leave the caller without both.
    if (conversation.closing) return;
    if (!this.profileOf(conversation).menu) {
      // A key does not stop what is being played by itself.
      yield { type: 'stop_speaking' };
      yield this.speech(conversation, this.phrases(conversation).keyPressed);
      return;
    }
    const step = this.callerIsThere(conversation);
    if (step) yield* await this.endCall(conversation, step);
    else yield* this.keypad(conversation, event, options);
  }

  /** The network has waited for words in vain. A keypad that waits for keys answers, otherwise the ladder. */
  async *inputTimedOut(conversation: Conversation, options: TurnOptions): AsyncGenerator<CallAction> {
    // What is being said now was not said yet when the wait began: it has a wait of its own.
    if (conversation.closing || options.line?.speaking) return;
    if (!(yield* this.keypad(conversation, { type: 'silence' }, options)))
      yield* await this.silent(conversation);
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
    if (event.type === 'key' || event.type === 'entry') {
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
      yield* this.speakAndRemember(conversation, step.text, step);
      return true;
    }
    if (step.do === 'switch') {
      yield* this.switchLanguage(conversation, step.language);
      return true;
    }
    conversation.turns += 1;
    const given = { ...this.agreedCase(conversation), signal: options.signal };
    this.acting.turnStarted(given);
    const call = { name: 'transfer_call', arguments: { destination: step.destination } } as const;
    yield* this.carryOut(conversation, await this.acting.act(call, given));
    this.acting.turnEnded(given);
    return true;
  }

  /** The caller says nothing: asked again in other words, then the end that the profile wants. */
  async silent(conversation: Conversation): Promise<CallAction[]> {
    if (conversation.closing) return [];
    const step = this.climb(conversation, { type: 'silence', nowMs: this.options.clock.nowMs() });
    if (isEnding(step)) return this.endCall(conversation, step);
    return step.do === 'say' ? [this.speech(conversation, step.text)] : [];
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
    cutOff(conversation, text, this.options.clock.nowMs());
    conversation.soundAtMs = undefined;
    if (conversation.closing || isDigits(conversation, text)) {
      yield* this.heard(conversation, text ?? '', options, false);
      return;
    }
    const meaning = BargeInHelper.classify(text, conversation.language);
    this.options.observe?.({ type: 'interrupted', ...observed(conversation), meaning });
    if (isMeant(meaning)) conversation.interruptions += 1;
    switch (meaning) {
      case BargeInIntent.STOP:
        yield* this.hush(conversation, options);
        return;
      case BargeInIntent.NOISE:
        if (conversation.unheard.length > 0 || conversation.unanswered !== undefined)
          yield* this.goOn(conversation, options);
        else yield* this.waitFor(conversation, options);
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

  /**
   * The caller wants silence. Behind a voice that was cut off a network may count none: where we may speak unasked we
   * count it ourselves, unless keys would have to wait for that.
   */
  private async *hush(conversation: Conversation, options: TurnOptions): AsyncGenerator<CallAction> {
    conversation.unheard = [];
    conversation.unanswered = undefined;
    conversation.asked = undefined;
    if (!options.push || this.profileOf(conversation).menu) return;
    await pause(this.options.clock, this.options.timing.inputTimeoutMs, options.signal);
    if (!options.signal.aborted) yield* this.inputTimedOut(conversation, options);
  }

  /** Noise has cut us off: the sentences that were not heard are said again, and an answer that was stopped goes on. */
  async *goOn(conversation: Conversation, options: TurnOptions): AsyncGenerator<CallAction> {
    const { unheard } = conversation;
    conversation.unheard = [];
    for (const text of unheard) {
      if (options.signal.aborted) return;
      yield* this.speakAndRemember(conversation, text);
    }
    if (options.signal.aborted || conversation.unanswered === undefined) return;
    const last = conversation.messages.at(-1);
    if (last?.role === 'assistant') remember(conversation, { role: 'note', text: NOISE });
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
    const { closing, asked } = conversation;
    if (!closing && thinksAloud(conversation, text)) {
      yield* this.waitFor(conversation, options);
      return;
    }
    conversation.turns += 1;
    conversation.unheard = [];
    if (closing && lets(closing, text, conversation.language)) {
      yield { ...closing, after: undefined };
      return;
    }
    const step = this.callerIsThere(conversation);
    if (step) {
      yield* await this.endCall(conversation, step);
      return;
    }
    // A PIN that is said must not get any further than this.
    if (!closing && (yield* this.keypad(conversation, { type: 'spoken', text }, options))) return;
    conversation.closing = undefined;
    conversation.asked = undefined;
    if (closing) this.acting.calledOff(this.caseOf(conversation));
    if (closing && isStop(text, conversation.language)) {
      rememberCaller(conversation, text);
      yield* this.speakAndRemember(conversation, this.phrases(conversation).keypad.cancelled);
      return;
    }
    if (asked && agrees(text, conversation.language)) {
      rememberCaller(conversation, text);
      const given = { ...this.agreedCase(conversation), signal: options.signal };
      // A yes is good for one action.
      yield* this.carryOut(conversation, await this.acting.act(asked, given));
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

  /**
   * The caller thinks aloud. An answer that this has stopped goes on, unless more words come; otherwise the caller is
   * told once that there is time, and from then on it counts as silence.
   */
  private async *waitFor(conversation: Conversation, options: TurnOptions): AsyncGenerator<CallAction> {
    if (conversation.unanswered !== undefined) {
      await pause(this.options.clock, this.options.timing.finishWithinMs, options.signal);
      if (!options.signal.aborted) yield* this.goOn(conversation, options);
    } else if (conversation.thinking) {
      yield* this.inputTimedOut(conversation, options);
    } else if (!options.line?.speaking) {
      conversation.thinking = true;
      yield this.speech(conversation, this.phrases(conversation).takeYourTime);
    }
  }

  /** The call is over. Its report, if the profile wants one, goes out later. */
  ended(conversation: Conversation): Promise<void> | undefined {
    this.records.forget(conversation);
    this.runs.forget(conversation.callId);
    const { profiles, reporter, clock, limits, observe } = this.options;
    const call = observed(conversation);
    limits?.ended(call);
    observe?.({ type: 'call_over', ...call, outcome: countedAs(conversation, clock.nowMs()) });
    // Only the webhook of its own profile is told of a call, not that of one which took its place.
    const profile = profiles.byKey(conversation.profileKey);
    const { afterCall } = profile ?? {};
    if (!reporter || !profile || !afterCall) return undefined;
    const times = { nowMs: clock.nowMs(), epochMs: this.wallMs() };
    const over = endedCall(conversation, profile.name, times);
    const mine = this.records.claimReport(conversation);
    if (mine instanceof Promise)
      return mine.then((is) => is && reporter.report(over, afterCall)).then(() => {});
    if (mine) reporter.report(over, afterCall);
    return undefined;
  }

  /** The ladder starts anew. Returns the end of a call that has become too long, or has cost too much. */
  private callerIsThere(conversation: Conversation): Ending | undefined {
    conversation.thinking = undefined;
    const type = conversation.closing ? 'called_off' : 'speech';
    const step = this.climb(conversation, { type, nowMs: this.options.clock.nowMs() });
    return isEnding(step) ? step : undefined;
  }
}
