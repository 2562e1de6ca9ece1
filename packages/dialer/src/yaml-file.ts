import { readFileSync } from 'node:fs';
import { isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { DialerError } from './errors';

/** Reads a YAML file that people wrote. Throws a `DialerError`: one line per fault, with file, line and field. */
export function readYamlFile<T>(path: string, schema: z.ZodType<T>): T {
  const text = readTextFile(path);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const broken = document.errors.map(
    ({ pos, message }) => `${path}:${lines.linePos(pos[0]).line}: ${message.split('\n')[0]}`,
  );
  if (broken.length > 0) throw new DialerError('DIALER_CAMPAIGN', broken);
  const parsed = schema.safeParse(document.toJS({ maxAliasCount: 100 }) ?? {}, { reportInput: true });
  if (parsed.success) return parsed.data;
  const where = (field: readonly (string | number)[]): string => {
    for (let length = field.length; length > 0; length -= 1) {
      const node: unknown = document.getIn(field.slice(0, length), true);
      if (isNode(node) && node.range) return `${path}:${lines.linePos(node.range[0]).line}`;
    }
    return path;
  };
  const faults = parsed.error.issues.flatMap((issue) =>
    fieldsOf(issue).map((field) => `${where(field)}: ${field.join('.')}: ${expectation(issue)}`),
  );
  throw new DialerError('DIALER_CAMPAIGN', faults);
}

export function readTextFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new DialerError('DIALER_CAMPAIGN', [`${path}: there is no such file, or it cannot be read.`]);
  }
}

/** Zod reports unknown keys on their parent; a reader wants to be led to the key. */
function fieldsOf(issue: z.core.$ZodIssue): (string | number)[][] {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return 'this key is not known; see docs/outbound.md for those that are';
    case 'invalid_type':
      return `${issue.input === undefined ? 'is missing; ' : ''}expected ${issue.expected}`;
    case 'invalid_value':
      return `expected one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'too_small':
      return `expected at least ${issue.minimum}`;
    case 'too_big':
      return `expected at most ${issue.maximum}`;
    case 'invalid_format':
    case 'custom':
      return `expected ${issue.message}`;
    default:
      return issue.message;
  }
}
