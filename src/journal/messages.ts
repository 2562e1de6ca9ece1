import type { Message } from '../agent/brain';

/** The history as it was written last. */
export interface NotedMessages {
  /** How many were dropped before the first. */
  before: number;
  texts: readonly string[];
}

/**
 * What has changed in a history since it was written: new messages, and those that read differently because not all of
 * them was heard. `from` counts from the first message of the call; everything behind it is replaced.
 */
export function messagesSince(
  written: NotedMessages,
  messages: readonly Message[],
  before: number,
): { noted: NotedMessages; change?: { from: number; messages: readonly Message[] } } {
  const texts = messages.map(textOf);
  const noted = { before, texts };
  let from = before;
  while (from < before + texts.length && written.texts[from - written.before] === texts[from - before])
    from += 1;
  const sameLength = written.before + written.texts.length === before + texts.length;
  if (from === before + texts.length && sameLength) return { noted };
  return { noted, change: { from, messages: messages.slice(from - before) } };
}

/** The history from its changes, in the order in which they were written. */
export function replayed(changes: readonly { from: number; messages: readonly Message[] }[]): Message[] {
  const all: Message[] = [];
  for (const { from, messages } of changes) all.splice(from, all.length - from, ...messages);
  return all;
}

function textOf(message: Message): string {
  return message.role === 'tool' ? message.output : message.text;
}
