import type { Brain, BrainEvent, BrainRequest, FullLanguage, Language, ToolCall } from '../brain';
import { languageOf } from '../phrases';
import { offeredLanguages } from '../profiles/profile-language';
import { isUnfinished } from '../unfinished';
import { History } from './offline-history';
import { ASKED_FOR_MORE, OFFERED, OFFERED_TO_READ, OFFLINE_PHRASES } from './offline-phrases';
import { destinationForEverybody, type Meaning, understandingOf } from './offline-understand';

/** How many topics are named to a caller who asks for help: more cannot be kept in mind on the phone. */
const HELP_TOPICS = 3;

/** What is said, then what is done. At least one of both. */
interface Answer {
  say?: string;
  call?: ToolCall;
  /** It only says that there is no answer. */
  unanswered?: true;
}

type Say = Record<Meaning['intent'], (turn: Turn) => Answer>;

/**
 * The brain without key or network: it answers from the FAQ of the profile, knows the everyday sentences of a call
 * in German and English, and says so when it does not know. Keeps nothing but the prepared profiles; what happened
 * in the call is read from `request.messages`. Never throws.
 */
export function offlineBrain(): Brain {
  return {
    name: 'offline',
    async *reply(request, signal) {
      for (const event of eventsOf(answer(request))) {
        if (signal.aborted) return;
        yield event;
      }
    },
  };
}

function answer(request: BrainRequest): Answer {
  const turn = new Turn(request);
  const isFirst = !request.messages.some(({ role }) => role === 'caller');
  if (isFirst) return { say: turn.history.lastHeard === '' ? turn.profile.greeting : turn.phrases.ask };
  return ANSWERS[turn.meaning.intent](turn);
}

/** One turn: what was said, what it means, and what may be answered with. */
class Turn {
  readonly history: History;
  readonly meaning: Meaning;
  readonly phrases;
  readonly profile;
  private readonly language: FullLanguage;

  constructor({ profile, language, messages }: BrainRequest) {
    this.profile = profile;
    this.language = isFull(language) ? language : languageOf(profile.language);
    this.phrases = OFFLINE_PHRASES[this.language];
    this.history = new History(messages);
    this.meaning = understandingOf(profile, this.language)(this.history.said);
  }

  /** The caller has stopped in mid-sentence, and does not go on. */
  get isUnfinished(): boolean {
    return isUnfinished(this.history.said, this.language);
  }

  /** True if the caller was just offered to be connected. */
  get wasOffered(): boolean {
    return OFFERED[this.language].test(this.history.lastHeard);
  }

  /** What a caller is told who has said yes to having a message read out that could not be delivered. */
  get readOut(): string | undefined {
    if (!OFFERED_TO_READ[this.language].test(this.history.lastHeard)) return undefined;
    const index = this.history.lastAnswer(this.profile.faq);
    return index === undefined ? undefined : this.profile.faq[index]?.answer;
  }

  get wasAskedForMore(): boolean {
    return ASKED_FOR_MORE[this.language].test(this.history.lastHeard);
  }

  /** The desk that the offer was about: the one named in the question before it, or the one for everybody. */
  get offeredDestination(): string | undefined {
    const before = understandingOf(this.profile, this.language)(this.history.saidBefore);
    return (before.intent === 'unknown' && before.destination) || destinationForEverybody(this.profile);
  }

  get topics(): string {
    const asks = this.profile.faq.slice(0, HELP_TOPICS).map(({ ask }) => sentence(ask[0] ?? ''));
    return asks.join(' ');
  }

  transfer(destination: string | undefined): Answer {
    if (destination === undefined) return { say: this.phrases.nobody };
    return { call: { name: 'transfer_call', arguments: { destination } } };
  }

  sms(index: number | undefined): Answer {
    const text = index === undefined ? undefined : this.profile.faq[index]?.answer;
    if (text === undefined) return { say: this.phrases.nothingToSend };
    return { say: this.phrases.sms, call: { name: 'send_sms', arguments: { text } } };
  }

  /** The agent says that it has switched. A language that is not understood here is not offered. */
  switchTo(language: Language): Answer {
    const offered = offeredLanguages(this.profile).filter(isFull);
    if (offered.some((one) => one === language))
      return { call: { name: 'switch_language', arguments: { language } } };
    const { only, and, names } = this.phrases.languages;
    return { say: only.replace('{languages}', offered.map((one) => names[one]).join(` ${and} `)) };
  }

