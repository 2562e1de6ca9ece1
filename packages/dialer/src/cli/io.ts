import type { Clock } from '@jovo-telephony/telephony';

/** Everything the command line touches of the world. */
export interface Io {
  stdout: NodeJS.WritableStream & { isTTY?: boolean };
  stderr: NodeJS.WritableStream & { isTTY?: boolean };
  env: NodeJS.ProcessEnv;
  clock: Clock;
  /** Waits for networks, whose answers take real time; only a test has two clocks. */
  requestClock: Clock;
  /** Wall-clock time, milliseconds since 1970. */
  wallMs(): number;
  /** From 0 up to 1. */
  random(): number;
  /** Calls `run` on Ctrl-C; returns how to stop it. */
  onInterrupt(run: () => void): () => void;
}

export function line(stream: NodeJS.WritableStream, text: string): void {
  stream.write(`${text}\n`);
}
