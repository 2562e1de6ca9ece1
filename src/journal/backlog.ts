import type { Clock } from '@jovo-telephony/telephony';
import type { CallFile, Unsaved } from './call-file';
import { CallBusyError, isRefusal } from './refusal';
import type { JournalStore, Lease, TurnResult } from './store';
import type { StoreLine } from './store-line';

export interface BacklogOptions {
  clock: Clock;
  store: JournalStore;
  line: StoreLine;
  holder: string;
  leaseMs: number;
  warn?(warning: string): void;
  /** A call that is over has been written: there is nothing more to remember of it. */
  onEnded?(file: CallFile): void;
}

/** A write that could not be made. */
export type FailedWrite = TurnResult & {
  writer: string;
  /** Where it may have been made after all: the version it was to replace. */
  base?: number;
};

/** The most pages that wait: about two hours of a hundred calls at once. What comes after them is not written. */
const MAX_PAGES = 50_000;
const RETRY_MS = 1_000;
const IN_TIME_MS = 400;
/** Another process has the call: after so many tries only what happened is written, not how the call stands. */
const MAX_BUSY = 5;

/** What could not be written while the store was away, per call and in order, and how it gets there after all. */
export class Backlog {
  /** Calls with something to write, the one that waits longest first. */
  private readonly waiting = new Set<CallFile>();
  private readonly busy = new Map<CallFile, number>();
  private pages = 0;
  private timer: (() => void) | undefined;
  private working: Promise<void> | undefined;

  constructor(private readonly options: BacklogOptions) {}

  get size(): number {
    return this.waiting.size;
  }

  add(file: CallFile, { page, state, claims, about, ended, writer, base }: FailedWrite): void {
    const full = this.pages >= MAX_PAGES;
    if (full) this.options.warn?.('too much waits for the store of the journal: a turn is not written');
    const pages = page && !full ? [page] : [];
    this.pages += pages.length;
    const unsure = base === undefined ? [] : [{ name: writer, pages: pages.length }];
    file.unsaved = joined(file.unsaved, {
      base: base ?? file.version,
      writers: unsure,
      pages,
      state,
      claims,
      about,
      ended: ended ?? false,
    });
    this.waiting.add(file);
    this.timer ??= this.options.clock.after(RETRY_MS, this.work);
  }

  /**
   * The store does not take what was to be written of a call, and would not the next time either. The call goes on from
   * memory and is written with its next turn, if that can be.
   */
  giveUp(file: CallFile, { about }: Pick<TurnResult, 'about'>, lease?: Lease): void {
    this.options.warn?.('the store does not take a turn of a call: it is not written');
    // Whose call it is is told with the next turn.
    if (about) file.isDescribed = false;
    if (lease) this.options.store.look([lease], 0).catch(() => {});
  }

  /** Writes what waits of one call. Rejects while that is not possible. */
  async flush(file: CallFile): Promise<void> {
    await file.write(() => this.write(file));
  }

  /** Writes everything, as far as that is possible in this time. */
  async drain(withinMs: number): Promise<void> {
    if (this.waiting.size === 0) return;
    const all = Promise.allSettled([...this.waiting].map((file) => this.flush(file)));
    await this.inTime(withinMs, all);
    this.timer?.();
  }

  private readonly work = (): void => {
    this.timer = undefined;
    this.working ??= this.writeAll().finally(() => {
      this.working = undefined;
      if (this.waiting.size > 0) this.timer ??= this.options.clock.after(RETRY_MS, this.work);
    });
  };

  private async writeAll(): Promise<void> {
    for (const file of [...this.waiting]) {
      const flushed = this.flush(file);
      // How long it takes says how the store is; a slow one is waited for all the same.
      await this.inTime(IN_TIME_MS, flushed);
      const done = await flushed.then(
        () => true,
        () => false,
      );
      if (done || this.busy.has(file)) continue;
      // The next time, another one is tried first: it may be this one alone that cannot be written.
      if (this.waiting.delete(file)) this.waiting.add(file);
      return;
    }
  }

  private async inTime(withinMs: number, work: Promise<unknown>): Promise<void> {
    try {
      await this.options.line.ask('replay', withinMs, () => work);
    } catch {
      // It goes on, or is tried again.
    }
  }

  private async write(file: CallFile): Promise<void> {
    const { unsaved } = file;
    if (!unsaved) return;
    // What is added meanwhile comes after it.
    file.unsaved = undefined;
    try {
      const version = await this.replay(file, unsaved);
      this.pages -= unsaved.pages.length;
      this.busy.delete(file);
      if (version === undefined) file.forget();
      else file.version = version;
      const more = file.unsaved as Unsaved | undefined;
      if (more) more.base = version;
      else {
        this.waiting.delete(file);
        if (unsaved.ended) this.options.onEnded?.(file);
      }
    } catch (error) {
      if (!isRefusal(error)) {
        file.unsaved = joined(unsaved, file.unsaved);
        throw error;
      }
      this.pages -= unsaved.pages.length;
      this.busy.delete(file);
      this.giveUp(file, unsaved);
      const more = file.unsaved as Unsaved | undefined;
      // It is based on what was not written.
      if (more) more.base = unsaved.base;
      else this.waiting.delete(file);
      if (!more && unsaved.ended) this.options.onEnded?.(file);
    }
  }

  /** Returns the version that it has made; undefined where another process has gone on with the call meanwhile. */
  private async replay(file: CallFile, unsaved: Unsaved): Promise<number | undefined> {
    const { store, holder, leaseMs, warn } = this.options;
    const tries = this.busy.get(file) ?? 0;
    const begun = await store.begin(file.id, { holder, leaseMs, force: tries >= MAX_BUSY });
    if (begun.result === 'busy') {
      this.busy.set(file, tries + 1);
      throw new CallBusyError();
    }
    const { lease, state } = begun;
    const made = file.writerOf(state, unsaved.writers);
    const pages = unsaved.pages.slice(made?.pages ?? 0);
    if (made || lease.version === (unsaved.base ?? 0)) {
      const { claims, about, ended } = unsaved;
      if (pages.length > 1) await store.append(file.id, pages.slice(0, -1));
      const result = { page: pages.at(-1), state: unsaved.state, claims, about, ended };
      if (await store.commit(lease, result)) return lease.version + 1;
    } else {
      await store.append(file.id, pages);
      await store.look([lease], 0);
    }
    warn?.('another process has gone on with a call while the store was away: its version holds');
    return undefined;
  }
}

function joined(first: Unsaved | undefined, then: Unsaved | undefined): Unsaved | undefined {
  if (!first || !then) return first ?? then;
  const moved = then.writers.map(({ name, pages }) => ({ name, pages: pages + first.pages.length }));
  return {
    ...then,
    base: first.base,
    writers: [...first.writers, ...moved],
    pages: [...first.pages, ...then.pages],
    claims: then.claims ?? first.claims,
    about: then.about ?? first.about,
  };
}
