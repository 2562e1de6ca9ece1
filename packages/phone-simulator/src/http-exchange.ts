/** One HTTP request and its whole answer, over connections that are kept alive. */
import * as http from 'node:http';
import * as https from 'node:https';
import { MAX_ANSWER_BYTES } from './connection';

export interface HttpAnswer {
  status: number;
  contentType: string;
  body: string;
}

export interface HttpRequest {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  body?: string;
  /** After this long nobody waits any more: rejects with {@link NoAnswerInTime}. Real time. */
  timeoutMs: number;
  /** Told as soon as somebody has taken the connection. */
  reached?: () => void;
  /** Told when the request is written *and* somebody has taken the connection. */
  out?: () => void;
}

/** Nothing came back within the time. */
export class NoAnswerInTime extends Error {}

/** Keeps connections; one per call, so that calls do not wait for each other. */
export class HttpClient {
  readonly #agents = new Map<string, http.Agent>();

  /** Sends and reads the answer to its end. Rejects when no whole answer comes. */
  exchange(request: HttpRequest): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => this.#send(request, resolve, reject));
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
  }

  #agentFor(url: string): http.Agent {
    const protocol = url.startsWith('https:') ? 'https:' : 'http:';
    let agent = this.#agents.get(protocol);
    if (!agent) {
      agent = new (protocol === 'https:' ? https.Agent : http.Agent)({ keepAlive: true });
      this.#agents.set(protocol, agent);
    }
    return agent;
  }

  #send(wanted: HttpRequest, resolve: (answer: HttpAnswer) => void, reject: (cause: Error) => void): void {
    const { url, method, timeoutMs, reached, out } = wanted;
    const body = wanted.body === undefined ? undefined : Buffer.from(wanted.body);
    const length = body ? { 'Content-Length': String(body.length) } : {};
    const request = (url.startsWith('https:') ? https : http).request(url, {
      method,
      headers: { ...wanted.headers, ...length },
      agent: this.#agentFor(url),
    });
    const timer = setTimeout(() => request.destroy(new NoAnswerInTime()), timeoutMs);
    const fail = (cause: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      // The agent closed an idle connection in the moment it was reused: nobody's fault, nothing was read.
      if (request.reusedSocket && cause.code === 'ECONNRESET') this.#send(wanted, resolve, reject);
      else reject(cause);
    };
    request.once('error', fail);
    let waitsFor = 2;
    const oneLess = () => --waitsFor === 0 && out?.();
    request.once('finish', oneLess);
    request.once('socket', (socket) => {
      const connected = () => {
        reached?.();
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
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, contentType, body: text });
      });
    });
    request.end(body);
  }
}
