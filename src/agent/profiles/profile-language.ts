import type { Language } from '../brain';
import { languageOf, PHRASES, type Phrases } from '../phrases';
import type { AgentProfile } from './profile';

/** The languages that a caller of this profile may speak, its own first. */
export function offeredLanguages({ language, languages }: AgentProfile): Language[] {
  const others = Object.keys(languages) as Language[];
  return [...new Set([languageOf(language), ...others])];
}

const spoken = new WeakMap<AgentProfile, Map<Language, AgentProfile>>();

/**
 * The profile with the texts that it has in another of its languages. Who it is, what it may do and at which times stay
 * as they are. The same profile and language give the same object, so that what is prepared for one is prepared once.
 */
export function profileIn(profile: AgentProfile, language: Language): AgentProfile {
  const other = profile.languages[language];
  if (language === languageOf(profile.language) || !other) return profile;
  const known = spoken.get(profile) ?? new Map<Language, AgentProfile>();
  spoken.set(profile, known);
  const ready = known.get(language) ?? translated(profile, other, PHRASES[language]);
  known.set(language, ready);
  return ready;
}

function translated(
  profile: AgentProfile,
  { instructions, faq, announcements }: NonNullable<AgentProfile['languages'][Language]>,
  phrases: Phrases,
): AgentProfile {
  const destinations = Object.entries(profile.destinations).map(([name, destination]) => [
    name,
    { ...destination, announce: announcements[name] ?? phrases.transfer.announce },
  ]);
  return {
    ...profile,
    instructions: instructions ?? profile.instructions,
    faq: faq ?? profile.faq,
    destinations: Object.fromEntries(destinations),
    // What a silent caller hears is not in this language: stock phrases take its place.
    silence: profile.silence && { ...profile.silence, reprompts: undefined, offer: undefined },
  };
}
