import { join } from 'node:path';
import { build } from 'esbuild';

export const ROOT = join(__dirname, '..', '..', '..');
const LIBSQL = require.resolve('libsql');

/** Makes one file of a program that a test starts: it starts in a fraction of the time. */
export async function bundle(entry: string, outfile: string): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    keepNames: true,
    tsconfig: 'tsconfig.base.json',
    conditions: ['jovo-telephony-source'],
    // Native code, and what is not used here.
    external: ['@jest/globals', '@aws-sdk/*', 'pg', 'openai', LIBSQL],
    alias: { libsql: LIBSQL },
    logLevel: 'error',
  });
}
