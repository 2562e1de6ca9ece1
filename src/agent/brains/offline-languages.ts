import type { Language } from '../brain';

/** What each language is called, in all of them, as folded words. */
const NAMES: Readonly<Record<Language, string>> = {
  de: 'deutsch deutschen german allemand aleman tedesco duits',
  en: 'englisch englischen english anglais ingles inglese engels',
  fr: 'franzosisch franzoesisch french francais frances francese frans',
  es: 'spanisch spanish espagnol espanol castellano spagnolo spaans',
  it: 'italienisch italian italien italiano italiaans',
  nl: 'niederlandisch niederlaendisch hollandisch hollaendisch dutch neerlandais neerlandes holandes olandese nederlands',
};

/** Everything else that a wish for a language is made of. One other word, and it is about something else. */
const WISH: Readonly<Record<Language, string>> = {
  de:
    'konnen koennen konnten koennten kann konnte koennte kannst darf durfen wir sie ich du man mit mir bitte auch lieber ' +
    'gern gerne vielleicht sprechen sprichst spreche spricht reden rede redest unterhalten weiter weitermachen ' +
    'weitersprechen weiterreden fortfahren machen haben wechseln umschalten umstellen auf in zu ins die sprache hallo ' +
    'entschuldigung entschuldigen verzeihung guten tag morgen abend es das mochte moechte wurde wuerde hatte ' +
    'haette gesprach gespraech uns doch mal noch einmal etwas nur leider verstehe versteh gut so ware waere besser ' +
    'geht ginge ist moglich moeglich ja nein okay danke am liebsten antworten sagen wiederholen kein keine nicht ' +
    'kaum wenig',
  en:
    'can could may would you we i id like to prefer rather speak talk do does please in into switch change ' +
    'continue go on carry lets let us the language call conversation hello hi hey good morning afternoon evening ' +
    'excuse me sorry um is it possible if that any only a little bit understand very well my bad no yes okay ok ' +
    'thanks better have this with answer say repeat from dont not cannot cant much',
  fr:
    'parlez parler parlons parle vous est ce que on peut peux pouvez pouvons nous en s il te plait svp bonjour je j ' +
    'aimerais comprends voudrais excusez moi pardon merci ne pas',
  es:
    'habla hablan hablar hablo hablamos usted podemos puede puedo en por favor hola entiendo quiero quisiera me ' +
    'gustaria perdon disculpe gracias se no',
  it:
    'parla parlate parlare parliamo parlo possiamo puo posso in per favore buongiorno salve capisco vorrei scusi ' +
    'grazie si non',
  nl:
    'spreekt spreken spreek praten praat u kunnen kunt we wij in alstublieft alsjeblieft graag hallo goedendag ik ' +
    'begrijp sorry bedankt het geen niet',
};

const NEGATIONS = words('kein keine nicht kaum wenig dont not cannot cant pas no non geen niet bad');
const CLAUSES = /[.,;:!?¿¡]+|\b(?:und|and|aber|but|et|mais|y|pero|ma|en maar|maar)\b/i;

const LANGUAGE_OF: ReadonlyMap<string, Language> = new Map(
  entries(NAMES).flatMap(([language, names]) => names.split(' ').map((name) => [name, language] as const)),
);
const WISHES = entries(WISH).map(([language, wish]) => ({ language, words: words(wish) }));

/** Longest text that is read. */
const MAX_CHARS = 200;

/**
 * The language that a caller asks for, in whatever language the wish is put: "Können wir Englisch sprechen?", "Deutsch
 * bitte", "I don't speak German". Words about something else that only name a language are no such wish.
 */
export function askedLanguage(text: string): Language | undefined {
  for (const clause of text.slice(0, MAX_CHARS).split(CLAUSES)) {
    const asked = askedIn(clause);
    if (asked) return asked;
  }
  return undefined;
}

function askedIn(clause: string): Language | undefined {
  const said = folded(clause);
  const named = new Set(said.flatMap((word) => LANGUAGE_OF.get(word) ?? []));
  const others = said.filter((word) => !LANGUAGE_OF.has(word));
  if (named.size === 0 || !others.every((word) => WISHES.some((wish) => wish.words.has(word))))
    return undefined;
  const [first, ...further] = [...named];
  // "From German to English"; but whoever names both as a choice has not chosen.
  if (others.includes('oder') || others.includes('or')) return undefined;
  if (!others.some((word) => NEGATIONS.has(word))) return further.at(-1) ?? first;
  const spoken = languageOfWords(others);
  return spoken === first ? undefined : spoken;
}

/** The language of which most words are. */
function languageOfWords(said: readonly string[]): Language | undefined {
  const counts = WISHES.map((wish) => ({
    language: wish.language,
    count: said.filter((word) => wish.words.has(word)).length,
  }));
  return counts.sort((a, b) => b.count - a.count)[0]?.language;
}

function folded(text: string): string[] {
  return text
    .normalize('NFKD')
    .replace(/[\p{M}'’]/gu, '')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== '');
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}

function entries<T>(record: Readonly<Record<Language, T>>): [Language, T][] {
  return Object.entries(record) as [Language, T][];
}
