import pino from 'pino';
import { type Log, type LogFields, type LogLevel, redacted } from './log';
import { prettyLine } from './pretty-log';

export interface LogOptions {
  level: LogLevel | 'silent';
  /** `auto`: for people in a terminal, JSON everywhere else. */
  format: 'auto' | 'json' | 'pretty';
  /** Default: standard output. */
  write?(line: string): void;
}

/** The log of a server: one JSON object a line, or lines for people. */
export function createLog({ level, format, write }: LogOptions): Log {
  const pretty = format === 'pretty' || (format === 'auto' && !write && process.stdout.isTTY === true);
  const out = write ?? ((line: string) => process.stdout.write(line));
  const logger = pino(
    {
      level,
      // Host and process id are the collector's business.
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: pretty ? (line) => out(prettyLine(line)) : out },
  );
  const at = (name: LogLevel) => (fields: LogFields, message: string) => {
    if (logger.isLevelEnabled(name)) logger[name](redacted(fields), message);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), fatal: at('fatal') };
}
