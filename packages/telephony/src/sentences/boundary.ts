import { type AbbreviationKind, abbreviationKind, sentenceLanguage } from './abbreviations';
import { letterLabels, sentenceWords, smallBrands, timeFollowers } from './starters';

/** What is known of a run (characters between white space); `complete` once the white space behind it was seen. */
export interface KnownRun {
  text: string;
  complete: boolean;
}

/** A gap of white space without a line break, and what stands around it. */
export interface Gap {
  /** The runs before `word` on the same line, nearest last. */
  before: readonly string[];
  word: string;
  /** `word` is the first of its sentence or line. */
  atStart: boolean;
  /** `word` closes a bracket that was opened in the middle of the sentence. */
  closesAside: boolean;
  /** The number of the list item that would come next: 2 after "1.", and 1 where a list may begin. */
  nextItem: number;
  next: KnownRun;
  second: KnownRun;
}

/** `wait`: what is known of the next runs does not decide. `merge`: the next run is a tail of this one ("😊", "»"). */
export type Verdict = 'cut' | 'join' | 'wait' | 'merge';

/** How the run behind a gap begins, past quotes, brackets and marks of emphasis. */
type Look = 'lower' | 'upper' | 'digit' | 'other' | 'wait';

type Stop = AbbreviationKind | 'plain' | 'ordinal' | 'day';

/** Of a longer run only the end is looked at. */
const MAX_WORD_CHARS = 96;
const MAX_DAY = 31;

