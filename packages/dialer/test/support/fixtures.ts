import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export function fixture(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(__dirname, '..', 'fixtures', 'audiocodes', `${name}.json`), 'utf8'));
}
