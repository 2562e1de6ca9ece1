import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpAnswer } from '../http-answer';
import type { HttpAnswerer } from './http-request';

export type HttpDoor = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * A handler for `node:http` and for Express (`app.use('/path', httpDoor(...))`). It reads the body itself, so no body
 * parser may stand before it.
 */
export function httpDoor(answerer: HttpAnswerer): HttpDoor {
  return (request, response) => {
    const [path = '', query] = (request.url ?? '').split(/\?(.*)/s);
    let read = false;
    answerer({
      method: request.method ?? '',
      path,
      query: query === undefined ? '' : `?${query}`,
      headers: request.headers,
      body: async (maxBytes) => {
        const body = await readBody(request, maxBytes);
        read = body !== undefined;
        return body;
      },
    })
      .then((answer) => {
        // Turned away without waiting for the rest of it.
        if (!read) response.setHeader('Connection', 'close');
        send(response, answer);
        if (!read) request.resume();
      })
      // The peer has gone away in mid-body, or the answer cannot be written: there is nothing left to say.
      .catch(() => response.destroy());
  };
}

/** The body, or undefined if it is larger than allowed. */
function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
      else resolve(undefined);
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => reject(new Error('closed')));
  });
}

function send(response: ServerResponse, { status, body, headers = {} }: HttpAnswer): void {
  if (response.headersSent || response.destroyed) return;
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (body === undefined) {
    response.end();
    return;
  }
  const json = JSON.stringify(body);
  response.setHeader('Content-Type', 'application/json');
  response.setHeader('Content-Length', Buffer.byteLength(json));
  response.end(json);
}
