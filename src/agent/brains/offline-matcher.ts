import type { FullLanguage } from '../brain';
import type { AgentProfile } from '../profiles/profile';
import { CONCEPTS, TOPICS } from './offline-concepts';
import { contains, fold, likeness, pattern, replacePhrase, stem, words } from './offline-text';
import { HOUSE_WORDS, SMALL_WORDS, WEAK_WORDS } from './offline-words';

/** Everything that was tuned, in one place. Weights are relative to a rare word of the FAQ, scores are 0..1. */
const TUNING = {
  /** Below this the honest answer is "I do not know". */
  accept: 0.48,
  /** What a part of a longer sentence must reach, if the whole sentence says too much else. */
  acceptClause: 0.75,
  /** What a day, an hour or another narrowing word weighs when the FAQ does not have it. */
  weakWeight: 0.3,
  /** Weight of the words of a question that must have been said: "bike" alone says nothing in a bike shop. */
  leastEvidence: 0.45,
  /** How much more a concept weighs that names a topic by itself. */
  topicWeight: 1.8,
  /** What a strange word weighs that looks like an adjective or adverb, which seldom are the topic. */
  adjectiveWeight: 0.5,
  /** What a word weighs that the profile has never seen. */
  strangeWeight: 1.3,
  /** How much of a word counts as understood if only the answer has it, not a question. */
  answerShare: 0.6,
  /** The share of the score that depends on how much of the question of the FAQ was said. */
  recallShare: 0.3,
  /** From this likeness on a word counts as a slip of the recogniser for one that is known. */
  slip: 0.74,
} as const;

/** Marks strange words that look like adjectives or adverbs. */
const ADJECTIVE = '~';
const ADJECTIVES: Readonly<Record<FullLanguage, RegExp>> = {
  de: /...(?:lich|ig|isch|bar|sam|los|ell|frei|weise)(?:e|en|er|es|em)?$/,
  en: /...(?:ly|ful|ous|ish|able|est)$/,
};

/** All days, hours and other narrowing words are one feature. */
const WHEN = '@when';

/** Ask phrase or utterance, as the set of what it is about: concepts (`@open`) and stems. */
type Features = ReadonlySet<string>;

/** The features of an utterance, with how often they were said: who says it twice means it. */
type Mentions = ReadonlyMap<string, number>;

interface Entry {
  index: number;
  asks: Features[];
  asked: Set<string>;
  answered: Set<string>;
}

/** The FAQ entry that answers an utterance, and how sure that is (0..1). */
export interface FaqMatch {
  index: number;
  score: number;
}

/** Finds the FAQ entry for a folded utterance, or nothing: a wrong answer is worse than none. */
export interface FaqMatcher {
  match(folded: string): FaqMatch | undefined;
  /** The same for one clause of a longer sentence: with a higher bar, since the rest was not understood. */
  matchClause(folded: string): FaqMatch | undefined;
  /** True if nothing but grammar, politeness and the business itself is left in a folded text. */
  isEmpty(folded: string): boolean;
}

/**
 * Prepares the FAQ of a profile. The score of an entry is the share of the utterance that it covers, by weight
 * (rare words weigh more, words that the profile has never seen most of all), lowered if little of the entry's
 * question was said. So "Do you also do Botox?" fails on the one word that matters.
 */
export function faqMatcher(profile: AgentProfile, language: FullLanguage): FaqMatcher {
  const lexicon = new Lexicon(profile, language);
  const entries = profile.faq.map((item, index): Entry => {
    const asks = item.ask.map((ask) => lexicon.features(fold(ask, language))).filter((ask) => ask.size > 0);
    const asked = new Set(asks.flatMap((ask) => [...ask]));
    return { index, asks, asked, answered: new Set(lexicon.features(fold(item.answer, language))) };
  });
  const weigh = weights(entries);
  const exact = new Map(
    profile.faq.flatMap(({ ask }, index) => ask.map((text) => [fold(text, language), index])),
  );

  const best = (folded: string): FaqMatch | undefined => {
    const index = exact.get(folded);
    if (index !== undefined) return { index, score: 1 };
    const said = lexicon.mentions(folded);
    let found: FaqMatch | undefined;
    for (const entry of entries) {
      const score = scoreOf(entry, said, weigh);
      if (score > (found?.score ?? 0)) found = { index: entry.index, score };
    }
    return found;
  };
  const atLeast = (score: number, match = { index: -1, score: 0 }) =>
    match.score >= score ? match : undefined;

  return {
    isEmpty: (folded) => lexicon.features(folded).size === 0,
    match: (folded) => atLeast(TUNING.accept, best(folded)),
    matchClause: (folded) => atLeast(TUNING.acceptClause, best(folded)),
  };
}

