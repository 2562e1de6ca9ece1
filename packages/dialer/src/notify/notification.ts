/** A report of the network on one call (spec 7.8), as far as it could be read. */
export type Notification =
  | ({ status: 'answered' } & Reported)
  | ({ status: 'completed' | 'failed'; reasonCode?: string } & Reported);

interface Reported {
  conversationId?: string;
  reason?: string;
  /** `voicemail beep`, `voicemail timeout`. */
  machineDetection?: string;
  connectTime?: string;
  callDurationSec?: number;
  sbcSessionId?: string;
  /** What the conversation has left for the dialer. */
  botOperationResult?: string;
  botOperationData?: string;
}

/** Reasons that the specification knows; others are kept as they are. */
export const REASON_CODES = {
  failed: ['no-answer', 'busy', 'declined', 'error'],
  completed: ['error', 'bot-disconnected', 'client-disconnected', 'transferred', 'machine-detected'],
} as const;

/** Longer than any text that helps; a stranger's notification must not fill the disk. */
const MAX_TEXT = 4_096;

/** Reads a notification leniently; undefined if it does not tell how the call goes. */
export function readNotification(body: unknown): Notification | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  const fields = body as Record<string, unknown>;
  const status = text(fields.status)?.toLowerCase();
  const reported: Reported = defined({
    conversationId: text(fields.conversationId),
    reason: text(fields.reason),
    machineDetection: text(fields.machineDetection),
    connectTime: text(fields.connectTime),
    callDurationSec: seconds(fields.callDuration),
    sbcSessionId: text(fields.sbcSessionID),
    botOperationResult: text(fields.botOperationResult),
    botOperationData: text(fields.botOperationData),
  });
  if (status === 'answered') return { status, ...reported };
  if (status !== 'completed' && status !== 'failed') return undefined;
  return { status, ...defined({ reasonCode: text(fields.reasonCode)?.toLowerCase() }), ...reported };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, MAX_TEXT) : undefined;
}

function seconds(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && number >= 0 && Number.isFinite(number) ? number : undefined;
}

function defined<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