const EMOJI = '\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\p{Regional_Indicator}\\u200d\\ufe0f\\u20e3';
const OPENERS = /^[\p{Ps}\p{Pi}\p{Pf}"'`*_~#>–—•-]+/u;
const CLOSERS = new RegExp(`[\\p{Pe}\\p{Pf}\\p{Pi}"'\`*_~${EMOJI}]+$`, 'u');
const ENDS_IN_EMOJI = new RegExp(`[${EMOJI}]$`, 'u');
const BEGINS_WITH_EMOJI = new RegExp(`^[${EMOJI}]+`, 'u');
const EMOJI_ONLY = new RegExp(`^[${EMOJI}]+$`, 'u');
const EMOTICON = /^[:;=]['-]?[)(DPp/|]{1,3}$/;
const EMOTICON_START = /^[:;=]/;
const CLOSING_GUILLEMET = /^»[.,;:!?]*$/;
const STOPS = /[.!?…。！？]+$/u;
const STRONG = /[!?！？。]/u;
const QUOTE_OR_BRACKET = /["'”“’‘»«›‹)\]]/u;
const HALF_A_CHARACTER = /^[\ud800-\udbff]$/;
const SMALL_START = /^(?:\p{Ll}{1,3}\p{Lu}|www\.|https?:|[^\s@]+@[^\s@]|\p{Ll}[\p{L}\d-]*\.\p{Ll}{2,})/u;
const DATE_PART = /^\d{1,2}\.(?:\d{2,4})?[.,;:!?]*$/;
const DAY_AND_MONTH = /^\d{1,2}\.(?:0?[1-9]|1[0-2])$/;
const DAY_TO_DAY = /^\d{1,2}\.?[/–-]\d{1,2}$/;
const ORDINAL = /^\d{1,3}\.,?$/;
const AND = /^(?:und|oder|u\.|bis|sowie|zum|am)$/;
const DOTTED_LETTERS = /^(?:\p{L}\.-?)+\p{L}$/u;
const SHORT_WITH_STOP = /^\p{L}{1,4}\.$/u;
const INITIAL = /^\p{Lu}\.$/u;
/** "S, M und L.": a letter among letters is no initial. */
const LISTED_LETTER = /^\p{Lu},?$/u;
/** "um 8.10." is a time, "am 8.10." a date. */
const AT_TIME = /^(?:um|gegen)$/i;
const STREET = /^\p{Lu}\p{L}*str$/u;
/** Units are written without a stop, so that one behind them ends the sentence. */
const UNIT_LETTER = /^[mglhstVWA]$/;
/** "Pkg.", "Btl.": what cannot be pronounced is short for something, unless it is a noise. */
const NO_VOWEL = /^\p{L}[bcdfghjklmnpqrstvwxzß]+$/u;
/** "schriftl.", "öffentl." */
const SHORT_LICH = /(?:[dtzgnfbk]|ch)l$/;
const NOISE = /^(?:[hm]+|p?s+t+|s+h+|b+r+|pf+|t?ts+|[kcdmhn]m|[mk]g|[mdch]l|pm)$/i;
const STREET_NAME = /^(?:\p{Lu}\p{L}+|\d+(?:st|nd|rd|th))$/u;
const SAINT_NAME = /^(?:mount|mt|port|fort|lake|upper|new|point)\b/i;
const ROMAN = /^[IVX]{2,}$/;
/** "Kommen Sie", "Dürfen wir": a verb in front of its subject begins a German sentence. */
const INFINITIVE = /^\p{Lu}\p{L}+(?:e|er|el)n$/u;
const DASH = /^[–—-]$/;
const POLITE_FORM = /^(?:Sie|Ihnen|Ihr(?:e[mnrs]?)?)$/;
const POLITE_SUBJECT = /^(?:Sie|wir)(?:\P{L}|$)/u;
const CLAUSE_MARK = /[,;:](?=["'”“’)*]*$)/;
const ADDRESS_START = /^(?:www|https?|mailto)$/i;
const NOT_OPENING = /[^\p{L}\p{N}]+$/u;

/** Without closing quotes, brackets, emphasis and emoji; what they were; and the stops before them. */
function parseWord(text: string): { core: string; stops: string; closers: string } {
  const word = text.slice(-MAX_WORD_CHARS);
  const closers = CLOSERS.exec(word)?.[0] ?? '';
  const open = word.slice(0, word.length - closers.length);
  const stops = STOPS.exec(open)?.[0] ?? '';
  return { core: open.slice(0, open.length - stops.length).replace(OPENERS, ''), stops, closers };
}

const bare = (text: string): string => text.replace(OPENERS, '').replace(NOT_OPENING, '').toLowerCase();

/**
 * The rules of one language: is a gap between two runs the end of a sentence? Looks no further ahead than it has to,
 * and never answers differently when more of the next runs is known.
 */
export class SentenceRules {
  readonly language: string;
  private readonly words;

  constructor(language: string | undefined) {
    this.language = sentenceLanguage(language);
    this.words = sentenceWords(this.language);
  }

  /** The verdict over a gap. Only `wait` can change when more is known. */
  judge(gap: Gap): Verdict {
    const { next, word } = gap;
    const tail = this.isTail(next);
    if (tail !== 'no') return tail === 'yes' ? 'merge' : 'wait';
    const { core, stops, closers } = parseWord(word);
    if (!stops) return ENDS_IN_EMOJI.test(closers) ? this.afterEmoji(this.look(next)) : 'join';
    if (gap.closesAside && /[)\]]/.test(closers)) return 'join';
    const look = this.look(next);
    if (look === 'wait') return 'wait';
    if (STRONG.test(stops)) return this.afterStrong(closers, look, gap);
    if (stops.length > 1 || stops === '…') return look === 'upper' ? 'cut' : 'join';
    return this.afterFullStop(core, look, gap);
  }

  /** True if the stop or comma behind this word leaves no doubt that it ended a sentence or clause. */
  isPlainEnd(word: string, before: readonly string[]): boolean {
    const { core, stops } = parseWord(word.replace(CLAUSE_MARK, ''));
    if (!/^\p{L}[\p{L}-]+$/u.test(core) || ADDRESS_START.test(core)) return false;
    return stops !== '.' || this.abbreviation(core, before) === undefined;
  }

  /** The number of the list item that `gap.word` announces ("1." in "zwei Wege: 1. Sie rufen an"), else 0. */
  listItem({ word, before, atStart, nextItem }: Omit<Gap, 'next' | 'second'>): number {
    const match = /^[*_(]*(\d{1,3})[.)][*_)]*$/.exec(word);
    if (!match) return 0;
    const item = Number(match[1]);
    if (atStart) return item;
    const lead = item === 1 ? /:$/ : /[:,;]$|^(?:und|oder|and|or|et|ou|y|o|e|en|of)$/i;
    return item === nextItem && lead.test(before.at(-1) ?? '') ? item : 0;
  }

  /** "Moment.Ich": where a model forgot the space; the offset of the second sentence, or 0. */
  missingSpace(run: string): number {
    if (run.length > MAX_WORD_CHARS) return 0;
    const match = /^([\p{Ps}\p{Pi}"'*_]*(\p{L}[\p{L}’'-]*\p{Ll}))([.!?…]+["”“’)*_]*)(\p{Lu}\p{L}*)/u.exec(
      run,
    );
    if (!match) return 0;
    const [, left = '', core = '', stops = '', right = ''] = match;
    if (/^(?:com|de|org|net|io|js|ai|at|ch|eu|uk|fr|es|it|nl)$/i.test(right)) return 0;
    if (stops === '.' && this.abbreviation(core, []) !== undefined) return 0;
    return left.length + stops.length;
  }

  private isTail({ text, complete }: KnownRun): 'yes' | 'no' | 'wait' {
    if (BEGINS_WITH_EMOJI.test(text)) {
      if (complete) return EMOJI_ONLY.test(text) ? 'yes' : 'no';
      const rest = text.replace(BEGINS_WITH_EMOJI, '');
      return rest === '' || HALF_A_CHARACTER.test(rest) ? 'wait' : 'no';
    }
    if (HALF_A_CHARACTER.test(text)) return complete ? 'no' : 'wait';
    if (EMOTICON_START.test(text)) {
      if (complete) return EMOTICON.test(text) ? 'yes' : 'no';
      return text.length < 6 ? 'wait' : 'no';
    }
    if (this.language === 'de' || !text.startsWith('»')) return 'no';
    if (complete) return CLOSING_GUILLEMET.test(text) ? 'yes' : 'no';
    return CLOSING_GUILLEMET.test(text) ? 'wait' : 'no';
  }

  private look({ text, complete }: KnownRun): Look {
    const known = text.replace(BEGINS_WITH_EMOJI, '').replace(OPENERS, '');
    if (known === '' || HALF_A_CHARACTER.test(known)) return complete ? 'other' : 'wait';
    const first = String.fromCodePoint(known.codePointAt(0) ?? 0);
    if (this.language === 'nl' && /^['’]/.test(text) && /^[snt]$/.test(known))
      return complete ? 'upper' : 'wait';
    if (/[¿¡]/.test(first)) return 'upper';
    if (/\p{Ll}/u.test(first)) return 'lower';
    if (/\p{L}/u.test(first)) return 'upper';
    return /\p{N}/u.test(first) ? 'digit' : 'other';
  }

  private afterStrong(closers: string, look: Look, { next, second }: Gap): Verdict {
    if (!QUOTE_OR_BRACKET.test(closers)) return 'cut';
    if (look === 'lower') return this.beforeSmall(next);
    if (!DASH.test(next.text)) return 'cut';
    const behind = this.look(second);
    if (behind === 'wait') return 'wait';
    return behind === 'lower' ? 'join' : 'cut';
  }

  /** A sentence may begin with a brand written small, an address or a Dutch "'s". */
  private beforeSmall({ text, complete }: KnownRun): Verdict {
    if (!complete) return 'wait';
    const word = text.replace(OPENERS, '');
    return SMALL_START.test(word) || smallBrands.has(bare(word)) ? 'cut' : 'join';
  }

  /** An emoji may stand for the full stop. */
  private afterEmoji(look: Look): Verdict {
    if (look === 'wait') return 'wait';
    return look === 'upper' ? 'cut' : 'join';
  }

  private beforeStarter({ next, second }: Gap, look: Look): Verdict {
    if (look === 'wait') return 'wait';
    if (look !== 'upper') return 'join';
    if (!next.complete) return 'wait';
    if (INITIAL.test(next.text)) return 'join';
    if (this.isStarter(next.text)) return 'cut';
    if (this.language !== 'de' || !INFINITIVE.test(next.text)) return 'join';
    if (!second.complete) return 'wait';
    return POLITE_SUBJECT.test(second.text) ? 'cut' : 'join';
  }

  private isStarter(run: string): boolean {
    if (/^["'„“«»*_(]*[¿¡]/.test(run) || (this.language === 'nl' && /^['’][snt]$/.test(run))) return true;
    const word = bare(run);
    return this.words.starters.has(word) || this.words.starters.has(word.replace(/['’].*$/, ''));
  }

  private afterFullStop(core: string, look: Look, gap: Gap): Verdict {
    switch (this.stopAfter(core, gap)) {
      case 'plain':
        if (look === 'lower') return this.beforeSmall(gap.next);
        return look === 'other' && /^[&,;:/]/.test(gap.next.text) ? 'join' : 'cut';
      case 'never':
        return 'join';
      case 'number':
        return look === 'upper' ? 'cut' : 'join';
      case 'capital':
        if (look !== 'upper') return 'join';
        if (!gap.next.complete) return 'wait';
        return timeFollowers.has(bare(gap.next.text)) ? 'join' : 'cut';
      case 'loose':
        return gap.next.complete && POLITE_FORM.test(gap.next.text) ? 'join' : this.beforeStarter(gap, look);
      case 'starter':
        return this.beforeStarter(gap, look);
      case 'ender':
        return this.afterEnder(gap, look);
      case 'ordinal':
        return look === 'digit' ? this.beforeDigit(gap.next) : this.afterOrdinal(gap, look);
      case 'day':
        return this.afterDay(gap, look);
    }
  }

  private afterEnder(gap: Gap, look: Look): Verdict {
    const verdict = this.beforeStarter(gap, look);
    if (verdict !== 'join' || look !== 'upper' || this.words.secondWords.size === 0) return verdict;
    if (/[.,;:!?]$/.test(gap.next.text)) return 'join';
    if (!gap.second.complete) return 'wait';
    return this.words.secondWords.has(bare(gap.second.text)) ? 'cut' : 'join';
  }

  /** "3. 5. 2024" is a date, "Nummer 4. 3 Personen" two sentences. */
  private beforeDigit({ text, complete }: KnownRun): Verdict {
    if (!complete) return 'wait';
    return DATE_PART.test(text) ? 'join' : 'cut';
  }

  /** "der 20. Glückwunsch!": a single word can be the next sentence. */
  private afterOrdinal(gap: Gap, look: Look): Verdict {
    const verdict = this.beforeStarter(gap, look);
    if (verdict !== 'join' || look !== 'upper' || !/[!?]$/.test(gap.next.text)) return verdict;
    return this.isCounted(gap.next.text) ? 'join' : 'cut';
  }

  /** "Mai", "Jahrhunderts", "Stock": what an ordinal stands before, in any of its forms. */
  private isCounted(run: string): boolean {
    const word = bare(run);
    const stems = [word, word.replace(/e?s$/, ''), word.replace(/e?n$/, ''), word.replace(/er?$/, '')];
    return stems.some((stem) => this.words.ordinalFollowers.has(stem));
  }

  /** A number that nothing before it made an ordinal. */
  private afterDay(gap: Gap, look: Look): Verdict {
    if (look === 'lower') return 'join';
    if (look === 'digit') return this.beforeDigit(gap.next);
    if (look !== 'upper') return DASH.test(gap.next.text) ? 'join' : 'cut';
    if (!gap.next.complete) return 'wait';
    return this.isCounted(gap.next.text) ? 'join' : 'cut';
  }

  /** What the full stop behind `core` can mean. */
  private stopAfter(core: string, gap: Gap): Stop {
    const { before } = gap;
    const previous = before.at(-1) ?? '';
    if (/^\d{1,3}$/.test(core)) {
      if (this.listItem(gap) > 0) return 'never';
      if (this.language !== 'de') return 'plain';
      if (/^\d{1,2}\.$/.test(previous)) return 'starter';
      const isSecond = AND.test(previous) && before.slice(-3, -1).some((run) => ORDINAL.test(run));
      if (isSecond || this.words.ordinalLeads.has(bare(previous))) return 'ordinal';
      return Number(core) <= MAX_DAY ? 'day' : 'plain';
    }
    if (this.language === 'de' && DAY_AND_MONTH.test(core)) return AT_TIME.test(previous) ? 'plain' : 'ender';
    if (this.language === 'de' && (DAY_TO_DAY.test(core) || ROMAN.test(core))) return 'starter';
    return this.abbreviation(core, before) ?? 'plain';
  }

  private abbreviation(core: string, before: readonly string[]): AbbreviationKind | undefined {
    const previous = before.at(-1) ?? '';
    const kind = this.chained(core, before) ?? this.lookUp(core);
    if (core === 'St' && this.language === 'en') return this.saintOrStreet(previous);
    if (kind) return kind;
    if (/\d$/.test(previous)) {
      if (UNIT_LETTER.test(core)) return undefined;
      if (/^\p{Ll}$/u.test(core) || core === 'in') return this.language === 'de' ? 'starter' : 'capital';
    }
    if (DOTTED_LETTERS.test(core)) return 'starter';
    if (/^\p{Ll}$/u.test(core)) return 'never';
    if (this.language === 'de' && SHORT_LICH.test(core)) return 'starter';
    if (NO_VOWEL.test(core) && !/^[aeiouyäöüAEIOUYÄÖÜ]/.test(core) && !NOISE.test(core)) return 'starter';
    if (!/^\p{Lu}$/u.test(core)) return undefined;
    const isListed = before.slice(-3).some((run) => LISTED_LETTER.test(run));
    const isLabelled = letterLabels.has(bare(previous)) || (core === 'I' && this.language === 'en');
    return isListed || isLabelled ? undefined : 'starter';
  }

  /** "St. James" or "12 Main St.". */
  private saintOrStreet(previous: string): AbbreviationKind {
    const isStreet = STREET_NAME.test(previous) && !SAINT_NAME.test(previous);
    return isStreet && !this.words.starters.has(previous.toLowerCase()) ? 'capital' : 'never';
  }

  /** "z. B.", "i. d. R.", "n. Chr.": the longest chain of short runs with a stop that the tables know. */
  private chained(core: string, before: readonly string[]): AbbreviationKind | undefined {
    let found: AbbreviationKind | undefined;
    let key = core;
    for (let at = before.length - 1; at >= 0; at--) {
      const run = (before[at] ?? '').replace(OPENERS, '');
      if (!SHORT_WITH_STOP.test(run)) break;
      key = run + key;
      found = abbreviationKind(key, this.language) ?? found;
    }
    return found;
  }

  private lookUp(core: string): AbbreviationKind | undefined {
    const known = (word: string) => abbreviationKind(word, this.language);
    const last = core.slice(Math.max(core.lastIndexOf('-'), core.lastIndexOf('/')) + 1);
    const kind = known(core) ?? (last && last !== core ? known(last) : undefined);
    if (kind) return kind;
    if (STREET.test(last) && this.language === 'de') return 'ender';
    if (STREET.test(last) && this.language === 'nl') return 'starter';
    const title = core.slice(core.lastIndexOf('.') + 1);
    return title !== core && known(title) === 'never' ? 'never' : undefined;
  }
}
