import { once } from 'node:events';

/** Tells the parent where the server listens, and how much memory it uses when asked. */
export async function hello(server) {
  if (!server.listening) {
    if (server.address() === null) server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  process.on('message', () => {
    globalThis.gc?.();
    process.send({ rssBytes: process.memoryUsage().rss, heapBytes: process.memoryUsage().heapUsed });
  });
  process.on('disconnect', () => process.exit(0));
  process.send({ port: server.address().port });
}
