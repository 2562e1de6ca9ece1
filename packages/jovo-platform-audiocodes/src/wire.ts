/** The wire of the AudioCodes Bot API as far as both modes share it (spec 1.7). Read leniently, written strictly. */

/** Plain data of the wire: anything may be missing, null or of a wrong type. */
export type Fields = Readonly<Record<string, unknown>>;

/** A SIP header as activities carry it (spec 4.3, 4.4). */
export interface SipHeader {
  name: string;
  value: string;
}

/** What the bot sends (spec 1.7). `id` and `timestamp` are always there: HTTP mode asks for them. */
export interface Activity {
  /** UUID, unique for ever. */
  id: string;
  /** ISO 8601, UTC, milliseconds. */
  timestamp: string;
  type: 'message' | 'event';
  /** Name of an event. */
  name?: string;
  /** Words of a message: plain text, or SSML if it begins with `<speak`. */
  text?: string;
  /** Payload of `sendMetaData`. */
  value?: unknown;
  /** Hold until the next message or prompt. */
  activityParams?: Fields;
  /** Hold for the rest of the call. */
  sessionParams?: Fields;
}

/** Limits of what is read; what is beyond them is refused or left out (spec 13). */
export const LIMITS = {
  conversationIdLength: 256,
  activitiesPerRequest: 64,
  textLength: 32 * 1024,
  metadataLength: 64 * 1024,
  attributes: 128,
  attributeLength: 4 * 1024,
} as const;

export function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value if it is a text that is not blank. */
export function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** A number, or a text that is one: peers write both. */
export function numberIn(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
