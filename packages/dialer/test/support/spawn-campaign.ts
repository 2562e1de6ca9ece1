import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { ScaledTime } from './scaled';

const ROOT = join(__dirname, '..', '..', '..', '..');

/** One file of plain JavaScript that runs a campaign. */
export function bundleCampaignProcess(outfile: string): string {
  buildSync({
    entryPoints: [join(__dirname, 'campaign-process.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    conditions: ['jovo-telephony-source'],
    external: ['libsql'],
    logLevel: 'error',
  });
  return outfile;
}

export interface CampaignProcess {
  child: ChildProcess;
  /** What it has written so far. */
  output(): string;
  /** Its exit code, or the signal that has ended it. */
  ended: Promise<number | string | null>;
}

export function spawnCampaign(
  bundle: string,
  argv: string[],
  time: ScaledTime,
  env: Record<string, string>,
): CampaignProcess {
  const child = spawn(process.execPath, [bundle, ...argv], {
    // Where the one native module is.
    env: {
      PATH: process.env.PATH,
      NODE_PATH: join(ROOT, 'node_modules'),
      SCALED_TIME: JSON.stringify(time),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8');
    stream?.on('data', (text: string) => {
      output += text;
    });
  }
  const ended = new Promise<number | string | null>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal));
  });
  return { child, output: () => output, ended };
}
