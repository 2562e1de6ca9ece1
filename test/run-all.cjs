const { spawnSync } = require('node:child_process');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

/** Both runs of the tests, whatever becomes of the first one, with one closing line for them. */
const folder = mkdtempSync(join(tmpdir(), 'tests-'));
const env = { ...process.env, TEST_COUNTS: join(folder, 'counts.json') };
const statuses = ['jest.config.js', 'jest.alone.config.js'].map((config) => {
  const jest = [require.resolve('jest/bin/jest'), '--config', config, ...process.argv.slice(2)];
  return spawnSync(process.execPath, jest, { stdio: 'inherit', env }).status ?? 1;
});
rmSync(folder, { recursive: true, force: true });
process.exit(Math.max(...statuses));
