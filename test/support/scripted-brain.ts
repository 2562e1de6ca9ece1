import type { Clock } from '@jovo-telephony/telephony';
import type { Brain, BrainEvent, BrainRequest, ToolCall } from '../../src/agent/brain';

/** One step of a scripted reply: text, a tool, a pause in milliseconds, or a failure. */
export type Step = string | ToolCall | { pauseMs: number } | Error;

/** A brain that replies as the test says, and remembers what it was asked and whether it was interrupted. */
export class ScriptedBrain implements Brain {
  readonly name = 'scripted';
  readonly requests: BrainRequest[] = [];
  interrupted = 0;

  constructor(
    private readonly clock: Clock,
    private readonly replies: Step[][],
  ) {}

  async *reply(request: BrainRequest, signal: AbortSignal): AsyncGenerator<BrainEvent> {
    this.requests.push(request);
    const steps = this.replies[Math.min(this.requests.length, this.replies.length) - 1] ?? [];
    for (const step of steps) {
      if (typeof step === 'string') yield { type: 'text', text: step };
      else if (step instanceof Error) throw step;
      else if ('pauseMs' in step) await this.pause(step.pauseMs, signal);
      else yield { type: 'tool', call: step };
      if (signal.aborted) {
        this.interrupted += 1;
        return;
      }
    }
  }

  private pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.clock.after(ms, resolve);
      signal.addEventListener('abort', () => {
        stop();
        resolve();
      });
    });
  }
}
