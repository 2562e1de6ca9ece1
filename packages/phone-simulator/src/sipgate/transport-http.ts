/** One POST per event; actions come back in the response and nowhere else (spec 3). */
import { withinMs } from '../connection';
import { connectionError } from '../errors';
import { type HttpAnswer, HttpClient, NoAnswerInTime } from '../http-exchange';
import { headersFor, type Transport, type TransportListener } from './transport';
import type { SipgateEvent } from './wire';

export interface HttpTransportOptions {
  url: string;
  token?: string;
  /** After this long the service no longer waits and the answer is lost (spec 3.3). Default 5,000 ms, real time. */
  webhookTimeoutMs?: number;
}

const WEBHOOK_TIMEOUT_MS = 5000;

export class HttpTransport implements Transport {
  readonly kind = 'http';
  readonly #options: HttpTransportOptions;
  readonly #client = new HttpClient();
  readonly #requests = new Set<Promise<void>>();
  #pending = 0;
  #listener: TransportListener | undefined;
  #reached = false;
  #ended = false;
  /** The event before is out: starts are in order, answers may overlap (spec 3.4). */
  #before: Promise<void> = Promise.resolve();

  constructor(options: HttpTransportOptions) {
    this.#options = options;
  }

  get pending(): number {
    return this.#pending;
  }

  async open(listener: TransportListener): Promise<void> {
    this.#listener = listener;
  }

  send(event: SipgateEvent): Promise<void> {
    const sent = this.#before.then(() => this.#post(event));
    this.#before = sent.catch(() => undefined);
    return sent;
  }

  async close(): Promise<void> {
    const allAnswered = this.#before.then(() => Promise.all(this.#requests));
    await withinMs(allAnswered, this.#options.webhookTimeoutMs ?? WEBHOOK_TIMEOUT_MS);
    this.#ended = true;
    this.#client.close();
  }

  /** Resolves when the request is out. */
  #post(event: SipgateEvent): Promise<void> {
    const listener = this.#listener as TransportListener;
    const startedAtMs = performance.now();
    this.#pending++;
    if (event.type === 'session_end') this.#ended = true;
    return new Promise((resolve, reject) => {
      const done = this.#exchange(event, resolve).then(
        (answer) => {
          this.#pending--;
          const elapsedMs = performance.now() - startedAtMs;
          listener.response(event.type, answer.status, elapsedMs);
          this.#judge(event, answer);
        },
        (cause: NodeJS.ErrnoException) => {
          this.#pending--;
          if (this.#reached) this.#failed(event, cause);
          else reject(connectionError(this.#options.url, cause));
        },
      );
      this.#requests.add(done);
      void done.finally(() => {
        this.#requests.delete(done);
        resolve();
      });
    });
  }

  #exchange(event: SipgateEvent, out: () => void): Promise<HttpAnswer> {
    const { url, token, webhookTimeoutMs: timeoutMs = WEBHOOK_TIMEOUT_MS } = this.#options;
    const headers = { ...headersFor(token), 'Content-Type': 'application/json' };
    const reached = () => {
      this.#reached = true;
    };
    return this.#client.exchange({
      method: 'POST',
      url,
      headers,
      body: JSON.stringify(event),
      timeoutMs,
      reached,
      out,
    });
  }

  #violation(rule: string, sentence: string, spec = '3.2'): void {
    this.#listener?.violation(rule, sentence, spec);
  }

  /** The status table of spec 3.2. */
  #judge(event: SipgateEvent, answer: HttpAnswer): void {
    const { status } = answer;
    const what = `The answer to ${event.type}`;
    if (event.type === 'session_end' && status !== 204) {
      this.#violation('http.session_end', `${what} has status ${status}; it is always 204 and empty.`);
    } else if (status === 401) {
      this.#violation('http.status', `${what} is 401: the secret was not accepted (see --token).`, '2');
      if (event.type === 'session_start') this.#listener?.lost('the agent refused the call (401)');
    } else if (status === 200) {
      this.#readActions(what, answer);
    } else if (status !== 204) {
      this.#violation('http.status', `${what} has status ${status}; expected 200 or 204.`);
    }
  }

  #readActions(what: string, { body, contentType }: HttpAnswer): void {
    if (body === '') {
      this.#violation('http.body', `${what} is an empty 200; nothing to do is 204.`);
      return;
    }
    if (!/^application\/json\b/i.test(contentType)) {
      const sentence = `${what} is of type "${contentType}"; expected application/json.`;
      this.#violation('http.content_type', sentence);
    }
    let json: unknown;
    try {
      json = JSON.parse(body);
    } catch {
      this.#violation('http.json', `${what} is not JSON: ${JSON.stringify(body.slice(0, 60))}.`);
      return;
    }
    this.#listener?.answer(json, this.#ended ? 'in_flight' : 'in_call');
  }

  #failed(event: SipgateEvent, cause: Error): void {
    const limitMs = this.#options.webhookTimeoutMs ?? WEBHOOK_TIMEOUT_MS;
    if (cause instanceof NoAnswerInTime) {
      const sentence = `No answer to ${event.type} within ${limitMs} ms: the webhook timeout; the answer is lost.`;
      this.#violation('http.timeout', sentence, '3.3');
    } else {
      this.#violation('http.connection', `No answer to ${event.type}: ${cause.message || cause.name}.`);
    }
  }
}
