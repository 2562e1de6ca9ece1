import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'build-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function files(...names: string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), '');
  }
}

test('a build takes away what was made of sources that have gone, and nothing else', () => {
  files('src/phrases/index.ts', 'dist/phrases/index.js', 'dist/phrases/index.d.ts', 'dist/.tsbuildinfo');
  files('dist/phrases.js', 'dist/phrases.js.map', 'dist/phrases.d.ts', 'dist/functions/webhook/index.js');
  files(
    'packages/one/src/a.ts',
    'packages/one/dist/a.js',
    'packages/one/dist/old/b.js',
    'packages/none/x.js',
  );
  execFileSync(process.execPath, ['deploy/remove-stale.mjs', folder]);
  const left = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.\w+$/.test(name),
  );
  expect(left.sort()).toEqual([
    'dist/.tsbuildinfo',
    'dist/functions/webhook/index.js',
    'dist/phrases/index.d.ts',
    'dist/phrases/index.js',
    'packages/none/x.js',
    'packages/one/dist/a.js',
    'packages/one/src/a.ts',
    'src/phrases/index.ts',
  ]);
});
