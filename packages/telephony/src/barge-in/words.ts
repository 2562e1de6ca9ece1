import { de, en } from './words-de-en';
import { es, fr, it, nl } from './words-fr-es-it-nl';

/**
 * What callers say when they interrupt, per language: comma-separated phrases, written as one would write
 * them. Capitals, accents, apostrophes, umlaut spellings and doubled letters are folded away on both sides
 * (see `fold` in barge-in.ts). Particles may occur inside any phrase and need not be listed; X stands for up
 * to four words of any kind. The longest phrase wins, so "no problem" is not a "no". Neighbouring phrases
 * add up, so "okay, verstanden, danke" need not be listed.
 */
export interface BargeInWords {
  /** Be silent. */
  stop: string;
  /** Heard, agreed, go on. */
  acknowledgment: string;
  /** The caller wants the floor; what for is still to come. */
  redirect: string;
  /** Contradiction when it opens the utterance; inside a sentence it is just a word ("there is no water"). */
  denial: string;
  /** Contradiction wherever it stands. */
  correction: string;
  /** Ordinary content that looks like a denial or a particle ("no puedo ir el lunes", "noch mal bitte"). */
  content: string;
  /** Modal particles and courtesies that callers sprinkle inside phrases ("hör doch bitte mal auf"). */
  particle: string;
  /** Function words and copulas: alone they are a fragment of speech, not content. Never question words. */
  weak: string;
}

/** Sounds of thinking and breathing, the same in every language; they never count. */
export const HESITATIONS = `
  äh, ähm, ähem, öh, öhm, eh, ehm, em, hm, mm, mh, uh, uhm, um, er, erm, hum, euh, heu, uh oh, ha, ach, och,
  ouh, ouf, uff, puh, phew, pff, tss, brr, huh, he, haha, hihi, tja, nun, na ja, naja, ach herrje, oje,
  o jee, ey, hmhm, hoppla, hui, ups, oups, oops, whew, oh là là, là là, mince, ay, uy, vaya, uffa,
  accidenti, oh come on, come on, ben, bah, beh, boh, boah, mah, nou, goh, tjee, hatschi, hatschu, achoo,
  atchoum, achís, etciù, hatsjoe`;

/** Captions that recognisers trained on subtitles invent for silence, music or line noise. */
export const PHANTOMS = `
  untertitel der amara org community, untertitel im auftrag des zdf, untertitelung des zdf,
  vielen dank fürs zuschauen, thanks for watching, thank you for watching, please subscribe,
  subtitles by the amara org community, sous titres réalisés par la communauté d'amara org,
  merci d'avoir regardé, subtítulos realizados por la comunidad de amara org, gracias por ver el video,
  sottotitoli creati dalla comunità amara org, grazie per la visione,
  ondertitels ingediend door de amara org gemeenschap, ondertiteld door de amara org gemeenschap,
  bedankt voor het kijken`;

/** English that callers of every language use. */
export const LOANWORDS: Partial<BargeInWords> = {
  stop: 'stop, shh, sh, pst',
  acknowledgment: 'ok, okay, okey, oké, o k, yes, yeah, yep, mhm, uh huh, mm hmm, aha, cool, super, perfect',
  redirect: 'sorry, hello',
};

/** By base language. */
export const WORDS: Readonly<Record<string, BargeInWords>> = { de, en, fr, es, it, nl };
