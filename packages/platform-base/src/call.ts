import { CallQueue, type Clock, type Observe, SpeechClock } from '@jovo-telephony/telephony';
import type { CallHold, KeptCall, KeptSession } from './call-keeper';
import { type CallState, newState, type Reply, tombstoneOf } from './call-state';
import { Outbox } from './outbox';
import { RecentKeys } from './recent-keys';
import type { Turn } from './turn';
import { WaitingEar } from './waiting-ear';
import type { Wire, WireTypes } from './wire';

/**
 * Sends actions to the network at once and says whether they left; a promise where that is known only later. Absent
 * where a reply can only ride on an event.
 */
export type Push<T extends WireTypes> = (actions: readonly T['action'][]) => boolean | Promise<boolean>;

/** What a call needs of its surroundings. */
export interface CallWorld<T extends WireTypes> {
  wire: Wire<T>;
  clock: Clock;
  /** Milliseconds since 1970. Compared with those of other processes only. */
  epochMs(): number;
  /** Told what happens, for metrics and logs. */
  observe?: Observe;
}

/** How long a "speech ended" that never comes is waited for, on top of the estimate. */
const SPEECH_ENDED_GRACE_MS = 5_000;

/**
 * A sound without words for so long was noise. The words come when the caller has finished speaking, so this is also
 * the longest sentence that is not taken for noise.
 */
const WORDS_FOLLOW_WITHIN_MS = 6_000;

/** The same where the voice was cut off by the sound: words were recognised by then, and they may go on for longer. */
const CUT_OFF_BY_WORDS_MS = 10_000;

/** A voice that is heard to its end over a sound of so long was not cut off: nothing was recognised in it. */
const RECOGNISED_WITHIN_MS = 1_000;
const HEARD_ON_FOR_MS = 700;

/** How long a cut-off turn may go on working before the next one starts without waiting for its end. */
const TURN_PATIENCE_MS = 1_500;

/** Everything the platform remembers of one call while it lives. Protocol only: the dialogue is the app's. */
export class Call<T extends WireTypes> {
  readonly queue: CallQueue;
  /** What survives this process. */
  state: CallState<T>;
  speech: SpeechClock;
  push?: Push<T>;
  /** What `push` sends on: a call may move to another connection. */
  connection?: unknown;
  /** The app's session between two events, where no database keeps it. */
  memory?: KeptSession;
  /** The turn that the app works on. */
  running?: Turn<T>;
  /** The HTTP request that came last. */
  newestRequest?: object;
  /** While this process works on the call. */
  hold?: CallHold;
  /** Ends what began with the hold. */
  letGo?: () => void;
  /** While this process waits for another one to let go of the call. */
  taking?: Promise<void>;
  /** The answer that is being worked on, where a repeated event must get the same. */
  answering?: Promise<void>;
  /** Keys of events whose turns have ended since the call was kept last. */
  private handled: string[] = [];
  /** Keys of events that have come, whether or not their turns have ended. */
  readonly recentKeys = new RecentKeys();
  /** What has left while the call was waited for. */
  private leftMeanwhile: T['action'][] = [];
  private originMs: number;
  private readonly ear = new WaitingEar();
  private turnCount = 0;
  private readonly listeners = new Set<() => void>();
  /** Turns that a sound has cut off, as long as no words have followed it. */
  private readonly cutOff = new Set<AbortSignal>();
  /** For a signal that was aborted on request of the app: the one that took its place. */
  private readonly renewed = new WeakMap<AbortSignal, AbortSignal>();
  private readonly outbox = new Outbox<T['action']>({
    push: (actions) => this.push?.(actions),
    isStale: (signal) => this.maySpeak(signal) === 'never',
    stranded: (actions) => this.notSent(actions),
  });

  constructor(
    readonly id: string,
    private readonly world: CallWorld<T>,
  ) {
    this.originMs = world.clock.nowMs();
    this.state = newState(id, world.epochMs(), world.wire.newNotes());
    this.speech = new SpeechClock(this.state.speech);
    this.queue = new CallQueue({ clock: world.clock, patienceMs: TURN_PATIENCE_MS });
  }

