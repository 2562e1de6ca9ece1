import type { Clock } from '@jovo-telephony/telephony';
import type { Brain, BrainEvent, BrainRequest } from '../brain';
import { type Admission, BrainBreaker } from './brain-breaker';

export interface ChainOptions {
  clock: Clock;
  /** A brain that has said nothing useful for so long is left for the next one. */
  firstUsefulMs: number;
  /** A brain that has failed so often in a row is not asked for a while. At least 1. */
  breakAfter: number;
  /** How long it is not asked; then once, and on success always again. */
  retryAfterMs: number;
  /** Told of every failure, also of those no caller hears of. The error may hold what was said: log its kind only. */
  onFailure?(brainName: string, error: unknown): void;
  /** Told when a brain is left alone from now on, and when it has answered again. */
  onAvailability?(brainName: string, available: boolean): void;
}

/** Every brain of the chain has failed so often that none is asked now. */
export class NoBrainAvailable extends Error {
  override readonly name = 'NoBrainAvailable';
}

/** A brain has said nothing useful in time: no word, no action. */
export class BrainTooSlow extends Error {
  override readonly name = 'BrainTooSlow';
}

/** A brain has ended its reply without a word or an action. */
export class EmptyReply extends Error {
  override readonly name = 'EmptyReply';
}

/** A brain of the chain that is being asked. */
interface Asked {
  index: number;
  brain: Brain;
  admission: Admission;
}

/** The next brain after this one that may be asked; asks its breaker, so it is to be used. */
type Next = () => Asked | undefined;

/**
 * Several brains as one: the first answers, and the next one where it fails before it has said anything useful. What
 * fails later is not hidden, as the caller has heard the beginning.
 *
 * A brain that has nobody behind it, because it is the last or the others are in a break, keeps no deadline here:
 * leaving it could only make things worse, and the agent's own deadline covers it.
 */
export function chainOf(brains: readonly Brain[], options: ChainOptions): Brain {
  if (brains.length === 0) throw new RangeError('A chain needs at least one brain');
  const links = brains.map((brain) => {
    const onAvailability = (available: boolean) => options.onAvailability?.(brain.name, available);
    return { brain, breaker: new BrainBreaker({ ...options, onAvailability }) };
  });

  const from = (first: number): Asked | undefined => {
    for (const [index, { brain, breaker }] of links.entries()) {
      const admission = index >= first ? breaker.admit() : undefined;
      if (admission) return { index, brain, admission };
    }
    return undefined;
  };

  async function* reply(request: BrainRequest, stop: Stop): AsyncGenerator<BrainEvent> {
    if (stop.signal.aborted) return;
    let asked: Asked | undefined = from(0);
    if (!asked) throw new NoBrainAvailable('Every brain has failed too often');
    while (asked) {
      const { index }: Asked = asked;
      asked = yield* answer(asked, () => from(index + 1), request, stop, options);
    }
  }

  return {
    name: `chain of ${brains.map(({ name }) => name).join(', ')}`,
    reply: (request, signal) => leavable(signal, (stop) => reply(request, stop)),
  };
}

