/** What of the caller's words is understood: the recogniser listens not always (spec 6.1, 6.3.9 of the product). */
import type { Clock, TimerHandle } from '../clock';
import type { Playback } from '../playback';
import type { Scope } from './scope';

export interface RecogniserListener {
  /** Interim words (spec 3.7). */
  hypothesis(text: string): void;
  /** One utterance, or several joined (continuous recognition). Resolves when it is out. */
  recognised(text: string): Promise<void>;
  /** The caller makes a sound that is listened to. */
  speechBegins(): void;
  changed(): void;
}

/** Recognition starts a few tenths of a second before a prompt ends, so that no first word is lost. */
const EARLY_MS = 300;
/** A recogniser does not report each word. */
const HYPOTHESIS_EVERY_MS = 400;

interface Voice {
  text: string;
  startedAtMs: number;
  durationMs: number;
}

export class Recogniser {
  readonly #clock: Clock;
  readonly #scope: Scope;
  readonly #playback: Playback;
  readonly #listener: RecogniserListener;
  /** Since when it listens whatever the barge-in setting is; undefined: it does not. */
  #openSinceMs: number | undefined;
  #voice: Voice | undefined;
  #hypothesisTimers: TimerHandle[] = [];
  /** Utterances that wait to be joined (spec 5.3, continuousASR). */
  #collected: string[] = [];
  #joinTimer: TimerHandle;
  #joining = false;

  constructor(clock: Clock, scope: Scope, playback: Playback, listener: RecogniserListener) {
    this.#clock = clock;
    this.#scope = scope;
    this.#playback = playback;
    this.#listener = listener;
  }

  /** Whether it is the caller's turn, whatever the barge-in setting is. */
  get isOpen(): boolean {
    return this.#openSinceMs !== undefined || this.#scope.flag('bargeIn');
  }

  /** Whether the caller would be understood now. */
  get listens(): boolean {
    return this.isOpen && this.#scope.flag('enableSpeechInput');
  }

  /** Whether utterances wait to be joined. */
  get joins(): boolean {
    return this.#joining;
  }

  open(): void {
    this.#openSinceMs ??= this.#clock.now();
  }

  /** An utterance was sent, or a prompt begins: words are ignored until the queue has been played. */
  close(): void {
    this.#openSinceMs = undefined;
  }

  voiceStarts(text: string, durationMs: number): void {
    this.#voice = { text, startedAtMs: this.#clock.now(), durationMs };
    if (this.listens) this.#listener.speechBegins();
    this.#clock.clearTimeout(this.#joinTimer);
    if (this.#scope.wants('speechHypothesis')) this.#planHypotheses(text, durationMs);
  }

  /** The caller stops; returns the words that were listened to, of those that were said. */
  voiceEnds(interrupted: boolean): string {
    for (const timer of this.#hypothesisTimers.splice(0)) this.#clock.clearTimeout(timer);
    const voice = this.#voice;
    this.#voice = undefined;
    if (!voice) return '';
    if (interrupted || this.#scope.flag('bargeIn')) return this.listens ? voice.text : '';
    const sinceMs = this.#openSinceMs ?? this.#openEarlyAtMs();
    if (sinceMs === undefined) return '';
    return wordsSince(voice, sinceMs);
  }

  /** An utterance is complete: it is sent, or joins those that are collected. */
  async utterance(text: string): Promise<void> {
    if (!this.#scope.flag('continuousASR')) return this.#listener.recognised(text);
    this.#collected.push(text);
    this.#joining = true;
    this.#joinTimer = this.#clock.setTimeout(
      () => void this.flush(),
      this.#scope.number('continuousASRTimeoutInMS'),
    );
    this.#listener.changed();
  }

  /** Sends what was collected, if anything: the silence is over, or the key was pressed. */
  async flush(): Promise<boolean> {
    this.#clock.clearTimeout(this.#joinTimer);
    this.#joining = false;
    const text = this.#collected.splice(0).join(' ');
    if (text === '') return false;
    await this.#listener.recognised(text);
    return true;
  }

  stop(): void {
    this.close();
    this.#collected = [];
    this.#joining = false;
    this.#clock.clearTimeout(this.#joinTimer);
    for (const timer of this.#hypothesisTimers.splice(0)) this.#clock.clearTimeout(timer);
  }

  #openEarlyAtMs(): number | undefined {
    const leftMs = this.#playback.leftMs;
    return leftMs > 0 && leftMs < EARLY_MS ? this.#clock.now() - (EARLY_MS - leftMs) : undefined;
  }

  #planHypotheses(text: string, durationMs: number): void {
    const words = text.split(/\s+/).filter(Boolean);
    let lastMs = 0;
    for (let count = 1; count < words.length; count++) {
      const atMs = (durationMs * count) / words.length;
      if (atMs - lastMs < HYPOTHESIS_EVERY_MS) continue;
      lastMs = atMs;
      const part = words.slice(0, count).join(' ').toLowerCase();
      const tell = () => this.listens && this.#listener.hypothesis(part);
      this.#hypothesisTimers.push(this.#clock.setTimeout(tell, atMs));
    }
  }
}

/** The words of `voice` that begin at `sinceMs` or later. */
function wordsSince({ text, startedAtMs, durationMs }: Voice, sinceMs: number): string {
  const missed = durationMs > 0 ? (sinceMs - startedAtMs) / durationMs : 0;
  if (missed <= 0) return text;
  const words = text.split(/\s+/).filter(Boolean);
  return words.slice(Math.ceil(words.length * missed)).join(' ');
}
