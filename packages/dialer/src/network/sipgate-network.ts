import { type Clock, phoneDigits } from '@jovo-telephony/telephony';
import { DialerError } from '../errors';
import { dialAnswerOf, REQUEST_TIMEOUT_MS } from './dial-answer';
import type {
  DialAnswer,
  DialRequest,
  OutboundCapabilities,
  OutboundNetwork,
  RefusalReason,
} from './outbound-network';
import { post } from './post';

export interface SipgateNetworkOptions {
  flowId: string;
  /** Given by sipgate when outbound calls are switched on for an account: `e2`. */
  billingDevice: string;
  token: string;
  clock: Clock;
  /** Wall-clock time, milliseconds since 1970. */
  wallMs(): number;
  baseUrl?: string;
  /** One request. Default 10 s. */
  timeoutMs?: number;
}

const DEFAULT_BASE_URL = 'https://api.sipgate.com';

const REFUSED: Readonly<Record<number, RefusalReason>> = {
  // Also a flow without a number of its own: then it comes every time, and the campaign stops.
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
};

/**
 * Outbound calls of sipgate AI Flow (spec 13). It takes a number and nothing else, reports nothing, and its answer has
 * no id: the conversation is recognised by number and time when it begins.
 */
export class SipgateNetwork implements OutboundNetwork {
  readonly name = 'sipgate';
  readonly can: OutboundCapabilities = { reports: false, metadata: false, machineDetection: false };

  constructor(private readonly options: SipgateNetworkOptions) {}

  check({ machineDetection }: DialRequest): void {
    if ((machineDetection ?? 'disabled') === 'disabled') return;
    throw new DialerError('DIALER_REQUEST', [
      'machineDetection: sipgate has none; leave it out or dial through a network that has it.',
    ]);
  }

  async dial({ number }: DialRequest, signal?: AbortSignal): Promise<DialAnswer> {
    const { flowId, billingDevice, token, clock, wallMs } = this.options;
    const { baseUrl = DEFAULT_BASE_URL, timeoutMs = REQUEST_TIMEOUT_MS } = this.options;
    const answer = await post(
      {
        url: `${baseUrl.replace(/\/+$/, '')}/v3/ai-flows/${encodeURIComponent(flowId)}/call`,
        headers: {
          'Content-Type': 'application/json',
          Accept: 'application/json',
          Authorization: `Bearer ${token}`,
        },
        // Without the plus.
        body: JSON.stringify({ billingDevice, toPhoneNumber: phoneDigits(number) ?? number }),
        timeoutMs,
      },
      clock,
      signal,
    );
    return dialAnswerOf(answer, wallMs(), REFUSED);
  }
}
