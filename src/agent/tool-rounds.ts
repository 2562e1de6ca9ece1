import type { Clock } from '@jovo-telephony/telephony';
import { type AuthorTool, runTool, type ToolContext } from './author-tools';
import type { AuthorToolCall, Brain, BrainRequest, Message } from './brain';
import type { ReplyEvent } from './spoken-stream';
import type { ToolMarks, ToolRuns } from './tool-runs';

/** A brain that asks for tools again and again gets no further answer. */
export class ToolLoopError extends Error {
  override readonly name = 'ToolLoopError';
}

const MAX_ROUNDS = 4;
const MAX_CALLS_PER_ROUND = 5;

export interface ToolRounds {
  brain: Brain;
  tools: ReadonlyMap<string, AuthorTool>;
  clock: Clock;
  runs: ToolRuns;
  marks?: ToolMarks;
  context: ToolContext;
  /** Told of every tool that has run, even if nobody waits for the answer any more. */
  onResult(message: Message): void;
}

/**
 * The brain's whole reply: whenever it asks for tools of the application author they run, and it is asked again with
 * what they gave back. Text and actions pass through as they come.
 */
export async function* replyWithTools(
  request: BrainRequest,
  { brain, tools, clock, runs, marks, context, onResult }: ToolRounds,
): AsyncGenerator<ReplyEvent> {
  let { messages } = request;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const calls: AuthorToolCall[] = [];
    for await (const event of brain.reply({ ...request, messages }, context.signal)) {
      if (event.type === 'author_tool') calls.push(event.call);
      else yield event;
    }
    if (calls.length === 0 || context.signal.aborted) return;
    const results: Message[] = [];
    for (const call of calls.slice(0, MAX_CALLS_PER_ROUND)) {
      if (context.signal.aborted) return;
      const tool = tools.get(call.name);
      const filler = tool?.filler?.[context.language];
      if (filler) yield { type: 'aside', text: filler };
      if (context.signal.aborted) return;
      const output = await runTool(tool, call, context, clock, runs, marks, request.tools);
      // What a model has made up may hold anything.
      marks?.note('tool', { name: tool?.name ?? 'unknown', ok: output.startsWith('{"ok":true') });
      const input = JSON.stringify(call.arguments) ?? '{}';
      const message: Message = { role: 'tool', id: call.id, name: call.name, input, output };
      onResult(message);
      results.push(message);
    }
    // Nobody waits for the answer any more: it is not asked for.
    if (context.signal.aborted) return;
    messages = [...messages, ...results];
  }
  throw new ToolLoopError(`The brain asked for tools ${MAX_ROUNDS} times in a row`);
}
