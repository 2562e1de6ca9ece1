import { createHash } from 'node:crypto';
import type { TransferOutcome } from '@jovo-telephony/telephony';
import type { Message, TokenUsage } from '../brain';
import type { AfterCall } from './after-call-schema';
import type { ResultValue } from './schema-to-zod';

/** How a call came to its end. `ended`: the network does not say who hung up. */
export type CallOutcome =
  | 'caller_hung_up'
  | 'agent_hung_up'
  | 'transferred'
  | 'silence'
  | 'limit_reached'
  | 'failed'
  | 'ended';

/** A risky action of the call, and what the policy said. */
export interface JudgedAction {
  type: string;
  verdict: 'allowed' | 'refused';
  /** The policy's code. */
  reason?: string;
  /** Where it went or would have gone. */
  number?: string;
}

/** A transfer of the call: which of a destination's numbers was tried, from 1, and how it went. */
export interface ReportedTransfer {
  destination: string;
  attempt: number;
  outcome: TransferOutcome | 'unknown';
}

/** A call that is over, as the journal knows it. */
export interface EndedCall {
  callId: string;
  network: string;
  direction?: 'inbound' | 'outbound';
  from?: string;
  to?: string;
  /** Wall-clock time, milliseconds since 1970. */
  startedAtMs: number;
  endedAtMs: number;
  /** Name of the profile that answered. */
  profile: string;
  language: string;
  outcome: CallOutcome;
  actions: readonly JudgedAction[];
  transfers: readonly ReportedTransfer[];
  /** What language models have used, where that is counted. */
  usage?: Required<TokenUsage>;
  messages: readonly Message[];
}

/** What a model has found out about the call. */
export interface Findings {
  summary?: string;
  result?: Readonly<Record<string, ResultValue>>;
}

/** The JSON that a webhook receives. */
export interface CallReport extends Findings {
  version: 1;
  /** The same for every delivery of this report; also in the `Idempotency-Key` header. */
  id: string;
  callId: string;
  network: string;
  direction?: 'inbound' | 'outbound';
  from?: string;
  to?: string;
  startedAt: string;
  endedAt: string;
  durationSeconds: number;
  profile: string;
  language: string;
  outcome: CallOutcome;
  actions: JudgedAction[];
  transfers: ReportedTransfer[];
  usage?: { inputTokens: number; outputTokens: number; cents: number };
  transcript?: { role: 'caller' | 'assistant'; text: string }[];
}

/** The report of a call with what the profile lets out, and no more. */
export function callReport(call: EndedCall, findings: Findings, section: AfterCall): CallReport {
  const { includeNumbers } = section;
  const text = (said: string) => (includeNumbers ? said : maskNumbers(said));
  const { callId, network, direction, profile, language, outcome } = call;
  return {
    version: 1,
    id: reportId(call),
    callId,
    network,
    direction,
    ...(includeNumbers && { from: call.from, to: call.to }),
    startedAt: new Date(call.startedAtMs).toISOString(),
    endedAt: new Date(call.endedAtMs).toISOString(),
    // The wall clock may have been set back in between.
    durationSeconds: Math.max(0, Math.round((call.endedAtMs - call.startedAtMs) / 1000)),
    profile,
    language,
    outcome,
    actions: call.actions.map(({ type, verdict, reason, number }) => ({
      type,
      verdict,
      reason,
      ...(includeNumbers && { number }),
    })),
    transfers: [...call.transfers],
    usage: call.usage && { ...call.usage, cents: Math.round(call.usage.cents * 1000) / 1000 },
    ...(section.transcript && { transcript: transcript(call.messages, text) }),
    summary: findings.summary === undefined ? undefined : text(findings.summary),
    result: findings.result,
  };
}

/** Names a report. Made from the call, so that a report that is posted twice is known to be the same. */
export function reportId({ network, callId }: Pick<EndedCall, 'network' | 'callId'>): string {
  return createHash('sha256')
    .update(JSON.stringify([network, callId]))
    .digest('hex')
    .slice(0, 32);
}

/** What was said aloud. Notes and tools are the agent's own affair. */
function transcript(messages: readonly Message[], text: (said: string) => string): CallReport['transcript'] {
  return messages.flatMap((message) =>
    message.role === 'caller' || message.role === 'assistant'
      ? [{ role: message.role, text: text(message.text) }]
      : [],
  );
}

/** Six digits and more, as phone numbers are written. Points do not join: dates and amounts stay readable. */
const NUMBER = /\+?\(?\d(?:[ ()/-]{0,3}\d){5,}/g;

export function maskNumbers(text: string): string {
  return text.replace(NUMBER, '[number]');
}
