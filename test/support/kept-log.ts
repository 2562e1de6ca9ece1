import type { Log } from '../../src/operations/log';
import { createLog } from '../../src/operations/pino-log';

/** A line of the log, as JSON has it. */
export type LogLine = Record<string, unknown> & { level: string; msg: string };

/** The real log, kept instead of written. */
export function keptLog(level: 'debug' | 'info' | 'warn' = 'warn'): {
  log: Log;
  lines: LogLine[];
  text(): string;
} {
  const lines: LogLine[] = [];
  const log = createLog({ level, format: 'json', write: (line) => lines.push(JSON.parse(line)) });
  return { log, lines, text: () => lines.map((line) => JSON.stringify(line)).join('\n') };
}