/** One brain's answer. Returns the brain to ask instead, if any; throws when there is none or it is too late for it. */
async function* answer(
  { brain, admission }: Asked,
  next: Next,
  request: BrainRequest,
  stop: Stop,
  { clock, firstUsefulMs, onFailure }: ChainOptions,
): AsyncGenerator<BrainEvent, Asked | undefined> {
  const blanks: BrainEvent[] = [];
  let useful = false;
  const fail = (error: unknown) => {
    admission.failed(error);
    onFailure?.(brain.name, error);
  };
  const own = new AbortController();
  const left = () => {
    own.abort();
    if (useful) admission.succeeded();
    else if (stop.byCaller()) admission.undecided();
    // Whoever leaves a caller who still waits has run out of patience with the brain.
    else fail(new BrainTooSlow('Left before it had said anything useful'));
  };
  stop.signal.addEventListener('abort', left, { once: true });
  const deadline = alarm(clock, firstUsefulMs);
  let source: AsyncIterator<BrainEvent> | undefined;
  let pending: Promise<IteratorResult<BrainEvent>> | undefined;
  let rivals: Promise<'late' | 'stopped'>[] = [stop.stopped, deadline.rung];
  try {
    if (stop.signal.aborted) {
      left();
      return undefined;
    }
    source = brain.reply(request, own.signal)[Symbol.asyncIterator]();
    for (;;) {
      pending ??= source.next();
      const event = await Promise.race([...rivals, pending]);
      if (stop.signal.aborted || event === 'stopped') return undefined;
      if (event === 'late') {
        rivals = [stop.stopped];
        const instead = next();
        if (!instead) continue;
        fail(new BrainTooSlow(`Nothing useful within ${firstUsefulMs} ms`));
        return instead;
      }
      pending = undefined;
      if (event.done) {
        if (!useful) throw new EmptyReply('The brain has said nothing');
        admission.succeeded();
        return undefined;
      }
      if (!useful && !isUseful(event.value)) {
        blanks.push(event.value);
        continue;
      }
      if (!useful) {
        useful = true;
        deadline.stop();
        rivals = [stop.stopped];
        yield* blanks;
      }
      yield event.value;
    }
  } catch (error) {
    if (stop.signal.aborted) return undefined;
    fail(error);
    const instead = useful ? undefined : next();
    if (!instead) throw error;
    return instead;
  } finally {
    stop.signal.removeEventListener('abort', left);
    deadline.stop();
    // The brain closes what it has open; nobody waits for it.
    own.abort();
    pending?.catch(() => {});
    source?.return?.().catch(() => {});
  }
}

function isUseful(event: BrainEvent): boolean {
  return event.type === 'text' ? event.text.trim() !== '' : event.type !== 'unanswered';
}

/** A promise that is kept when the time is up. */
function alarm(clock: Clock, afterMs: number): { rung: Promise<'late'>; stop(): void } {
  let stop: () => void = () => {};
  const rung = new Promise<'late'>((resolve) => {
    stop = clock.after(afterMs, () => resolve('late'));
  });
  return { rung, stop: () => stop() };
}

/** Reasons of an abort that mean: nothing came in time. The agent's own, and that of `AbortSignal.timeout`. */
const TIMEOUTS: ReadonlySet<string> = new Set(['BrainTimeout', 'TimeoutError']);

function isTimeout(reason: unknown): boolean {
  const { name } = Object(reason) as { name?: unknown };
  return typeof name === 'string' && TIMEOUTS.has(name);
}

/** The end of a reply from outside: the caller's signal, or a consumer that wants no more. */
interface Stop {
  signal: AbortSignal;
  stopped: Promise<'stopped'>;
  /** The caller does not wait any more, as opposed to: has waited long enough. */
  byCaller(): boolean;
}

/**
 * A generator that can be left while it waits. Plain ones finish their wait first, and a model that hangs would keep
 * its request.
 */
function leavable(
  caller: AbortSignal,
  run: (stop: Stop) => AsyncGenerator<BrainEvent>,
): AsyncIterableIterator<BrainEvent> {
  const own = new AbortController();
  const abort = () => own.abort();
  const stopped = new Promise<'stopped'>((resolve) => {
    own.signal.addEventListener('abort', () => resolve('stopped'), { once: true });
  });
  async function* linked(): AsyncGenerator<BrainEvent> {
    caller.addEventListener('abort', abort, { once: true });
    if (caller.aborted) abort();
    try {
      yield* run({
        signal: own.signal,
        stopped,
        byCaller: () => caller.aborted && !isTimeout(caller.reason),
      });
    } finally {
      caller.removeEventListener('abort', abort);
    }
  }
  const events = linked();
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => events.next(),
    return() {
      abort();
      return events.return(undefined);
    },
  };
}
