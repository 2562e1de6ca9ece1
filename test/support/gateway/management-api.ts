import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GatewayLimits } from './limits';

/** What the management API does with connections. */
export interface Connections {
  post(id: string, data: Buffer): void;
  close(id: string): void;
  /** Whether it is open: during `$connect` it is not yet. */
  knows(id: string): boolean;
}

/** `/{stage}/@connections/{id}`: POST sends to the client, GET asks, DELETE closes. Requests must be signed. */
export class ManagementApi {
  /** Size of each message that was sent, in bytes. */
  readonly sentBytes: number[] = [];
  /** Answers `LimitExceededException` so many times. */
  throttle = 0;

  constructor(
    private readonly limits: GatewayLimits,
    private readonly connections: Connections,
  ) {}

  handle(request: IncomingMessage, response: ServerResponse, path: string, body: Buffer): void {
    const id = decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));
    const refused = this.refusal(id, request, body);
    if (refused) {
      const [status, type] = refused;
      response.writeHead(status, { 'Content-Type': 'application/json', 'x-amzn-errortype': type });
      response.end(JSON.stringify({ message: type }));
    } else if (request.method === 'GET') {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
    } else if (request.method === 'DELETE') {
      this.connections.close(id);
      response.writeHead(204).end();
    } else {
      this.sentBytes.push(body.length);
      this.connections.post(id, body);
      response.writeHead(200).end();
    }
  }

  private refusal(id: string, { headers }: IncomingMessage, body: Buffer): [number, string] | undefined {
    if (!/^AWS4-HMAC-SHA256 Credential=/.test(headers.authorization ?? ''))
      return [403, 'ForbiddenException'];
    if (this.throttle > 0) {
      this.throttle -= 1;
      return [429, 'LimitExceededException'];
    }
    if (!this.connections.knows(id)) return [410, 'GoneException'];
    return body.length > this.limits.messageBytes ? [413, 'PayloadTooLargeException'] : undefined;
  }
}
