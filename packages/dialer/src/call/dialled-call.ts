import type { DialStore } from '../store/dial-store';
import type { CallKey } from './call-key';
import { learn, NEW_CALL, type OutboundCall, outcomeOf, resultOf } from './outbound-call';
import type { CallOutcome } from './outcome';

/** What is known of a call of ours from all sides, for records that name its key. Codes and names, no number. */
export interface DialledCall {
  /** So far: a report may still come. */
  outcome?: CallOutcome;
  /** How far it has come, by whoever has told it: the network's answer, its reports, or the conversation. */
  heard: readonly ('placed' | 'initiated' | 'connected' | 'voicemail' | 'message_time' | 'fax')[];
  /** The network's last report (spec 7.8). */
  status?: 'completed' | 'failed';
  reasonCode?: string;
  machineDetection?: string;
  seconds?: number;
  /** What the conversation has left for the dialer. */
  result?: string;
}

/** Every call of a stream that may have been placed, by its key. */
export async function dialledCalls(
  store: DialStore,
  stream: string,
): Promise<ReadonlyMap<CallKey, DialledCall>> {
  const calls = new Map<CallKey, OutboundCall>();
  for (const { body } of await store.read(stream)) {
    if (body.type === 'dialling') calls.set(body.key, NEW_CALL);
    const known = body.type === 'fact' ? calls.get(body.key) : undefined;
    if (body.type === 'fact' && known) calls.set(body.key, learn(known, body.fact));
  }
  return new Map([...calls].map(([key, call]) => [key, described(call)]));
}

function described(call: OutboundCall): DialledCall {
  const { end, placed, initiated, connected, voicemail, messageTime: message_time, fax } = call;
  const heard = { placed, initiated, connected, voicemail, message_time, fax };
  const given: DialledCall = {
    outcome: outcomeOf(call, false),
    heard: (Object.keys(heard) as (keyof typeof heard)[]).filter((name) => heard[name]),
    status: end?.status,
    reasonCode: codeIn(end?.reasonCode),
    machineDetection: codeIn(end?.machineDetection),
    seconds: end?.callDurationSec,
    result: codeIn(resultOf(call)),
  };
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known) as unknown as DialledCall;
}

/** What is no plain word may be somebody's words. */
function codeIn(text: string | undefined): string | undefined {
  return text !== undefined && /^[\p{L}\d][\p{L}\d _.-]{0,59}$/u.test(text) ? text : undefined;
}
