/** What a message may cost to read. */
export interface JsonLimits {
  /** Arrays and objects within each other. */
  maxDepth: number;
  /** Members of all objects together. */
  maxKeys: number;
}

/** Far above what any network sends, far below what hurts. */
export const JSON_LIMITS: Readonly<JsonLimits> = { maxDepth: 32, maxKeys: 2_000 };

export type JsonReading = { json: unknown } | { fault: 'not_json' | 'too_deep' | 'too_many_keys' };

/** Reads JSON that came from outside. Depth and keys are counted in the text, before anything is built from it. */
export function readJsonText(text: string, limits: Readonly<JsonLimits> = JSON_LIMITS): JsonReading {
  const fault = faultOf(text, limits);
  if (fault) return { fault };
  try {
    return { json: JSON.parse(text) };
  } catch {
    return { fault: 'not_json' };
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d]);
const COLON = 0x3a;

function faultOf(text: string, { maxDepth, maxKeys }: Readonly<JsonLimits>) {
  let depth = 0;
  let keys = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === BACKSLASH) at += 1;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    else if (OPENING.has(code)) {
      depth += 1;
      if (depth > maxDepth) return 'too_deep';
    } else if (CLOSING.has(code)) depth -= 1;
    else if (code === COLON) {
      keys += 1;
      if (keys > maxKeys) return 'too_many_keys';
    }
  }
  return undefined;
}
