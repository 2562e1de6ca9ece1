/** What an outbox needs to know of its call. */
export interface OutboxOptions<A> {
  /** Falsy: it could not leave. A promise where that is known only later. */
  push(actions: readonly A[]): boolean | Promise<boolean> | undefined;
  /** Nobody wants to hear any more what was to be said under this signal. */
  isStale(signal: AbortSignal): boolean;
  /** What could not leave after all, although it was taken. */
  stranded(actions: A[]): void;
}

interface Batch<A> {
  actions: A[];
  signal: AbortSignal;
}

/** Keeps the order of what leaves where pushing takes time. */
export class Outbox<A> {
  private batches: Batch<A>[] = [];
  private onItsWay: Promise<void> | undefined;

  constructor(private readonly options: OutboxOptions<A>) {}

  /** The end of what is on its way; undefined if nothing is. */
  get settled(): Promise<void> | undefined {
    return this.onItsWay;
  }

  /** Sends actions behind those before them. False if they cannot leave. */
  send(actions: A[], signal: AbortSignal): boolean {
    if (this.onItsWay) {
      this.batches.push({ actions, signal });
      return true;
    }
    const left = this.options.push(actions);
    if (left instanceof Promise) this.onItsWay = this.inOrder(left, { actions, signal });
    return left !== false && left !== undefined;
  }

  /** One after the other, except what has become stale. From the first that does not leave on, all of them wait. */
  private async inOrder(left: Promise<boolean>, first: Batch<A>): Promise<void> {
    const { isStale, stranded } = this.options;
    let batch: Batch<A> | undefined = first;
    let ok = await left.catch(() => false);
    while (batch && (ok || isStale(batch.signal))) {
      batch = this.nextLive();
      ok = batch !== undefined && (await this.pushed(batch));
    }
    const behind = this.batches.filter(({ signal }) => !isStale(signal));
    this.batches = [];
    this.onItsWay = undefined;
    if (batch) stranded([batch, ...behind].flatMap(({ actions }) => actions));
  }

  private nextLive(): Batch<A> | undefined {
    let next = this.batches.shift();
    while (next && this.options.isStale(next.signal)) next = this.batches.shift();
    return next;
  }

  private async pushed({ actions }: Batch<A>): Promise<boolean> {
    try {
      return (await this.options.push(actions)) ?? false;
    } catch {
      return false;
    }
  }
}