  get network(): string {
    return this.world.wire.network;
  }

  /** The call's own time: milliseconds since it began, in whichever process that was. */
  get nowMs(): number {
    return this.world.clock.nowMs() - this.originMs;
  }

  get ended(): boolean {
    return this.state.ended;
  }

  get closed(): boolean {
    return this.state.closed;
  }

  /** Where the wire keeps what only it needs to remember. */
  get notes(): T['notes'] {
    return this.state.notes;
  }

  /** Everything that another process needs to go on. Live: see the port. `over`: no turn waits or runs. */
  keep(over: boolean): KeptCall {
    const { state, memory: session, handled } = this;
    // What is left then are turns that were left behind.
    if (over) state.unfinished = [];
    state.revision += 1;
    this.handled = [];
    const kept = over && state.ended ? tombstoneOf(state, this.world.wire.newNotes()) : state;
    return { version: 1, state: kept as CallState<WireTypes>, session, handled, ended: state.ended };
  }

  /** Goes on where another process stopped, unless this one has got further while the store was away. */
  restore({ state, session }: KeptCall): void {
    if (state.revision < this.state.revision) return;
    this.state = state as CallState<T>;
    this.speech = new SpeechClock(this.state.speech);
    this.originMs = this.world.clock.nowMs() - (this.world.epochMs() - state.beganAtEpochMs);
    this.memory = session ?? this.memory;
    this.cutOff.clear();
  }

  /** Another process has gone on with the call: whatever it keeps is newer. */
  outdated(): void {
    this.state.revision = -1;
  }

  /** As new: the call that had this id is over. */
  begin(): void {
    this.originMs = this.world.clock.nowMs();
    const { revision } = this.state;
    this.state = { ...newState(this.id, this.world.epochMs(), this.world.wire.newNotes()), revision };
    this.speech = new SpeechClock(this.state.speech);
    this.memory = undefined;
  }

  /** What the event with this key was answered with, as long as it was the last one. */
  answerTo(key: string | undefined): T['action'][] {
    const { answered } = this.state;
    return answered && answered.key === key ? answered.actions : [];
  }

  /** The number of the next event. */
  get nextNumber(): number {
    this.turnCount += 1;
    return this.turnCount;
  }

  /** A turn waits or runs. */
  turnBegins(turn: Turn<T>, again?: true): void {
    turn.unfinished = { event: turn.event, ...(again && { again }) };
    this.state.unfinished.push(turn.unfinished);
  }

  /** Takes out the events whose turns another process has left, except those that were begun anew before. */
  takeUnfinished(): T['event'][] {
    const { unfinished } = this.state;
    this.state.unfinished = [];
    return unfinished.filter(({ again }) => !again).map(({ event }) => event);
  }

  turnEnds(turn: Turn<T>): void {
    this.state.unfinished = this.state.unfinished.filter((other) => other !== turn.unfinished);
    if (turn.key !== undefined) this.handled.push(turn.key);
    // A turn that was left behind may end while another one runs.
    if (this.running === turn) this.running = undefined;
  }

  /** From now on actions can leave at any time, on this server's connection. */
  connect(server: { push(actions: readonly T['action'][]): unknown; connection?: unknown }): void {
    this.push = (actions) => {
      const left = server.push(actions);
      return left instanceof Promise ? left.then((value) => value !== false) : left !== false;
    };
    this.connection = server.connection;
    this.state.connectedAtMs = this.nowMs;
  }

