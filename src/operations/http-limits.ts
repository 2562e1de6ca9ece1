import { createServer, type RequestListener, type Server } from 'node:http';

/** What one connection may cost. Every limit keeps a slow or greedy peer from being paid for by the callers. */
export interface HttpLimits {
  /** From the first byte of a request, or of the connection, to the end of its head. */
  headersTimeoutMs: number;
  /** The same to the end of its body. */
  requestTimeoutMs: number;
  /** How long a connection may wait for its next request. Longer than load balancers do (60 s), so that they close. */
  keepAliveTimeoutMs: number;
  /** How often connections are looked at. */
  checkEveryMs: number;
  /** Bytes of all headers of a request; more is answered 431. */
  maxHeaderBytes: number;
  /** Headers of a request; what comes after them is ignored. */
  maxHeaders: number;
  /** Connections at the same time; more are closed at once. */
  maxConnections: number;
}

export const HTTP_LIMITS: Readonly<HttpLimits> = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 15_000,
  keepAliveTimeoutMs: 65_000,
  checkEveryMs: 1_000,
  maxHeaderBytes: 16 * 1024,
  maxHeaders: 100,
  maxConnections: 10_000,
};

/** A server that keeps the limits. Requests that break one are answered 408, 431 or not at all, by Node itself. */
export function limitedServer(listener: RequestListener, limits: HttpLimits = HTTP_LIMITS): Server {
  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: limits.checkEveryMs,
      maxHeaderSize: limits.maxHeaderBytes,
    },
    listener,
  );
  server.maxHeadersCount = limits.maxHeaders;
  server.maxConnections = limits.maxConnections;
  return server;
}

/** Stops listening; connections may finish what they are at for so long, then they are cut. */
export async function closeServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(cut);
}
