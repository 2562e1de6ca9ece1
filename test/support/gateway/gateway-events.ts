import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/*
 * The events that API Gateway makes: for an HTTP API "payload format version 2.0", for a WebSocket API those of its
 * three kinds of route. Only `$connect` carries the headers of the client.
 */

export function httpEvent(method: string, path: string, headers: IncomingHttpHeaders, body: Buffer): object {
  const isText = /json|text|xml|urlencoded/.test(String(headers['content-type'] ?? 'text'));
  return {
    version: '2.0',
    routeKey: `${method} ${path}`,
    rawPath: path,
    rawQueryString: '',
    headers: single(headers),
    requestContext: {
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: headers['user-agent'] },
      requestId: requestId(),
      stage: '$default',
      timeEpoch: Date.now(),
    },
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

export interface Connection {
  id: string;
  connectedAtMs: number;
  domainName: string;
  stage: string;
}

export function connectEvent(connection: Connection, headers: IncomingHttpHeaders): object {
  const multi = Object.fromEntries(Object.entries(single(headers)).map(([name, value]) => [name, [value]]));
  return {
    headers: single(headers),
    multiValueHeaders: multi,
    requestContext: contextOf(connection, '$connect', 'CONNECT'),
    isBase64Encoded: false,
  };
}

export function messageEvent(connection: Connection, data: Buffer, isBinary: boolean): object {
  return {
    requestContext: { ...contextOf(connection, '$default', 'MESSAGE'), messageId: requestId() },
    body: data.toString(isBinary ? 'base64' : 'utf8'),
    isBase64Encoded: isBinary,
  };
}

export function disconnectEvent(connection: Connection, code: number, reason: string): object {
  return {
    headers: { Host: connection.domainName, 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' },
    requestContext: {
      ...contextOf(connection, '$disconnect', 'DISCONNECT'),
      disconnectStatusCode: code,
      disconnectReason: reason,
    },
    isBase64Encoded: false,
  };
}

function contextOf(
  { id, connectedAtMs, domainName, stage }: Connection,
  routeKey: string,
  eventType: string,
) {
  return {
    routeKey,
    eventType,
    extendedRequestId: requestId(),
    requestTime: new Date().toUTCString(),
    messageDirection: 'IN',
    stage,
    connectedAt: connectedAtMs,
    requestTimeEpoch: Date.now(),
    identity: { sourceIp: '127.0.0.1' },
    requestId: requestId(),
    domainName,
    connectionId: id,
    apiId: 'model',
  };
}

/** Ids look like `L0SM9cOFvHcCIhw=`, padding included: whoever builds an address of one has to encode it. */
export function requestId(): string {
  return randomBytes(11).toString('base64').replaceAll('/', '_').replaceAll('+', '-');
}

function single(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}
