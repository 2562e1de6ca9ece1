import { createHash } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import { DialerError } from '../errors';
import { readTextFile } from '../yaml-file';

/** One line of a target file, as it was written. */
export interface TargetRow {
  line: number;
  id?: string;
  number: string;
  timeZone?: string;
  metadata: Record<string, unknown>;
}

export interface TargetRows {
  rows: TargetRow[];
  /** Changes whenever the file does. */
  fingerprint: string;
}

/** More than a day's work of the fastest gateway; a larger list is split. */
const MAX_TARGETS = 200_000;

/** Columns that say something about the call; all others are told to the conversation. */
const NUMBER = 'number';
const OWN_COLUMNS: ReadonlySet<string> = new Set([NUMBER, 'id', 'timezone']);

/** Reads CSV, or JSON Lines where the name ends in `.jsonl` or `.ndjson`. Throws a `DialerError` if it is neither. */
export function readTargetFile(path: string): TargetRows {
  const text = readTextFile(path).replace(/^\uFEFF/, '');
  const rows = /\.(?:jsonl|ndjson)$/i.test(path) ? jsonRows(path, text) : csvRows(path, text);
  if (rows.length === 0) throw new DialerError('DIALER_CAMPAIGN', [`${path}: there is nobody in this file.`]);
  if (rows.length > MAX_TARGETS) {
    throw new DialerError('DIALER_CAMPAIGN', [
      `${path}: holds ${rows.length} targets, at most ${MAX_TARGETS} are allowed. Split it into several campaigns.`,
    ]);
  }
  return { rows, fingerprint: createHash('sha256').update(text).digest('hex') };
}

function csvRows(path: string, text: string): TargetRow[] {
  try {
    const parsed: unknown = parse(text, {
      delimiter: delimiterOf(text),
      columns: (names: string[]) => columnsOf(path, names),
      info: true,
      skip_empty_lines: true,
      trim: true,
      max_record_size: 100_000,
    });
    return (parsed as { info: { lines: number }; record: Record<string, string> }[]).map(
      ({ info, record }) => {
        const rest = Object.entries(record).filter(([name, value]) => !OWN_COLUMNS.has(name) && value !== '');
        return {
          line: info.lines,
          id: record.id || undefined,
          number: record[NUMBER] ?? '',
          timeZone: record.timezone || undefined,
          metadata: Object.fromEntries(rest),
        };
      },
    );
  } catch (error) {
    if (error instanceof DialerError) throw error;
    const line: unknown = error instanceof Error ? Reflect.get(error, 'lines') : undefined;
    // The message of the parser quotes the line.
    throw new DialerError('DIALER_CAMPAIGN', [
      `${path}${typeof line === 'number' ? `:${line}` : ''}: this is not sound CSV: expected as many fields as the ` +
        'first line has names, and a closing quote for every opening one.',
    ]);
  }
}

/** Spreadsheets of half of Europe write semicolons. */
function delimiterOf(text: string): string {
  const [header = ''] = text.split(/\r?\n/, 1);
  const counts = [',', ';', '\t'].map((each) => [each, header.split(each).length] as const);
  return counts.reduce((best, each) => (each[1] > best[1] ? each : best))[0];
}

/** The columns that we read may be written in any case; the others keep theirs. */
function columnsOf(path: string, names: readonly string[]): string[] {
  const columns = names.map((name) => (OWN_COLUMNS.has(name.toLowerCase()) ? name.toLowerCase() : name));
  if (!columns.includes(NUMBER)) {
    throw new DialerError('DIALER_CAMPAIGN', [
      `${path}:1: expected a column "number" in the first line; there are ${names.map((name) => `"${name}"`).join(', ')}.`,
    ]);
  }
  const twice = columns.find((name, index) => columns.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new DialerError('DIALER_CAMPAIGN', [`${path}:1: the column "${twice}" is there twice.`]);
  }
  return columns;
}

function jsonRows(path: string, text: string): TargetRow[] {
  const faults: string[] = [];
  const rows = text.split(/\r?\n/).flatMap((line, index): TargetRow[] => {
    if (line.trim() === '') return [];
    const fields = objectOf(line);
    if (!fields) {
      faults.push(`${path}:${index + 1}: expected one JSON object per line.`);
      return [];
    }
    const { number, id, timezone, metadata, ...others } = fields;
    const given = typeof metadata === 'object' && metadata !== null ? metadata : {};
    return [
      {
        line: index + 1,
        id: typeof id === 'string' || typeof id === 'number' ? String(id) : undefined,
        number: typeof number === 'string' ? number : '',
        timeZone: typeof timezone === 'string' ? timezone : undefined,
        metadata: { ...others, ...given },
      },
    ];
  });
  if (faults.length > 0) throw new DialerError('DIALER_CAMPAIGN', faults.slice(0, 20));
  return rows;
}

function objectOf(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
