import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { FunctionError, type Instance } from './lambda-model';

export interface ProcessOptions {
  /** Folder of the function, as it is deployed. */
  folder: string;
  environment?: Record<string, string>;
  /** Of Node. */
  flags?: string[];
}

type Answer = { id: number } & ({ result: unknown } | { error: string });

/** An instance in a process of its own, frozen as Lambda freezes it: the process is stopped between two events. */
export function processInstance({ folder, environment = {}, flags = [] }: ProcessOptions): Instance {
  const child = fork(join(__dirname, 'instance.cjs'), [folder], {
    // What a shell around here has set is not the function's business.
    env: { PATH: process.env.PATH, TZ: 'UTC', LOG_LEVEL: 'error', ...environment },
    execArgv: flags,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  child.on('message', (answer: Answer) => {
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ('error' in answer) asked?.reject(new FunctionError(answer.error));
    else asked?.resolve(answer.result);
  });
  child.once('exit', (code, signal) => {
    for (const { reject } of waiting.values()) reject(new FunctionError(`Exited with ${code ?? signal}`));
    waiting.clear();
  });
  let events = 0;
  return {
    invoke(event, deadlineMs) {
      const id = events++;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        child.send({ id, event, deadlineMs });
      });
    },
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    stop: () => ended(child),
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
