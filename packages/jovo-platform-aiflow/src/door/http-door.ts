import type { IncomingMessage, ServerResponse } from 'node:http';
import type { App } from '@jovotech/framework';
import type { HttpAnswer } from '../server/HttpServer';
import {
  answerBody,
  type HttpDoorOptions,
  MAX_BODY_BYTES,
  tooLarge,
  turnedAway,
  withPlatformKey,
} from './door';

export type HttpDoor = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * The webhook: a handler for `node:http` and for Express (`app.use('/sipgate', httpDoor(jovoApp))`). It reads the
 * body itself, so no body parser may stand before it.
 */
export function httpDoor(app: App, given: HttpDoorOptions = {}): HttpDoor {
  const options = withPlatformKey(app, given);
  return (request, response) => {
    const away = turnedAway(request.method, request.headers, options);
    if (away) return refuse(request, response, away);
    readBody(request, options.maxBodyBytes ?? MAX_BODY_BYTES)
      .then(async (body) => {
        if (!body) return refuse(request, response, tooLarge(options));
        send(response, await answerBody(app, body, request.headers));
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

/** Turns a request away without waiting for the rest of it. */
function refuse(request: IncomingMessage, response: ServerResponse, answer: HttpAnswer): void {
  response.setHeader('Connection', 'close');
  send(response, answer);
  request.resume();
}

function send(response: ServerResponse, { status, body }: HttpAnswer): void {
  if (response.headersSent || response.destroyed) return;
  response.statusCode = status;
  if (status === 405) response.setHeader('Allow', 'POST');
  if (body === undefined) {
    response.end();
    return;
  }
  const json = JSON.stringify(body);
  response.setHeader('Content-Type', 'application/json');
  response.setHeader('Content-Length', Buffer.byteLength(json));
  response.end(json);
}
