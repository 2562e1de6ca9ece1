/** W1a: the bot pushes activities over a WebSocket of its own; the gateway never says a word on it (spec 1.10). */
import { WebSocket } from 'ws';
import { isObject, show } from '../checks';
import { type ArrivedWhen, MAX_ANSWER_BYTES, withinMs } from '../connection';
import { connectionError, refusedError } from '../errors';
import type { BotWireListener } from './bot-wire';

const HANDSHAKE_MS = 10_000;
const CLOSE_MS = 1000;
/** Frames that were on their way when the end was told are no fault. */
const GRACE_MS = 25;

export class AsyncSocket {
  readonly #url: string;
  readonly #conversationId: string;
  readonly #listener: BotWireListener;
  readonly #headers: Record<string, string>;
  #socket: WebSocket | undefined;
  #arrives: ArrivedWhen = 'in_call';

  constructor(
    url: string,
    conversationId: string,
    headers: Record<string, string>,
    listener: BotWireListener,
  ) {
    this.#url = url;
    this.#headers = headers;
    this.#conversationId = conversationId;
    this.#listener = listener;
  }

  /** Breaks the connection and makes another one, as after a loss; HTTP goes on meanwhile. */
  async reopen(): Promise<void> {
    this.#socket?.terminate();
    await this.open().catch(() => {
      this.#listener.violation('async.lost', 'The asynchronous WebSocket could not be opened again.', '1.10');
    });
  }

  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(this.#url, {
        headers: this.#headers,
        perMessageDeflate: false,
        maxPayload: MAX_ANSWER_BYTES,
        handshakeTimeout: HANDSHAKE_MS,
      });
      this.#socket = socket;
      socket.once('open', resolve);
      socket.on('error', (cause) => reject(connectionError(this.#url, cause)));
      socket.on('unexpected-response', (request, response) => {
        reject(refusedError(this.#url, response.statusCode ?? 0));
        request.destroy();
      });
      socket.on('message', (data, isBinary) => this.#receive(String(data), isBinary));
    });
  }

  /** From now on frames cross the end on the wire. */
  knowsOfTheEnd(): void {
    this.#arrives = 'in_flight';
  }

  /** The disconnect was answered: what comes well behind it was sent in knowledge of the end. */
  async endOfCall(): Promise<void> {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    await new Promise((resolve) => setTimeout(resolve, GRACE_MS));
    this.#arrives = 'after_end';
    await new Promise((resolve) => setTimeout(resolve, GRACE_MS));
  }

  async close(): Promise<void> {
    const socket = this.#socket;
    if (!socket || socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise<true>((resolve) => socket.once('close', () => resolve(true)));
    socket.close(1000);
    if (!(await withinMs(closed, CLOSE_MS))) socket.terminate();
  }

  #receive(text: string, isBinary: boolean): void {
    const wrong = (rule: string, sentence: string) => this.#listener.violation(rule, sentence, '1.10');
    if (isBinary) wrong('async.binary', 'A binary frame; activities come in text frames.');
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      return void wrong('async.json', `A frame that is not JSON: ${show(text)}.`);
    }
    if (!isObject(json)) return void wrong('async.frame', `A frame is an object, got ${show(json)}.`);
    if (json.conversation !== undefined && json.conversation !== this.#conversationId) {
      return void wrong('async.conversation', `A frame for conversation ${show(json.conversation)}.`);
    }
    if (this.#arrives === 'after_end') {
      return void wrong('after.disconnect', 'A frame came after the conversation had ended.');
    }
    this.#listener.activities(json.activities, this.#arrives);
  }
}
