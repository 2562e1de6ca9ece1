import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(__dirname, '..', '..');

export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Every setting has a line in `.env.example`; some that are secrets may be read from a file, too. */
export function knownSettings(): Set<string> {
  const names = [...read('.env.example').matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name ?? '');
  return new Set(names.flatMap((name) => [name, `${name}_FILE`]));
}

/** What is not ours: Node's own, and the host's. */
export const FOREIGN = new Set(['NODE_ENV', 'NODE_OPTIONS', 'TZ']);

export const isSecretName = (name: string): boolean => /KEY|SECRET|TOKEN|PASSWORD/.test(name);

/** A secret that is named here but stands somewhere else. */
export const isReference = (value: unknown): boolean => value === '' || /^\$\{/.test(String(value));
