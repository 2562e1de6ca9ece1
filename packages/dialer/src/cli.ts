#!/usr/bin/env node
/** `npm run dial`: one call, or a campaign. */
import { existsSync } from 'node:fs';
import { clockOf } from '@jovo-telephony/telephony';
import { main } from './cli/main';

if (require.main === module) {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const clock = clockOf<NodeJS.Timeout>({ nowMs: () => performance.now(), setTimeout, clearTimeout });
  // Timers of ours keep no process alive; this one does, until everything is done.
  const alive = setInterval(() => {}, 60_000);
  // A pipe that nobody reads any more (`| head`) is no reason for a stack.
  process.stdout.on('error', () => process.exit(0));
  const { stdout, stderr, env } = process;
  const io = {
    stdout,
    stderr,
    env,
    clock,
    requestClock: clock,
    wallMs: Date.now,
    random: Math.random,
    onInterrupt: (run: () => void) => {
      process.on('SIGINT', run);
      process.on('SIGTERM', run);
      return () => {
        process.off('SIGINT', run);
        process.off('SIGTERM', run);
      };
    },
  };
  main(process.argv.slice(2), io).then(
    (code) => {
      clearInterval(alive);
      process.stdout.write('', () => process.exit(code));
    },
    (error: unknown) => {
      console.error(error instanceof Error ? `${error.name}: this should not have happened` : error);
      process.exit(1);
    },
  );
}
