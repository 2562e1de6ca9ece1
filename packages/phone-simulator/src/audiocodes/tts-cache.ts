/** The gateway keeps what was synthesised, for 24 hours by default, unless the bot forbids it (spec 5.2, 6.3.10). */

/** How a prompt's voice came about. */
export type Synthesis = 'synthesised' | 'cached' | 'not_cached';

const LIFE_MS = 24 * 3600 * 1000;
const MAX_ENTRIES = 10_000;

/** Shared by the calls of one gateway. */
export class TtsCache {
  readonly #now: () => number;
  readonly #keptSinceMs = new Map<string, number>();
  /** Texts that were spoken and are kept; look here for what should never have been. */
  readonly texts = new Set<string>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Speaks `text`; `disabled` is `disableTtsCache`. */
  speak(text: string, language: string, voiceName: string | undefined, disabled: boolean): Synthesis {
    if (disabled) return 'not_cached';
    const key = JSON.stringify([text, language, voiceName]);
    const sinceMs = this.#keptSinceMs.get(key);
    if (sinceMs !== undefined && this.#now() - sinceMs < LIFE_MS) return 'cached';
    if (this.#keptSinceMs.size >= MAX_ENTRIES) this.clear();
    this.#keptSinceMs.set(key, this.#now());
    this.texts.add(text);
    return 'synthesised';
  }

  clear(): void {
    this.#keptSinceMs.clear();
    this.texts.clear();
  }
}
