import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seen {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** What a peer does with a request: answer, cut the connection, or say nothing at all. */
export type Reaction = Answer | 'cut' | 'silence';

/** A real HTTP server on a free port of loopback that keeps what it was asked. */
export async function startPeer(react: (seen: Seen, nth: number) => Reaction | Promise<Reaction>) {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    void take(request, response);
  });
  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { method = '', url: path = '', headers } = request;
    const nth = seen.push({ method, path, headers, body });
    const reaction = await react({ method, path, headers, body }, nth);
    if (reaction === 'silence') return;
    if (reaction === 'cut') return void request.socket.destroy();
    const text = typeof reaction.body === 'string' ? reaction.body : JSON.stringify(reaction.body ?? {});
    response.writeHead(reaction.status, { 'Content-Type': 'application/json', ...reaction.headers });
    response.end(text);
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    seen,
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type Peer = Awaited<ReturnType<typeof startPeer>>;
