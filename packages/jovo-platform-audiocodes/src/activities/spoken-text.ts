import { withoutMarkup } from '@jovo-telephony/telephony';

/**
 * Text as it may be sent: without emoji and control characters, and never taken for SSML, which is what a text that
 * begins with `<speak` would be (spec 4.1). Undefined if nothing can be spoken.
 */
export function plainText(given: string): string | undefined {
  const clean = withoutUnspeakable(given);
  const text = isSsml(clean) ? withoutMarkup(clean) : clean;
  return text === '' ? undefined : text;
}

/** SSML as one document. The parts that are text are cleaned like plain text. */
export function ssmlText(given: string): string | undefined {
  const clean = withoutUnspeakable(given);
  if (withoutMarkup(clean) === '' && !/<(audio|break|say-as|mark)\b/.test(clean)) return undefined;
  return isSsml(clean) ? clean : `<speak>${clean}</speak>`;
}

export function isSsml(text: string): boolean {
  return /^\s*<speak[\s>]/.test(text);
}

export function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** Digits, `#` and `*` count as emoji characters; only what is shown as a picture goes. */
function withoutUnspeakable(text: string): string {
  return text
    .replace(/\p{Extended_Pictographic}(\u200d\p{Extended_Pictographic}|[\ufe0f\u20e3]|\p{EMod})*/gu, ' ')
    .replace(/[\u{1f1e6}-\u{1f1ff}\ufe0f]/gu, '')
    .replace(/[\p{Cc}\p{Cs}\u200b\u2060\ufeff]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
}