  /**
   * Takes note of an event the moment it arrives, before it is queued. Returns the event as the app is to see it,
   * or undefined if the app must not see it again.
   */
  arrive(raw: T['event']): T['event'] | undefined {
    const { wire } = this.world;
    const { state } = this;
    state.lastSeenMs = this.nowMs;
    const event = wire.inCourse?.(raw, this) ?? raw;
    state.info = { ...state.info, ...wire.info(event), id: this.id };
    if (wire.isNews && !wire.isNews(event, state.notes, this.nowMs)) return undefined;
    const seen = wire.withInfo(event, state.info);
    const { means, awaitsAnswer } = wire.rule(event.type);
    if (awaitsAnswer) this.ear.waits(this.nowMs);
    switch (means) {
      case 'start':
        return this.start(seen);
      case 'words':
        this.hear(wire.bargedIn(event));
        return seen;
      case 'speech_ended':
        if (this.speech.ended(this.nowMs)) this.ear.speechEnded(this.nowMs);
        this.heardOverSound();
        return seen;
      case 'silence':
        this.speech.silent(this.nowMs);
        return seen;
      case 'transfer_failed':
        this.comesBack();
        return seen;
      case 'end':
        state.ended = true;
        this.forgetPending();
        return seen;
      default:
        return seen;
    }
  }

  /** A repeated start is a failed transfer if one was under way, otherwise the call is simply still there. */
  private start(event: T['event']): T['event'] {
    const { started, transferPending } = this.state;
    this.state.started = true;
    this.comesBack();
    if (!started && !transferPending) return event;
    return this.world.wire.startedAgain(event, { repeated: started, transferring: transferPending });
  }

  /** The caller is with us, and nobody is saying anything. */
  private comesBack(): void {
    this.state.transferPending = false;
    this.state.closed = false;
    this.speech.stopped();
    this.forgetSound();
    this.forgetPending();
  }

  /** New words make whatever was still to be said or done stale. */
  private hear(bargedIn: boolean): void {
    if (bargedIn) {
      this.state.bargeInCount += 1;
      this.speech.stopped();
    }
    this.forgetSound();
    this.forgetPending();
  }

  /** The caller makes a sound. Whether it is the beginning of words or noise is not known yet. */
  hearSound(): void {
    if (!this.state.sound) this.cutOff.clear();
    const { nowMs, speech } = this;
    const cuts = speech.remainingMs(nowMs) > 0;
    const noiseAtMs = nowMs + (cuts ? CUT_OFF_BY_WORDS_MS : WORDS_FOLLOW_WITHIN_MS);
    this.state.sound = { atMs: nowMs, over: false, noiseAtMs };
    this.cutOff.add(this.queue.signal);
    this.queue.interrupt('the caller makes a sound');
  }

  private forgetSound(): void {
    delete this.state.sound;
    this.cutOff.clear();
  }

  /** What was being said has been heard to its end, although the caller makes a sound: then there are no words in it. */
  private heardOverSound(): void {
    const { sound } = this.state;
    if (!sound || sound.over) return;
    const { nowMs } = this;
    const isLong = nowMs - sound.atMs >= RECOGNISED_WITHIN_MS;
    const noiseAtMs = isLong ? nowMs + HEARD_ON_FOR_MS : sound.atMs + WORDS_FOLLOW_WITHIN_MS;
    sound.noiseAtMs = Math.min(sound.noiseAtMs, noiseAtMs);
  }

  /** How long until a sound that no words have followed was noise; undefined if none is waited for. */
  get noiseInMs(): number | undefined {
    const { sound } = this.state;
    return sound && !sound.over ? Math.max(0, sound.noiseAtMs - this.nowMs) : undefined;
  }

  /** Keeps what a turn says that a sound has cut off, until it is known whether words follow. */
  holdBack({ actions, afterSpeech }: Reply<T>): void {
    this.state.held.actions.push(...actions);
    this.state.held.afterSpeech.push(...afterSpeech);
  }

  /** No words came after a sound: turns that it has cut off may speak after all. Returns what they have said since. */
  soundWasNoise(): Reply<T> {
    const { held, sound } = this.state;
    if (sound) sound.over = true;
    this.state.held = { actions: [], afterSpeech: [] };
    return held;
  }

  /** Whether a turn may speak; `later`: only if the sound that cut it off turns out to be noise. */
  maySpeak(signal: AbortSignal): 'now' | 'later' | 'never' {
    if (!signal.aborted) return 'now';
    if (!this.cutOff.has(signal)) return 'never';
    return this.state.sound?.over ? 'now' : 'later';
  }

