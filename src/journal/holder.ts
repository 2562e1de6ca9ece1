import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/** Those of this process. */
const own = new Set<string>();

/** A name for whoever works on calls in this process: `host:pid:random`. */
export function newHolder(): string {
  const holder = `${hostname()}:${process.pid}:${randomBytes(6).toString('hex')}`;
  own.add(holder);
  return holder;
}

/**
 * Whether a holder was a process of this machine that is no more: what it held is free at once. In doubt it is there.
 * A container that starts again has the name and the process id of the one before.
 */
export function isGone(other: string, holder: string): boolean {
  const [host, pid] = other.split(':');
  if (host !== holder.split(':')[0] || !Number(pid)) return false;
  if (Number(pid) === process.pid) return !own.has(other);
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
