import { randomUUID } from 'node:crypto';
import type { ErrorCodeName } from './error-codes';
import type { Log } from './log';

/** As operators rank them: `critical` wakes somebody up, `major` is seen to today, `warning` is looked at. */
export type Severity = 'critical' | 'major' | 'warning';

interface AlarmRule {
  code: ErrorCodeName;
  severity: Severity;
  /** When it is raised, and when it is cleared. */
  raised: string;
  cleared: string;
}

/** Every alarm. `docs/operations.md` is this table for people. */
export const ALARMS = {
  brain_unavailable: {
    code: 'ALARM_BRAIN_UNAVAILABLE',
    severity: 'critical',
    raised: 'A language model failed three times in a row and is left alone.',
    cleared: 'It has answered again.',
  },
  turns_failing: {
    code: 'ALARM_TURNS_FAILING',
    severity: 'critical',
    raised: 'More than 20 % of at least ten turns in a minute failed.',
    cleared: 'At most 5 % did.',
  },
  journal_degraded: {
    code: 'ALARM_JOURNAL_DEGRADED',
    severity: 'critical',
    raised: 'The journal cannot be written.',
    cleared: 'It can, and what was missed is written.',
  },
  answers_slow: {
    code: 'ALARM_ANSWERS_SLOW',
    severity: 'major',
    raised: 'More than 50 % of at least ten turns in a minute took more than a second.',
    cleared: 'At most 25 % did.',
  },
  event_loop_slow: {
    code: 'ALARM_EVENT_LOOP_SLOW',
    severity: 'major',
    raised: 'The event loop was late by more than 0.2 s for 1 % of the time, twice in a row.',
    cleared: 'It was late by less than 0.1 s.',
  },
  memory_high: {
    code: 'ALARM_MEMORY_HIGH',
    severity: 'major',
    raised: 'More than 90 % of the heap is in use.',
    cleared: 'Less than 75 % is.',
  },
  calls_refused: {
    code: 'ALARM_CALLS_REFUSED',
    severity: 'major',
    raised: 'A caller was turned away in the last minute.',
    cleared: 'Nobody was.',
  },
  reports_lost: {
    code: 'ALARM_REPORTS_LOST',
    severity: 'warning',
    raised: 'A call report was lost in the last ten minutes.',
    cleared: 'None was.',
  },
} as const satisfies Readonly<Record<string, AlarmRule>>;

export type AlarmName = keyof typeof ALARMS;

/** One change of an alarm: what the log, the webhook and `/alarms` show. */
export interface AlarmChange {
  /** The same for every delivery of this change. */
  id: string;
  alarm: AlarmName;
  code: ErrorCodeName;
  severity: Severity;
  state: 'raised' | 'cleared';
  /** ISO 8601. */
  at: string;
  /** When it was raised. */
  since: string;
}

export interface AlarmsOptions {
  log: Log;
  /** Wall-clock time, milliseconds since 1970. */
  epochMs(): number;
}

const HISTORY = 100;

/** Which alarms are on. Each is told once when it comes on and once when it goes off. */
export class Alarms {
  private readonly on = new Map<AlarmName, AlarmChange>();
  private readonly past: AlarmChange[] = [];
  private readonly listeners = new Set<(change: AlarmChange) => void>();

  constructor(private readonly options: AlarmsOptions) {}

  /** The alarms that are on, the oldest first. */
  get active(): readonly AlarmChange[] {
    return [...this.on.values()];
  }

  /** The last hundred changes, the oldest first. */
  get history(): readonly AlarmChange[] {
    return this.past;
  }

  isOn(alarm: AlarmName): boolean {
    return this.on.has(alarm);
  }

  onChange(listener: (change: AlarmChange) => void): void {
    this.listeners.add(listener);
  }

  /** Raises or clears; what is so already stays as it is. */
  set(alarm: AlarmName, isOn: boolean): void {
    const raised = this.on.get(alarm);
    if (isOn === (raised !== undefined)) return;
    const { code, severity } = ALARMS[alarm];
    const at = new Date(this.options.epochMs()).toISOString();
    const state = isOn ? 'raised' : 'cleared';
    const change: AlarmChange = {
      id: randomUUID(),
      alarm,
      code,
      severity,
      state,
      at,
      since: raised?.at ?? at,
    };
    if (isOn) this.on.set(alarm, change);
    else this.on.delete(alarm);
    this.past.push(change);
    if (this.past.length > HISTORY) this.past.shift();
    const level = !isOn ? 'info' : severity === 'warning' ? 'warn' : 'error';
    this.options.log[level]({ code, alarm, severity, state }, isOn ? 'Alarm raised' : 'Alarm cleared');
    for (const listener of this.listeners) listener(change);
  }
}
