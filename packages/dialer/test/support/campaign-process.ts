/** Started by a test as a process of its own: `npm run dial -- run`, in a world in which time passes faster. */
import { clockOf } from '@jovo-telephony/telephony';
import { main } from '../../src/cli/main';
import { type ScaledTime, scaled } from './scaled';

const time = JSON.parse(process.env.SCALED_TIME ?? '') as ScaledTime;
const alive = setInterval(() => {}, 1_000);

main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  ...scaled(time),
  requestClock: clockOf<NodeJS.Timeout>({ nowMs: () => performance.now(), setTimeout, clearTimeout }),
  random: Math.random,
  onInterrupt: (run) => {
    process.on('SIGINT', run);
    return () => process.off('SIGINT', run);
  },
}).then((code) => {
  clearInterval(alive);
  process.exitCode = code;
});
