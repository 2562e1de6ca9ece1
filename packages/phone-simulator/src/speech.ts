/** How long people and machines take to say something. Estimates; every figure is an option of the call. */

/** German and English on the phone: about 14 characters a second, and a breath at the end. */
export const CHARACTERS_PER_SECOND = 14;
const BREATH_MS = 300;

/** Other languages are spoken at other rates; rough figures, by the first part of the language tag. */
const RATES: Record<string, number> = { de: 14, en: 14, nl: 14, it: 15, fr: 15, es: 16 };

/** Characters a second in `language` (`de-DE`). */
export function speechRate(language: string | undefined): number {
  return RATES[language?.split('-')[0]?.toLowerCase() ?? 'de'] ?? CHARACTERS_PER_SECOND;
}

/** Voice activity is noticed 20-120 ms after the onset (spec 6.2). */
export const ONSET_MS = 60;

/** Duration of `text` read aloud, in milliseconds. */
export function speechDurationMs(text: string, charactersPerSecond = CHARACTERS_PER_SECOND): number {
  return Math.round(([...text].length / charactersPerSecond) * 1000) + BREATH_MS;
}

/** Pauses written into SSML: `<break time="500ms"/>`, `<break time="1.5s"/>`. */
export function ssmlBreaksMs(ssml: string): number {
  let totalMs = 0;
  for (const [, amount, unit] of ssml.matchAll(/<break[^>]*\btime="([\d.]+)(ms|s)"/g)) {
    totalMs += Number(amount) * (unit === 's' ? 1000 : 1);
  }
  return totalMs;
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The words inside SSML. */
export function wordsOf(ssml: string): string {
  return ssml
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(amp|lt|gt|quot|apos);/g, (_all, name: string) => ENTITIES[name] as string)
    .replace(/\s+/g, ' ')
    .trim();
}

/** The part of `text` that was heard after `heardMs` of `durationMs`. */
export function heardPart(text: string, heardMs: number, durationMs: number): string {
  if (durationMs <= 0 || heardMs >= durationMs) return text;
  const characters = [...text];
  return characters.slice(0, Math.floor((characters.length * Math.max(0, heardMs)) / durationMs)).join('');
}
