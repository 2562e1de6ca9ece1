/** Many callers at once, from one process, with as little of their own as possible. */
import { SimulatedCall } from './call';
import type { CallOptions } from './call-options';
import { realClock, sleep } from './clock';

export interface LoadOptions {
  /** Options of every call; playback is instant and nothing is kept unless said otherwise. */
  call: CallOptions;
  /** How many calls in all. */
  calls: number;
  /** How many at the same time. Default: all. */
  concurrency?: number;
  /** What is said in each call, in order; `{call}` and `{turn}` are filled in. */
  turns: readonly string[];
  /** Pause before each turn, real time: callers who think keep a server from being merely saturated. Default 0. */
  pauseMs?: number;
  /** Looks at an answer; a returned sentence counts as a fault (a lost, mixed or reordered frame). */
  check?: (heard: string, call: number, turn: number) => string | undefined;
  /** Longest wait for one answer, real time. Default 10,000 ms. */
  answerWithinMs?: number;
}

export interface LoadReport {
  calls: number;
  turns: number;
  durationMs: number;
  turnsPerSecond: number;
  /** From the event out to the first sound heard, per turn, sorted. */
  answerMs: { p50: number; p90: number; p99: number; max: number };
  /** Calls that did not get through, answers that did not come, faults found by `check`. */
  faults: string[];
  violations: string[];
}

/** Holds all calls: greeting, every turn with its answer, hang-up. The greeting is waited for. */
export async function runLoad(options: LoadOptions): Promise<LoadReport> {
  const answersMs: number[] = [];
  const faults: string[] = [];
  const violations: string[] = [];
  let next = 0;
  const startedAtMs = performance.now();
  const worker = async () => {
    while (next < options.calls) {
      const index = next++;
      await holdCall(index, options, { answersMs, faults, violations });
    }
  };
  const workers = Math.min(options.concurrency ?? options.calls, options.calls);
  await Promise.all(Array.from({ length: workers }, worker));
  const durationMs = performance.now() - startedAtMs;
  answersMs.sort((a, b) => a - b);
  const at = (share: number) =>
    answersMs[Math.min(answersMs.length - 1, Math.floor(answersMs.length * share))] ?? 0;
  return {
    calls: options.calls,
    turns: answersMs.length,
    durationMs,
    turnsPerSecond: (answersMs.length / durationMs) * 1000,
    answerMs: { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) },
    faults,
    violations,
  };
}

interface Results {
  answersMs: number[];
  faults: string[];
  violations: string[];
}

async function holdCall(index: number, options: LoadOptions, results: Results): Promise<void> {
  const call = new SimulatedCall({
    playback: 'instant',
    assistantSpeak: false,
    keepLog: false,
    lingerMs: 0,
    ...options.call,
  });
  const heard: string[] = [];
  call.listen((entry) => {
    if (entry.kind === 'hears') heard.push(entry.utterance.text);
  });
  const answer = () =>
    call.until(() => heard.length > 0 || call.state === 'over', options.answerWithinMs ?? 10_000);
  try {
    await call.start();
    await answer();
    for (const [turn, template] of options.turns.entries()) {
      if (options.pauseMs) await sleep(realClock, options.pauseMs);
      heard.length = 0;
      const text = template.replaceAll('{call}', String(index)).replaceAll('{turn}', String(turn));
      const saidAtMs = performance.now();
      await call.says(text, { politely: false });
      await answer();
      if (heard.length === 0) throw new Error(`no answer in turn ${turn}`);
      results.answersMs.push(performance.now() - saidAtMs);
      const fault = options.check?.(heard.join(' '), index, turn);
      if (fault) results.faults.push(`call ${index}: ${fault}`);
    }
  } catch (cause) {
    results.faults.push(`call ${index}: ${(cause as Error).message}`);
  }
  await call.hangUp();
  for (const violation of call.violations) results.violations.push(`call ${index}: ${violation.sentence}`);
}
