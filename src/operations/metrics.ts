import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds that matter in a conversation: 1 s is the soft target, 2.5 s the longest silence. */
const ANSWER_BUCKETS = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 2.5, 4, 6, 10];
const CALL_BUCKETS = [10, 30, 60, 120, 300, 600, 1_200, 3_600];
const STORE_BUCKETS = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3];

interface MetricRule {
  kind: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels: readonly string[];
  buckets?: readonly number[];
}

/**
 * Every metric of ours; each is called `telephony_<name>`. Labels hold names of networks, profiles, models and codes,
 * never anything that comes from a caller. `docs/operations.md` is this table for people.
 */
export const METRICS = {
  calls_total: {
    kind: 'counter',
    help: 'Calls that were answered',
    labels: ['network', 'direction', 'profile'],
  },
  calls_ended_total: { kind: 'counter', help: 'Calls that are over', labels: ['network', 'outcome'] },
  calls_refused_total: { kind: 'counter', help: 'Calls turned away', labels: ['network', 'reason'] },
  calls_active: { kind: 'gauge', help: 'Calls that are running', labels: ['network'] },
  call_duration_seconds: {
    kind: 'histogram',
    help: 'How long calls last',
    labels: ['network'],
    buckets: CALL_BUCKETS,
  },
  turns_total: {
    kind: 'counter',
    help: 'Events that were handled',
    labels: ['network', 'input', 'result'],
  },
  turns_over_target_total: {
    kind: 'counter',
    help: 'Turns in which the caller heard nothing for more than a second',
    labels: ['network'],
  },
  turn_seconds: {
    kind: 'histogram',
    help: 'From the arrival of an event until its work is over',
    labels: ['network'],
    buckets: ANSWER_BUCKETS,
  },
  turn_wait_seconds: {
    kind: 'histogram',
    help: 'How long an event waits for the ones before it',
    labels: ['network'],
    buckets: ANSWER_BUCKETS,
  },
  first_answer_seconds: {
    kind: 'histogram',
    help: "From the caller's words to the first words of the answer; fillers are none",
    labels: ['network'],
    buckets: ANSWER_BUCKETS,
  },
  heard_silence_seconds: {
    kind: 'histogram',
    help: 'Silences that a waiting caller has heard, by estimate',
    labels: ['network'],
    buckets: ANSWER_BUCKETS,
  },
  fillers_total: { kind: 'counter', help: 'Fillers that were said', labels: ['network'] },
  interruptions_total: {
    kind: 'counter',
    help: 'Callers who spoke over the agent, by what they meant',
    labels: ['network', 'meaning'],
  },
  answers_failed_total: {
    kind: 'counter',
    help: 'Answers that came to nothing but an apology',
    labels: ['network', 'kind'],
  },
  brain_failures_total: {
    kind: 'counter',
    help: 'Brains that failed or were too slow',
    labels: ['brain', 'kind'],
  },
  brain_available: { kind: 'gauge', help: '0 while a brain is left alone', labels: ['brain'] },
  policy_verdicts_total: {
    kind: 'counter',
    help: 'Risky actions that were judged',
    labels: ['network', 'action', 'verdict', 'reason'],
  },
  faults_total: { kind: 'counter', help: 'Events and actions that were dropped', labels: ['network'] },
  door_answers_total: {
    kind: 'counter',
    help: 'Answers of the HTTP doors',
    labels: ['network', 'status'],
  },
  door_answer_seconds: {
    kind: 'histogram',
    help: 'From the head of a request to its answer',
    labels: ['network'],
    buckets: ANSWER_BUCKETS,
  },
  door_sockets: { kind: 'gauge', help: 'WebSockets that are open', labels: ['network'] },
  door_refusals_total: {
    kind: 'counter',
    help: 'Requests and upgrades that were turned away at the door',
    labels: ['network', 'code'],
  },
  journal_seconds: {
    kind: 'histogram',
    help: 'How long the journal takes',
    labels: ['operation'],
    buckets: STORE_BUCKETS,
  },
  journal_degraded: { kind: 'gauge', help: '1 while the journal cannot be written', labels: [] },
  reports_lost_total: { kind: 'counter', help: 'Reports of calls that did not arrive', labels: ['result'] },
  alarm_active: { kind: 'gauge', help: '1 while the alarm is on', labels: ['alarm', 'severity'] },
  event_loop_delay_seconds: {
    kind: 'gauge',
    help: 'How late timers come, over the last ten seconds',
    labels: ['quantile'],
  },
  draining: {
    kind: 'gauge',
    help: '1 while the server finishes its calls and takes no new ones',
    labels: [],
  },
} as const satisfies Readonly<Record<string, MetricRule>>;

