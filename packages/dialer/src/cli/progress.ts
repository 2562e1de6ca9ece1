import { Presets, SingleBar } from 'cli-progress';
import type { Schedule } from '../campaign/schedule';
import { type Io, line } from './io';

/** How often a line is written where no bar can be drawn. */
const LINE_EVERY_MS = 60_000;

export interface Progress {
  show(schedule: Schedule): void;
  stop(): void;
}

/** A bar on a terminal; elsewhere a line now and then, for a log. */
export function progressOn(io: Io, targets: number): Progress {
  return io.stderr.isTTY ? bar(io, targets) : lines(io);
}

function bar({ stderr }: Io, targets: number): Progress {
  const drawn = new SingleBar(
    {
      stream: stderr,
      format: '{bar} {value}/{total} settled, {calling} calling, {waiting} waiting',
      hideCursor: true,
      clearOnComplete: true,
      // Drawn when something has changed; no timer of its own.
      noTTYOutput: false,
    },
    Presets.shades_classic,
  );
  drawn.start(targets, 0, { calling: 0, waiting: targets });
  return {
    show(schedule) {
      const { settled, calling, waiting } = schedule.progress;
      drawn.update(settled, { calling, waiting });
    },
    stop: () => drawn.stop(),
  };
}

function lines({ stderr, wallMs }: Io): Progress {
  let nextMs = 0;
  return {
    show(schedule) {
      if (wallMs() < nextMs) return;
      nextMs = wallMs() + LINE_EVERY_MS;
      const { settled, calling, waiting, targets } = schedule.progress;
      line(stderr, `${settled} of ${targets} settled, ${calling} calling, ${waiting} waiting`);
    },
    stop() {},
  };
}
