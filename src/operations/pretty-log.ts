import { styleText } from 'node:util';

const COLOURS = { debug: 'gray', info: 'cyan', warn: 'yellow', error: 'red', fatal: 'red' } as const;

/** One JSON line of the log as people read it: time, level, message, then the fields. */
export function prettyLine(json: string): string {
  const { level, time, msg, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const colour = COLOURS[level as keyof typeof COLOURS];
  const clock = String(time).slice(11, 19);
  const name = String(level).toUpperCase().padEnd(5);
  const rest = Object.entries(fields)
    .map(([field, value]) => ` ${field}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('');
  const line = `${styleText('gray', clock)} ${styleText(colour, name)} ${String(msg)}${styleText('gray', rest)}`;
  // A terminal obeys what it is sent; only we are to colour it.
  return `${withoutControls(line)}\n`;
}

/** Keeps our own colours and the ends of lines of an advice. */
function withoutControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
  return text.replace(/\u001b(?!\[\d+m)|[\u0000-\u0009\u000b-\u001a\u001c-\u001f\u007f-\u009f]/g, '');
}
