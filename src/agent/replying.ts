import {
  type CallAction,
  type Clock,
  hangUp,
  type LadderEvent,
  type LadderStep,
  type Observe,
  type ObservedCall,
  type SpeechClock,
  say,
} from '@jovo-telephony/telephony';
import { type Acted, Acting, type Verdict } from './acting';
import type { CallReporter } from './after-call/after-call';
import { type AuthorTool, describeAuthorTool } from './author-tools';
import type { Brain, Language, TokenUsage, ToolDescription } from './brain';
import type { CallRecords } from './call-record';
import { type Conversation, noteSpeech, remember } from './conversation';
import type { KnownCallers } from './known-callers';
import type { McpTools } from './mcp/mcp-tools';
import { MemoryRecords } from './memory-records';
import { languageOf, PHRASES, type Phrases } from './phrases';
import type { AgentProfile } from './profiles/profile';
import { filledProfile } from './profiles/profile-fill';
import { offeredLanguages, profileIn } from './profiles/profile-language';
import type { Profiles } from './profiles/profiles';
import { climb, type Ending, isEnding, ladderOf, noteUsage } from './silence';
import { spokenStream } from './spoken-stream';
import { replyWithTools } from './tool-rounds';
import { ToolRuns } from './tool-runs';
import { describeTools } from './tools';
import type { Patience } from './waiting';

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
  /** The tools of the profiles' MCP servers. */
  mcp?: Pick<McpTools, 'of'>;
  /** The time of day in Unix milliseconds, for greetings, opening hours and budgets. */
  wallMs?(): number;
  /** Told when a turn fails. The error may hold what was said: log its kind only. */
  onFailure?(error: unknown): void;
  /** Without it nobody is a returning caller. */
  knownCallers?: KnownCallers;
  /** Told of calls that are over, where their profile asks for a report. */
  reporter?: Pick<CallReporter, 'report'>;
  /** Told of every verdict of the policy. */
  onVerdict?(verdict: Verdict): void;
  /** What is written down of calls. Without it, in memory. */
  records?: CallRecords;
  /** Told what happens, for metrics and logs. */
  observe?: Observe;
  /** Decides which new calls are answered. Absent: all. */
  limits?: NewCalls;
}

/** Who says how many calls are answered, and how often. */
export interface NewCalls {
  /** Undefined lets the call in; anything else is the limit that stands against it. */
  admit(call: NewCall): string | undefined;
  /** The call is over, whether it was let in or not. */
  ended(call: ObservedCall): void;
}

/** A call that wants to be answered. */
export interface NewCall extends ObservedCall {
  /** Digits of the caller; undefined if withheld. */
  callerNumber?: string;
  /** Digits of our own number. */
  ownNumber?: string;
  /** Who answers, and how many calls that is allowed at the same time; undefined: any number. */
  profileKey: string;
  concurrentCalls?: number;
}

/** How a turn reaches the caller. */
export interface TurnOptions {
  /** Aborted when the caller says something new. */
  signal: AbortSignal;
  /** Whether speech can leave at any time, so that a filler does not stand in the answer's way. */
  push: boolean;
  /** What the network tells of the sound on the line while the turn goes on. Absent: there is only the estimate. */
  line?: Pick<SpeechClock, 'onEnded' | 'speaking'>;
}

/** How an answer to what is said is waited for. */
export type AnswerWait = Pick<Extract<CallAction, { type: 'speak' }>, 'inputTimeoutMs' | 'keys'>;

/** Why a brain is left. Made once: an error takes note of where it was made, which takes its time. */
const OVER = new DOMException('The reply is over', 'AbortError');

/** From so many interruptions on a caller gets short answers. */
const IMPATIENT_AFTER = 3;

/** One reply: what the brain says and asks for, in the profile's voice, within the caller's patience. */
export class Replying {
  protected readonly acting: Acting;
  protected readonly records: CallRecords;
  protected readonly wallMs: () => number;
  protected readonly tools: ReadonlyMap<string, AuthorTool>;
  protected readonly runs = new ToolRuns();
  /** What a model is told of the author's tools; the same for every turn. */
  private readonly authorTools: readonly ToolDescription[];

  constructor(protected readonly options: AgentOptions) {
    this.wallMs = options.wallMs ?? Date.now;
    const nowIso = () => new Date(this.wallMs()).toISOString();
    this.tools = new Map(options.tools?.map((tool) => [tool.name, tool]));
    this.authorTools = [...this.tools.values()].map(describeAuthorTool);
    this.records = options.records ?? new MemoryRecords(() => nowIso().slice(0, 10));
    this.acting = new Acting({ records: this.records, nowIso, onVerdict: options.onVerdict });
  }

