import type { HttpAnswer } from '../http-answer';
import type { Headers } from '../server/headers';
import type { HttpAnswerer } from './http-request';

/** What API Gateway hands over: HTTP API (payload 2.0) and REST API (1.0), as far as it is used here. */
export interface GatewayRequest {
  requestContext?: { http?: { method?: string } };
  httpMethod?: string;
  /** 2.0, with the stage; `path` is that of 1.0. */
  rawPath?: string;
  path?: string;
  rawQueryString?: string;
  queryStringParameters?: Readonly<Record<string, string | undefined>> | null;
  headers?: Headers | null;
  body?: string | null;
  isBase64Encoded?: boolean;
}

export interface GatewayAnswer {
  statusCode: number;
  headers?: Record<string, string>;
  body?: string;
}

export type LambdaDoor = (request: GatewayRequest) => Promise<GatewayAnswer>;

/** A handler for Lambda behind API Gateway. */
export function lambdaDoor(answerer: HttpAnswerer): LambdaDoor {
  return async (request) => {
    const body = Buffer.from(request.body ?? '', request.isBase64Encoded ? 'base64' : 'utf8');
    return gatewayAnswer(
      await answerer({
        method: request.requestContext?.http?.method ?? request.httpMethod ?? '',
        path: request.rawPath ?? request.path ?? '',
        query: queryOf(request),
        headers: request.headers ?? {},
        untilKept: true,
        body: async (maxBytes) => (body.length <= maxBytes ? body : undefined),
      }),
    );
  };
}

function queryOf({ rawQueryString, queryStringParameters }: GatewayRequest): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(queryStringParameters ?? {})) given.append(name, value ?? '');
  const query = rawQueryString ?? given.toString();
  return query && `?${query}`;
}

function gatewayAnswer({ status, body, headers }: HttpAnswer): GatewayAnswer {
  if (body === undefined) return { statusCode: status, ...(headers && { headers }) };
  return {
    statusCode: status,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}