  /**
   * Aborts what was begun before, for the turn that asks for it. That turn goes on, and those that wait behind it
   * are as new as before.
   */
  cancelPending(turn: Turn<T>): void {
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
    this.state.late = [];
    this.state.deferred = [];
    this.state.held = { actions: [], afterSpeech: [] };
    this.state.holds = 0;
  }

  /** Sends at once. What cannot leave, because the connection is gone, waits for the next one. */
  pushNow(actions: readonly T['action'][]): void {
    const leaving = this.upToFarewell(actions);
    if (leaving.length === 0) return;
    this.hold?.beforeAnswer?.();
    if (this.outbox.send(leaving, this.queue.signal)) this.sent(leaving);
    else this.keepLate(leaving);
  }

  /** The end of what is on its way, where pushing takes time. */
  get pushed(): Promise<void> | undefined {
    return this.outbox.settled;
  }

  /** Takes back what was noted of actions that could not leave after all: they leave with the next chance. */
  notSent(actions: readonly T['action'][]): void {
    const effects = actions.map((action) => this.world.wire.effect(action));
    if (effects.some(({ closes }) => closes)) this.state.closed = false;
    if (effects.some(({ transfers }) => transfers)) this.state.transferPending = false;
    this.speech.stopped();
    this.state.late.unshift(...actions);
  }

  /** What may still leave: after a farewell nothing. */
  upToFarewell(actions: readonly T['action'][]): T['action'][] {
    if (this.state.closed) return [];
    const last = actions.findIndex((action) => this.world.wire.effect(action).closes);
    return last < 0 ? [...actions] : actions.slice(0, last + 1);
  }

  /** Notes what leaves for the network: what is being heard, and whether more may follow. */
  sent(actions: readonly T['action'][]): void {
    const { wire } = this.world;
    const { state } = this;
    if (actions.length === 0) return;
    if (this.running) this.running.acted = true;
    if (this.hold) {
      this.hold.noteActions(actions);
    } else if (this.taking) {
      this.leftMeanwhile.push(...actions);
      return;
    }
    for (const action of actions) {
      const { speaksForMs, language, stopsSpeech, closes, transfers } = wire.effect(action);
      wire.left?.(action, state.notes, this.nowMs);
      if (speaksForMs !== undefined) this.soundSent(speaksForMs);
      if (language) state.language = language;
      if (stopsSpeech) this.speech.stopped();
      if (closes) state.closed = true;
      if (transfers) state.transferPending = true;
    }
  }

  private soundSent(durationMs: number): void {
    const { speech, nowMs, id: callId } = this;
    const { observe, wire } = this.world;
    const silence = this.ear.sound(nowMs, speech.speaking ? speech.endsAtMs : undefined);
    if (silence) observe?.({ type: 'silence_ended', network: wire.network, callId, ...silence });
    speech.sent(durationMs, nowMs);
  }

  /** What has left while the call was waited for, which has not been noted or was noted on a state of before. */
  noteMeanwhile(): void {
    const meanwhile = this.leftMeanwhile;
    if (meanwhile.length === 0) return;
    this.leftMeanwhile = [];
    this.sent(meanwhile);
  }

  defer(actions: readonly T['action'][]): void {
    this.state.deferred.push(...actions);
  }

  /** How long deferred actions wait at most from now; undefined if none do. */
  get deferredForMs(): number | undefined {
    if (this.state.deferred.length === 0) return undefined;
    const netMs = this.speech.endsAtMs + SPEECH_ENDED_GRACE_MS;
    return this.speech.speaking ? Math.max(0, netMs - this.nowMs) : 0;
  }

  /** The deferred actions if their time has come: the speech was heard, or its end should have been reported. */
  takeDeferred(): T['action'][] {
    if (this.deferredForMs !== 0) return [];
    const { deferred } = this.state;
    this.state.deferred = [];
    return deferred;
  }

  keepLate(actions: readonly T['action'][]): void {
    this.state.late.push(...actions);
  }

  takeLate(): T['action'][] {
    const { late } = this.state;
    this.state.late = [];
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
