import type { CallFact } from '@jovo-telephony/dialer';
import { type CallAction, hangUp, pause } from '@jovo-telephony/telephony';
import { Agent, type AgentOptions, type Parties, type TurnOptions } from './agent';
import { type Conversation, cutOff, rememberCaller } from './conversation';
import { OPTED_OUT, wantsNoCalls } from './opt-out';

/** What the dialer knows of our calls, and is told of them. */
export interface OutboundCalls {
  /** Which of our calls a conversation is; undefined if somebody else has placed it. */
  find(start: {
    conversationId: string;
    metadata?: Readonly<Record<string, unknown>>;
    number?: string;
  }): Promise<{ key: string; metadata?: Record<string, unknown> } | undefined>;
  note(key: string, fact: CallFact): Promise<void>;
}

/** What is kept of a call that we have placed. Plain data. */
export interface OutboundState {
  /** Names the call for the dialer. */
  key?: string;
  /** Names of what whoever has ordered the call has given it. */
  metadata?: readonly string[];
  /** Nobody has picked up yet. */
  ringing?: true;
  /** The person called may say hello first. */
  awaitsHello?: true;
  greetedAtMs?: number;
  /** An answering machine has taken the call. */
  machine?: 'greeting' | 'recording';
}

export interface OutboundAgentOptions extends AgentOptions {
  outbound?: OutboundCalls;
}

/** How long the start of a call waits for the dialer's records. */
const FIND_WITHIN_MS = 500;

/** Short words over the first sentences are how people pick up a phone, not an answer. */
const HELLO_WITHIN_MS = 4_000;
const HELLO_WORDS = 4;

/** The agent on calls that we have placed: who picks up, a person or a machine, decides what happens. */
export class OutboundAgent extends Agent {
  constructor(private readonly given: OutboundAgentOptions) {
    super(given);
  }

  /** Who is on the line, with what the dialer wants the conversation to know. */
  async recognised(callId: string, parties: Parties): Promise<Parties & { key?: string }> {
    const { outbound, clock } = this.given;
    if (parties.direction !== 'outbound' || !outbound) return parties;
    const { metadata, to: number } = parties;
    const found = outbound.find({ conversationId: callId, metadata, number }).catch(() => undefined);
    const late = new AbortController();
    const call = await Promise.race([found, pause(clock, FIND_WITHIN_MS, late.signal).then(() => undefined)]);
    late.abort();
    if (!call) return parties;
    return { ...parties, key: call.key, metadata: { ...texts(call.metadata), ...metadata } };
  }

  override begin(callId: string, { key, ...parties }: Parties & { key?: string }): Conversation {
    const conversation = super.begin(callId, parties);
    if (parties.direction === 'outbound')
      conversation.outbound = { key, metadata: namesIn(parties.metadata, key) };
    return conversation;
  }

  /** It is being set up: everything is known, and nobody can hear us. */
  initiated(conversation: Conversation): void {
    conversation.outbound = { ...conversation.outbound, ringing: true };
    this.tell(conversation, { type: 'initiated', conversationId: conversation.callId });
  }

  override async *answer(
    conversation: Conversation,
    parties: Parties,
    options: TurnOptions,
  ): AsyncGenerator<CallAction> {
    if (conversation.outbound?.ringing) {
      conversation.outbound.ringing = undefined;
      conversation.startedAtMs = this.wallMs();
    }
    this.tell(conversation, { type: 'started', conversationId: conversation.callId });
    yield* super.answer(conversation, parties, options);
  }

  override async *greet(
    conversation: Conversation,
    parties: Parties,
    options: TurnOptions,
  ): AsyncGenerator<CallAction> {
    const { outbound } = conversation;
    const { waitForHelloSeconds = 0 } = this.profileOf(conversation).outbound ?? {};
    if (outbound && outbound.greetedAtMs === undefined && waitForHelloSeconds > 0) {
      outbound.awaitsHello = true;
      await pause(this.options.clock, waitForHelloSeconds * 1000, options.signal);
      if (options.signal.aborted) return;
      outbound.awaitsHello = undefined;
    }
    if (outbound) outbound.greetedAtMs = this.options.clock.nowMs();
    yield* super.greet(conversation, parties, options);
  }

