import { type Clock, clockOf } from '@jovo-telephony/telephony';

/** A world in which time passes faster, the same in every process that is given the same beginning. */
export interface ScaledTime {
  /** When it is said to have begun; wall-clock milliseconds. */
  startMs: number;
  /** When that was in reality. */
  realStartMs: number;
  speed: number;
}

export function scaled({ startMs, realStartMs, speed }: ScaledTime): { clock: Clock; wallMs: () => number } {
  const wallMs = () => startMs + (Date.now() - realStartMs) * speed;
  const clock = clockOf<NodeJS.Timeout>({
    nowMs: wallMs,
    setTimeout: (run, delayMs) => setTimeout(run, delayMs / speed),
    clearTimeout,
  });
  return { clock, wallMs };
}