  goodbye(): Answer {
    return { say: this.phrases.goodbye, call: { name: 'hang_up', arguments: {} } };
  }

  help(): string {
    const { helpTopics, helpNothing, or } = this.phrases;
    const topics = this.topics === '' ? helpNothing : helpTopics.replace('{topics}', () => this.topics);
    return destinationForEverybody(this.profile) === undefined ? topics : `${topics} ${or}`;
  }

  /** "I do not know", never twice in a row in the same words, and what can be done instead. */
  unknown(): string {
    const { unknown, offer, topicsInstead } = this.phrases;
    const last = this.history.lastOf(unknown);
    const sorry = unknown[last === undefined ? 0 : (last + 1) % unknown.length] ?? '';
    if (destinationForEverybody(this.profile) !== undefined) return `${sorry} ${offer}`;
    return this.topics === '' ? sorry : `${sorry} ${topicsInstead.replace('{topics}', () => this.topics)}`;
  }

  repeat(): string {
    const { again, nothingToRepeat } = this.phrases;
    const heard = this.history.lastHeard;
    const bare = heard.startsWith(again) ? heard.slice(again.length).trim() : heard;
    return bare === '' ? nothingToRepeat : `${again} ${bare}`;
  }
}

const ANSWERS: Say = {
  faq: ({ meaning, profile, phrases }) => ({
    say: (meaning.intent === 'faq' && profile.faq[meaning.index]?.answer) || phrases.ask,
  }),
  human: (turn) => turn.transfer(turn.meaning.intent === 'human' ? turn.meaning.destination : undefined),
  noSuchDesk: (turn) => {
    const { noSuchDesk, offer, nobody } = turn.phrases;
    const somebody = destinationForEverybody(turn.profile);
    return { say: somebody === undefined ? nobody : `${noSuchDesk} ${offer}` };
  },
  sms: (turn) => {
    const named = turn.meaning.intent === 'sms' ? turn.meaning.index : undefined;
    return turn.sms(named ?? turn.history.lastAnswer(turn.profile.faq));
  },
  language: (turn) => (turn.meaning.intent === 'language' ? turn.switchTo(turn.meaning.language) : {}),
  presence: ({ phrases }) => ({ say: phrases.presence }),
  rightPlace: ({ phrases, profile }) => ({ say: phrases.rightPlace.replace('{name}', () => profile.name) }),
  unknown: (turn) =>
    turn.isUnfinished ? { say: turn.phrases.ask } : { say: turn.unknown(), unanswered: true },
  unclear: ({ phrases }) => ({ say: phrases.unclear, unanswered: true }),
  greeting: ({ phrases }) => ({ say: phrases.greeting }),
  goodbye: (turn) => turn.goodbye(),
  repeat: (turn) => ({ say: turn.repeat() }),
  help: (turn) => ({ say: turn.help() }),
  thanks: ({ phrases }) => ({ say: phrases.thanks }),
  wait: ({ phrases }) => ({ say: phrases.wait }),
  identity: ({ phrases }) => ({ say: phrases.identity }),
  declineHuman: ({ phrases }) => ({ say: phrases.no }),
  no: (turn) => (turn.wasAskedForMore ? turn.goodbye() : { say: turn.phrases.no }),
  yes: (turn) =>
    turn.wasOffered ? turn.transfer(turn.offeredDestination) : { say: turn.readOut ?? turn.phrases.ask },
};

function isFull(language: Language): language is FullLanguage {
  return language === 'de' || language === 'en';
}

/** A question of the FAQ as something that can be said: "Öffnungszeiten" gets a full stop. */
function sentence(text: string): string {
  const trimmed = text.trim();
  return trimmed === '' || /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

/** The text in pieces of about a sentence; joined they are the text. Then the tool call. */
function* eventsOf({ say, call, unanswered }: Answer): Generator<BrainEvent> {
  if (unanswered) yield { type: 'unanswered' };
  for (const text of say?.match(/.+?(?:(?<!\b(?:Dr|St|Nr|No|\d))[.!?:]+\s+|$)/gsu) ?? [])
    yield { type: 'text', text };
  if (call) yield { type: 'tool', call };
}
