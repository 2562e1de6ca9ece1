import type { Clock } from '@jovo-telephony/telephony';
import { type CredentialSettings, type Credentials, credentialsOf } from './credentials';
import { dialAnswerOf, REQUEST_TIMEOUT_MS } from './dial-answer';
import { allowedCaller, type DialoutFields, dialoutFields } from './dialout-fields';
import type {
  DialAnswer,
  DialRequest,
  OutboundCapabilities,
  OutboundNetwork,
  RefusalReason,
} from './outbound-network';
import { post } from './post';

export interface AudiocodesNetworkOptions {
  /** Where the REST interface is: `https://livehub.audiocodes.io`, or the host of one's own gateway. */
  baseUrl: string;
  credentials: CredentialSettings;
  /** Name of the bot (VoiceAI Connect) or id of the bot connection (Live Hub). */
  bot: string;
  /** As the gateway's administrator has configured them; undefined allows every caller. */
  allowedCallers?: readonly string[];
  callerHost?: string;
  clock: Clock;
  /** Wall-clock time, milliseconds since 1970. */
  wallMs(): number;
  /** One request. Default 10 s. */
  timeoutMs?: number;
}

export const DIALOUT_PATH = '/api/v1/actions/dialout';

const REFUSED: Readonly<Record<number, RefusalReason>> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
};

/** The dialout interface of AudioCodes VoiceAI Connect, Voice.AI Gateway and Live Hub (spec 7). */
export class AudiocodesNetwork implements OutboundNetwork {
  readonly name = 'audiocodes';
  readonly can: OutboundCapabilities = { reports: true, metadata: true, machineDetection: true };
  private readonly credentials: Credentials;
  private readonly timeoutMs: number;

  constructor(private readonly options: AudiocodesNetworkOptions) {
    const { clock, wallMs, credentials } = options;
    this.timeoutMs = options.timeoutMs ?? REQUEST_TIMEOUT_MS;
    this.credentials = credentialsOf(credentials, { clock, wallMs, timeoutMs: this.timeoutMs });
  }

  check(request: DialRequest): void {
    this.fieldsOf(request);
  }

  async dial(request: DialRequest, signal?: AbortSignal): Promise<DialAnswer> {
    const body = JSON.stringify(this.fieldsOf(request));
    let answer = await this.once(body, signal);
    // A token that has been withdrawn: the request was not looked at, so one more is safe.
    if (answer.result === 'refused' && answer.reason === 'unauthorized' && answer.renewable) {
      answer = await this.once(body, signal);
    }
    if (answer.result !== 'refused') return answer;
    const { renewable: _, ...refused } = answer;
    return refused;
  }

  private fieldsOf({ number, caller, ...rest }: DialRequest): DialoutFields {
    const { bot, callerHost, allowedCallers } = this.options;
    return dialoutFields({
      bot,
      target: `tel:${number}`,
      caller: allowedCaller(caller, allowedCallers),
      callerHost,
      ...rest,
    });
  }

  private async once(body: string, signal?: AbortSignal): Promise<DialAnswer & { renewable?: boolean }> {
    const authorization = await this.credentials.authorization(signal);
    if ('failed' in authorization) return authorization.failed;
    const answer = await post(
      {
        url: `${this.options.baseUrl.replace(/\/+$/, '')}${DIALOUT_PATH}`,
        headers: {
          'Content-Type': 'application/json;charset=UTF-8',
          Accept: 'application/json',
          Authorization: authorization.header,
        },
        body,
        timeoutMs: this.timeoutMs,
      },
      this.options.clock,
      signal,
    );
    const read = dialAnswerOf(answer, this.options.wallMs(), REFUSED);
    if (read.result !== 'refused' || read.reason !== 'unauthorized') return read;
    return { ...read, renewable: this.credentials.rejected(authorization.header) };
  }
}
