/**
 * V8's code cache of a bundle: what its start compiles, compiled beforehand. V8 takes it only from the very build of
 * Node that made it, started with the same V8 flags, so it is made by the Node and with the flags of the runtime.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Lambda's own start script derives these from the memory of the function, in MB. */
export function lambdaFlags(memoryMb) {
  const young = Math.floor(memoryMb / 10);
  return [
    '--expose-gc',
    `--max-semi-space-size=${Math.floor(young / 2)}`,
    `--max-old-space-size=${memoryMb - young}`,
  ];
}

/** Plays calls to the function in `folder` and writes a `.cache` beside each script that this has run. */
export function makeCodeCache({ folder, kind, node = process.execPath, flags = [] }) {
  const script = join(import.meta.dirname, 'make-code-cache.cjs');
  // None of the settings around here: what is compiled shall not depend on them.
  const env = { PATH: process.env.PATH, LOG_LEVEL: 'silent' };
  const made = execFileSync(node, [...flags, script, folder, kind], { encoding: 'utf8', env });
  return made.trim();
}
