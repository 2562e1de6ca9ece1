/** One socket per call, one text frame per JSON document (spec 4). */
import { WebSocket } from 'ws';
import { type ArrivedWhen, MAX_ANSWER_BYTES, withinMs } from '../connection';
import { connectionError, refusedError } from '../errors';
import { headersFor, type Transport, type TransportListener } from './transport';
import type { SipgateEvent } from './wire';

export interface WebSocketTransportOptions {
  url: string;
  token?: string;
  /** How long frames after `session_end` are waited for, so that they are noticed. Default 50 ms; 0: not at all. */
  lingerMs?: number;
}

/** How long a pong may take before it is taken as given. */
const PONG_MS = 1000;
/** An agent that has read `session_end` may finish the sentence it was writing: frames this soon are no fault. */
const GRACE_MS = 25;

export class WebSocketTransport implements Transport {
  readonly kind = 'websocket';
  readonly pending = 0;
  readonly #options: WebSocketTransportOptions;
  #socket: WebSocket | undefined;
  #listener: TransportListener | undefined;
  #arrives: ArrivedWhen = 'in_call';
  /** Resolves when the agent knows of the end. */
  #known: Promise<void> | undefined;

  constructor(options: WebSocketTransportOptions) {
    this.#options = options;
  }

  open(listener: TransportListener): Promise<void> {
    this.#listener = listener;
    const { url, token } = this.#options;
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, {
        headers: headersFor(token),
        perMessageDeflate: false,
        maxPayload: MAX_ANSWER_BYTES,
        handshakeTimeout: 10_000,
      });
      this.#socket = socket;
      socket.once('open', resolve);
      socket.on('error', (cause) => reject(connectionError(url, cause)));
      socket.on('unexpected-response', (request, response) => {
        reject(refusedError(url, response.statusCode ?? 0));
        request.destroy();
      });
      socket.on('message', (data, isBinary) => this.#receive(String(data), isBinary));
      socket.once('open', () => {
        socket.on('close', (code) => {
          if (this.#arrives === 'in_call') listener.lost(`the agent closed the socket (code ${code})`);
        });
      });
    });
  }

  async send(event: SipgateEvent): Promise<void> {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN) return;
    if (event.type === 'session_end') {
      // Frames that were on their way are not the agent's fault. A ping behind session_end is answered when the
      // agent has read both, so whatever comes well behind the pong was sent in knowledge of the end.
      this.#arrives = 'in_flight';
      this.#known = new Promise((resolve) => {
        socket.once('pong', () => {
          setTimeout(() => {
            this.#arrives = 'after_end';
            resolve();
          }, GRACE_MS);
        });
      });
    }
    socket.send(JSON.stringify(event));
    if (event.type === 'session_end') socket.ping();
  }

  async close(): Promise<void> {
    const socket = this.#socket;
    if (!socket || socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const lingerMs = this.#options.lingerMs ?? 50;
    if (this.#known && lingerMs > 0) {
      await withinMs(Promise.race([this.#known, closed]), PONG_MS);
      await withinMs(closed, lingerMs);
    }
    if (this.#arrives === 'in_call') this.#arrives = 'in_flight';
    socket.close(1000);
    if (
      (await withinMs(
        closed.then(() => true),
        PONG_MS,
      )) === undefined
    )
      socket.terminate();
  }

  #receive(text: string, isBinary: boolean): void {
    const listener = this.#listener as TransportListener;
    if (isBinary) listener.violation('websocket.binary', 'A binary frame; actions are text frames.', '4.2');
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      const start = JSON.stringify(text.slice(0, 60));
      listener.violation('websocket.json', `A frame that is not JSON: ${start}.`, '4.2');
      return;
    }
    listener.answer(json, this.#arrives);
  }
}
