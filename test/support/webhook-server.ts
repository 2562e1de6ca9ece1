import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedPost {
  method: string | undefined;
  path: string | undefined;
  headers: IncomingHttpHeaders;
  body: string;
  atMs: number;
}

/** What the receiver does with one post: a status, or anything the test thinks of. */
export type Reaction = number | ((response: ServerResponse) => void);

/** Somebody who is told of calls. Reacts in turn, and then as to the last; keeps what it was sent. */
export interface WebhookServer {
  url: string;
  posts: ReceivedPost[];
  close(): Promise<void>;
}

export async function webhookServer(...reactions: Reaction[]): Promise<WebhookServer> {
  const posts: ReceivedPost[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url: path, headers } = request;
      const body = Buffer.concat(chunks).toString('utf8');
      posts.push({ method, path, headers, body, atMs: performance.now() });
      const reaction = reactions[Math.min(posts.length, reactions.length) - 1] ?? 200;
      if (typeof reaction === 'number') response.writeHead(reaction).end('ignored');
      else reaction(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/calls`;
  return {
    url,
    posts,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
