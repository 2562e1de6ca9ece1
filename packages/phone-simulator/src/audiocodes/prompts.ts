/** Activities that make a sound, and the gateway's own prompts (spec 4.1, 4.2, 6.1). */
import type { Interruption, Sound } from '../playback';
import { speechDurationMs, ssmlBreaksMs, wordsOf } from '../speech';
import { durationOfAudio } from './audio-duration';
import type { Scope } from './scope';
import type { Synthesis, TtsCache } from './tts-cache';
import { type BotActivity, isSsml, type Parameters } from './wire';

/** A sound of the prompt queue, and what must be known of it later. */
export interface Prompt extends Sound {
  /** The array it came in; the gateway's own have none. */
  batch?: number;
  params: Parameters;
  synthesis?: Synthesis;
}

export interface PromptOptions {
  charactersPerSecond: number;
  instant: boolean;
  language: string;
  ttsCache: TtsCache;
}

/** Makes prompts of one call. */
export class Prompts {
  readonly #scope: Scope;
  readonly #options: PromptOptions;

  constructor(scope: Scope, options: PromptOptions) {
    this.#scope = scope;
    this.#options = options;
  }

  /** A `message`. */
  speech(activity: BotActivity, batch: number): Prompt {
    return this.#speak(activity.text as string, activity.activityParams ?? {}, batch);
  }

  /** What the gateway says by itself. */
  own(text: string): Prompt {
    return this.#speak(text, {});
  }

  /** Audio of known length; `altText` is what stands in transcripts. */
  audio(altText: string | undefined, durationMs: number, params: Parameters, batch?: number): Prompt {
    const text = altText || `[audio ${(durationMs / 1000).toFixed(1)} s]`;
    return this.#interruptible({
      kind: 'audio',
      text,
      durationMs: this.#options.instant ? 0 : durationMs,
      batch,
      params,
    });
  }

  /** A file that is fetched; the fault completes the sentence "`url` ...". */
  async file(
    url: string,
    format: string,
    altText: string | undefined,
    params: Parameters,
    batch?: number,
  ): Promise<Prompt | { fault: string }> {
    const reading = await fetchAudio(url, format);
    return 'fault' in reading ? reading : this.audio(altText, reading.durationMs, params, batch);
  }

  #speak(text: string, params: Parameters, batch?: number): Prompt {
    const ssml = isSsml(text) ? text : undefined;
    const words = ssml ? wordsOf(ssml) : text;
    const { charactersPerSecond, instant, ttsCache, language } = this.#options;
    const spokenMs = speechDurationMs(words, charactersPerSecond) + ssmlBreaksMs(ssml ?? '');
    const spoken =
      this.#scope.get<string>('ttsLanguage', params) ??
      this.#scope.get<string>('language', params) ??
      language;
    const voice = this.#scope.get<string>('voiceName', params);
    return this.#interruptible({
      kind: 'speak',
      text: words,
      ssml,
      durationMs: instant ? 0 : spokenMs,
      batch,
      params,
      synthesis: ttsCache.speak(text, spoken, voice, this.#scope.flag('disableTtsCache', params)),
    });
  }

  /** Barge-in is asked whenever the caller talks: the bot may change the session's setting while it plays. */
  #interruptible(prompt: Omit<Prompt, 'bargeIn'>): Prompt {
    const scope = this.#scope;
    return {
      ...prompt,
      get bargeIn(): Interruption {
        if (!scope.flag('bargeIn', prompt.params)) return { strategy: 'none' };
        const words = scope.number('bargeInMinWordCount', prompt.params);
        return { strategy: 'minimum_words', minimum_words: words };
      },
    };
  }
}

const FETCH_MS = 10_000;

async function fetchAudio(url: string, format: string): Promise<{ durationMs: number } | { fault: string }> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_MS) });
    if (!response.ok) return { fault: `was answered ${response.status}` };
    return durationOfAudio(Buffer.from(await response.arrayBuffer()), format);
  } catch (cause) {
    return { fault: `cannot be fetched (${(cause as Error).message})` };
  }
}
