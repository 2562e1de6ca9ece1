import type { DialAnswer } from '../network/outbound-network';
import { REFUSALS } from '../network/outbound-network';
import type { DialStore } from '../store/dial-store';
import { type CallKey, streamOf } from './call-key';
import { noteNotPlaced } from './claim-call';
import type { CallFact } from './outbound-call';

/** What the answer of a network says about a call. */
export function factOf(answer: DialAnswer, waitMs?: number): CallFact {
  switch (answer.result) {
    case 'placed':
      return { type: 'placed', conversationId: answer.conversationId };
    case 'refused':
      return REFUSALS[answer.reason].scope === 'network'
        ? { type: 'not_placed', cause: 'network_refused' }
        : { type: 'refused', reason: answer.reason };
    case 'throttled':
    case 'unreachable':
      return { type: 'not_placed', cause: answer.result, waitMs };
    case 'unknown':
      return { type: 'uncertain' };
  }
}

const conversationClaim = (conversationId: string): string => `conversation/${conversationId}`;

/** Writes down what has become known of a call; false if there can be no such call. */
export async function noteFact(
  store: DialStore,
  key: CallKey,
  fact: CallFact,
  atMs: number,
): Promise<boolean> {
  const stream = streamOf(key);
  if (stream === undefined) return false;
  const record = { type: 'fact', key, fact, atMs } as const;
  if (fact.type === 'not_placed') {
    await noteNotPlaced(store, record);
    return true;
  }
  const id = conversationIdOf(fact);
  const appended = await store.append(stream, record, id === undefined ? [] : [conversationClaim(id)]);
  // The same conversation is named by several facts; the first one is enough to find it by.
  if (!appended.appended) await store.append(stream, record);
  return true;
}

/** The call that a conversation belongs to, by the id that the network gave it. */
export async function keyOfConversation(
  store: DialStore,
  conversationId: string,
): Promise<CallKey | undefined> {
  const { body } = (await store.claimedBy(conversationClaim(conversationId))) ?? {};
  return body?.type === 'fact' ? body.key : undefined;
}

function conversationIdOf(fact: CallFact): string | undefined {
  if (fact.type === 'notified') return fact.notification.conversationId;
  return 'conversationId' in fact ? fact.conversationId : undefined;
}