  override async *heard(
    conversation: Conversation,
    text: string,
    options: TurnOptions,
    continues = true,
  ): AsyncGenerator<CallAction> {
    const { outbound, direction } = conversation;
    if (outbound?.machine) return;
    if (outbound && wantsNoCalls(text, conversation.language)) {
      rememberCaller(conversation, text);
      yield* this.hangUpWith(conversation, this.phrases(conversation).optedOut, OPTED_OUT);
      return;
    }
    if (outbound?.awaitsHello) {
      outbound.awaitsHello = undefined;
      outbound.greetedAtMs = this.options.clock.nowMs();
      rememberCaller(conversation, text);
      yield* super.greet(conversation, { direction }, options);
      return;
    }
    yield* super.heard(conversation, text, options, continues);
  }

  override async *interrupted(
    conversation: Conversation,
    text: string | undefined,
    options: TurnOptions,
  ): AsyncGenerator<CallAction> {
    if (conversation.outbound?.machine) return;
    if (this.isHello(conversation, text)) {
      cutOff(conversation, text, this.options.clock.nowMs());
      if (conversation.unheard.length > 0) {
        yield* this.goOn(conversation, options);
        return;
      }
    }
    yield* super.interrupted(conversation, text, options);
  }

  override async *inputTimedOut(
    conversation: Conversation,
    options: TurnOptions,
  ): AsyncGenerator<CallAction> {
    if (!conversation.outbound?.machine) yield* super.inputTimedOut(conversation, options);
  }

  /**
   * An answering machine: we are silent while it speaks, then leave what the profile wants left, and hang up. What the
   * conversation was about is not said to a machine.
   */
  machineDetected(conversation: Conversation, machine: 'greeting' | 'recording'): CallAction[] {
    const before = conversation.outbound?.machine;
    conversation.outbound = { ...conversation.outbound, machine, awaitsHello: undefined };
    this.tell(conversation, { type: 'machine', kind: machine === 'greeting' ? 'voicemail' : 'message_time' });
    if (before === 'recording') return [];
    cutOff(conversation, undefined, this.options.clock.nowMs());
    conversation.unheard = [];
    conversation.unanswered = undefined;
    conversation.asked = undefined;
    conversation.closing = undefined;
    if (machine === 'greeting') return [];
    const message = this.profileOf(conversation).outbound?.voicemail;
    return message === undefined
      ? [this.closed(conversation, hangUp({ outcome: 'machine' }))]
      : this.hangUpWith(conversation, message, 'voicemail');
  }

  override ended(conversation: Conversation, reason?: string): Promise<void> | undefined {
    const { outbound, closing } = conversation;
    const result = closing?.type === 'hang_up' ? closing.outcome : undefined;
    this.tell(conversation, { type: 'ended', reason, result });
    // Nobody was there: there is no call to report on.
    if (!outbound?.ringing) return super.ended(conversation);
    this.records.forget(conversation);
    return undefined;
  }

  /** Said to the end, whatever is said over it. */
  private hangUpWith(conversation: Conversation, text: string, outcome: string): CallAction[] {
    const [speech] = this.speakAndRemember(conversation, text);
    const said = speech?.type === 'speak' ? { ...speech, interruption: { by: 'never' as const } } : speech;
    return [...(said ? [said] : []), this.closed(conversation, hangUp({ after: 'speech', outcome }))];
  }

  private closed(conversation: Conversation, action: ReturnType<typeof hangUp>): CallAction {
    conversation.closing = action;
    conversation.closingReason = undefined;
    return action;
  }

  private isHello({ outbound, turns, language }: Conversation, text = ''): boolean {
    if (outbound?.greetedAtMs === undefined || turns > 0 || wantsNoCalls(text, language)) return false;
    const words = text.trim().split(/\s+/).length;
    return words <= HELLO_WORDS && this.options.clock.nowMs() - outbound.greetedAtMs <= HELLO_WITHIN_MS;
  }

  private tell({ outbound }: Conversation, fact: CallFact): void {
    if (outbound?.key === undefined) return;
    this.given.outbound?.note(outbound.key, fact).catch((error: unknown) => this.options.onFailure?.(error));
  }
}

/** The most names that are kept. */
const MAX_NAMES = 32;

/** Names that a profile could use, without the one that carries the key. What may be a number is no name. */
function namesIn(metadata: Parties['metadata'] = {}, key?: string): string[] | undefined {
  const names = Object.keys(metadata).filter(
    (name) => metadata[name] !== key && /^[\w.-]{1,64}$/.test(name) && !/\d{4}/.test(name),
  );
  return names.length > 0 ? names.slice(0, MAX_NAMES) : undefined;
}

/** What placeholders can hold. */
function texts(metadata: Record<string, unknown> | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata ?? {}).flatMap(([key, value]) =>
      ['string', 'number', 'boolean'].includes(typeof value) ? [[key, String(value)]] : [],
    ),
  );
}
