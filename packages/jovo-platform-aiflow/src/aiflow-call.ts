import { CallQueue, type Clock, SpeechClock, speechDurationMs } from '@jovo-telephony/telephony';
import type { SessionData, StateStack } from '@jovotech/framework';
import type { Turn } from './turn';
import type { AiflowAction, AiflowEvent, SessionInfo } from './wire';

/** Sends actions to the network at once and says whether they left. Absent where a reply can only ride on an event. */
export type Push = (actions: readonly AiflowAction[]) => boolean;

/** What the app wants to happen: now, and once the caller has heard what is being said. */
export interface Reply {
  actions: AiflowAction[];
  afterSpeech: AiflowAction[];
}

/** How long a "speech ended" that never comes is waited for, on top of the estimate (spec 8.4). */
const SPEECH_ENDED_GRACE_MS = 5_000;

/** A legacy `user_barge_in` and the `user_speak` with the same words are one interruption (spec 6.4). */
const SAME_WORDS_WITHIN_MS = 2_000;

/** How long a cut-off turn may go on working before the next one starts without waiting for its end. */
const TURN_PATIENCE_MS = 1_500;

/** Bytes of 16 kHz mono 16-bit audio per millisecond. */
const WAV_BYTES_PER_MS = 32;

/** Everything the platform remembers of one call while it lives. Protocol state only: the dialogue is the app's. */
export class AiflowCall {
  readonly queue: CallQueue;
  readonly speech = new SpeechClock();
  /** The fullest session seen (spec 5.1 trap 2). */
  session: Partial<SessionInfo> & { id: string };
  bargeInCount = 0;
  /** A `transfer` with a timeout has left: the next `session_start` says that it failed (spec 6.1). */
  transferPending = false;
  /** After `hangup` and after a `transfer` without timeout nothing may be sent (spec 4.5). */
  closed = false;
  ended = false;
  lastSeenMs: number;
  /** Language of what was said last, for stock phrases. */
  language?: string;
  push?: Push;
  /** What `push` sends on: a call may move to another connection. */
  connection?: object;
  /** The app's session between two events, where no database keeps it. */
  memory?: { data: SessionData; state?: StateStack };
  /** The turn that the app works on. */
  running?: Turn;
  /** Hold phrases of the wait that goes on. */
  holds = 0;
  /** The HTTP request that came last. */
  newestRequest?: object;
  private started = false;
  private readonly listeners = new Set<() => void>();
  /** Actions that wait until the caller has heard what is being said. */
  private deferred: AiflowAction[] = [];
  /** Actions that were ready after their HTTP request had been answered; they ride on the next one. */
  private late: AiflowAction[] = [];
  private lastBargeIn: { text: string; atMs: number } | undefined;
  /** Turns that a sound has cut off, as long as no words have followed it; `over`: it was noise. */
  private sound: { cutOff: Set<AbortSignal>; over: boolean } | undefined;
  /** What those turns have said since. */
  private held: Reply = { actions: [], afterSpeech: [] };
  /** For a signal that was aborted on request of the app: the one that took its place. */
  private readonly renewed = new WeakMap<AbortSignal, AbortSignal>();
  /** Languages that were asked for last (spec 8.7). */
  private languages: string[] | undefined;

  constructor(
    id: string,
    private readonly clock: Clock,
  ) {
    this.session = { id };
    this.lastSeenMs = clock.nowMs();
    this.queue = new CallQueue({ clock, patienceMs: TURN_PATIENCE_MS });
  }

  /** From now on actions can leave at any time, on this server's connection. */
  connect(server: { push(actions: readonly AiflowAction[]): unknown; connection?: object }): void {
    this.push = (actions) => server.push(actions) !== false;
    this.connection = server.connection;
  }

  /**
   * Takes note of an event the moment it arrives, before it is queued. Returns the event as the app is to see it,
   * or undefined if the app must not see it again.
   */
  arrive(event: AiflowEvent): AiflowEvent | undefined {
    this.lastSeenMs = this.clock.nowMs();
    this.session = { ...this.session, ...event.session };
    const seen = { ...event, session: this.session };
    switch (event.type) {
      case 'session_start':
        return this.start(seen);
      case 'user_barge_in':
        return this.hear(seen);
      case 'user_speak':
        return this.sameWordsAgain(event.text) ? undefined : this.hear(seen);
      case 'assistant_speech_ended':
        this.speech.ended(this.clock.nowMs());
        return seen;
      case 'user_input_timeout':
        // Counted from the end of playback (spec 6.8), so whatever was being said has been heard.
        this.speech.stopped();
        return seen;
      case 'session_end':
        this.ended = true;
        this.forgetPending();
        return seen;
      default:
        return seen;
    }
  }

  /** A repeated start is a failed transfer if one was under way, otherwise the call is simply still there. */
  private start(event: AiflowEvent): AiflowEvent {
    const repeated = this.started;
    const type = this.transferPending ? 'transfer_failed' : event.type;
    this.started = true;
    this.transferPending = false;
    this.closed = false;
    this.speech.stopped();
    this.sound = undefined;
    this.forgetPending();
    return { ...event, type, repeated };
  }

  /** New words make whatever was still to be said or done stale. */
  private hear(event: AiflowEvent): AiflowEvent {
    if (event.barged_in) {
      this.bargeInCount += 1;
      this.speech.stopped();
      if (event.type === 'user_barge_in' && event.text) {
        this.lastBargeIn = { text: event.text, atMs: this.clock.nowMs() };
      }
    }
    this.sound = undefined;
    this.forgetPending();
    return event;
  }

