/** One POST per event; actions come back in the response and nowhere else (spec 3). */
import * as http from 'node:http';
import * as https from 'node:https';
import { connectionError } from './errors';
import { headersFor, MAX_ANSWER_BYTES, type Transport, type TransportListener, withinMs } from './transport';
import type { SipgateEvent } from './wire';

export interface HttpTransportOptions {
  url: string;
  token?: string;
  /** After this long the service no longer waits and the answer is lost (spec 3.3). Default 5,000 ms, real time. */
  webhookTimeoutMs?: number;
}

const WEBHOOK_TIMEOUT_MS = 5000;

interface Answer {
  status: number;
  contentType: string;
  body: string;
}

export class HttpTransport implements Transport {
  readonly kind = 'http';
  readonly #options: HttpTransportOptions;
  readonly #agent: http.Agent;
  readonly #requests = new Set<Promise<void>>();
  #pending = 0;
  #listener: TransportListener | undefined;
  #reached = false;
  #ended = false;
  /** The event before is out: starts are in order, answers may overlap (spec 3.4). */
  #before: Promise<void> = Promise.resolve();

  constructor(options: HttpTransportOptions) {
    this.#options = options;
    const Agent = options.url.startsWith('https:') ? https.Agent : http.Agent;
    this.#agent = new Agent({ keepAlive: true });
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
    this.#agent.destroy();
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

  #exchange(event: SipgateEvent, sent: () => void): Promise<Answer> {
    const { url, token, webhookTimeoutMs = WEBHOOK_TIMEOUT_MS } = this.#options;
    const body = Buffer.from(JSON.stringify(event));
    const headers = {
      ...headersFor(token),
      'Content-Type': 'application/json',
      'Content-Length': String(body.length),
    };
    return new Promise((resolve, reject) => {
      const request = (url.startsWith('https:') ? https : http).request(url, {
        method: 'POST',
        headers,
        agent: this.#agent,
      });
      const timer = setTimeout(() => request.destroy(new WebhookTimeout()), webhookTimeoutMs);
      const fail = (cause: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        // The agent closed an idle connection in the moment it was reused: nobody's fault, nothing was read.
        if (request.reusedSocket && cause.code === 'ECONNRESET') resolve(this.#exchange(event, sent));
        else reject(cause);
      };
      request.once('error', fail);
      // A request is out when it is written *and* somebody took the connection.
      let waitsFor = 2;
      const oneLess = () => --waitsFor === 0 && sent();
      request.once('finish', oneLess);
      request.once('socket', (socket) => {
        const connected = () => {
          this.#reached = true;
          oneLess();
        };
        if (socket.connecting) socket.once('connect', connected);
        else connected();
      });
      request.once('response', (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > MAX_ANSWER_BYTES) request.destroy(new Error('the answer is too long'));
          else chunks.push(chunk);
        });
        response.once('error', fail);
        response.once('end', () => {
          clearTimeout(timer);
          const contentType = String(response.headers['content-type'] ?? '');
          resolve({
            status: response.statusCode ?? 0,
            contentType,
            body: Buffer.concat(chunks).toString('utf8'),
          });
        });
      });
      request.end(body);
    });
  }

  #violation(rule: string, sentence: string, spec = '3.2'): void {
    this.#listener?.violation(rule, sentence, spec);
  }

  /** The status table of spec 3.2. */
  #judge(event: SipgateEvent, answer: Answer): void {
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

  #readActions(what: string, { body, contentType }: Answer): void {
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
    if (cause instanceof WebhookTimeout) {
      const sentence = `No answer to ${event.type} within ${limitMs} ms: the webhook timeout; the answer is lost.`;
      this.#violation('http.timeout', sentence, '3.3');
    } else {
      this.#violation('http.connection', `No answer to ${event.type}: ${cause.message || cause.name}.`);
    }
  }
}

class WebhookTimeout extends Error {}
