import { type Jovo, NluPlugin } from '@jovotech/framework';

/** Understands a sentence by one word of it: enough for an app with `@Intents`. */
export class KeywordNlu extends NluPlugin {
  async processText(_jovo: Jovo, text: string) {
    const intents: Record<string, string> = {
      help: 'HelpIntent',
      bye: 'EndConversationIntent',
      human: 'HumanOperatorIntent',
    };
    const word = Object.keys(intents).find((keyword) => text.toLowerCase().includes(keyword));
    return word ? { intent: { name: intents[word] as string } } : undefined;
  }
}
