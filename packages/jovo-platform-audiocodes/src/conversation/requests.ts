import { readSipHeaders } from '../events/call-facts';
import { isRecord, LIMITS, textIn } from '../wire';

/** A request that cannot be understood: why, in a short sentence without any of its content. */
export interface Rejected {
  reject: string;
}

/** What a creation tells (spec 1.5). */
export interface Creation {
  id: string;
  /** Name of the bot at the gateway. */
  bot?: string;
}

/** What a disconnect tells (spec 1.9). Codes are an open set: unknown ones are kept as they came. */
export interface Disconnect {
  reason?: string;
  reasonCode?: string;
  sipHeaders?: Readonly<Record<string, string>>;
}

/** How a call can end (spec 1.9). */
export const REASON_CODES = [
  'client-disconnected',
  'bot-disconnected',
  'transferred',
  'machine-detected',
  'error',
  'no-answer',
  'busy',
  'declined',
] as const;

export function readCreation(body: unknown): Creation | Rejected {
  const id = readId(body, 'conversation');
  if (typeof id !== 'string') return id;
  const bot = isRecord(body) ? textIn(body.bot) : undefined;
  return bot === undefined ? { id } : { id, bot };
}

/** The id of a conversation that is named in a body. */
export function readId(body: unknown, field: 'conversation' | 'conversationId'): string | Rejected {
  if (!isRecord(body)) return { reject: 'expected a JSON object' };
  const id = body[field];
  if (typeof id !== 'string' || id.trim() === '')
    return { reject: `"${field}" must be a text that is not blank` };
  if (id.length > LIMITS.conversationIdLength) {
    return { reject: `"${field}" must have at most ${LIMITS.conversationIdLength} characters` };
  }
  // Half a surrogate pair cannot be put into an address, and a segment of dots, however written, is a step in it.
  if (/\p{Cs}/u.test(id)) return { reject: `"${field}" must be text in Unicode` };
  if (/^\.{1,2}$/.test(id)) return { reject: `"${field}" must be more than dots` };
  return id;
}

/**
 * The activities of a request for the conversation `id`. The body may leave its id out: the address has one. But two
 * that differ belong to nobody.
 */
export function readActivityList(body: unknown, id: string): readonly unknown[] | Rejected {
  const same = sameConversation(body, id);
  if (same) return same;
  const { activities } = body as { activities?: unknown };
  return Array.isArray(activities) ? activities : { reject: '"activities" must be a list' };
}

export function readDisconnect(body: unknown, id: string): Disconnect | Rejected {
  const same = sameConversation(body, id);
  if (same) return same;
  const { reason, reasonCode, sipHeaders } = body as Record<string, unknown>;
  const headers = readSipHeaders(sipHeaders).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[0] !== '__proto__',
  );
  return {
    ...(textIn(reason) && { reason: textIn(reason) }),
    ...(textIn(reasonCode) && { reasonCode: textIn(reasonCode) }),
    ...(headers.length > 0 && { sipHeaders: Object.fromEntries(headers.slice(0, LIMITS.attributes)) }),
  };
}

/** Why a body is not about this conversation. */
export function sameConversation(body: unknown, id: string): Rejected | undefined {
  if (!isRecord(body)) return { reject: 'expected a JSON object' };
  const { conversation } = body;
  if (conversation === undefined || conversation === null || conversation === id) return undefined;
  return { reject: '"conversation" is not the one of the address' };
}
