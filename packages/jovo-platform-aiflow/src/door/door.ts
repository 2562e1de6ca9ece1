import type { App } from '@jovotech/framework';
import { SipgateAiflowPlatform } from '../SipgateAiflowPlatform';
import { type HttpAnswer, HttpServer } from '../server/HttpServer';
import { API_KEY_HEADER, type Headers, header, sameSecret } from '../server/token';

/** What every door is told. */
export interface DoorOptions {
  /** Shared secret; checked before anything is read or parsed (spec 2). */
  apiKey?: string;
  apiKeyHeader?: string;
}

export interface HttpDoorOptions extends DoorOptions {
  /** Bytes of a request body (spec 3.6). */
  maxBodyBytes?: number;
}

/** Spec 3.6. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** The secret of the door, or else that of the platform behind it: both are checked at the door, before all else. */
export function withPlatformKey<OPTIONS extends DoorOptions>(app: App, options: OPTIONS): OPTIONS {
  const platform = app.plugins.SipgateAiflowPlatform;
  if (options.apiKey || !(platform instanceof SipgateAiflowPlatform)) return options;
  const { apiKey, apiKeyHeader } = platform.receiver.options;
  return { ...options, apiKey, apiKeyHeader: options.apiKeyHeader ?? apiKeyHeader };
}

export const UNAUTHORIZED: HttpAnswer = { status: 401, body: { error: 'Unauthorized' } };

export function hasToken(headers: Headers, { apiKey, apiKeyHeader = API_KEY_HEADER }: DoorOptions): boolean {
  return !apiKey || sameSecret(header(headers, apiKeyHeader), apiKey);
}

/** What can be said before the body is read: undefined means "go on reading". */
export function turnedAway(
  method: string | undefined,
  headers: Headers,
  options: HttpDoorOptions,
): HttpAnswer | undefined {
  if (!hasToken(headers, options)) return UNAUTHORIZED;
  if (method !== 'POST') return { status: 405, body: { error: 'Events are sent with POST' } };
  const announced = Number(header(headers, 'content-length') ?? 0);
  return announced > (options.maxBodyBytes ?? MAX_BODY_BYTES) ? tooLarge(options) : undefined;
}

export function tooLarge({ maxBodyBytes = MAX_BODY_BYTES }: HttpDoorOptions): HttpAnswer {
  return { status: 413, body: { error: `An event has at most ${maxBodyBytes} bytes` } };
}

/** One body through the app, to its answer. Never rejects: what cannot be answered otherwise is a bare 500. */
export function answerBody(app: App, body: Buffer, headers: Headers): Promise<HttpAnswer> {
  let event: unknown;
  try {
    event = JSON.parse(body.toString('utf8'));
  } catch {
    return Promise.resolve({ status: 400, body: { error: 'The body is not JSON' } });
  }
  return new Promise((resolve) => {
    const failed = () => resolve({ status: 500, body: { error: 'The event could not be handled' } });
    // An answer resolves first; whatever comes after it changes nothing.
    app.handle(new HttpServer(event, headers, resolve)).then(failed, failed);
  });
}
