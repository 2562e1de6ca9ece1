import { type Clock, clockOf } from '@jovo-telephony/telephony';
import type { ExtensibleConfig, PlatformConfig, Plugin } from '@jovotech/framework';
import type { BargeInConfig, TtsConfig } from './wire';

/** What the platform says itself, when nobody else can. */
export interface StockPhrases {
  /** The answer takes longer; `attempt` counts from 0 within one wait. */
  hold(language: string | undefined, attempt: number): string;
  /** Something went wrong. */
  sorry(language: string | undefined): string;
}

/** When an HTTP request gets its one answer (spec 3.3, 3.5). Milliseconds since it came in. */
export interface ReplyDeadlines {
  /** From here on whatever is ready is sent; the rest follows on the next event. */
  softMs: number;
  /** Nothing is ready: a hold phrase. */
  holdAfterMs: number;
  /** The last moment for any answer. The service gives up after about 5 s. */
  hardMs: number;
  /** So many hold phrases in one wait, then an apology and the end of the wait. */
  maxHolds: number;
}

export interface SipgateAiflowConfig extends PlatformConfig {
  /** Shared secret: when set, every event must carry it in `X-API-TOKEN`. */
  apiKey?: string;
  /** Debug logging. */
  debug?: boolean;
  /** Voice of what is said without one of its own. */
  tts?: TtsConfig;
  /** Who may interrupt what is said without a setting of its own. */
  bargeIn?: BargeInConfig;
  /** Seconds of silence until `USER_INPUT_TIMEOUT`; 0 switches it off. */
  userInputTimeoutSec: number;
  /** Whether each `$send` leaves at once. Undefined: on a WebSocket yes, on HTTP no. */
  asyncOutput?: boolean;
  plugins?: Plugin[];

  /** Header that carries the secret. */
  apiKeyHeader?: string;
  /** Whether a faulty action throws instead of being mended or dropped. Default: only in development. */
  strict?: boolean;
  deadlines?: Partial<ReplyDeadlines>;
  phrases?: Partial<StockPhrases>;
  /** Told about every fault of an action and every dropped event. Holds no caller data. Default: `console.warn`. */
  onWarning?: (warning: string) => void;
  clock?: Clock;
}

export const DEFAULT_DEADLINES: ReplyDeadlines = {
  softMs: 1_000,
  holdAfterMs: 1_800,
  hardMs: 4_000,
  maxHolds: 5,
};

export const DEFAULT_CONFIG = {
  tts: { provider: 'azure', language: 'en-US', voice: 'en-US-JennyNeural' },
  bargeIn: { strategy: 'minimum_characters', minimum_characters: 3 },
  userInputTimeoutSec: 4,
  debug: false,
} as const satisfies SipgateAiflowConfig & ExtensibleConfig;

const HOLD: Readonly<Record<string, readonly string[]>> = {
  de: ['Einen Moment bitte.', 'Ich bin gleich so weit.', 'Einen kleinen Augenblick noch.'],
  en: ['One moment, please.', 'I am almost there.', 'Just a little longer, please.'],
  fr: ['Un instant, s’il vous plaît.', 'J’y suis presque.'],
  es: ['Un momento, por favor.', 'Ya casi está.'],
  it: ['Un momento, per favore.', 'Ci sono quasi.'],
  nl: ['Een ogenblik alstublieft.', 'Ik ben er bijna.'],
};

const SORRY: Readonly<Record<string, string>> = {
  de: 'Entschuldigung, da ist gerade etwas schiefgegangen. Können Sie das bitte noch einmal sagen?',
  en: 'Sorry, something went wrong just now. Could you please say that again?',
  fr: 'Excusez-moi, un problème est survenu. Pouvez-vous répéter, s’il vous plaît ?',
  es: 'Perdone, algo ha fallado. ¿Puede repetirlo, por favor?',
  it: 'Mi scusi, qualcosa non ha funzionato. Può ripetere, per favore?',
  nl: 'Sorry, er ging iets mis. Kunt u dat nog een keer zeggen?',
};

/** Speaks six languages; anything else hears English. */
export const DEFAULT_PHRASES: StockPhrases = {
  hold(language, attempt) {
    const phrases = HOLD[base(language)] ?? HOLD.en ?? [];
    return phrases[attempt % phrases.length] ?? '';
  },
  sorry: (language) => SORRY[base(language)] ?? SORRY.en ?? '',
};

/** The given phrases; a faulty one must not cost the caller the sentence. */
export function stockPhrases(given: Partial<StockPhrases> = {}): StockPhrases {
  const phrases = { ...DEFAULT_PHRASES, ...given };
  return {
    hold: (language, attempt) =>
      spoken(
        () => phrases.hold(language, attempt),
        () => DEFAULT_PHRASES.hold(language, attempt),
      ),
    sorry: (language) =>
      spoken(
        () => phrases.sorry(language),
        () => DEFAULT_PHRASES.sorry(language),
      ),
  };
}

function spoken(phrase: () => string, otherwise: () => string): string {
  try {
    return phrase();
  } catch {
    return otherwise();
  }
}

function base(language: string | undefined): string {
  const tag = (language ?? 'en').slice(0, 2).toLowerCase();
  return Object.hasOwn(SORRY, tag) ? tag : 'en';
}

export const SYSTEM_CLOCK: Clock = clockOf<NodeJS.Timeout>({
  nowMs: () => performance.now(),
  setTimeout,
  clearTimeout,
});
