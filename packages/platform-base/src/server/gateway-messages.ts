/** API Gateway cuts what is larger into frames of this size, and bills each. */
export const GATEWAY_FRAME_BYTES = 32 * 1024;
/** More than this it does not take. */
export const GATEWAY_MESSAGE_BYTES = 128 * 1024;

/**
 * Actions as messages of at most one frame each, in their order. An action is never cut: one that is larger than a
 * frame is a message of its own, and one that is larger than the gateway takes is left out, since no later attempt
 * could send it either.
 */
export function messagesOf(
  actions: readonly object[],
  frame: (actions: readonly object[]) => unknown,
): Uint8Array[] {
  const messages: Uint8Array[] = [];
  let from = 0;
  while (from < actions.length) {
    let to = from + 1;
    let message = encoded(frame(actions.slice(from, to)));
    while (to < actions.length) {
      const longer = encoded(frame(actions.slice(from, to + 1)));
      if (longer.length > GATEWAY_FRAME_BYTES) break;
      message = longer;
      to += 1;
    }
    if (message.length <= GATEWAY_MESSAGE_BYTES) messages.push(message);
    from = to;
  }
  return messages;
}

function encoded(frame: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(frame), 'utf8');
}
