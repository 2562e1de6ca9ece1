import {
  BargeInHelper,
  BargeInIntent,
  type CallAction,
  type Clock,
  hangUp,
  phoneDigits,
  say,
  sendSms,
  transfer,
} from '@jovo-telephony/telephony';
import type { Brain, ToolCall } from './brain';
import { type Conversation, newConversation, remember } from './conversation';
import { isFarewell } from './farewell';
import { languageOf, PHRASES, type Phrases } from './phrases';
import type { AgentProfile } from './profile';
import type { Profiles } from './profiles';
import { spokenStream } from './spoken-stream';

export interface AgentTiming {
  holdAfterMs: number;
  answerWithinMs: number;
  inputTimeoutMs: number;
}

export interface AgentOptions {
  profiles: Profiles;
  brain: Brain;
  clock: Clock;
  timing: AgentTiming;
  /** Told when a turn fails. The error may hold what was said: log its kind only. */
  onFailure?(error: unknown): void;
}

/** The numbers of a call as a network gives them. */
export interface Parties {
  direction?: 'inbound' | 'outbound';
  from?: string;
  to?: string;
}

/** Who answers: turns what a caller does into what happens next. Holds no call state and knows no network. */
export class Agent {
  /** Keeps Jovo from cloning the agent with the app for every event. */
  readonly [Symbol.toStringTag] = 'ByReference';

  constructor(private readonly options: AgentOptions) {}

  /** A new conversation. Ours is the called number of an inbound call and the calling one of an outbound call. */
  begin(parties: Parties): Conversation {
    const outbound = parties.direction === 'outbound';
    const own = outbound ? parties.from : parties.to;
    const { language } = this.options.profiles.answering(own);
    return newConversation(languageOf(language), {
      callerNumber: phoneDigits(outbound ? parties.to : parties.from),
      ownNumber: phoneDigits(own),
    });
  }

  greet(conversation: Conversation, parties: Parties): CallAction[] {
    const profile = this.profileOf(conversation);
    const greeting =
      parties.direction === 'outbound' ? (profile.outboundGreeting ?? profile.greeting) : profile.greeting;
    return this.speakAndRemember(conversation, greeting);
  }

  /** The start of a call that is already known: it was connected again, or the event came twice. */
  resume(conversation: Conversation): CallAction[] {
    return this.speakAndRemember(conversation, this.phrases(conversation).stillHere);
  }

  transferFailed(conversation: Conversation): CallAction[] {
    conversation.closing = undefined;
    remember(conversation, { role: 'note', text: 'The transfer failed; the caller is back in this call.' });
    return this.speakAndRemember(conversation, this.phrases(conversation).transferFailed);
  }

  smsFailed(conversation: Conversation): CallAction[] {
    remember(conversation, { role: 'note', text: 'The text message could not be delivered.' });
    return this.speakAndRemember(conversation, this.phrases(conversation).smsFailed);
  }

  keyPressed(conversation: Conversation): CallAction[] {
    // A key does not stop what is being played by itself.
    return [{ type: 'stop_speaking' }, ...this.speech(conversation, this.phrases(conversation).keyPressed)];
  }

  /** The caller says nothing: asked twice in different words, then a goodbye. */
  silent(conversation: Conversation): CallAction[] {
    if (conversation.closing) return [];
    const { areYouThere, silentGoodbye } = this.phrases(conversation);
    const question = areYouThere[conversation.silences];
    conversation.silences += 1;
    return question ? this.speech(conversation, question) : this.hangUpAfter(conversation, silentGoodbye);
  }

  /** The caller has interrupted. Words that ask for nothing get no answer: the caller wants the floor, or silence. */
  interrupted(
    conversation: Conversation,
    text: string | undefined,
    signal: AbortSignal,
  ): AsyncIterable<CallAction> {
    if (conversation.closing) return this.heard(conversation, text ?? '', signal);
    return BargeInHelper.shouldSilentAcknowledge(text, conversation.language)
      ? nothing()
      : this.heard(conversation, text ?? '', signal);
  }

  /** A finished utterance: the whole reply, piece by piece. Ends early, without a word, when the signal aborts. */
  async *heard(conversation: Conversation, text: string, signal: AbortSignal): AsyncGenerator<CallAction> {
    conversation.silences = 0;
    const { closing } = conversation;
    conversation.closing = undefined;
    if (closing && lets(closing, text, conversation)) {
      conversation.closing = closing;
      yield { ...closing, after: undefined };
      return;
    }
    remember(conversation, { role: 'caller', text });
    conversation.unanswered = text;
    yield* this.reply(conversation, signal);
  }

  /** Noise has cut an answer off before it was complete: it is given again. */
  async *takeUpAgain(conversation: Conversation, signal: AbortSignal): AsyncGenerator<CallAction> {
    if (conversation.unanswered !== undefined) yield* this.reply(conversation, signal);
  }

