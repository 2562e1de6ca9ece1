import { clockOf } from '@jovo-telephony/telephony';

/** A wall clock that was set, or a process that was frozen: from then on the time is counted anew. */
const JUMP_MS = 1_000;

/**
 * Milliseconds since 1970 that run evenly. Times in a conversation are written down and read by other processes, which
 * a clock that begins with the process cannot serve; one that is set back and forth every now and then cannot measure.
 */
export function evenEpochMs(epochMs: () => number, monotonicMs: () => number): () => number {
  let originMs = epochMs() - monotonicMs();
  return () => {
    const nowMs = originMs + monotonicMs();
    const wallMs = epochMs();
    if (Math.abs(wallMs - nowMs) < JUMP_MS) return nowMs;
    originMs = wallMs - monotonicMs();
    return wallMs;
  };
}

/** The process's clock. Everything that waits is given it as a parameter. */
export const systemClock = clockOf<NodeJS.Timeout>({
  nowMs: evenEpochMs(Date.now, () => performance.now()),
  setTimeout,
  clearTimeout,
});
