/** What Lambda gives to a handler besides the event, as far as anybody here reads it. */
export interface LambdaContext {
  awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

export type LambdaHandler = (event: never, context: LambdaContext) => Promise<unknown>;

/** One execution environment. It handles one event at a time and does nothing in between. */
export interface Instance {
  invoke(event: object, deadlineMs: number): Promise<unknown>;
  /** Between two events no code runs, timers included. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

export interface LambdaOptions {
  start(): Instance;
  /** After which an event is given up and the instance is stopped. */
  timeoutMs?: number;
  /** `never`: every event meets an instance that has seen none. */
  reuse?: 'always' | 'never';
}

/** The function did not answer in time, or threw. The gateway makes something of its own of both. */
export class FunctionError extends Error {
  override readonly name = 'FunctionError';
}

/**
 * A function as Lambda runs it: an event goes to an instance that is idle, or to a new one if all are busy. So two
 * events at the same time never meet in one instance.
 */
export class LambdaModel {
  /** Instances that were started. */
  started = 0;
  /** Events that were handed over. */
  invocations = 0;
  /** What went wrong in the function. */
  readonly failures: string[] = [];
  private readonly idle: Instance[] = [];
  private readonly all = new Set<Instance>();
  private readonly running = new Set<Promise<unknown>>();

  constructor(private readonly options: LambdaOptions) {}

  async invoke(event: object): Promise<unknown> {
    const instance = this.idle.pop() ?? this.startOne();
    this.invocations += 1;
    const run = this.run(instance, event);
    this.running.add(run);
    try {
      return await run;
    } finally {
      this.running.delete(run);
    }
  }

  /** Resolves when no event is being handled. */
  async settled(): Promise<void> {
    while (this.running.size > 0) await Promise.allSettled(this.running);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.all].map((instance) => instance.stop()));
    this.all.clear();
  }

  private startOne(): Instance {
    this.started += 1;
    const instance = this.options.start();
    this.all.add(instance);
    return instance;
  }

  private async run(instance: Instance, event: object): Promise<unknown> {
    const { timeoutMs = 60_000, reuse = 'always' } = this.options;
    instance.thaw();
    let giveUp: NodeJS.Timeout | undefined;
    try {
      const timeout = new Promise<never>((_, reject) => {
        giveUp = setTimeout(
          () => reject(new FunctionError(`Task timed out after ${timeoutMs} ms`)),
          timeoutMs,
        );
      });
      const answer = await Promise.race([instance.invoke(event, Date.now() + timeoutMs), timeout]);
      if (reuse === 'never') await this.discard(instance);
      else {
        instance.freeze();
        this.idle.push(instance);
      }
      return answer;
    } catch (error) {
      await this.discard(instance);
      this.failures.push(error instanceof Error ? error.message : String(error));
      throw new FunctionError('The function failed');
    } finally {
      clearTimeout(giveUp);
    }
  }

  private async discard(instance: Instance): Promise<void> {
    this.all.delete(instance);
    await instance.stop();
  }
}

/** A handler of this process. Without a process of its own nothing can freeze it: its timers run on. */
export function instanceOf(handler: LambdaHandler): Instance {
  return {
    invoke: (event, deadlineMs) =>
      handler(event as never, {
        awsRequestId: 'in-process',
        getRemainingTimeInMillis: () => deadlineMs - Date.now(),
      }),
    freeze() {},
    thaw() {},
    async stop() {},
  };
}
