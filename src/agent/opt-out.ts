import type { Language } from './brain';

/** The result of a call whose callee wants no further ones; campaigns never call the number again. */
export const OPTED_OUT = 'do-not-call';

/**
 * How people ask not to be called any more. Decided here and not by a brain: a model that is clever about it would be
 * one that goes on calling.
 */
const WORDS: Readonly<Record<Language, RegExp>> = {
  de: /(ruf\w*|kontaktier\w*) (sie )?(mich|uns|hier) (bitte )?(nie (mehr|wieder)|nicht (mehr|wieder|noch einmal))|(keine|kein) (weiteren |solchen )?(werbe)?anrufe? mehr|nicht mehr (angerufen|kontaktiert) werden|(streich\w*|l(ö|oe)sch\w*|nehm\w*) (sie )?(mich|meine nummer) .*\b(liste|daten)/i,
  en: /(do ?n.?t|do not|never|stop) (ever )?(call|phone|ring|contact)(ing)? (me|us|here|this number)( again| any ?more)?|no more calls|(take|remove) (me|us|my number|this number) (off|from)|(put|add) (me|us) on (your|the) do.not.call/i,
  fr: /ne (me |nous )?(rappelez|appelez|contactez) (plus|pas)|ne plus (être )?(appelée?|rappelée?|contactée?)|(retirez|supprimez|enlevez).*\bliste/i,
  es: /no (me |nos )?(vuelva\w* a )?(llam(e|en|éis|ar)|contact(e|en|ar))( (más|nunca))?\b|(borre|quite|elimine)n?(me|nos)?\b.*\blista/i,
  it: /non (mi |ci )?(richiam\w+|chiam\w+|contatt\w+) (più|mai)|(toglie\w+|cancell\w+|rimuov\w+).*\blista/i,
  nl: /(bel|contacteer)t? (me|mij|ons) (alstublieft )?(niet|nooit) (meer|weer)|niet meer gebeld worden|(haal|verwijder) (me|mij|ons).*\blijst/i,
};

/** "Not today" is another wish. */
const FOR_NOW: Readonly<Record<Language, RegExp>> = {
  de: /\b(heute|jetzt|gerade|morgen|abends|nachts|mittags|vor|nach|bis|während|um) ?\w*/i,
  en: /\b(today|now|tonight|tomorrow|before|after|until|till|while|during|at (night|work|home))\b/i,
  fr: /\b(aujourd.hui|maintenant|demain|avant|après|jusqu)/i,
  es: /\b(hoy|ahora|mañana|antes|después|hasta)\b/i,
  it: /\b(oggi|adesso|ora|domani|prima|dopo|fino)\b/i,
  nl: /\b(vandaag|nu|morgen|voor|na|tot|tijdens)\b/i,
};

/** Nobody takes so long to say it. What comes after that is not read: the patterns take quadratic time. */
const MAX_CHARS = 1_000;

/** Whether somebody wants no further calls, and not only none at this hour. */
export function wantsNoCalls(text: string, language: Language): boolean {
  const said = text.slice(0, MAX_CHARS);
  const asked = WORDS[language].exec(said);
  return asked !== null && !FOR_NOW[language].test(said.slice(asked.index));
}
