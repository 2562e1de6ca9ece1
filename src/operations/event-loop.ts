import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 20;

export interface EventLoopDelay {
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

/** How late timers come in this process. */
export class EventLoopMonitor {
  private readonly histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  constructor() {
    this.histogram.enable();
  }

  /** The delay since it was last asked. */
  take(): EventLoopDelay {
    const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
    const { histogram } = this;
    const delay =
      histogram.count === 0
        ? { p50Ms: 0, p99Ms: 0, maxMs: 0 }
        : {
            p50Ms: late(histogram.percentile(50)),
            p99Ms: late(histogram.percentile(99)),
            maxMs: late(histogram.max),
          };
    histogram.reset();
    return delay;
  }

  close(): void {
    this.histogram.disable();
  }
}
