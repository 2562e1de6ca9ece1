import { CALL_OUTCOMES, type CallOutcome } from '../call/outcome';
import type { Schedule, TargetState } from './schedule';
import { CLOSE_OUTCOMES, type TargetOutcome } from './target';

/** What has become of one target. */
export interface ReportRow {
  id: string;
  number: string;
  /** Undefined while it is not settled. */
  outcome?: TargetOutcome;
  reason?: string;
  /** Calls that may have rung. */
  calls: number;
  /** Of the calls, in order. */
  outcomes: CallOutcome[];
  lastCallMs?: number;
  durationSec?: number;
  conversationId?: string;
  /** What the conversation has left for the dialer. */
  result?: string;
  data?: string;
}

export interface Report {
  name: string;
  rows: ReportRow[];
  /** How many targets ended with each outcome. */
  outcomes: Partial<Record<TargetOutcome, number>>;
  targets: number;
  settled: number;
  waiting: number;
  calling: number;
  /** Calls that may have rung, over all targets. */
  calls: number;
}

export function reportOf(schedule: Schedule): Report {
  const rows = schedule.targets.map(rowOf);
  const outcomes: Partial<Record<TargetOutcome, number>> = {};
  for (const { outcome } of rows) if (outcome) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  const settled = rows.filter(({ outcome }) => outcome !== undefined).length;
  const calling = schedule.targets.filter(
    ({ final, calls }) => !final && calls.some(({ open }) => open),
  ).length;
  return {
    name: schedule.name,
    rows,
    outcomes,
    targets: rows.length,
    settled,
    calling,
    waiting: rows.length - settled - calling,
    calls: rows.reduce((sum, { calls }) => sum + calls, 0),
  };
}

function rowOf({ target, calls, final }: TargetState): ReportRow {
  const rang = calls.filter(({ counts }) => counts);
  const last = rang.at(-1);
  const end = last?.call.end;
  return {
    id: target.id,
    number: target.number,
    outcome: final?.outcome,
    reason: final?.reason ?? end?.reasonCode,
    calls: rang.length,
    outcomes: rang.flatMap(({ outcome }) => outcome ?? []),
    lastCallMs: last?.sinceMs,
    durationSec: end?.callDurationSec,
    conversationId: last?.call.conversationId?.id,
    result: end?.botOperationResult,
    data: end?.botOperationData,
  };
}

/** The order of both tables: what happened in calls, then why there were none. */
const MEANINGS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(CALL_OUTCOMES).map(([outcome, { meaning }]) => [outcome, meaning])),
  ...CLOSE_OUTCOMES,
};

/** A table for a terminal: counts and their meaning, no numbers and no names. */
export function reportTable(report: Report): string {
  const counted = Object.keys(MEANINGS).flatMap((outcome): [string, number, string][] => {
    const count = report.outcomes[outcome as TargetOutcome] ?? 0;
    return count > 0 ? [[outcome, count, MEANINGS[outcome] ?? '']] : [];
  });
  const lines: [string, number, string][] = [
    ...counted,
    ...(report.calling > 0
      ? [['(calling)', report.calling, 'A call is going on'] as [string, number, string]]
      : []),
    ...(report.waiting > 0
      ? [['(waiting)', report.waiting, 'To be called'] as [string, number, string]]
      : []),
    ['total', report.targets, `${report.calls} calls`],
  ];
  const width = Math.max(...lines.map(([outcome]) => outcome.length));
  return lines
    .map(
      ([outcome, count, meaning]) => `  ${outcome.padEnd(width)}  ${String(count).padStart(6)}  ${meaning}`,
    )
    .join('\n');
}

type Column = keyof ReportRow;

const COLUMNS: readonly Column[] = [
  'id',
  'outcome',
  'reason',
  'calls',
  'outcomes',
  'lastCallMs',
  'durationSec',
  'conversationId',
  'result',
  'data',
];

const HEADINGS: Readonly<Partial<Record<Column, string>>> = {
  lastCallMs: 'last_call',
  durationSec: 'duration_sec',
  conversationId: 'conversation_id',
};

/** One line per target. Phone numbers are left out unless they are asked for. */
export function reportCsv({ rows }: Report, { numbers = false }: { numbers?: boolean } = {}): string {
  const columns: Column[] = numbers ? ['number', ...COLUMNS] : [...COLUMNS];
  const heading = columns.map((column) => HEADINGS[column] ?? column);
  const lines = rows.map((row) => columns.map((column) => csvField(fieldOf(row, column))));
  return [heading, ...lines].map((fields) => `${fields.join(',')}\r\n`).join('');
}

function fieldOf(row: ReportRow, column: Column): string {
  const value = row[column];
  if (value === undefined) return '';
  if (column === 'lastCallMs') return new Date(Number(value)).toISOString();
  return Array.isArray(value) ? value.join(' ') : String(value);
}

/** Quoted where CSV needs it; what a spreadsheet would take for a formula is made a text. */
function csvField(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) && !/^\+?\d+$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
