import { Session } from 'node:inspector/promises';
import { main } from '../../../src/server';
import { ECHO_BRAIN } from './echo-brain';

/**
 * The program as it is started by `npm start`, only that its brain repeats what is said, and that it remembers fewer
 * calls that are over: what they leave behind shows sooner. See `server-process.ts`.
 */
const REMEMBERED = { maxRememberedEnded: 500 };

const escaped: string[] = [];
process.on('uncaughtException', (error) => escaped.push(`exception ${String(error)}`));
process.on('unhandledRejection', (error) => escaped.push(`rejection ${String(error)}`));

void main({ brain: ECHO_BRAIN, platform: () => ({ callLimits: REMEMBERED }) }).then((server) => {
  process.on('message', ({ id, what }: { id: number; what: string }) => {
    void answer(what).then((given) => process.send?.({ id, answer: given }));
  });
  process.send?.({ port: server.port });

  async function answer(what: string): Promise<unknown> {
    if (what === 'metrics') return server.operations.metrics.text();
    // What has just ended gets its chance to be let go of.
    await new Promise((resolve) => setTimeout(resolve, 50));
    await collectGarbage();
    const { rss: rssBytes, heapUsed: heapBytes } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    const resources: Record<string, number> = {};
    for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
    const cpuMs = (user + system) / 1000;
    return { rssBytes, heapBytes, cpuMs, resources, escaped, calls: server.calls() };
  }
});

/** As when memory runs short: everything that can be collected is, and the pages that it was on are given back. */
async function collectGarbage(): Promise<void> {
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.collectGarbage');
  session.disconnect();
}
