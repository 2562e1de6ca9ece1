import type { CallRecord } from './call-record';

/** Where it is written down that a tool runs, so that it is still known after a crash. */
export type ToolMarks = Pick<CallRecord, 'toolBegins' | 'toolEnded' | 'note'>;

/** A process has begun this run and is gone: nobody can say how it ended. */
export class UnknownResultError extends Error {
  override readonly name = 'UnknownResultError';
}

interface Run {
  output: Promise<unknown>;
  settled: boolean;
}

/**
 * Runs of author tools whose result the brain may not know yet: an interruption ends the turn, but not a booking that
 * is under way. A brain that asks for the same again in the next turn gets the run that there is.
 */
export class ToolRuns {
  private readonly calls = new Map<string, Map<string, Run>>();

  /** The run with this key, or a new one. A run that fails is forgotten: it may be tried again. */
  once(callId: string, key: string, run: () => unknown, marks?: ToolMarks): Promise<unknown> {
    const runs = this.calls.get(callId) ?? new Map<string, Run>();
    this.calls.set(callId, runs);
    const known = runs.get(key);
    if (known) return known.output;
    const started: Run = { output: marked(key, run, marks), settled: false };
    runs.set(key, started);
    started.output.then(
      () => {
        started.settled = true;
      },
      () => runs.delete(key),
    );
    return started.output;
  }

  /** A turn came to its end: the brain knows what has finished, and may ask for it anew. */
  told(callId: string): void {
    for (const [key, { settled }] of this.calls.get(callId) ?? []) {
      if (settled) this.calls.get(callId)?.delete(key);
    }
  }

  /** The call is over. */
  forget(callId: string): void {
    this.calls.delete(callId);
  }
}

async function marked(key: string, run: () => unknown, marks: ToolMarks | undefined): Promise<unknown> {
  if (!marks) return run();
  if ((await marks.toolBegins(key)) === 'unknown') throw new UnknownResultError('It may have happened');
  try {
    return await run();
  } finally {
    marks.toolEnded(key);
  }
}
