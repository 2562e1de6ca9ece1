/** What the platform says itself, when nobody else can. */
export interface StockPhrases {
  /** The answer takes longer; `attempt` counts from 0 within one wait. */
  hold(language: string | undefined, attempt: number): string;
  /** Something went wrong. */
  sorry(language: string | undefined): string;
}

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
