import type { Message } from '../brain';
import type { AgentProfile } from '../profiles/profile';

/** Fewer letters than this prove nothing about what was said. */
const MIN_HEARD = 12;

/** What the offline brain reads from the conversation so far. The texts are what was heard, perhaps cut short. */
export class History {
  /** What the caller just said; empty if it was not the caller. */
  readonly said: string;
  /** What the caller said before that. */
  readonly saidBefore: string;
  /** What the assistant said last, in as many messages as it took. */
  readonly lastHeard: string;
  private readonly heard: readonly string[];

  constructor(messages: readonly Message[]) {
    const talk = messages.filter((message) => message.role === 'caller' || message.role === 'assistant');
    const last = talk.at(-1);
    const before = last?.role === 'caller' ? talk.slice(0, -1) : talk;
    this.said = last?.role === 'caller' ? last.text : '';
    this.saidBefore = before.findLast(({ role }) => role === 'caller')?.text ?? '';
    this.heard = before.filter(({ role }) => role === 'assistant').map(({ text }) => text);

    const end = before.findLastIndex(({ role }) => role === 'assistant');
    const start = before.findLastIndex(({ role }, index) => role === 'caller' && index < end);
    const turn = before.slice(start + 1, end + 1).map(({ text }) => text.trim());
    this.lastHeard = turn.join(' ').trim();
  }

  /** The index of the phrase that was said last in this call. */
  lastOf(phrases: readonly string[]): number | undefined {
    return this.lastWhere((heard) => phrases.findIndex((phrase) => spoke(heard, phrase)));
  }

  /** The index of the FAQ entry that was answered last in this call, even if the caller heard only its beginning. */
  lastAnswer(faq: AgentProfile['faq']): number | undefined {
    return this.lastWhere((heard) => {
      const whole = faq.findIndex(({ answer }) => heard.includes(answer));
      return whole >= 0 ? whole : faq.findIndex(({ answer }) => spoke(heard, answer));
    });
  }

  private lastWhere(find: (heard: string) => number): number | undefined {
    for (const heard of [...this.heard].reverse()) {
      const index = find(heard);
      if (index >= 0) return index;
    }
    return undefined;
  }
}

/** True if a phrase was said, or its first sentence, or its beginning before an interruption. */
function spoke(heard: string, phrase: string): boolean {
  const first = phrase.split(/(?<=[.!?])\s/, 1)[0] ?? phrase;
  const bare = heard.trim().replace(/[.…\s]+$/, '');
  return heard.includes(first) || (bare.length >= MIN_HEARD && phrase.startsWith(bare));
}
