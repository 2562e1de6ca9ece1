import type { Server } from '@jovotech/framework';
import { errorAnswer } from '../door/error-answer';
import { CallRequest } from '../jovo/CallRequest';
import type { CallResponse } from '../jovo/CallResponse';
import type { WireTypes } from '../wire';
import type { Headers } from './headers';

/*
 * What the platform asks of a server. Ours have all of it; stock and home-made ones may lack parts, and an app that
 * was written for another package brings such a server along.
 */

/** A server that can send at any time. */
export type PushingServer = Server & {
  /** Says false, or a promise of it, if they could not leave. */
  push(actions: readonly object[]): unknown;
  /** Identity of what it sends on. */
  connection?: unknown;
};

/** How a refusal is said. */
export interface RefusalOptions {
  /** When it is worth trying again. */
  retryAfterSeconds?: number;
  /** The connection carries other calls: it must not be closed. */
  keepOpen?: boolean;
}

/** A server that can say no. */
interface RefusingServer {
  refuse(status: number, error: string, options?: RefusalOptions): void;
}

/** Express's response, as stock servers carry it. */
interface ExpressLike {
  res: { status(code: number): { json(body: unknown): unknown; end(): unknown }; headersSent?: boolean };
}

export function canPush(server: Server): server is PushingServer {
  return 'push' in server && typeof server.push === 'function';
}

export function hasHeaders(server: Server): boolean {
  return typeof server.getNativeRequestHeaders === 'function';
}

export function headersOf(server: Server): Headers {
  return (hasHeaders(server) && (server.getNativeRequestHeaders() as Headers | undefined)) || {};
}

/** Whether a door has asked for the token already, where events come without headers. */
export function isAdmitted(server: Server): boolean {
  return 'admitted' in server && server.admitted === true;
}

/** The event in the fields of the wire; a TestSuite hands in request instances. */
export function plainRequest(request: unknown): unknown {
  return request instanceof CallRequest ? request.event : request;
}

/** Sends the answer. Nothing at all is a bare status where a stock server would send an empty body of JSON. */
export async function answer<T extends WireTypes>(server: Server, response: CallResponse<T>): Promise<void> {
  const { status, body } = response.toAnswer();
  if (body === undefined && !('refuse' in server) && isExpressLike(server)) {
    if (!server.res.headersSent) server.res.status(status).end();
    return;
  }
  await server.setResponse(response);
}

/** Turns the event away. On a socket there is no status: the frame is dropped. */
export async function refuse(
  server: Server,
  status: number,
  error: string,
  options?: RefusalOptions,
): Promise<void> {
  if (isRefusing(server)) return server.refuse(status, error, options);
  if (isExpressLike(server)) {
    server.res.status(status).json(errorAnswer(status, error).body);
    return;
  }
  await server.fail(new Error(error));
}

function isRefusing(server: object): server is RefusingServer {
  return 'refuse' in server && typeof server.refuse === 'function';
}

function isExpressLike(server: object): server is ExpressLike {
  return 'res' in server && typeof server.res === 'object' && server.res !== null && 'status' in server.res;
}
