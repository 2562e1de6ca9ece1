import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type CallRefusal, errorAnswer, type Headers } from '@jovo-telephony/platform-base';
import type { Clock } from '@jovo-telephony/telephony';
import { type AddressList, clientAddress, subscriberOf, type TrustedProxies } from './addresses';
import type { ErrorCodeName } from './error-codes';
import type { Log } from './log';
import type { Metrics } from './metrics';
import { PerMinute } from './per-minute';

export interface DoorWatchOptions {
  metrics: Metrics;
  log: Log;
  clock: Clock;
  trustProxy: TrustedProxies;
  /** New calls in a minute from one address; 0: as many as like. */
  callsPerAddress: number;
  /** Whether new calls are taken at all. */
  accepting(): boolean;
  /** Told of every call that was turned away. */
  onCallRefused(): void;
}

/** One line in the log per network, code and so long: a flood of refusals must not become a flood of lines. */
const LOG_EVERY_MS = 10_000;

/** Stands before every door: who may come to it, and whether new calls are taken. */
export class DoorWatch {
  private readonly origins = new WeakMap<Headers, string>();
  private readonly starts: PerMinute;
  private readonly loggedAtMs = new Map<string, number>();

  constructor(private readonly options: DoorWatchOptions) {
    this.starts = new PerMinute(options.callsPerAddress, options.clock);
  }

  /** The door's handler, behind the allow-list of its network. */
  http(network: string, allowFrom: AddressList | undefined, door: RequestListener): RequestListener {
    const { metrics, clock } = this.options;
    return (request, response) => {
      const sinceMs = clock.nowMs();
      response.once('finish', () => {
        const { statusCode } = response;
        metrics.count('door_answers_total', { network, status: String(statusCode) });
        metrics.time('door_answer_seconds', { network }, clock.nowMs() - sinceMs);
        if (statusCode === 401) this.unauthorized(network);
      });
      if (this.mayEnter(network, allowFrom, request)) door(request, response);
      else turnAway(request, response);
    };
  }

  /** Whether an upgrade may go on to the door; if not, it has been answered. */
  upgrade(
    network: string,
    allowFrom: AddressList | undefined,
    request: IncomingMessage,
    socket: Duplex,
  ): boolean {
    if (this.mayEnter(network, allowFrom, request)) return true;
    socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    return false;
  }

  /** The door has found no token, or a wrong one. */
  unauthorized(network: string): void {
    this.refused(network, 'DOOR_UNAUTHORIZED');
  }

  /** Asked for every call that is new at a door: the reason why it is not taken, or undefined. */
  newCall(network: string, headers: Headers): CallRefusal | undefined {
    if (!this.options.accepting()) {
      this.refused(network, 'DOOR_DRAINING');
      const error = 'This server is about to stop and takes no new call';
      return { status: 503, error, retryAfterSeconds: 5 };
    }
    if (this.starts.take(this.origins.get(headers))) return undefined;
    this.options.onCallRefused();
    this.refused(network, 'DOOR_TOO_MANY_CALLS');
    return { status: 429, error: 'Too many calls from this address in a minute', retryAfterSeconds: 60 };
  }

  private mayEnter(network: string, allowFrom: AddressList | undefined, request: IncomingMessage): boolean {
    const address = clientAddress(request, this.options.trustProxy);
    if (address !== undefined) this.origins.set(request.headers, subscriberOf(address));
    if (!allowFrom || allowFrom.has(address)) return true;
    this.refused(network, 'DOOR_ADDRESS_REFUSED');
    return false;
  }

  private refused(network: string, code: ErrorCodeName): void {
    const { metrics, log, clock } = this.options;
    metrics.count('door_refusals_total', { network, code });
    const key = `${network} ${code}`;
    const lastMs = this.loggedAtMs.get(key);
    if (lastMs !== undefined && clock.nowMs() - lastMs < LOG_EVERY_MS) return;
    this.loggedAtMs.set(key, clock.nowMs());
    log.warn({ code, network }, 'Turned away at the door');
  }
}

function turnAway(request: IncomingMessage, response: ServerResponse): void {
  const body = JSON.stringify(errorAnswer(403, 'Forbidden').body);
  response.writeHead(403, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  });
  response.end(body);
  request.resume();
}
