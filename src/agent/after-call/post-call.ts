import type { AfterCall } from './after-call-schema';
import { callReport, type EndedCall, type Findings } from './call-report';
import { schemaToZod } from './schema-to-zod';
import type { Summariser } from './summariser';
import { type Delivery, deliverWebhook, type WebhookOptions } from './webhook';

export interface PostCallOptions extends WebhookOptions {
  /** The `afterCall` section of the profile. */
  afterCall: AfterCall;
  /** Absent: the report has neither a summary nor a result. */
  summariser?: Summariser;
  /** After so long the report goes out without them. Default 20 s, for both tries together. */
  summaryWithinMs?: number;
}

/** What became of a report. `failed`: it could not even be written; the error may hold what was said. */
export type PostCallResult = Delivery | { result: 'failed'; attempts: 0; error: unknown };

const SUMMARY_WITHIN_MS = 20_000;
const SUMMARY_TRIES = 2;

/**
 * Reports a call that is over to the webhook of its profile: what happened, and what a model makes of it. Never throws
 * and needs nothing of the call any more, so nobody has to wait for it, except a process that is about to stop.
 */
export async function postCall(call: EndedCall, options: PostCallOptions): Promise<PostCallResult> {
  try {
    const { afterCall } = options;
    const report = callReport(call, await findings(call, options), afterCall);
    const webhook = { url: afterCall.url, body: JSON.stringify(report), idempotencyKey: report.id };
    return await deliverWebhook(webhook, options);
  } catch (error) {
    return { result: 'failed', attempts: 0, error };
  }
}

/** Summary and checked result. A bad one is asked for once more; then the report goes without it. */
async function findings({ messages }: EndedCall, options: PostCallOptions): Promise<Findings> {
  const { summariser, afterCall, clock, signal, summaryWithinMs = SUMMARY_WITHIN_MS } = options;
  // A greeting alone is no conversation; a model would make one up.
  if (!summariser || !messages.some(({ role }) => role === 'caller')) return {};
  const schema = afterCall.result;
  const check = schema && schemaToZod(schema);
  const own = new AbortController();
  const abort = () => own.abort();
  const left = new Promise<'left'>((resolve) => {
    own.signal.addEventListener('abort', () => resolve('left'), { once: true });
  });
  const stop = clock.after(summaryWithinMs, abort);
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  const ask = async () => summariser.summarise(messages, schema, own.signal);
  let found: Findings = {};
  try {
    for (let tries = 0; tries < SUMMARY_TRIES && !own.signal.aborted; tries += 1) {
      const answer = await Promise.race([left, ask().catch(() => undefined)]);
      if (!answer || answer === 'left') continue;
      found = { summary: answer.summary };
      if (!check) break;
      const checked = check.safeParse(answer.result);
      if (checked.success) return { ...found, result: checked.data };
    }
    return found;
  } finally {
    stop();
    signal?.removeEventListener('abort', abort);
  }
}