  protected async *reply(
    conversation: Conversation,
    { signal, ...how }: TurnOptions,
    sinceMs: number,
    /** Said when the reply comes to nothing; the apology unless told. Nothing at all, if it is empty. */
    otherwise?: string,
  ): AsyncGenerator<CallAction> {
    const said: string[] = [];
    const lastAnswer = conversation.messages.findLast((message) => message.role === 'assistant')?.text;
    let acted = false;
    let judged = false;
    let waited = false;
    const call = observed(conversation);
    conversation.failed = undefined;
    // The brain gets a signal of its own: when the agent gives up on it, its request is closed, too.
    const own = new AbortController();
    const leave = () => own.abort(signal.reason);
    signal.addEventListener('abort', leave);
    if (signal.aborted) leave();
    this.acting.turnStarted(this.caseOf(conversation));
    try {
      for await (const spoken of this.spoken(conversation, { ...how, signal: own.signal }, sinceMs)) {
        if (signal.aborted) return;
        if (spoken.type === 'say') {
          if (said.length === 0) {
            const afterMs = this.options.clock.nowMs() - sinceMs;
            this.options.observe?.({ type: 'answer_began', ...call, afterMs });
          }
          said.push(spoken.text.trim());
          yield this.speech(conversation, spoken.text);
        } else if (spoken.type === 'filler') {
          if (!waited) conversation.waits = (conversation.waits ?? 0) + 1;
          waited = true;
          this.options.observe?.({ type: 'filler_said', ...call });
          yield this.speech(conversation, spoken.text, true);
        } else if (spoken.type === 'unanswered') {
          judged = true;
          const step = this.turnEnded(conversation, false);
          // The end of the call takes the place of another "I do not know".
          if (!isEnding(step)) continue;
          acted = true;
          yield* await this.endCall(conversation, step);
          break;
        } else if (!acted) {
          // One action a turn: a model that repeats itself must not dial twice.
          acted = true;
          if (spoken.call.name === 'switch_language') {
            yield* this.switchLanguage(conversation, spoken.call.arguments.language, said);
            if (signal.aborted) return;
          }
          const asked = { ...this.caseOf(conversation, said.length > 0), signal };
          const { say: text, actions } = await this.acting.act(spoken.call, asked);
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
      if (judged || conversation.closing) return;
      // Whoever says the same again has not got any further.
      const step = this.turnEnded(conversation, said.join(' ') !== lastAnswer);
      if (isEnding(step)) yield* await this.endCall(conversation, step);
    } catch (error) {
      if (signal.aborted) return;
      own.abort(error);
      conversation.failed = true;
      this.options.onFailure?.(error);
      this.options.observe?.({ type: 'answer_failed', ...call, error });
      const step = this.turnEnded(conversation, false);
      if (isEnding(step)) {
        yield* await this.endCall(conversation, step);
        return;
      }
      const text = otherwise ?? this.phrases(conversation).sorry;
      if (text === '') return;
      said.push(text);
      yield this.speech(conversation, text);
    } finally {
      signal.removeEventListener('abort', leave);
      own.abort(OVER);
      if (said.length > 0) remember(conversation, { role: 'assistant', text: said.join(' ') });
      if (!signal.aborted) {
        conversation.unanswered = undefined;
        this.runs.told(conversation.callId);
        this.acting.turnEnded(this.caseOf(conversation));
      }
    }
  }

  private spoken(conversation: Conversation, { signal, push, line }: TurnOptions, sinceMs: number) {
    const { brain, clock, timing } = this.options;
    const { language, callId } = conversation;
    const profile = this.profileOf(conversation);
    const served = this.options.mcp?.of(profile) ?? [];
    const request = {
      profile,
      language,
      messages: [...conversation.messages],
      tools: [
        ...describeTools(profile, conversation.lacks),
        ...this.authorTools,
        ...served.map(describeAuthorTool),
      ],
      brief: conversation.interruptions > IMPATIENT_AFTER,
      onUsage: (usage: TokenUsage) => noteUsage(conversation, usage),
    };
    const reply = replyWithTools(request, {
      brain,
      tools: new Map([...this.tools, ...served.map((tool) => [tool.name, tool] as const)]),
      runs: this.runs,
      marks: this.records.of(conversation, profile.name),
      clock,
      context: { signal, language, callId },
      onResult: (message) => remember(conversation, message),
    });
    // Where nothing can be pushed a filler delays the answer by its own length: it waits as long as it may.
    const fillerAfterMs = push ? timing.fillerAfterMs : Math.max(timing.fillerAfterMs, timing.holdAfterMs);
    const patience = { ...timing, fillerAfterMs };
    const { hold, holdOn } = this.phrases(conversation);
    const fillers = [hold[(conversation.waits ?? 0) % hold.length] ?? '', ...holdOn];
    return spokenStream(reply, signal, {
      clock,
      language: () => conversation.language,
      patience,
      sinceMs,
      fillers,
      line,
    });
  }

  private turnEnded(conversation: Conversation, progress: boolean): LadderStep {
    return this.climb(conversation, { type: 'turn_ended', progress, nowMs: this.options.clock.nowMs() });
  }

  /** Where the call stands on its ladder after an event. */
  protected climb(conversation: Conversation, event: LadderEvent): LadderStep {
    const ladder = ladderOf(this.profileOf(conversation).silence, this.phrases(conversation));
    return climb(conversation, ladder, event);
  }

  /** The end that the ladder wants. A transfer that may not be is a goodbye; who has heard it hears another one. */
  protected async endCall(conversation: Conversation, step: Ending): Promise<CallAction[]> {
    const { goodbye, silentGoodbye, noProgress } = this.phrases(conversation);
    const reason = step.reason === 'silence' ? 'silence' : 'limit_reached';
    if (step.do === 'goodbye') return this.hangUpAfter(conversation, step.text || goodbye, reason);
    const call = { name: 'transfer_call', arguments: { destination: step.destination } } as const;
    const acted = await this.acting.act(call, this.agreedCase(conversation));
    if (acted.actions.length > 0) return this.carryOut(conversation, acted);
    return this.hangUpAfter(conversation, reason === 'silence' ? silentGoodbye : noProgress, reason);
  }

  protected hangUpAfter(
    conversation: Conversation,
    goodbye: string,
    reason: Conversation['closingReason'],
  ): CallAction[] {
    const action = hangUp({ after: 'speech' });
    conversation.closing = action;
    conversation.closingReason = reason;
    return [this.speech(conversation, goodbye), action];
  }

  /**
   * Everything changes together: what is listened for, the voice, the prompt, how sentences are cut, stock phrases, and
   * what an interruption means. All of it follows the conversation's language. `said`: what was said in this turn.
   */
  protected *switchLanguage(
    conversation: Conversation,
    to: Language,
    said: string[] = [],
  ): Generator<CallAction> {
    const isOffered = offeredLanguages(this.profileOf(conversation)).includes(to);
    if (isOffered) {
      conversation.language = to;
      yield { type: 'listen', languages: [this.voiceOf(conversation).tag] };
    }
    if (said.length > 0) return;
    const { languageSwitched, languageNotOffered } = this.phrases(conversation);
    const text = isOffered ? languageSwitched : languageNotOffered;
    said.push(text);
    yield this.speech(conversation, text);
  }

  protected carryOut(conversation: Conversation, { say: text, actions }: Acted): CallAction[] {
    const speech = text === undefined ? [] : this.speakAndRemember(conversation, text);
    const isMessage = ({ type }: CallAction) => type === 'send_sms';
    return [...actions.filter(isMessage), ...speech, ...actions.filter((action) => !isMessage(action))];
  }

  protected speakAndRemember(conversation: Conversation, text: string, wait: AnswerWait = {}): CallAction[] {
    remember(conversation, { role: 'assistant', text });
    return [this.speech(conversation, text, false, wait)];
  }

  /** Says it in the voice of the call's language, and listens for an answer afterwards. */
  protected speech(
    conversation: Conversation,
    text: string,
    aside = false,
    { inputTimeoutMs = this.options.timing.inputTimeoutMs, keys }: AnswerWait = {},
  ): CallAction {
    const { clock } = this.options;
    noteSpeech(conversation, text.trim(), clock.nowMs(), aside);
    const { voice } = this.voiceOf(conversation);
    return say(text.trim(), { voice, inputTimeoutMs, ...(keys && { keys }) });
  }

  protected voiceOf(conversation: Conversation) {
    const profile = this.profileOf(conversation);
    const other = languageOf(profile.language) === conversation.language ? undefined : conversation.language;
    const { voice, language: tag } = (other && profile.languages[other]) ?? profile;
    // ElevenLabs voices speak any language and take no such field.
    const language = voice.language ?? (voice.provider === 'eleven_labs' ? undefined : tag);
    return { tag, voice: { ...voice, language } };
  }

  /** For what needs no further yes. */
  protected agreedCase(conversation: Conversation) {
    return { ...this.caseOf(conversation), agreed: true };
  }

  protected caseOf(conversation: Conversation, spoke = false) {
    return {
      conversation,
      profile: this.profileOf(conversation),
      phrases: this.phrases(conversation),
      spoke,
    };
  }

  /** Who answers, with the texts of the language that is spoken now. */
  protected profileOf({ profileKey, ownNumber, facts, language }: Conversation): AgentProfile {
    const { profiles } = this.options;
    const profile = profiles.byKey(profileKey) ?? profiles.answering(ownNumber);
    return profileIn(filledProfile(profile, facts), language);
  }

  protected phrases({ language }: Conversation): Phrases {
    return PHRASES[language];
  }
}

/** A call as whoever measures knows it. */
export function observed({ network = 'unknown', callId }: Conversation): ObservedCall {
  return { network, callId };
}
