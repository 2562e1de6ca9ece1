import type { App } from '@jovotech/framework';
import type { HttpAnswer } from '../http-answer';
import { type JsonLimits, readJsonText } from '../json';
import type { HttpCallServer } from '../server/HttpCallServer';
import { type Headers, header } from '../server/headers';
import { errorAnswer } from './error-answer';
import type { Guard } from './guard';

/** A request before its body is read, whichever host brought it: Node or Lambda. */
export interface HttpRequest {
  method: string;
  /** Without the query. */
  path: string;
  /** With its question mark; empty without one. */
  query: string;
  headers: Headers;
  /** The host stops the process once there is an answer: it is given when the call is kept, too. */
  untilKept?: true;
  /** Reads the body. Undefined if it is larger than allowed. Rejects if the peer goes away. */
  body(maxBytes: number): Promise<Buffer | undefined>;
}

/** Answers requests. What it rejects with ends the connection without an answer. */
export type HttpAnswerer = (request: HttpRequest) => Promise<HttpAnswer>;

export interface EventDoorOptions {
  guard?: Guard;
  /** Bytes of a request body; more are answered with 413. */
  maxBodyBytes?: number;
  /** Structure of a body; more is answered with 400. */
  json?: JsonLimits;
}

export const MAX_BODY_BYTES = 1024 * 1024;

export const UNAUTHORIZED: HttpAnswer = errorAnswer(401, 'Unauthorized');

/**
 * Answers requests each of which is one event: the guard is asked before anything is read, the body is JSON.
 * `serverOf` makes the server that carries the event through the app.
 */
export function answerEvents(
  app: App,
  serverOf: (event: unknown, headers: Headers, send: (answer: HttpAnswer) => void) => HttpCallServer,
  { guard, maxBodyBytes = MAX_BODY_BYTES, json }: EventDoorOptions = {},
): HttpAnswerer {
  return async (request) => {
    const { headers } = request;
    if (guard && !(await guard(headers))) return UNAUTHORIZED;
    if (request.method !== 'POST') return notAllowed('POST');
    const body = await readJson(request, maxBodyBytes, json);
    if ('fault' in body) return body.fault;
    return throughApp(app, (send) => serverOf(body.json, headers, send), request.untilKept);
  };
}

/** The body as JSON, or the answer that turns it away. */
export async function readJson(
  request: HttpRequest,
  maxBytes: number,
  limits?: JsonLimits,
): Promise<{ json: unknown } | { fault: HttpAnswer }> {
  const announced = Number(header(request.headers, 'content-length') ?? 0);
  const body = announced > maxBytes ? undefined : await request.body(maxBytes);
  if (!body) return { fault: errorAnswer(413, `An event has at most ${maxBytes} bytes`) };
  const reading = readJsonText(body, limits);
  return 'fault' in reading ? { fault: errorAnswer(400, reading.fault) } : reading;
}

/** One event through the app, to its answer. Never rejects: what cannot be answered otherwise is a bare 500. */
export function throughApp(
  app: App,
  serverOf: (send: (answer: HttpAnswer) => void) => HttpCallServer,
  untilKept = false,
): Promise<HttpAnswer> {
  return new Promise((resolve) => {
    let given: HttpAnswer | undefined;
    const answer = (answered: HttpAnswer) => {
      given ??= answered;
      if (!untilKept) resolve(given);
    };
    // Without an answer by then there will be none; otherwise it is the first that counts.
    const over = () => resolve(given ?? errorAnswer(500, 'The event could not be handled'));
    app.handle(serverOf(answer)).then(over, over);
  });
}

export function notAllowed(...methods: string[]): HttpAnswer {
  const allowed = methods.join(', ');
  return errorAnswer(405, `Only ${allowed} is understood here`, { Allow: allowed });
}
