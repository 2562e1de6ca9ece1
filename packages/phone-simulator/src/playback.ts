/** What the caller hears: a queue of speech and clips, who may interrupt it, and the silence after it. */
import type { Clock, TimerHandle } from './clock';
import type { BargeInConfig } from './sipgate/wire';
import { heardPart, ONSET_MS } from './speech';

/** Who may interrupt a sound: by one of sipgate's strategies (spec 9), or by a number of words, as AudioCodes counts. */
export type Interruption = BargeInConfig | { strategy: 'minimum_words'; minimum_words: number };

/**
 * ```
 *            enqueue                 last sound ended
 *   idle ------------> speaking ----------------------> idle | listening
 *     ^                    | stop (interrupted)             |      | timeout, voice, enqueue
 *     +--------------------+--------------------------------+------+
 *   any --- close ---> closed
 * ```
 */
export type PlaybackState = 'idle' | 'speaking' | 'listening' | 'closed';

/** Who ended a sound before its end. */
export type CutBy = 'caller' | 'barge_in' | 'hangup' | 'transfer' | 'call_end';

/** One `speak` or `audio` to be played. */
export interface Sound {
  kind: 'speak' | 'audio';
  /** What is understood when it is heard in full; a clip has a description in brackets. */
  text: string;
  ssml?: string;
  durationMs: number;
  /** Asked whenever the caller talks, so that a getter may change its mind while the sound plays. */
  bargeIn: Interruption;
  /** `user_input_timeout_seconds` in milliseconds (spec 8.1). */
  inputTimeoutMs?: number;
}

/** How a sound ended. */
export interface Hearing {
  heardText: string;
  heardMs: number;
  cutBy?: CutBy;
}

/** Told what happens, in order. */
export interface PlaybackListener {
  started(sound: Sound): void;
  ended(sound: Sound, hearing: Hearing): void;
  /** The queue is empty and the state is `idle` or `listening`. */
  ranDry(): void;
  /** An `assistant_speech_ended` is due (spec 6.7). */
  speechEnded(): void;
  /** A `user_input_timeout` is due (spec 6.8). */
  inputTimedOut(): void;
}

/** The answers to the open questions of spec 15 that concern playback. */
export interface PlaybackOptions {
  /** `assistant_speech_ended` after each action, or once when the queue has run dry (question 3). */
  speechEnded: 'per_action' | 'per_queue';
  /** Whether an interrupted sound is followed by `assistant_speech_ended` too (question 3). */
  speechEndedAfterCut: boolean;
  /** What a key press does to a running input timeout (question 10). */
  keyPress: 'keeps' | 'restarts' | 'cancels';
}

export const PLAYBACK_DEFAULTS: PlaybackOptions = {
  speechEnded: 'per_action',
  speechEndedAfterCut: false,
  keyPress: 'keeps',
};

/** Nobody said anything about interrupting (spec 9, defaults). */
export const DEFAULT_BARGE_IN: BargeInConfig = { strategy: 'minimum_characters', minimum_characters: 3 };

interface Voice {
  startedAtMs: number;
  durationMs: number;
  characters: number;
  words: number;
  interrupted: boolean;
}

/** Plays one call's sounds on `clock`. Knows no wire and no network. */
export class Playback {
  readonly #clock: Clock;
  readonly #listener: PlaybackListener;
  readonly #options: PlaybackOptions;
  readonly #queue: Sound[] = [];
  #state: PlaybackState = 'idle';
  #current: Sound | undefined;
  #startedAtMs = 0;
  #endTimer: TimerHandle;
  #interruptTimer: TimerHandle;
  #inputTimer: TimerHandle;
  #inputTimeoutMs: number | undefined;
  #voice: Voice | undefined;

  constructor(clock: Clock, listener: PlaybackListener, options: Partial<PlaybackOptions> = {}) {
    this.#clock = clock;
    this.#listener = listener;
    this.#options = { ...PLAYBACK_DEFAULTS, ...options };
  }

  get state(): PlaybackState {
    return this.#state;
  }

