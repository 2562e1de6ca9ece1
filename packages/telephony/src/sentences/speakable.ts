/** What is spoken for the star and the hash of a telephone where a model writes the sign. */
const KEYS: Readonly<Record<string, { star: string; hash: string; before: RegExp; after: RegExp }>> = {
  de: {
    star: 'Stern',
    hash: 'Raute',
    before: /\b(?:drücken|taste|wählen)(?: sie)?(?: die)? $/i,
    after: /^-?taste/i,
  },
  en: { star: 'star', hash: 'hash', before: /\b(?:press|dial|hit|enter)(?: the)? $/i, after: /^[ -]?key/i },
  fr: { star: 'étoile', hash: 'dièse', before: /\b(?:touche|tapez|appuyez sur)(?: la)? $/i, after: /^$/ },
  es: { star: 'asterisco', hash: 'almohadilla', before: /\b(?:tecla|pulse|marque)(?: la)? $/i, after: /^$/ },
  it: { star: 'asterisco', hash: 'cancelletto', before: /\b(?:tasto|prema|digiti)(?: il)? $/i, after: /^$/ },
  nl: { star: 'sterretje', hash: 'hekje', before: /\b(?:toets|druk op|kies)(?: de)? $/i, after: /^-?toets/i },
};

/** Addresses are left as they are, whatever signs are in them. */
const WEB = /(?:https?:\/\/|www\.)[^\s<>()[\]`"“”„]+/giu;
const MAIL = /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu;
const ADDRESS = new RegExp(`${WEB.source}|${MAIL.source}`, 'giu');
const NOT_ADDRESS_END = '.,;:!?_~*';

const EMOJI =
  '\\p{Extended_Pictographic}|\\p{Regional_Indicator}|\\p{Emoji_Modifier}|[\\u200d\\ufe0f\\u20e3]';
const KEPT_SIGNS = /[©®™]/;
const EMOJI_SIGN = new RegExp(EMOJI, 'gu');
const SPACE_AND_EMOJI = new RegExp(` (?:${EMOJI})+(?=[.,!?;])`, 'gu');
const EMOTICON = /(^|\s)[:;=]['-]?[)(DPp]+(?=$|[\s.,!?])/g;

const RULER = /^\s*(?:[-*_=]\s*){3,}$/;
const FENCE = /^\s*(?:```|~~~)/;
const TABLE_RULER = /^[\s|:-]+$/;
const TABLE_ROW = /^\s*\|(.+)\|\s*$/;
const HEADING = /^\s*#{1,6}\s+(.*)$/;
const QUOTE = /^\s*(?:>\s*)+/;
const BULLET = /^\s*(?:[-*+•‣·–—▪◦]|\[[ xX]\])\s+(?:\[[ xX]\]\s+)?/;
const LIST_NUMBER = /^\s*\(?(\d{1,3})\)\s+/;
const IMAGE_OR_LINK = /!?\[([^[\]]*)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+["'][^"']*["'])?\)/g;
const AUTOLINK = /<((?:https?:\/\/|mailto:)?[^\s<>]{1,200}[.@][^\s<>]{1,200})>/g;
const HTML_TAG = /<\/?(?:br|b|i|u|em|strong|p|ul|ol|li|div|span|code)\s*\/?>/gi;
const ENDS_SENTENCE = /[.!?…:;,]["'”“’»«)]*$/;
const SPOKEN = /[\p{L}\p{N}]/u;
const MONEY_OR_SIGN = /[%€$£§&+=@]/;

const ATOM_MARK = '\ue000';

/**
 * What a voice should say for a piece of a model's text: Markdown, emoji and stray signs are gone, the text of a link
 * stays, an item of a list or a heading is a sentence of its own, "press *" names the key. Numbers, prices, times,
 * web and e-mail addresses stay as written. The result is one line without spaces around it, and empty if nothing can be spoken.
 */
export function speakable(text: string, language: string): string {
  const atoms: string[] = [];
  const keep = (address: string) => {
    const atom = withoutEnd(address, NOT_ADDRESS_END);
    atoms.push(atom);
    return ATOM_MARK + address.slice(atom.length);
  };
  const masked = text
    .replaceAll(ATOM_MARK, '')
    .replace(IMAGE_OR_LINK, '$1')
    .replace(AUTOLINK, '$1')
    .replace(/mailto:/g, '')
    .replace(ADDRESS, keep);
  const lines = masked.split(/\r\n|[\n\r\u2028\u2029]/);
  const spoken = lines.map((line, index) => spokenLine(line, index < lines.length - 1, language));
  const joined = spoken.filter(Boolean).join(' ');
  const restored = joined.replaceAll(ATOM_MARK, () => atoms.shift() ?? '').trim();
  return SPOKEN.test(restored) || MONEY_OR_SIGN.test(restored) ? restored : '';
}

function spokenLine(line: string, endsHere: boolean, language: string): string {
  if (RULER.test(line) || FENCE.test(line) || (line.includes('|') && TABLE_RULER.test(line))) return '';
  const row = TABLE_ROW.exec(line);
  const quoted = (
    row
      ? (row[1] ?? '')
          .split('|')
          .map((cell) => cell.trim())
          .join(', ')
      : line
  ).replace(QUOTE, '');
  const heading = HEADING.exec(quoted);
  const item = (heading ? withoutEnd(heading[1] ?? '', ' #') : quoted)
    .replace(BULLET, '')
    .replace(LIST_NUMBER, '$1. ');
  const clean = withoutSigns(spellKeys(item, language));
  const isSentence = endsHere || heading !== null;
  return clean !== '' && isSentence && !ENDS_SENTENCE.test(clean.slice(-8)) && SPOKEN.test(clean.slice(-1))
    ? `${clean}.`
    : clean;
}

function withoutSigns(text: string): string {
  return text
    .replace(HTML_TAG, ' ')
    .replace(/[*`]+|~~/g, '')
    .replace(/_+/g, (marks, at: number, all: string) => (isInWord(all, at, marks.length) ? marks : ''))
    .replace(EMOTICON, '$1')
    .replace(SPACE_AND_EMOJI, (signs) => (KEPT_SIGNS.test(signs) ? signs : ''))
    .replace(EMOJI_SIGN, (sign) => (KEPT_SIGNS.test(sign) ? sign : ''))
    .replace(/\s+/g, ' ')
    .trim();
}

/** "Drücken Sie die *-Taste": a star that is a key is not emphasis. */
function spellKeys(text: string, language: string): string {
  const keys = KEYS[language.toLowerCase().split(/[-_]/)[0] ?? ''];
  if (!keys) return text;
  return text.replace(/[*#]/g, (sign, at: number) => {
    const [before, after] = [text.slice(Math.max(0, at - 40), at), text.slice(at + 1, at + 12)];
    const alone = /^(?:[\s.,!?;]|$)/.test(after);
    const isKey = (keys.before.test(before) && alone) || keys.after.test(after);
    return isKey ? (sign === '*' ? keys.star : keys.hash) : sign;
  });
}

/** The text without those of the characters that it ends in. */
function withoutEnd(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** An underscore within a word is part of it ("max_muster"), at its edge it is emphasis. */
const isInWord = (text: string, at: number, length: number): boolean =>
  SPOKEN.test(text.charAt(at - 1)) && SPOKEN.test(text.charAt(at + length));
