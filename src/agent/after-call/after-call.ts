import type { Profiles } from '../profiles/profiles';
import type { AfterCall } from './after-call-schema';
import type { EndedCall } from './call-report';
import { type PostCallOptions, type PostCallResult, postCall } from './post-call';

export interface CallReporterOptions extends Omit<PostCallOptions, 'afterCall' | 'signal' | 'secret'> {
  /** Without it nothing is sent: a report that is not signed proves nothing. */
  secret: string | undefined;
  /** Told what became of each report that did not arrive. An error may hold what was said: log its kind only. */
  onLost?(result: PostCallResult): void;
}

/** Reports calls that are over, in the background: no call waits for its report, and none can fail because of it. */
export class CallReporter {
  private readonly pending = new Set<Promise<void>>();
  private readonly stopping = new AbortController();
  private count = 0;

  constructor(private readonly options: CallReporterOptions) {}

  /** Whether a report is on its way. */
  get busy(): boolean {
    return this.pending.size > 0;
  }

  /** Reports that were begun so far, whatever became of them. */
  get begun(): number {
    return this.count;
  }

  /** Starts the report of a call and returns at once. Never throws. */
  report(call: EndedCall, afterCall: AfterCall): void {
    const { secret, onLost, ...options } = this.options;
    if (secret === undefined) return;
    this.count += 1;
    const { signal } = this.stopping;
    const delivery = postCall(call, { ...options, secret, afterCall, signal })
      .then((result) => {
        if (result.result !== 'delivered') onLost?.(result);
      })
      .catch(() => {})
      .finally(() => this.pending.delete(delivery));
    this.pending.add(delivery);
  }

  /**
   * Waits for the reports that are under way, but no longer than this. Returns whether all are done. The timer is one
   * that keeps the process alive: those of the deliveries do not, and a stop must not cut the wait for a retry short.
   */
  async settled(withinMs: number): Promise<boolean> {
    if (this.pending.size === 0) return true;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, withinMs);
    });
    await Promise.race([Promise.all(this.pending), late]);
    clearTimeout(timer);
    return this.pending.size === 0;
  }

  /** Gives up what is still under way: the process ends. Waits until each report was told as lost. */
  async abort(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.pending);
  }
}

/** What is missing for the reports that profiles ask for, in one sentence; undefined if nothing is. */
export function reportFault({ all }: Profiles, secret: string | undefined): string | undefined {
  const files = [...all].filter(([, { afterCall }]) => afterCall).map(([file]) => file);
  if (files.length === 0 || secret !== undefined) return undefined;
  return `WEBHOOK_SECRET: expected a secret that signs the call reports of ${files.join(', ')} (afterCall); set it, or remove afterCall`;
}
