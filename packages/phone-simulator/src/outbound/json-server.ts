/** A small HTTP server for JSON, on the loopback. */
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ServedRequest {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  /** The body as it came. */
  text: string;
}

export interface ServedAnswer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
  /** The connection is cut instead of answered. */
  cut?: boolean;
  /** Runs when the answer is out. */
  after?: () => void;
}

export interface RunningServer {
  url: string;
  port: number;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 1024 * 1024;

/** Serves `handle` on a free port, or on `port`. */
export async function serveJson(
  handle: (request: ServedRequest) => ServedAnswer | Promise<ServedAnswer>,
  port = 0,
): Promise<RunningServer> {
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of request) {
      bytes += (chunk as Buffer).length;
      if (bytes <= MAX_BODY_BYTES) chunks.push(chunk as Buffer);
    }
    const answer =
      bytes > MAX_BODY_BYTES
        ? { status: 413, body: { error: 'request entity too large' } }
        : await handle({
            method: request.method ?? 'GET',
            path: new URL(request.url ?? '/', 'http://localhost').pathname,
            headers: request.headers,
            text: Buffer.concat(chunks).toString('utf8'),
          });
    const { status, body, headers, cut, after }: ServedAnswer = answer;
    if (cut) response.destroy();
    else {
      const type = body === undefined ? {} : { 'Content-Type': 'application/json;charset=UTF-8' };
      response.writeHead(status, { ...type, ...headers });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    }
    if (after) response.once('close', after);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
