import { clockOf } from '@jovo-telephony/telephony';

/** The process's monotonic clock. Everything that waits is given it as a parameter. */
export const systemClock = clockOf<NodeJS.Timeout>({
  nowMs: () => performance.now(),
  setTimeout,
  clearTimeout,
});
