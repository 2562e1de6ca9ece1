import { type FullLanguage, LANGUAGES, type Language } from '../brain';
import { de } from './de';
import { en } from './en';
import { es } from './es';
import { fr } from './fr';
import { it } from './it';
import { nl } from './nl';
import type { Phrases } from './phrases';

export type { Phrases } from './phrases';

export const PHRASES: Readonly<Record<Language, Phrases>> = { de, en, fr, es, it, nl };

/** The language of a profile's BCP-47 tag; only complete ones are allowed there. */
export function languageOf(tag: string): FullLanguage {
  return tag.startsWith('en') ? 'en' : 'de';
}

/** The language of any BCP-47 tag, if there are phrases in it. */
export function spokenLanguage(tag: string | undefined): Language | undefined {
  return LANGUAGES.find((language) => language === tag?.slice(0, 2).toLowerCase());
}
