import OpenAI from 'openai';
import type { Brain, BrainEvent, BrainRequest, Language, Message, ToolDescription } from '../brain';
import { describeTools, readToolCall } from '../tools';

export interface OpenAiOptions {
  apiKey: string;
  /** Any compatible endpoint. */
  baseUrl?: string;
  model: string;
  /** What a million tokens cost. Without it nothing is counted. */
  prices?: TokenPrices;
}

/** In hundredths of whatever currency the caps of the profiles are in. */
export interface TokenPrices {
  inputCentsPerMillion: number;
  outputCentsPerMillion: number;
}

/** The stream has ended before the model was done: what came is not the whole answer. */
export class CutStreamError extends Error {
  override readonly name = 'CutStreamError';
}

type ChatMessage = OpenAI.ChatCompletionMessageParam;

/** A language model behind the Chat Completions interface, streamed. */
export function openAiBrain({ apiKey, baseUrl, model, prices }: OpenAiOptions): Brain {
  // Retrying is not the client's business: a caller is waiting, and the agent knows for how long. And the client
  // logs what it cannot read, which may be what a caller said.
  const client = new OpenAI({ apiKey, baseURL: baseUrl, maxRetries: 0, logLevel: 'off' });
  return {
    name: `openai ${model}`,
    async *reply(request, signal): AsyncGenerator<BrainEvent> {
      const tools = [...(request.tools ?? describeTools(request.profile))];
      const messages = chatMessages(request);
      // Not every compatible endpoint knows the option.
      const counted = prices && { stream_options: { include_usage: true } };
      const stream = await client.chat.completions.create(
        { model, stream: true, messages, tools, ...counted },
        { signal },
      );
      const meter = prices && new Meter(prices, [messages, tools], request.onUsage);
      try {
        yield* readStream(stream, tools, meter);
      } finally {
        meter?.stop();
      }
    },
  };
}

/** About what models make of German and English: a token is four characters. */
const CHARACTERS_PER_TOKEN = 4;

/** Tells what a request has used up. A stream that is left says nothing about it: then it is estimated. */
class Meter {
  private characters = 0;
  private told = false;

  constructor(
    private readonly prices: TokenPrices,
    private readonly prompt: unknown,
    private readonly tell: BrainRequest['onUsage'],
  ) {}

  wrote(text: string | null | undefined): void {
    this.characters += text?.length ?? 0;
  }

  used(inputTokens: number, outputTokens: number): void {
    this.told = true;
    const { inputCentsPerMillion, outputCentsPerMillion } = this.prices;
    const cents = (inputTokens * inputCentsPerMillion + outputTokens * outputCentsPerMillion) / 1_000_000;
    this.tell?.({ inputTokens, outputTokens, cents });
  }

  stop(): void {
    if (this.told) return;
    const tokens = (characters: number) => Math.ceil(characters / CHARACTERS_PER_TOKEN);
    this.used(tokens(JSON.stringify(this.prompt).length), tokens(this.characters));
  }
}

/** Text as it comes, tool calls once they are complete. */
async function* readStream(
  stream: AsyncIterable<OpenAI.ChatCompletionChunk>,
  tools: readonly ToolDescription[],
  meter: Meter | undefined,
): AsyncGenerator<BrainEvent> {
  const calls = new Map<number, { id: string; name: string; json: string }>();
  let finished = false;
  for await (const chunk of stream) {
    if (chunk.usage) meter?.used(chunk.usage.prompt_tokens, chunk.usage.completion_tokens);
    const choice = chunk.choices?.[0];
    if (!choice) continue;
    meter?.wrote(choice.delta?.content);
    if (choice.delta?.content) yield { type: 'text', text: choice.delta.content };
    for (const part of choice.delta?.tool_calls ?? []) {
      const call = calls.get(part.index) ?? { id: part.id ?? `call-${part.index}`, name: '', json: '' };
      call.name += part.function?.name ?? '';
      call.json += part.function?.arguments ?? '';
      meter?.wrote(part.function?.arguments);
      calls.set(part.index, call);
    }
    finished ||= typeof choice.finish_reason === 'string';
  }
  if (!finished) throw new CutStreamError('The stream ended before the model was done');
  for (const call of calls.values()) yield readToolCall(call, tools);
}

const LANGUAGE: Readonly<Record<Language, string>> = {
  de: 'German, and address the caller formally ("Sie")',
  en: 'English',
  fr: 'French, and address the caller formally ("vous")',
  es: 'Spanish, and address the caller formally ("usted")',
  it: 'Italian, and address the caller formally ("lei")',
  nl: 'Dutch, and address the caller formally ("u")',
};

function chatMessages({ profile, language, messages, brief }: BrainRequest): ChatMessage[] {
  const faq = profile.faq.map(({ ask, answer }) => `- ${ask.join(' / ')}: ${answer}`);
  const system = [
    profile.instructions.trim(),
    `You are on the phone. Speak ${LANGUAGE[language]}. Answer in one to three short sentences, in plain spoken ` +
      'language without lists or markup. If you do not know something, say so; never make anything up.',
    ...(brief ? ['The caller is impatient and keeps interrupting: answer in one short sentence.'] : []),
    ...(faq.length > 0 ? [`What you know:\n${faq.join('\n')}`] : []),
  ];
  return [{ role: 'system', content: system.join('\n\n') }, ...messages.flatMap(chatMessage)];
}

function chatMessage(message: Message): ChatMessage[] {
  switch (message.role) {
    case 'caller':
      return [{ role: 'user', content: message.text }];
    case 'assistant':
      return [{ role: 'assistant', content: message.text }];
    case 'note':
      return [{ role: 'system', content: message.text }];
    case 'tool': {
      const { id, name, input, output } = message;
      const call = { id, type: 'function', function: { name, arguments: input } } as const;
      return [
        { role: 'assistant', content: null, tool_calls: [call] },
        { role: 'tool', tool_call_id: id, content: output },
      ];
    }
  }
}
