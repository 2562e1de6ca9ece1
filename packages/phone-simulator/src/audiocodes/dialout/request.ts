/** The dialout request: fields, ranges, and messages as a JSON schema validator words them (spec 7.4). */
import { isObject } from '../../checks';

/** `POST /api/v1/actions/dialout`. */
export interface DialoutRequest {
  bot: string;
  target: string;
  caller?: string;
  callerHost?: string;
  callerDisplayName?: string;
  notifyUrl?: string;
  metadata?: Record<string, unknown>;
  answerTimeoutSec?: number;
  machineDetection?: 'disabled' | 'disconnect' | 'detect';
  voicemailEndTimeoutSec?: number;
}

type Fault = (value: unknown) => string | undefined;

const text: Fault = (v) => (typeof v === 'string' ? undefined : 'should be string');
const filled: Fault = (v) =>
  text(v) ?? ((v as string).trim() === '' ? 'should NOT be shorter than 1 characters' : undefined);
const url: Fault = (v) =>
  text(v) ??
  (/^https?:\/\//i.test(v as string) && URL.canParse(v as string) ? undefined : 'should match format "uri"');
const range =
  (min: number, max = Number.POSITIVE_INFINITY): Fault =>
  (v) => {
    if (typeof v !== 'number' || !Number.isFinite(v)) return 'should be number';
    if (v < min) return `should be >= ${min}`;
    return v > max ? `should be <= ${max}` : undefined;
  };

const FIELDS: Record<keyof DialoutRequest, { required?: true; fault: Fault }> = {
  bot: { required: true, fault: filled },
  target: { required: true, fault: filled },
  caller: { fault: filled },
  callerHost: { fault: text },
  callerDisplayName: { fault: text },
  notifyUrl: { fault: url },
  metadata: { fault: (v) => (isObject(v) ? undefined : 'should be object') },
  answerTimeoutSec: { fault: range(1, 300) },
  machineDetection: {
    fault: (v) =>
      ['disabled', 'disconnect', 'detect'].includes(v as string)
        ? undefined
        : 'should be equal to one of the allowed values',
  },
  voicemailEndTimeoutSec: { fault: range(0) },
};

/** The request, or the `error` of the 400. */
export function readDialoutRequest(body: string): DialoutRequest | { error: string } {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (cause) {
    return { error: (cause as Error).message };
  }
  if (!isObject(json)) return { error: 'request should be object' };
  for (const [name, { required }] of Object.entries(FIELDS)) {
    if (required && json[name] === undefined)
      return { error: `request should have required property '${name}'` };
  }
  for (const [name, { fault }] of Object.entries(FIELDS)) {
    const wrong = json[name] === undefined ? undefined : fault(json[name]);
    if (wrong) return { error: `request.${name} ${wrong}` };
  }
  return json as unknown as DialoutRequest;
}
