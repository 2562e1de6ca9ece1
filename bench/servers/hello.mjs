import { once } from 'node:events';

/**
 * Tells the parent where the server listens, and how much memory and processor time it uses when asked, with whatever
 * `more` says.
 */
export async function hello(server, more = () => ({})) {
  if (!server.listening) {
    if (server.address() === null) server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  process.on('message', () => {
    globalThis.gc?.();
    const { rss: rssBytes, heapUsed: heapBytes } = process.memoryUsage();
    process.send({ rssBytes, heapBytes, cpu: process.cpuUsage(), ...more() });
  });
  process.on('disconnect', () => process.exit(0));
  process.send({ port: server.address().port });
}