  /** What is playing now, and for how long. */
  get current(): { sound: Sound; playedMs: number } | undefined {
    if (!this.#current) return undefined;
    return { sound: this.#current, playedMs: this.#clock.now() - this.#startedAtMs };
  }

  /** How long everything that plays or waits will still take. */
  get leftMs(): number {
    if (!this.#current) return 0;
    const queuedMs = this.#queue.reduce((sum, sound) => sum + sound.durationMs, 0);
    return this.#startedAtMs + this.#current.durationMs - this.#clock.now() + queuedMs;
  }

  /** Adds a sound behind those that wait (spec 15, question 11: queued, not replaced). */
  enqueue(sound: Sound): void {
    if (this.#state === 'closed') return;
    this.#stopListening();
    // The timeout of the *last* speak counts, also when it has none; a clip has no say in it (spec 6.8).
    if (sound.kind === 'speak') this.#inputTimeoutMs = sound.inputTimeoutMs;
    this.#queue.push(sound);
    if (this.#state !== 'speaking') this.#play();
  }

  /** Stops what plays and forgets what waits: the `barge_in` action, or an interruption. */
  stop(cutBy: CutBy): void {
    this.#queue.length = 0;
    this.#stopListening();
    this.#inputTimeoutMs = undefined;
    const sound = this.#current;
    if (!sound) return;
    if (this.#state !== 'closed') this.#state = 'idle';
    this.#finish(sound, cutBy);
    if (this.#options.speechEndedAfterCut && this.state !== 'closed') this.#listener.speechEnded();
  }

  /** Stops and forgets every sound that `keep` does not want; those it wants are played on. */
  keepOnly(keep: (sound: Sound) => boolean, cutBy: CutBy): void {
    const kept = this.#queue.filter(keep);
    if (this.#current && keep(this.#current)) {
      this.#queue.splice(0, this.#queue.length, ...kept);
      return;
    }
    this.stop(cutBy);
    for (const sound of kept) this.enqueue(sound);
  }

  /** Ends everything, for good. Emits no further event. */
  close(cutBy: CutBy): void {
    this.#state = 'closed';
    this.#voice = undefined;
    this.stop(cutBy);
  }

  /** The caller starts to talk and will go on for `durationMs`; noise has no characters (spec 9). */
  voiceStarts(characters: number, durationMs: number, words = characters > 0 ? 1 : 0): void {
    this.#stopListening();
    this.#inputTimeoutMs = undefined;
    this.#voice = { startedAtMs: this.#clock.now(), durationMs, characters, words, interrupted: false };
    this.#awaitInterruption();
  }

  /** The caller stops talking. Returns whether that interrupted the agent. */
  voiceEnds(): boolean {
    this.#clock.clearTimeout(this.#interruptTimer);
    const interrupted = this.#voice?.interrupted ?? false;
    this.#voice = undefined;
    return interrupted;
  }

  /** A key does not stop playback (spec 6.5). */
  keyPressed(): void {
    if (this.#state !== 'listening' || this.#options.keyPress === 'keeps') return;
    this.#stopListening();
    if (this.#options.keyPress === 'restarts' && this.#inputTimeoutMs !== undefined)
      this.#listen(this.#inputTimeoutMs);
  }

  #play(): void {
    for (let sound = this.#queue.shift(); sound; sound = this.#queue.shift()) {
      const playing = sound;
      this.#state = 'speaking';
      this.#current = playing;
      this.#startedAtMs = this.#clock.now();
      this.#listener.started(playing);
      if (this.#current !== playing) return;
      if (playing.durationMs > 0) {
        this.#endTimer = this.#clock.setTimeout(() => this.#playedOut(playing), playing.durationMs);
        this.#awaitInterruption();
        return;
      }
      this.#end(playing);
    }
    if (this.#state === 'speaking') this.#ranDry();
  }

  #playedOut(sound: Sound): void {
    this.#end(sound);
    if (this.#state === 'speaking') this.#play();
  }

  #end(sound: Sound): void {
    this.#finish(sound);
    const due = this.#options.speechEnded === 'per_action' || this.#queue.length === 0;
    if (due && this.#state !== 'closed') this.#listener.speechEnded();
  }

  #finish(sound: Sound, cutBy?: CutBy): void {
    const heardMs = cutBy
      ? Math.min(this.#clock.now() - this.#startedAtMs, sound.durationMs)
      : sound.durationMs;
    this.#clock.clearTimeout(this.#endTimer);
    this.#clock.clearTimeout(this.#interruptTimer);
    this.#current = undefined;
    const heardText =
      cutBy && sound.kind === 'audio' ? sound.text : heardPart(sound.text, heardMs, sound.durationMs);
    this.#listener.ended(sound, { heardText, heardMs, cutBy });
  }

  #ranDry(): void {
    this.#state = 'idle';
    if (this.#inputTimeoutMs !== undefined && !this.#voice) this.#listen(this.#inputTimeoutMs);
    this.#listener.ranDry();
  }

  #listen(timeoutMs: number): void {
    this.#state = 'listening';
    this.#inputTimer = this.#clock.setTimeout(() => {
      this.#stopListening();
      this.#inputTimeoutMs = undefined;
      this.#listener.inputTimedOut();
    }, timeoutMs);
  }

  #stopListening(): void {
    this.#clock.clearTimeout(this.#inputTimer);
    if (this.#state === 'listening') this.#state = 'idle';
  }

  /** When the voice of the caller gets to interrupt the sound that plays, if it does (spec 9). */
  #awaitInterruption(): void {
    const voice = this.#voice;
    const sound = this.#current;
    if (!voice || !sound) return;
    const noticedAfterMs = noticeAfterMs(sound.bargeIn, voice);
    if (noticedAfterMs === undefined) return;
    const protectedMs = 'allow_after_ms' in sound.bargeIn ? sound.bargeIn.allow_after_ms : 0;
    const allowedAtMs = this.#startedAtMs + (protectedMs ?? 0);
    const atMs = Math.max(voice.startedAtMs + noticedAfterMs, allowedAtMs);
    if (atMs > voice.startedAtMs + voice.durationMs) return;
    this.#clock.clearTimeout(this.#interruptTimer);
    const interrupt = () => {
      voice.interrupted = true;
      this.stop('caller');
    };
    const inMs = atMs - this.#clock.now();
    if (inMs <= 0) interrupt();
    else this.#interruptTimer = this.#clock.setTimeout(interrupt, inMs);
  }
}

function noticeAfterMs(bargeIn: Interruption, voice: Voice): number | undefined {
  switch (bargeIn.strategy) {
    case 'immediate':
      return Math.min(ONSET_MS, voice.durationMs);
    case 'minimum_characters': {
      const needed = bargeIn.minimum_characters ?? 3;
      return voice.characters < needed ? undefined : (voice.durationMs * needed) / voice.characters;
    }
    case 'minimum_words': {
      // A word counts when it is over.
      const needed = Math.max(1, bargeIn.minimum_words);
      return voice.words < needed ? undefined : (voice.durationMs * needed) / voice.words;
    }
    case 'manual':
    case 'none':
      return undefined;
  }
}
