import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the server in the child process can be asked. */
export interface Vitals {
  rssBytes: number;
  heapBytes: number;
  /** Processor time used so far. */
  cpuMs: number;
  /** Open sockets, timers and the like that keep a process alive or belong to it, by kind. */
  resources: Record<string, number>;
  /** Errors that nobody has caught. */
  escaped: string[];
  /** Calls that are alive. */
  calls: number;
}

export interface ServerProcess {
  port: number;
  /** Everything that it has written so far. */
  output(): string;
  /** Collects garbage first. */
  vitals(): Promise<Vitals>;
  /** The text of `/metrics`. */
  metrics(): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** Resolves with its exit code, or the signal that ended it. */
  exited: Promise<number | NodeJS.Signals>;
}

/** The real server in a process of its own, with the echo brain and the usual journal: nothing of the test disturbs its memory or its time. */
export async function serverProcess(environment: Record<string, string> = {}): Promise<ServerProcess> {
  const root = join(__dirname, '../../..');
  const folder = mkdtempSync(join(tmpdir(), 'server-'));
  const child: ChildProcess = fork(join(__dirname, 'server-main.ts'), {
    cwd: root,
    execArgv: [
      '--expose-gc',
      // As `npm start` runs it.
      '--max-semi-space-size=2',
      '--conditions=jovo-telephony-source',
      '--require',
      join(root, 'test/support/register-ts.cjs'),
    ],
    env: {
      PATH: process.env.PATH,
      HOST: '127.0.0.1',
      PORT: '0',
      AGENTS_DIR: 'test/fixtures/agents-load',
      LOG_LEVEL: 'warn',
      LOG_FORMAT: 'json',
      DATA_DIR: folder,
      CONCURRENT_CALLS: '0',
      CALLS_PER_MINUTE_PER_CALLER: '0',
      CALLS_PER_MINUTE_PER_NUMBER: '0',
      CALLS_PER_MINUTE_PER_ADDRESS: '0',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (text: Buffer) => {
      output += text.toString();
    });
  }
  const exited = once(child, 'exit').then(([code, signal]) => {
    rmSync(folder, { recursive: true, force: true });
    return code ?? signal;
  });
  const asked = new Map<number, (answer: unknown) => void>();
  let nth = 0;
  const started = new Promise<number>((resolve, reject) => {
    void exited.then((code) => reject(new Error(`The server has ended (${code}): ${output}`)));
    child.on('message', (message: { port?: number; id?: number; answer?: unknown }) => {
      if (message.port !== undefined) resolve(message.port);
      else if (message.id !== undefined) asked.get(message.id)?.(message.answer);
    });
  });
  const ask = (what: string) =>
    new Promise<unknown>((resolve, reject) => {
      nth += 1;
      asked.set(nth, resolve);
      child.send({ id: nth, what }, (error) => error && reject(error));
    });
  return {
    port: await started,
    output: () => output,
    vitals: () => ask('vitals') as Promise<Vitals>,
    metrics: () => ask('metrics') as Promise<string>,
    kill: (signal) => child.kill(signal),
    exited,
  };
}
