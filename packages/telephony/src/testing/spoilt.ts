import type { Random } from './random';

/** Values that nobody expects where a word, a number or an object belongs. */
export const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  '',
  ' ',
  '\u0000',
  '\ud800',
  'Ä𝄞‮🙂',
  '__proto__',
  'constructor',
  'toString',
  '<speak>',
  '{{7*7}}',
  [],
  {},
  [[[]]],
  { toString: 1, valueOf: null },
  JSON.parse('{"then":"x","__proto__":{"direction":"outbound"}}'),
  'x'.repeat(10_000),
];

/** Names of fields that are something else in JavaScript, or nothing. */
export const ODD_KEYS: readonly string[] = [
  '__proto__',
  'constructor',
  'prototype',
  'toJSON',
  'then',
  'length',
  '',
  '🙂',
];

/** Sets a key as a JSON parser would: as an own property, whatever its name. */
export function withKey(tree: object, key: string, value: unknown): Record<string, unknown> {
  const copy: Record<string, unknown> = { ...tree };
  Object.defineProperty(copy, key, { value, enumerable: true, configurable: true, writable: true });
  return copy;
}

/** Something that many levels deep, by turns in a list and in an object. */
export function nested(depth: number): unknown {
  let value: unknown = 'deep';
  for (let level = 0; level < depth; level += 1) value = level % 2 ? [value] : { value };
  return value;
}

/** JSON as it could come over a line: now and then cut off, doubled or spoilt. */
export function spoilt(json: unknown, random: Random): string {
  const text = JSON.stringify(json) ?? '';
  switch (random.below(12)) {
    case 0:
      return text.slice(0, random.below(text.length + 1));
    case 1:
      return text + text;
    case 2: {
      const at = random.below(text.length + 1);
      return text.slice(0, at) + String.fromCharCode(random.below(0x2fff)) + text.slice(at);
    }
    case 3:
      return '['.repeat(random.below(5_000)) + text;
    default:
      return text;
  }
}
