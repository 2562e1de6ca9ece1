import type { IncomingMessage, ServerResponse } from 'node:http';

/** A handler for `node:http` and for Express. Reads the body itself: no body parser may stand before it. */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void;

export interface HttpAnswer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Turns a function into a handler that answers in any case. */
export function httpHandler(answer: (request: IncomingMessage) => Promise<HttpAnswer>): HttpHandler {
  return (request, response) => {
    answer(request)
      .catch((): HttpAnswer => ({ status: 503, body: { error: 'Not possible at the moment; try again.' } }))
      .then((given) => send(request, response, given))
      // The peer has gone away: there is nothing left to say.
      .catch(() => response.destroy());
  };
}

/** The path without a query. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?')[0] ?? '';
}

/** How long a body may take: a peer that dribbles must not hold on to a connection. */
const BODY_WITHIN_MS = 10_000;

/** The body as text; undefined if it is larger than allowed or does not come to its end. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const timer = setTimeout(() => resolve(undefined), BODY_WITHIN_MS);
    timer.unref();
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
      else resolve(undefined);
    });
    request.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.once('error', () => resolve(undefined));
    request.once('close', () => {
      clearTimeout(timer);
      resolve(undefined);
    });
  });
}

/** The JSON of a text; undefined if it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, body, headers }: HttpAnswer,
): void {
  if (response.headersSent || response.destroyed) return;
  // The rest of a body that nobody has read must not be taken for the next request.
  if (!request.complete) response.setHeader('Connection', 'close');
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
  const text = body === undefined ? '' : JSON.stringify(body);
  if (text !== '') response.setHeader('Content-Type', 'application/json;charset=UTF-8');
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
  request.resume();
}
