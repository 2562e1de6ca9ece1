import { type Clock, clockOf } from '@jovo-telephony/telephony';

/** The process's monotonic clock. */
export const SYSTEM_CLOCK: Clock = clockOf<NodeJS.Timeout>({
  nowMs: () => performance.now(),
  setTimeout,
  clearTimeout,
});
