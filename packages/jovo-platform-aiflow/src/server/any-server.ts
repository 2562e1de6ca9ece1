import type { Server } from '@jovotech/framework';
import { isRecord } from '../events';
import { SipgateAiflowRequest } from '../SipgateAiflowRequest';
import { SipgateAiflowResponse } from '../SipgateAiflowResponse';
import type { AiflowAction } from '../wire';
import { type Headers, header } from './token';

/*
 * What the platform asks of a server. Ours have all of it; stock and home-made ones may lack parts, and an app
 * written for the published package brings such a server along.
 */

/** A server that can send at any time. */
export type PushingServer = Server & {
  /** Says false if they could not leave. */
  push(actions: readonly AiflowAction[]): unknown;
  /** Identity of what it sends on. */
  connection?: object;
};

/** A server that can say no. */
interface RefusingServer {
  refuse(status: number, error: string): void;
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

export function headerOf(server: Server, name: string): string | undefined {
  if (!hasHeaders(server)) return undefined;
  return header(server.getNativeRequestHeaders() as Headers | undefined, name);
}

/** The event in the fields of the wire; a TestSuite hands in request instances. */
export function plainRequest(request: unknown): unknown {
  return request instanceof SipgateAiflowRequest ? request.event : request;
}

/** Sends the answer: an object, an array, or nothing, which on HTTP is 204 and never an empty array (spec 3.2). */
export async function answer(server: Server, actions: AiflowAction[]): Promise<void> {
  if (actions.length === 0 && !('refuse' in server) && isExpressLike(server)) {
    if (!server.res.headersSent) server.res.status(204).end();
    return;
  }
  await server.setResponse(SipgateAiflowResponse.of(actions));
}

/** Turns the event away. On a socket there is no status: the frame is dropped. */
export async function refuse(server: Server, status: number, error: string): Promise<void> {
  if (isRefusing(server)) return server.refuse(status, error);
  if (isExpressLike(server)) {
    server.res.status(status).json({ error });
    return;
  }
  await server.fail(new Error(error));
}

function isRefusing(server: object): server is RefusingServer {
  return 'refuse' in server && typeof server.refuse === 'function';
}

function isExpressLike(server: object): server is ExpressLike {
  return 'res' in server && isRecord(server.res) && 'status' in server.res;
}