function scoreOf(entry: Entry, said: Mentions, weigh: (feature: string) => number): number {
  let total = 0;
  let covered = 0;
  let asked = 0;
  for (const [feature, times] of said) {
    if (feature === WHEN && entry.asked.has(WHEN)) continue;
    const weight = weigh(feature) * times;
    total += weight;
    if (entry.asked.has(feature)) {
      covered += weight;
      asked += weight;
    } else if (entry.answered.has(feature)) covered += weight * TUNING.answerShare;
  }
  if (asked < TUNING.leastEvidence) return 0;
  let recall = 0;
  for (const ask of entry.asks) recall = Math.max(recall, shareSaid(ask, said, weigh));
  return (covered / total) * (1 - TUNING.recallShare + TUNING.recallShare * recall);
}

/** How much of a question of the FAQ the caller said, by weight. */
function shareSaid(ask: Features, said: Mentions, weigh: (feature: string) => number): number {
  let total = 0;
  let shared = 0;
  for (const feature of ask) {
    const weight = weigh(feature);
    total += weight;
    if (said.has(feature)) shared += weight;
  }
  return shared / total;
}

/** Inverse document frequency over the entries; strange words weigh as much as the rarest, weak ones little. */
function weights(entries: readonly Entry[]): (feature: string) => number {
  const seen = new Map<string, number>();
  for (const { asked } of entries)
    for (const feature of asked) seen.set(feature, (seen.get(feature) ?? 0) + 1);
  const rarest = Math.log(1 + entries.length);
  const known = new Map(
    [...seen].map(([feature, n]) => [feature, Math.log(1 + entries.length / n) / rarest]),
  );
  return (feature) => {
    if (feature === WHEN) return TUNING.weakWeight;
    const weight = known.get(feature);
    if (weight === undefined)
      return feature.endsWith(ADJECTIVE) ? TUNING.adjectiveWeight : TUNING.strangeWeight;
    return TOPICS.has(feature) ? weight * TUNING.topicWeight : weight;
  };
}

/** Turns folded text into features, with the words that a profile knows. */
class Lexicon {
  private readonly small: ReadonlySet<string>;
  private readonly weak: RegExp;
  /** Words of the FAQ: they are right as they are. */
  private readonly known: ReadonlySet<string>;
  /** Words of its questions: what a compound may end with and a slip be corrected to. */
  private readonly parts: readonly string[];

  constructor(
    profile: AgentProfile,
    private readonly language: FullLanguage,
  ) {
    const list = (text: string) => words(fold(text, language));
    this.small = new Set(list(`${SMALL_WORDS[language]} ${HOUSE_WORDS[language]} ${profile.name}`));
    this.weak = pattern(`\\d+|${WEAK_WORDS[language].trim().split(/\s+/).join('|')}`, language);
    const said = profile.faq.flatMap(({ ask, answer }) => [...ask, answer]).flatMap(list);
    this.known = new Set(said.filter((word) => !this.small.has(word)));
    const asked = profile.faq.flatMap(({ ask }) => ask.flatMap(list)).filter((word) => this.known.has(word));
    this.parts = [...new Set(asked)].filter((word) => word.length >= 4).sort((a, b) => b.length - a.length);
  }

  /** What a text of the profile is about. */
  features(folded: string): Features {
    return new Set(this.collect(folded, false));
  }

  /** What an utterance is about: compounds are cut and slips corrected towards the words of the FAQ. */
  mentions(folded: string): Mentions {
    const times = new Map<string, number>();
    for (const feature of this.collect(folded, true)) {
      times.set(feature, feature === WHEN ? 1 : (times.get(feature) ?? 0) + 1);
    }
    return times;
  }

  private collect(folded: string, guess: boolean): string[] {
    let text = folded;
    for (const { phrase, name } of CONCEPTS[this.language]) text = replacePhrase(text, phrase, name);
    return words(text).flatMap((word) => {
      if (word.startsWith('@')) return word;
      if (this.small.has(word) || word.length < 2) return [];
      if (contains(word, this.weak)) return WHEN;
      if (this.known.has(word)) return stem(word, this.language);
      if (ADJECTIVES[this.language].test(word)) return `${word}${ADJECTIVE}`;
      const nearest = guess ? this.nearest(word) : word;
      return nearest === word ? stem(word, this.language) : this.collect(nearest, false);
    });
  }

  /** The word of the FAQ that was probably meant, or a compound cut before the word that it ends with. */
  private nearest(word: string): string {
    if (this.language === 'de') {
      const head = this.parts.find((part) => word.endsWith(part) && word.length - part.length >= 3);
      if (head) return `${word.slice(0, -head.length).replace(/s$/, '')} ${head}`;
    }
    let best = word;
    let bestLikeness: number = TUNING.slip;
    for (const part of this.parts) {
      if (part.length < 5 || Math.abs(part.length - word.length) > 2) continue;
      const alike = likeness(part, word);
      if (alike > bestLikeness) {
        best = part;
        bestLikeness = alike;
      }
    }
    return best;
  }
}
