import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

export interface Bundles {
  folder: string;
  /** What the build said. */
  output: string;
  remove(): void;
}

/** Runs `npm run bundle` into a folder of its own. */
export function bundles(...options: string[]): Bundles {
  const folder = mkdtempSync(join(tmpdir(), 'functions-'));
  const script = join(ROOT, 'deploy', 'bundle.mjs');
  const output = execFileSync(process.execPath, [script, '--out', folder, ...options], { encoding: 'utf8' });
  return { folder, output, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
