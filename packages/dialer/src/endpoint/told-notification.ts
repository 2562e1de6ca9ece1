import { type OutboundCall, resultOf } from '../call/outbound-call';
import type { CallOutcome } from '../call/outcome';
import { REASON_CODES } from '../notify/notification';

/** A notification as we send it (spec 7.8): what the network has told us, or what we know ourselves. */
export function answeredNotification(conversationId: string) {
  return { conversationId, status: 'answered' };
}

/** What an outcome is called on the wire. A call of which nothing was heard again counts as not answered. */
const ON_THE_WIRE: Readonly<Record<CallOutcome, readonly [status: string, reasonCode: string]>> = {
  reached: ['completed', 'client-disconnected'],
  transferred: ['completed', 'transferred'],
  voicemail: ['completed', 'bot-disconnected'],
  machine: ['completed', 'machine-detected'],
  fax: ['completed', 'machine-detected'],
  broken: ['completed', 'error'],
  no_answer: ['failed', 'no-answer'],
  unreported: ['failed', 'no-answer'],
  busy: ['failed', 'busy'],
  declined: ['failed', 'declined'],
  failed: ['failed', 'error'],
  refused: ['failed', 'error'],
  unknown: ['failed', 'error'],
  not_placed: ['failed', 'error'],
};

export function finalNotification(
  conversationId: string,
  call: OutboundCall,
  outcome: CallOutcome,
  times: { connectedMs?: number; overMs: number },
): Record<string, unknown> {
  const { end, ended } = call;
  const result = resultOf(call);
  if (end) {
    const { callDurationSec, sbcSessionId, conversationId: _, ...rest } = end;
    return defined({
      conversationId,
      ...rest,
      callDuration: callDurationSec,
      sbcSessionID: sbcSessionId,
      botOperationResult: result,
    });
  }
  const [status, reasonCode] = ON_THE_WIRE[outcome];
  const told = status === 'completed' && known(ended?.reason) ? ended?.reason : reasonCode;
  const { connectedMs, overMs } = times;
  return defined({
    conversationId,
    status,
    reasonCode: told,
    machineDetection: outcome === 'voicemail' ? 'voicemail beep' : undefined,
    connectTime: connectedMs === undefined ? undefined : new Date(connectedMs).toISOString(),
    callDuration:
      connectedMs === undefined ? undefined : Math.max(0, Math.round((overMs - connectedMs) / 1000)),
    botOperationResult: result,
  });
}

function known(reason: string | undefined): boolean {
  return (REASON_CODES.completed as readonly (string | undefined)[]).includes(reason);
}

function defined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
