/** How much structure a message may have. What it costs to handle grows with it, not only with its bytes. */
export interface JsonLimits {
  /** Objects and arrays inside each other. */
  maxDepth: number;
  /** Keys of all objects together. */
  maxKeys: number;
}

/** An event of any network has a few levels and a few dozen keys. */
export const JSON_LIMITS: JsonLimits = { maxDepth: 32, maxKeys: 2_000 };

export type JsonReading = { json: unknown } | { fault: string };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);

/** Reads JSON (UTF-8) within limits. The limits are looked at first, so that what is beyond them is never built. */
export function readJsonText(bytes: Buffer, limits: JsonLimits = JSON_LIMITS): JsonReading {
  const fault = beyond(bytes, limits);
  if (fault) return { fault };
  try {
    return { json: JSON.parse(bytes.toString('utf8')) };
  } catch {
    return { fault: 'The body is not JSON' };
  }
}

function beyond(bytes: Buffer, { maxDepth, maxKeys }: JsonLimits): string | undefined {
  let depth = 0;
  let keys = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) at = endOfString(bytes, at);
    else if (byte === COLON) keys += 1;
    else if (OPEN.has(byte)) depth += 1;
    else if (CLOSE.has(byte)) depth -= 1;
    if (depth > maxDepth) return `An event has at most ${maxDepth} levels`;
    if (keys > maxKeys) return `An event has at most ${maxKeys} keys`;
  }
  return undefined;
}

/** Where the string that begins at `from` ends; the end of the text for one that never does. */
function endOfString(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(QUOTE, from + 1); at >= 0; at = bytes.indexOf(QUOTE, at + 1)) {
    let escapes = 0;
    while (bytes[at - 1 - escapes] === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return at;
  }
  return bytes.length;
}
