import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '@jovo-telephony/telephony';
import { type WebSocket, WebSocketServer } from 'ws';
import { systemClock } from '../../../src/system-clock';
import {
  type Connection,
  connectEvent,
  disconnectEvent,
  httpEvent,
  messageEvent,
  requestId,
} from './gateway-events';
import type { LambdaModel } from './lambda-model';
import { GATEWAY_LIMITS, type GatewayLimits } from './limits';
import { ManagementApi } from './management-api';

export interface GatewayOptions {
  /** Behind the HTTP API. */
  webhook?: LambdaModel;
  /** Behind the WebSocket API. */
  websocket?: LambdaModel;
  /** Of the idle, connection and integration limits. */
  clock?: Clock;
  limits?: Partial<GatewayLimits>;
  /** How long the n-th message of a connection takes to its function: 0 keeps the order by chance, as AWS does. */
  deliveryMs?(n: number): number;
}

interface Client extends Connection {
  socket?: WebSocket;
  stopIdle?: () => void;
  stopLife?: () => void;
  messages: number;
}

/**
 * Amazon API Gateway on a free port of loopback: an HTTP API on every path, a WebSocket API on the same paths, and the
 * management API of its connections under `/{stage}/@connections`. Written from AWS's documentation, not from what our
 * functions need. Messages are handed over at once and in parallel; nothing keeps their order.
 */
export class GatewayModel {
  /** What a client was told that no function has said: a fault of a function, seen from outside. */
  readonly errorsShown: string[] = [];
  readonly management: ManagementApi;
  private readonly clients = new Map<string, Client>();
  private readonly server: Server;
  private readonly acceptor: WebSocketServer;
  private readonly limits: GatewayLimits;
  private readonly clock: Clock;

  private constructor(private readonly options: GatewayOptions) {
    this.limits = { ...GATEWAY_LIMITS, ...options.limits };
    this.clock = options.clock ?? systemClock;
    this.management = new ManagementApi(this.limits, {
      post: (id, data) => this.post(id, data),
      close: (id) => this.close(id),
      knows: (id) => this.clients.get(id)?.socket !== undefined,
    });
    this.acceptor = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: this.limits.messageBytes,
    });
    this.server = createServer((request, response) => this.onRequest(request, response));
    this.server.on('upgrade', (request, socket, head) => this.onUpgrade(request, socket, head));
  }

  static async start(options: GatewayOptions): Promise<GatewayModel> {
    const gateway = new GatewayModel(options);
    await new Promise<void>((resolve) => gateway.server.listen(0, '127.0.0.1', resolve));
    return gateway;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Where functions reach the management API. */
  get endpoint(): string {
    return `http://127.0.0.1:${this.port}/prod`;
  }

  get connections(): string[] {
    return [...this.clients.keys()];
  }

  async stop(): Promise<void> {
    for (const { socket, stopIdle, stopLife } of this.clients.values()) {
      stopIdle?.();
      stopLife?.();
      socket?.terminate();
    }
    await Promise.all([this.options.webhook?.settled(), this.options.websocket?.settled()]);
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await Promise.all([this.options.webhook?.stop(), this.options.websocket?.stop()]);
  }

  private async onRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const path = new URL(request.url ?? '/', 'http://gateway').pathname;
    if (path.includes('/@connections/')) return this.management.handle(request, response, path, body);
    if (body.length > this.limits.httpBodyBytes) return answer(response, 413, 'Request Entity Too Large');
    const { webhook } = this.options;
    if (!webhook) return answer(response, 404, 'Not Found');
    const event = httpEvent(request.method ?? 'GET', path, request.headers, body);
    try {
      const given = await this.within(this.limits.httpIntegrationMs, webhook.invoke(event));
      const { statusCode, headers, body: text } = given as HttpResult;
      if (!Number.isInteger(statusCode)) return answer(response, 500, 'Internal Server Error');
      response.writeHead(statusCode, headers);
      response.end(text);
    } catch (error) {
      const late = error instanceof IntegrationTimeout;
      answer(response, late ? 503 : 500, late ? 'Service Unavailable' : 'Internal Server Error');
    }
  }

  /** The handshake waits for the function of `$connect`, and ends as the function says. */
  private async onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    const refuse = (status: number) =>
      socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    const { websocket } = this.options;
    if (!websocket) return void refuse(404);
    const client: Client = {
      id: requestId(),
      connectedAtMs: Date.now(),
      domainName: `127.0.0.1:${this.port}`,
      stage: 'prod',
      messages: 0,
    };
    this.clients.set(client.id, client);
    try {
      const event = connectEvent(client, request.headers);
      const { statusCode } = (await this.within(
        this.limits.integrationMs,
        websocket.invoke(event),
      )) as HttpResult;
      if (!(statusCode >= 200 && statusCode < 300)) throw new Refusal(statusCode);
    } catch (error) {
      this.clients.delete(client.id);
      return void refuse(error instanceof Refusal ? error.status : 502);
    }
    this.acceptor.handleUpgrade(request, socket, head, (opened) => this.serve(client, opened, websocket));
  }

  private serve(client: Client, socket: WebSocket, websocket: LambdaModel): void {
    client.socket = socket;
    this.used(client);
    client.stopLife = this.clock.after(this.limits.connectionMs, () => socket.close(1001, 'Going away'));
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      this.used(client);
      const event = messageEvent(client, data, isBinary);
      const delayMs = this.options.deliveryMs?.(client.messages) ?? 0;
      client.messages += 1;
      const deliver = () => this.deliver(client, event, websocket);
      if (delayMs > 0) this.clock.after(delayMs, deliver);
      else deliver();
    });
    socket.on('error', () => {});
    socket.on('close', (code, reason) => {
      client.stopIdle?.();
      client.stopLife?.();
      this.clients.delete(client.id);
      // Best effort, and nobody waits.
      websocket.invoke(disconnectEvent(client, code, String(reason))).catch(() => {});
    });
  }

  /** A function that fails or is late shows to the client as a message of the gateway's own. */
  private async deliver(client: Client, event: object, websocket: LambdaModel): Promise<void> {
    try {
      await this.within(this.limits.integrationMs, websocket.invoke(event));
    } catch (error) {
      const late = error instanceof IntegrationTimeout;
      const message = late ? 'Endpoint request timed out' : 'Internal server error';
      this.errorsShown.push(message);
      const shown = { message, connectionId: client.id, requestId: requestId() };
      client.socket?.send(JSON.stringify(shown));
    }
  }

  private used(client: Client): void {
    client.stopIdle?.();
    client.stopIdle = this.clock.after(this.limits.idleMs, () => client.socket?.close(1001, 'Going away'));
  }

  private post(id: string, data: Buffer): void {
    const client = this.clients.get(id);
    if (!client?.socket) return;
    this.used(client);
    const { frameBytes } = this.limits;
    for (let from = 0; from < data.length; from += frameBytes) {
      const piece = data.subarray(from, from + frameBytes);
      client.socket.send(piece, { binary: false, fin: from + frameBytes >= data.length });
    }
  }

  private close(id: string): void {
    this.clients.get(id)?.socket?.close(1000);
  }

  private within<T>(ms: number, work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = this.clock.after(ms, () => reject(new IntegrationTimeout()));
      work.then(resolve, reject).finally(stop);
    });
  }
}

interface HttpResult {
  statusCode: number;
  headers?: Record<string, string>;
  body?: string;
}

class IntegrationTimeout extends Error {}

class Refusal extends Error {
  constructor(readonly status: number) {
    super();
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function answer(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ message }));
}