type Table = typeof METRICS;
export type MetricName = keyof Table;
type Named<KIND> = { [NAME in MetricName]: Table[NAME]['kind'] extends KIND ? NAME : never }[MetricName];
type Labels<NAME extends MetricName> = Record<Table[NAME]['labels'][number], string>;

export const PREFIX = 'telephony_';

/** No label ever has more values than this; what comes later is counted as `other`. */
const MAX_VALUES = 60;
/** Letters, digits and a few marks: nothing that a sentence could hide in. */
const UNFIT = /[^A-Za-z0-9_.:/-]+/g;
const MAX_VALUE_LENGTH = 64;

/** The figures of this process, as Prometheus reads them. */
export class Metrics {
  readonly registry = new Registry();
  private readonly counters = new Map<string, Counter>();
  private readonly gauges = new Map<string, Gauge>();
  private readonly histograms = new Map<string, Histogram>();
  private readonly values = new Map<string, Set<string>>();

  constructor() {
    for (const [name, rule] of Object.entries<MetricRule>(METRICS)) {
      const { kind, help, labels, buckets } = rule;
      const common = { name: `${PREFIX}${name}`, help, labelNames: [...labels], registers: [this.registry] };
      if (kind === 'counter') this.counters.set(name, new Counter(common));
      else if (kind === 'gauge') this.gauges.set(name, new Gauge(common));
      else this.histograms.set(name, new Histogram({ ...common, buckets: [...(buckets ?? ANSWER_BUCKETS)] }));
    }
  }

  count<NAME extends Named<'counter'>>(name: NAME, labels: Labels<NAME>): void {
    this.counters.get(name)?.inc(this.bounded(name, labels));
  }

  set<NAME extends Named<'gauge'>>(name: NAME, labels: Labels<NAME>, value: number): void {
    this.gauges.get(name)?.set(this.bounded(name, labels), value);
  }

  add<NAME extends Named<'gauge'>>(name: NAME, labels: Labels<NAME>, value: number): void {
    this.gauges.get(name)?.inc(this.bounded(name, labels), value);
  }

  time<NAME extends Named<'histogram'>>(name: NAME, labels: Labels<NAME>, durationMs: number): void {
    this.histograms.get(name)?.observe(this.bounded(name, labels), durationMs / 1000);
  }

  /** The text that `/metrics` answers: ours, then those of the process (memory, processor time, garbage collection). */
  text(): Promise<string> {
    return Registry.merge([this.registry, processRegistry()]).metrics();
  }

  private bounded(metric: string, labels: Readonly<Record<string, string>>): Record<string, string> {
    const bounded: Record<string, string> = {};
    for (const label in labels) bounded[label] = this.boundedValue(`${metric} ${label}`, labels[label] ?? '');
    return bounded;
  }

  private boundedValue(label: string, given: string): string {
    let known = this.values.get(label);
    if (!known) {
      known = new Set();
      this.values.set(label, known);
    }
    if (known.has(given)) return given;
    const value = given.replace(UNFIT, '_').slice(0, MAX_VALUE_LENGTH);
    if (!known.has(value) && known.size >= MAX_VALUES) return 'other';
    known.add(value);
    return value;
  }
}

let ofProcess: Registry | undefined;

/** Of the process, not of a server: collected once, however many run in it. */
function processRegistry(): Registry {
  if (!ofProcess) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}
