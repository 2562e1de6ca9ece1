import type { Language } from './brain';

/** How callers take their leave. Only asked while a goodbye is already being spoken. */
const FAREWELL: Readonly<Record<Language, RegExp>> = {
  de: /\b(tsch(ü|ue|u)(ss|ß|s)i?|ciao|ade|servus|wieder(hören|hoeren|sehen|schauen)|(schönen|guten|schoenen) (tag|abend)|danke|bis dann|bis bald|mach'?s gut)/i,
  fr: /(^|\s)(au revoir|salut|adieu|merci|bonne (journée|soirée)|à bientôt)/i,
  es: /(^|\s|¡)(adiós|adios|hasta luego|chao|gracias|buen(as)? (día|tardes|noches))/i,
  it: /(^|\s)(arrivederci|ciao|grazie|buona (giornata|serata)|a presto)/i,
  nl: /\b(dag|doei|tot ziens|dank(jewel| ?u)?|bedankt|fijne dag)\b/i,
  en: /\b(bye|goodbye|good night|see you|take care|thanks|thank you|cheers|have a (nice|good) (day|one|evening))\b/i,
};

/** Whether the caller says goodbye too and means nothing more by it. */
export function isFarewell(text: string, language: Language): boolean {
  return text.length <= 60 && !text.includes('?') && FAREWELL[language].test(text);
}
