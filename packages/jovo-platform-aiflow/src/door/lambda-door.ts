import type { App } from '@jovotech/framework';
import type { HttpAnswer } from '../server/HttpServer';
import type { Headers } from '../server/token';
import {
  answerBody,
  type HttpDoorOptions,
  MAX_BODY_BYTES,
  tooLarge,
  turnedAway,
  withPlatformKey,
} from './door';

/** What API Gateway hands over: HTTP API (payload 2.0) and REST API (1.0), as far as it is used here. */
export interface GatewayRequest {
  requestContext?: { http?: { method?: string } };
  httpMethod?: string;
  headers?: Headers | null;
  body?: string | null;
  isBase64Encoded?: boolean;
}

export interface GatewayAnswer {
  statusCode: number;
  headers?: Record<string, string>;
  body?: string;
}

/** The webhook as a Lambda handler. The app is started on the first event and kept. */
export function lambdaDoor(app: App, given: HttpDoorOptions = {}) {
  const options = withPlatformKey(app, given);
  return async (request: GatewayRequest): Promise<GatewayAnswer> => {
    const headers = request.headers ?? {};
    const method = request.requestContext?.http?.method ?? request.httpMethod;
    const away = turnedAway(method, headers, options);
    if (away) return gatewayAnswer(away);
    const body = Buffer.from(request.body ?? '', request.isBase64Encoded ? 'base64' : 'utf8');
    const fits = body.length <= (options.maxBodyBytes ?? MAX_BODY_BYTES);
    return gatewayAnswer(fits ? await answerBody(app, body, headers) : tooLarge(options));
  };
}

function gatewayAnswer({ status, body }: HttpAnswer): GatewayAnswer {
  const allow = status === 405 ? { Allow: 'POST' } : undefined;
  if (body === undefined) return { statusCode: status };
  return {
    statusCode: status,
    headers: { 'Content-Type': 'application/json', ...allow },
    body: JSON.stringify(body),
  };
}
