import { clockOf } from '@jovo-telephony/telephony';

/** The clock of this process. */
export const realClock = clockOf<NodeJS.Timeout>({
  nowMs: () => performance.now(),
  setTimeout,
  clearTimeout,
});
