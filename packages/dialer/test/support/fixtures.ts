import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(__dirname, '..', 'fixtures', 'audiocodes');

/** A parsed example. */
export function fixture(name: string): Record<string, unknown>;
export function fixture<T>(name: string): T;
export function fixture(name: string): unknown {
  return JSON.parse(fixtureText(`${name}.json`));
}

/** A file that need not be JSON. */
export function fixtureText(file: string): string {
  return readFileSync(join(FOLDER, file), 'utf8');
}
