import type { FullLanguage, Language } from '../brain';
import type { AgentProfile } from '../profiles/profile';
import { offeredLanguages } from '../profiles/profile-language';
import { INTENTS, type IntentName } from './offline-intents';
import { askedLanguage } from './offline-languages';
import { faqMatcher } from './offline-matcher';
import { contains, fold, pattern, replacePhrase, stem, words } from './offline-text';
import { HOUSE_WORDS } from './offline-words';

/** What a caller's sentence means to the offline brain. Indexes are those of `profile.faq`. */
export type Meaning =
  | { intent: 'faq'; index: number }
  /** `destination`: the one that was named, or the one for everybody; none if the profile has none. */
  | { intent: 'human'; destination?: string }
  /** Somebody was named to be connected with whom the profile does not know: to be asked about, never guessed. */
  | { intent: 'noSuchDesk' }
  /** The language that the caller would like to speak; whether the profile offers it is another matter. */
  | { intent: 'language'; language: Language }
  /** `index`: the topic that was named ("text me the address"); otherwise the last answer is meant. */
  | { intent: 'sms'; index?: number }
  | { intent: Exclude<IntentName, 'human' | 'sms' | 'firmYes'> }
  /** "Is that the bike shop?" */
  | { intent: 'rightPlace' }
  /** Understood as words, but not answered by this profile. `destination` is named if the caller named one. */
  | { intent: 'unknown'; destination?: string }
  /** There was nothing to understand. */
  | { intent: 'unclear' };

/** Understands the sentences of callers of one profile in one language. Pure. */
export type Understand = (text: string) => Meaning;

/** Longest text that is read. A caller's sentence is far shorter; this bounds the work of one turn. */
const MAX_CHARS = 600;

/** Names of the person or desk that takes whoever asks for "a human". */
const FRONT_DESK = /^(reception|front|desk|office|empfang|anmeldung|zentrale|rezeption|service|support|team)/;

/** Intents that are the whole sentence or nothing, in the order in which they win. */
const WHOLE: readonly IntentName[] = [
  'goodbye',
  'repeat',
  'help',
  'wait',
  'no',
  'greeting',
  'firmYes',
  'thanks',
  'yes',
];

/** Everyday sentences that hold even if the clauses around them are not understood. */
const STANDING = ['repeat', 'help'] as const;

/** Behind these words stands whom a caller wants to be connected with, up to what it is about. */
const WHOM: Readonly<Record<FullLanguage, RegExp>> = {
  de: /\b(?:mit|zu[mr]?|an|nach|ins?)\b(.*?)(?:\b(?:wegen|uber|fur|bezuglich|falls|damit|der sich)\b|$)/,
  en: /\b(?:to|with|in|from)\b(.*?)(?:\b(?:about|regarding|concerning|for|who|that|if)\b|$)/,
};

/** The same behind words that are a wish for a human by themselves. */
const GET_ME = /\b(?:get me(?: to)?|on to)(?: an?| the)?\b(.*)$/;

/** Where a spoken or written sentence falls into parts that can be understood alone. */
const CLAUSES: Readonly<Record<FullLanguage, RegExp>> = {
  de: /[,.;:!?]+|\b(?:und|aber|weil|also|oder)\b/i,
  en: /[,.;:!?]+|\b(?:and|but|because|so|or)\b/i,
};

/**
 * Prepares understanding for a profile. Order of judgement: language, who is speaking, transfer, SMS, then the FAQ on
 * what is left of the sentence, then the short social sentences, then "unknown".
 */
