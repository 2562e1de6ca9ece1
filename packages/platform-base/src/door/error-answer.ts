import type { HttpAnswer } from '../http-answer';

/** What each status of a door is called in the body of its answer. A code never changes its meaning. */
export const DOOR_CODES = {
  400: 'DOOR_BAD_REQUEST',
  401: 'DOOR_UNAUTHORIZED',
  403: 'DOOR_ADDRESS_REFUSED',
  404: 'DOOR_NOT_FOUND',
  405: 'DOOR_METHOD_REFUSED',
  413: 'DOOR_TOO_LARGE',
  429: 'DOOR_TOO_MANY_CALLS',
  500: 'DOOR_FAILED',
  503: 'DOOR_DRAINING',
} as const;

/** A refusal: a sentence for whoever reads it, a code for whoever looks it up. */
export function errorAnswer(status: number, error: string, headers?: HttpAnswer['headers']): HttpAnswer {
  const code = (DOOR_CODES as Readonly<Record<number, string>>)[status];
  return { status, body: { error, ...(code && { code }) }, ...(headers && { headers }) };
}
