import type { Brain, BrainEvent, BrainRequest } from '../../../src/agent/brain';

/**
 * Answers "say X" by "Echo X." and "message X" by a text message "Message X", at once and the same every time. What is
 * lost, mixed up or done twice between the wire and the brain shows in what comes back.
 */
export const ECHO_BRAIN: Brain = {
  name: 'echo',
  async *reply({ messages }: BrainRequest): AsyncGenerator<BrainEvent> {
    const last = messages.at(-1);
    const text = last && 'text' in last ? last.text : '';
    const [, verb, rest] = /(say|message) ([a-z0-9 ]+)$/i.exec(text) ?? [];
    if (verb === 'message') {
      yield { type: 'tool', call: { name: 'send_sms', arguments: { text: `Message ${rest}` } } };
    } else {
      yield { type: 'text', text: `Echo ${rest ?? 'nothing'}.` };
    }
  },
};