  private async *reply(conversation: Conversation, signal: AbortSignal): AsyncGenerator<CallAction> {
    const { brain, clock, timing, onFailure } = this.options;
    const said: string[] = [];
    let acted = false;
    let holds = 0;
    try {
      const request = {
        profile: this.profileOf(conversation),
        language: conversation.language,
        messages: [...conversation.messages],
      };
      const stream = brain.reply(request, signal);
      const options = { clock, language: conversation.language, ...timing };
      for await (const spoken of spokenStream(stream, signal, options)) {
        if (spoken.type === 'say') {
          said.push(spoken.text);
          yield* this.speech(conversation, spoken.text);
        } else if (spoken.type === 'hold') {
          const { hold } = this.phrases(conversation);
          yield* this.speech(conversation, hold[holds++ % hold.length] ?? '');
        } else if (!acted) {
          // One action a turn: a model that repeats itself must not dial twice.
          acted = true;
          yield* this.act(conversation, spoken.call, said);
          if (conversation.closing) break;
        }
      }
      if (signal.aborted) return;
      if (said.length === 0 && !acted) throw new Error('The brain has said nothing');
    } catch (error) {
      if (signal.aborted) return;
      onFailure?.(error);
      yield* this.speech(conversation, this.phrases(conversation).sorry);
    } finally {
      if (said.length > 0) remember(conversation, { role: 'assistant', text: said.join('').trim() });
      if (!signal.aborted) conversation.unanswered = undefined;
    }
  }

  /** What a tool call does. Numbers come from the profile and the call, never from the brain. */
  private *act(conversation: Conversation, call: ToolCall, said: string[]): Generator<CallAction> {
    const phrases = this.phrases(conversation);
    const announce = (text: string) => {
      said.push(text);
      return this.speech(conversation, text);
    };
    switch (call.name) {
      case 'hang_up':
        if (said.length === 0) yield* announce(phrases.goodbye);
        yield this.close(conversation, hangUp({ after: 'speech' }));
        return;
      case 'transfer_call': {
        const profile = this.profileOf(conversation);
        const name = call.arguments.destination;
        const destination = Object.hasOwn(profile.destinations, name)
          ? profile.destinations[name]
          : undefined;
        if (!destination) {
          yield* announce(phrases.noSuchDestination);
          return;
        }
        yield* announce(destination.announce);
        const action = transfer({
          number: destination.number,
          displayName: profile.name,
          displayNumber: conversation.ownNumber ?? destination.number,
          timeoutSeconds: destination.timeoutSeconds,
          after: 'speech',
        });
        yield this.close(conversation, action);
        return;
      }
      case 'send_sms':
        if (!conversation.callerNumber) {
          yield* announce(phrases.smsNeedsNumber);
          return;
        }
        yield sendSms(conversation.callerNumber, call.arguments.text);
        if (said.length === 0) yield* announce(phrases.smsSent);
    }
  }

  private hangUpAfter(conversation: Conversation, goodbye: string): CallAction[] {
    return [...this.speech(conversation, goodbye), this.close(conversation, hangUp({ after: 'speech' }))];
  }

  private close(conversation: Conversation, action: NonNullable<Conversation['closing']>): CallAction {
    conversation.closing = action;
    return action;
  }

  private speakAndRemember(conversation: Conversation, text: string): CallAction[] {
    remember(conversation, { role: 'assistant', text });
    return this.speech(conversation, text);
  }

  /** Says it in the profile's voice, and listens for an answer afterwards. */
  private speech(conversation: Conversation, text: string): CallAction[] {
    const { voice, language } = this.profileOf(conversation);
    // ElevenLabs voices speak any language and take no such field.
    const spoken = voice.language ?? (voice.provider === 'eleven_labs' ? undefined : language);
    const { inputTimeoutMs } = this.options.timing;
    return [say(text.trim(), { voice: { ...voice, language: spoken }, inputTimeoutMs })];
  }

  private profileOf({ ownNumber }: Conversation): AgentProfile {
    return this.options.profiles.answering(ownNumber);
  }

  private phrases({ language }: Conversation): Phrases {
    return PHRASES[language];
  }
}

/** Whether what the caller says while it is announced lets the end of the call, or the transfer, go ahead. */
function lets(
  closing: NonNullable<Conversation['closing']>,
  text: string,
  { language }: Conversation,
): boolean {
  if (closing.type === 'hang_up' && isFarewell(text, language)) return true;
  const intent = BargeInHelper.classify(text, language);
  return intent === BargeInIntent.NOISE || intent === BargeInIntent.ACKNOWLEDGMENT;
}

async function* nothing(): AsyncGenerator<CallAction> {}
