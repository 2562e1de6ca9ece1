import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fields } from '../../src/wire';

const FOLDER = join(__dirname, '../fixtures');

/** One line of a manifest: what a file is, and what the other side does with it. */
export interface FixtureLine {
  file: string;
  wire: 'W1' | 'W1a' | 'W2';
  /** In the good ones. */
  direction: 'bot->gateway' | 'gateway->bot';
  how: string;
  expect: string;
}

export interface BadLine {
  file: string;
  wire: 'W1' | 'W1a' | 'W2';
  where: string;
  answer: string;
}

export const manifest: readonly FixtureLine[] = json('manifest.json');
export const badManifest: readonly BadLine[] = json('bad/manifest.json');

export function json<T = Fields>(file: string): T {
  return JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as T;
}

export function bad<T = Fields>(file: string): T {
  return json(`bad/${file}`);
}

/** The bytes of a file that need not be JSON. */
export function badBytes(file: string): Buffer {
  return readFileSync(join(FOLDER, 'bad', file));
}

/** The activities in a body or a frame. */
export function activitiesOf(body: Fields): Fields[] {
  return (body.activities ?? []) as Fields[];
}

export const badFiles: readonly string[] = readdirSync(join(FOLDER, 'bad')).filter(
  (file) => file !== 'manifest.json',
);
