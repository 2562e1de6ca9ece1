import { z } from 'zod';
import type { AuthorTool } from '../../src/agent/author-tools';
import type { Brain, BrainEvent, BrainRequest, Message } from '../../src/agent/brain';
import { PHRASES } from '../../src/agent/phrases';
import { agentCall, texts } from '../support/agent-call';
import { PRAXIS, WORKSHOP } from '../support/profile';

const next: AuthorTool = {
  name: 'next_slot',
  description: 'The next free appointment.',
  input: z.object({}),
  run: () => '10:30',
};

/** A brain that asks for tools by these names, one after the other, and says what it was told of the last one. */
function asksFor(...names: string[]) {
  const told: Message[] = [];
  const brain: Brain = {
    name: 'inventive',
    async *reply({ messages }: BrainRequest): AsyncGenerator<BrainEvent> {
      const results = messages.filter(({ role }) => role === 'tool');
      told.push(...results.slice(told.length));
      const name = names[results.length];
      if (name === undefined) yield { type: 'text', text: 'Um halb elf.' };
      else yield { type: 'author_tool', call: { id: String(results.length), name, arguments: {} } };
    },
  };
  return { brain, told };
}

test.each([
  ['de', PRAXIS, 'Wann ist etwas frei?'],
  ['en', WORKSHOP, 'When are you free?'],
] as const)(
  '%s: a model that makes up a tool is told which there are, and goes on',
  async (_, profile, question) => {
    const { brain, told } = asksFor('launch_rocket', 'next_slot');
    const { says, failures } = agentCall(brain, { profile, tools: [next] });
    expect(texts(await says(question))).toEqual(['Um halb elf.']);
    expect(failures).toEqual([]);
    expect(told).toMatchObject([
      {
        name: 'launch_rocket',
        output: JSON.stringify({
          ok: false,
          error: 'There is no tool launch_rocket; there are transfer_call, hang_up, send_sms, next_slot.',
        }),
      },
      { name: 'next_slot', output: JSON.stringify({ ok: true, result: '10:30' }) },
    ]);
  },
);

test('one that never stops making them up is given up', async () => {
  const { brain, told } = asksFor(...Array.from({ length: 10 }, (_, index) => `tool_${index}`));
  const { says, failures } = agentCall(brain);
  expect(texts(await says('Wann?'))).toEqual([PHRASES.de.sorry]);
  expect(failures).toMatchObject([{ name: 'ToolLoopError' }]);
  expect(told.length).toBeLessThanOrEqual(4);
});
