import { LOG_LEVELS, type Log, type LogFields, type LogLevel, redacted } from './log';

/** The log of a serverless function: the same lines as those of a server, without a package that has to be loaded. */
export function plainLog(
  level: LogLevel | 'silent',
  write: (line: string) => void = (line) => process.stdout.write(line),
): Log {
  const lowest = level === 'silent' ? LOG_LEVELS.length : LOG_LEVELS.indexOf(level);
  const at = (name: LogLevel) => (fields: LogFields, message: string) => {
    if (LOG_LEVELS.indexOf(name) < lowest) return;
    const time = new Date().toISOString();
    write(`${JSON.stringify({ level: name, time, ...redacted(fields), msg: message })}\n`);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), fatal: at('fatal') };
}
