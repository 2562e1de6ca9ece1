import { BargeInHelper, BargeInIntent, isHesitation, spokenDigits } from '@jovo-telephony/telephony';
import type { Language } from './brain';
import type { Conversation } from './conversation';

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
function isFarewell(text: string, language: Language): boolean {
  return text.length <= 60 && !text.includes('?') && FAREWELL[language].test(text);
}

/** Whether what the caller says while it is announced lets the end of the call, or the transfer, go ahead. */
export function lets(
  closing: NonNullable<Conversation['closing']>,
  text: string,
  language: Language,
): boolean {
  if (closing.type === 'hang_up' && isFarewell(text, language)) return true;
  const intent = BargeInHelper.classify(text, language);
  return intent === BargeInIntent.NOISE || intent === BargeInIntent.ACKNOWLEDGMENT;
}

/** Digits over a question for keys are its answer, however short they are. */
export function isDigits({ keypad, language }: Conversation, text: string | undefined): boolean {
  return (keypad?.menu ?? keypad?.entry) !== undefined && spokenDigits(text, language) !== undefined;
}

/** Whether an interruption was meant as one: a cough and an "mhm" are not. */
export function isMeant(meaning: BargeInIntent): boolean {
  return meaning !== BargeInIntent.NOISE && meaning !== BargeInIntent.ACKNOWLEDGMENT;
}

/** Whether the caller only wants it to stop. */
export function isStop(text: string, language: Language): boolean {
  return BargeInHelper.classify(text, language) === BargeInIntent.STOP;
}

/** Whether the words are a yes and nothing else. */
export function agrees(text: string, language: Language): boolean {
  return BargeInHelper.classify(text, language) === BargeInIntent.ACKNOWLEDGMENT;
}

/** Sounds of listening. After a question they are a yes. */
const LISTENING = /^(m+h+m+|m+[ -]h+m+|u+h+[ -]?h+u+h+|aha)[\s.!…]*$/i;

/** Longer than any of these sounds is written. */
const MAX_SOUND_CHARS = 20;

/**
 * Whether a caller to whom nothing is being said only thinks aloud: "ähm", or "mhm" where nothing was asked. That is no
 * question, and there is nothing to answer.
 */
export function thinksAloud({ language, messages }: Conversation, text: string): boolean {
  const said = text.trim();
  if (said.length > MAX_SOUND_CHARS || !LISTENING.test(said)) return isHesitation(text, language);
  const last = messages.findLast(({ role }) => role === 'assistant');
  return !(last?.role === 'assistant' && last.text.trim().endsWith('?'));
}