  /** The caller makes a sound. Whether it is the beginning of words or noise is not known yet. */
  hearSound(): void {
    this.sound ??= { cutOff: new Set(), over: false };
    this.sound.over = false;
    this.sound.cutOff.add(this.queue.signal);
    this.queue.interrupt('user_speech_started');
  }

  /** Keeps what a turn says that a sound has cut off, until it is known whether words follow. */
  hold({ actions, afterSpeech }: Reply): void {
    this.held.actions.push(...actions);
    this.held.afterSpeech.push(...afterSpeech);
  }

  /** No words came after a sound: turns that it has cut off may speak after all. Returns what they have said since. */
  soundWasNoise(): Reply {
    if (this.sound) this.sound.over = true;
    const { held } = this;
    this.held = { actions: [], afterSpeech: [] };
    return held;
  }

  /** Whether a turn may speak; `later`: only if the sound that cut it off turns out to be noise. */
  maySpeak(signal: AbortSignal): 'now' | 'later' | 'never' {
    if (!signal.aborted) return 'now';
    if (!this.sound?.cutOff.has(signal)) return 'never';
    return this.sound.over ? 'now' : 'later';
  }

  private sameWordsAgain(text: string | undefined): boolean {
    const before = this.lastBargeIn;
    this.lastBargeIn = undefined;
    return before?.text === text && this.clock.nowMs() - (before?.atMs ?? 0) <= SAME_WORDS_WITHIN_MS;
  }

  /**
   * Aborts what was begun before, for the turn that asks for it. That turn goes on, and those that wait behind it
   * are as new as before.
   */
  cancelPending(turn: Turn): void {
    const cancelled = this.queue.signal;
    this.queue.interrupt();
    this.forgetPending();
    this.renewed.set(cancelled, this.queue.signal);
    turn.signal = this.queue.signal;
  }

  /** The signal of a turn that starts now: cancelling on request of an earlier turn was not meant for it. */
  startingSignal(signal: AbortSignal): AbortSignal {
    const renewed = this.renewed.get(signal);
    return renewed ? this.startingSignal(renewed) : signal;
  }

  /** Drops what has not left yet: late speech and actions that wait for its end. */
  forgetPending(): void {
    this.late = [];
    this.deferred = [];
    this.held = { actions: [], afterSpeech: [] };
    this.holds = 0;
  }

  /** Sends at once. What cannot leave, because the connection is gone, waits for the next one. */
  pushNow(actions: readonly AiflowAction[]): void {
    const leaving = this.upToFarewell(actions);
    if (leaving.length === 0) return;
    if (this.push?.(leaving)) this.sent(leaving);
    else this.keepLate(leaving);
  }

  /** What may still leave: after `hangup`, and after a `transfer` without a way back, nothing (spec 4.5). */
  upToFarewell(actions: readonly AiflowAction[]): AiflowAction[] {
    if (this.closed) return [];
    const last = actions.findIndex((action) => action.type === 'hangup' || isFinalTransfer(action));
    return last < 0 ? [...actions] : actions.slice(0, last + 1);
  }

  /**
   * A recognition setting without languages would silently reset them (spec 8.7): those that hold are added, unless
   * the provider changes too, which is how a reset is asked for.
   */
  keepLanguages(action: AiflowAction): AiflowAction {
    if (action.type !== 'configure_transcription' || !this.languages) return action;
    return action.languages || action.provider ? action : { ...action, languages: this.languages };
  }

  /** Notes what has left for the network: what is being heard, and whether more may follow. */
  sent(actions: readonly AiflowAction[]): void {
    const nowMs = this.clock.nowMs();
    for (const action of actions) {
      switch (action.type) {
        case 'configure_transcription':
          this.languages = action.languages;
          break;
        case 'speak':
          this.speech.sent(speechDurationMs(action.ssml ?? action.text ?? ''), nowMs);
          this.language = action.tts?.language ?? this.language;
          break;
        case 'audio':
          this.speech.sent((action.audio.length * 0.75) / WAV_BYTES_PER_MS, nowMs);
          break;
        case 'barge_in':
          this.speech.stopped();
          break;
        case 'hangup':
          this.closed = true;
          break;
        case 'transfer':
          this.transferPending = !isFinalTransfer(action);
          this.closed = !this.transferPending;
          break;
      }
    }
  }

  defer(actions: readonly AiflowAction[]): void {
    this.deferred.push(...actions);
  }

  /** How long deferred actions wait at most from now; undefined if none do. */
  get deferredForMs(): number | undefined {
    if (this.deferred.length === 0) return undefined;
    const netMs = this.speech.endsAtMs + SPEECH_ENDED_GRACE_MS;
    return this.speech.speaking ? Math.max(0, netMs - this.clock.nowMs()) : 0;
  }

  /** The deferred actions if their time has come: the speech was heard, or its end should have been reported. */
  takeDeferred(): AiflowAction[] {
    if (this.deferredForMs !== 0) return [];
    const { deferred } = this;
    this.deferred = [];
    return deferred;
  }

  keepLate(actions: readonly AiflowAction[]): void {
    this.late.push(...actions);
  }

  takeLate(): AiflowAction[] {
    const { late } = this;
    this.late = [];
    return late;
  }

  /** Moves what the running turn has said so far to what leaves next. */
  takeOutputOfRunningTurn(): void {
    const output = this.running?.takeOutput?.();
    if (!output) return;
    this.keepLate(output.actions);
    this.defer(output.afterSpeech);
  }

  /** Calls back whenever the running turn has said something; returns how to stop that. */
  onOutput(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  outputReady(): void {
    for (const listener of this.listeners) listener();
  }
}

/** Without a timeout a failed transfer ends the call (spec 8.6). */
function isFinalTransfer(action: AiflowAction): boolean {
  return action.type === 'transfer' && action.timeout === undefined;
}