export function understanding(profile: AgentProfile, spoken: FullLanguage): Understand {
  const faq = faqMatcher(profile, spoken);
  const phrases = INTENTS[spoken];
  const named = namedDestination(profile, spoken);
  const everybody = destinationForEverybody(profile);
  const offered = offeredLanguages(profile);
  const isRightPlace = rightPlace(profile, spoken);
  const has = (text: string, name: keyof typeof phrases) => contains(text, phrases[name]);
  const without = (text: string, ...names: (keyof typeof phrases)[]) =>
    names
      .reduce((rest, name) => replacePhrase(rest, phrases[name], ''), text)
      .replace(/ {2,}/g, ' ')
      .trim();

  /** Whether a wish to be connected names somebody or something that is no destination. */
  const namesStranger = (text: string): boolean =>
    text.split(CLAUSES[spoken]).some((clause) => {
      const part = fold(clause, spoken);
      if (!has(part, 'human')) return false;
      const whom =
        WHOM[spoken].exec(without(part, 'human', 'anybody')) ?? GET_ME.exec(without(part, 'anybody'));
      return !faq.isEmpty(without(whom?.[1] ?? '', 'aboutHuman', 'politeness', 'greeting', 'thanks'));
    });

  /** The everyday sentence that a text is, if nothing else is left of it. */
  const socialIntent = (topic: string, said: string): Meaning | undefined => {
    if (!faq.isEmpty(without(topic, 'repeat', 'help', 'wait', 'no', 'yes'))) return undefined;
    const intent = WHOLE.find((name) => has(said, name));
    return intent && whole(intent);
  };

  return (text) => {
    const said = fold(text.slice(0, MAX_CHARS), spoken);
    if (said === '') return { intent: 'unclear' };
    const language = askedLanguage(text);
    // One that is not offered may be what the FAQ knows more about; one that is spoken already is no wish.
    if (language && language !== spoken && offered.includes(language))
      return { intent: 'language', language };
    if (has(said, 'presence')) return { intent: 'presence' };
    if (has(said, 'identity')) return { intent: 'identity' };
    if (has(said, 'declineHuman')) return { intent: 'declineHuman' };

    const desk = named(said);
    if (has(said, 'human') && !desk && namesStranger(text.slice(0, MAX_CHARS)))
      return { intent: 'noSuchDesk' };
    if (has(said, 'human')) return { intent: 'human', destination: desk?.name ?? everybody };
    if (
      desk &&
      !has(said, 'asking') &&
      faq.isEmpty(without(desk.rest, 'aboutHuman', 'politeness', 'greeting', 'thanks'))
    ) {
      return { intent: 'human', destination: desk.name };
    }

    const topic = without(said, 'goodbye', 'thanks', 'greeting', 'politeness');
    const match = faq.match(said) ?? faq.match(topic);
    if (has(said, 'sms')) {
      // Twice: "schicken Sie mir das per SMS" is one wish around another.
      const rest = without(topic, 'sms', 'sendTo', 'sms');
      const about = faq.match(rest);
      if (about && has(said, 'sendTo')) return { intent: 'sms', index: about.index };
      if (faq.isEmpty(rest)) return { intent: 'sms' };
    }
    if (match) return { intent: 'faq', index: match.index };

    if (has(said, 'ending')) return { intent: 'goodbye' };
    const social = socialIntent(topic, said);
    if (social) return social;
    for (const clause of text.slice(0, MAX_CHARS).split(CLAUSES[spoken])) {
      const part = fold(clause, spoken);
      const about = faq.matchClause(part);
      if (about) return { intent: 'faq', index: about.index };
      if (STANDING.some((intent) => has(part, intent)) && faq.isEmpty(without(part, ...STANDING))) {
        return socialIntent(part, part) ?? { intent: 'unknown' };
      }
    }
    if (isRightPlace(topic)) return { intent: 'rightPlace' };
    return language ? { intent: 'language', language } : { intent: 'unknown', destination: desk?.name };
  };
}

/** How callers ask whether they have reached whom they wanted. What follows is whom. */
const RIGHT_PLACE: Readonly<Record<FullLanguage, string>> = {
  de: '^(ja )?(ist|sind|bin|spreche|habe)( ich| da| das| dort| hier| es| sie| denn| richtig)+( bei| mit| in| die| der| das| dem| den| beim)*',
  en: '^(yes )?(is (that|this|it)|are you|am i( speaking| talking)?|have i( reached| got)?|did i reach)( the| at| to| with| through)*',
};

/** Words that so many entries of the FAQ have are what the business is about. */
const COMMON_IN = 3;

/** Whether a question names nothing but the business itself. */
function rightPlace(profile: AgentProfile, language: FullLanguage): (said: string) => boolean {
  const opener = pattern(RIGHT_PLACE[language], language);
  const entries = profile.faq.map(({ ask }) => new Set(words(fold(ask.join(' '), language))));
  const count = (word: string) => entries.filter((entry) => entry.has(word)).length;
  const own = `${profile.name} ${profile.greeting} ${HOUSE_WORDS[language]}`;
  const known = new Set(words(fold(own, language)));
  return (said) => {
    const whom = words(replacePhrase(said, opener, '').trim());
    return (
      whom.length > 0 &&
      said.search(opener) === 0 &&
      whom.every((word) => known.has(word) || count(word) >= COMMON_IN)
    );
  };
}

function whole(intent: IntentName): Meaning {
  return { intent: intent === 'firmYes' ? 'yes' : intent } as Meaning;
}

/** Whom "a human" means: the front desk if there is one, else the first destination. */
export function destinationForEverybody(profile: AgentProfile): string | undefined {
  const names = Object.keys(profile.destinations);
  return names.find((name) => FRONT_DESK.test(name)) ?? names[0];
}

/** Finds a destination by its name or an alias, the longest first, and what else was said. */
function namedDestination(
  profile: AgentProfile,
  language: FullLanguage,
): (said: string) => { name: string; rest: string } | undefined {
  const spoken = Object.entries(profile.destinations)
    .flatMap(([name, { aliases }]) =>
      [name, ...aliases].map((alias) => ({ name, alias: fold(alias.replace(/[_-]/g, ' '), language) })),
    )
    .filter(({ alias }) => alias !== '')
    .sort((a, b) => b.alias.length - a.alias.length)
    .map(({ name, alias }) => ({ name, phrase: inflected(alias, language) }));
  return (said) => {
    for (const { name, phrase } of spoken) {
      if (contains(said, phrase)) return { name, rest: said.replace(phrase, ' ') };
    }
    return undefined;
  };
}

/** A name with whatever ending: "invoices" is also said as "invoice". */
function inflected(alias: string, language: FullLanguage): RegExp {
  const loose = words(alias).map((word) => {
    const short = stem(word, language);
    return short.length >= 5 && word.startsWith(short) ? `${short}~` : `${word}(s|n|en)?`;
  });
  return pattern(loose.join(' '), language);
}

const prepared = new WeakMap<AgentProfile, Map<FullLanguage, Understand>>();

/** {@link understanding}, prepared once per profile and language. */
export function understandingOf(profile: AgentProfile, language: FullLanguage): Understand {
  const languages = prepared.get(profile) ?? new Map<FullLanguage, Understand>();
  prepared.set(profile, languages);
  const ready = languages.get(language) ?? understanding(profile, language);
  languages.set(language, ready);
  return ready;
}
