import { getHeapStatistics } from 'node:v8';
import type { Clock, Observation, Observe } from '@jovo-telephony/telephony';
import type { PostCallResult } from '../agent/after-call/post-call';
import type { Settings } from '../settings';
import { AlarmWatch } from './alarm-watch';
import { AlarmWebhook } from './alarm-webhook';
import { ALARMS, type AlarmChange, Alarms } from './alarms';
import { logging } from './call-log';
import { EventLoopMonitor } from './event-loop';
import { kindOf, type Log } from './log';
import { measuring } from './measure';
import { Metrics } from './metrics';
import { TurnSpans } from './turn-spans';

const LOOK_EVERY_MS = 10_000;

export interface OperationsOptions {
  settings: Pick<Settings, 'alarmWebhookUrl' | 'webhookSecret'>;
  log: Log;
  clock: Clock;
}

/** What is known of the process while it runs: figures, alarms, traces, log. One per server. */
export class Operations {
  readonly metrics = new Metrics();
  readonly alarms: Alarms;
  readonly watch: AlarmWatch;
  readonly spans = new TurnSpans();
  private readonly observers: readonly Observe[];
  private readonly eventLoop = new EventLoopMonitor();
  private readonly webhook: AlarmWebhook | undefined;
  private stopLooking: () => void = () => {};

  constructor(private readonly options: OperationsOptions) {
    const { settings, log, clock } = options;
    this.alarms = new Alarms({ log, epochMs: Date.now });
    this.watch = new AlarmWatch(this.alarms, clock);
    this.observers = [measuring(this.metrics), logging(log), this.watch.observe, this.spans.observe];
    const { alarmWebhookUrl: url, webhookSecret: secret } = settings;
    if (url && secret) {
      this.webhook = new AlarmWebhook({ url, secret, log, clock, epochMs: Date.now, random: Math.random });
    }
    for (const alarm of Object.keys(ALARMS) as (keyof typeof ALARMS)[]) this.show(alarm, false);
    this.alarms.onChange((change) => this.changed(change));
    this.lookLater();
  }

  /** Told of everything that happens in calls. Never throws: a figure must not cost anybody a call. */
  readonly observe: Observe = (seen: Observation) => {
    for (const observer of this.observers) {
      try {
        observer(seen);
      } catch (error) {
        this.options.log.error({ code: 'HANDLER_FAILED', ...kindOf(error) }, 'Not measured');
      }
    }
  };

  /** The report of a call did not arrive. */
  reportLost({ result, attempts, ...rest }: PostCallResult): void {
    this.metrics.count('reports_lost_total', { result });
    this.watch.reportLost();
    const detail = 'error' in rest ? kindOf(rest.error) : { status: rest.status };
    const fields = { code: 'REPORT_NOT_DELIVERED', result, attempts, ...detail } as const;
    this.options.log.error(fields, 'Call report not delivered');
  }

  async close(): Promise<void> {
    this.stopLooking();
    this.eventLoop.close();
    await this.webhook?.close();
  }

  private lookLater(): void {
    this.stopLooking = this.options.clock.after(LOOK_EVERY_MS, () => {
      this.look();
      this.lookLater();
    });
  }

  private look(): void {
    const eventLoop = this.eventLoop.take();
    const quantiles = { '0.5': eventLoop.p50Ms, '0.99': eventLoop.p99Ms, '1': eventLoop.maxMs };
    for (const [quantile, delayMs] of Object.entries(quantiles)) {
      this.metrics.set('event_loop_delay_seconds', { quantile }, delayMs / 1000);
    }
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
    this.watch.look({ eventLoop, heapUsed: used / limit });
  }

  private changed(change: AlarmChange): void {
    this.show(change.alarm, change.state === 'raised');
    this.webhook?.send(change);
  }

  private show(alarm: keyof typeof ALARMS, isOn: boolean): void {
    this.metrics.set('alarm_active', { alarm, severity: ALARMS[alarm].severity }, isOn ? 1 : 0);
  }
}
