import type { Clock } from '@jovo-telephony/telephony';
import {
  type CallHold,
  type CallKeeper,
  type CallRef,
  type CallStanding,
  type KeptCall,
  type NotedEvent,
  TAKEN_AWAY,
  type TakeRequest,
} from '../call-keeper';
import { Interruption } from '../interruption';

interface Row {
  kept?: string;
  handled: Set<string>;
  /** Notes since the call was kept last. */
  fresh: NotedEvent[];
  actions: object[];
  holder?: Holder;
  waiting: (() => void)[];
}

interface Holder {
  process: SharedKeeper;
  interrupted: Interruption;
}

/** What several processes share. */
export class SharedStore {
  private readonly rows = new Map<string, Row>();

  row({ network, callId }: CallRef): Row {
    const key = `${network}/${callId}`;
    let row = this.rows.get(key);
    if (!row) {
      row = { handled: new Set(), fresh: [], actions: [], waiting: [] };
      this.rows.set(key, row);
    }
    return row;
  }

  /** Without a trace of having asked. */
  find({ network, callId }: CallRef): Row | undefined {
    return this.rows.get(`${network}/${callId}`);
  }

  /** What of the call has been noted as having left. */
  actionsOf(callId: string): object[] {
    return this.row({ network: 'toy', callId }).actions;
  }
}

/** The port as one process of several has it, over a store in memory that answers a little later. */
export class SharedKeeper implements CallKeeper {
  /** Killed or frozen: shows no life any more. */
  dead = false;
  fails = false;

  constructor(
    private readonly store: SharedStore,
    private readonly clock: Clock,
  ) {}

  interrupt(call: CallRef): void {
    const { holder } = this.store.row(call);
    if (holder && holder.process !== this && !holder.process.dead) holder.interrupted.abort('words');
  }

  async standings(calls: readonly CallRef[]): Promise<(CallStanding | undefined)[]> {
    if (this.fails) throw new Error('the store is down');
    return calls.map((call) => {
      const kept = this.store.find(call)?.kept;
      return kept === undefined ? undefined : (JSON.parse(kept) as KeptCall).ended ? 'ended' : 'live';
    });
  }

  async take(call: CallRef, { event, withinMs, signal }: TakeRequest): Promise<CallHold> {
    if (this.fails) throw new Error('the store is down');
    const row = this.store.row(call);
    await Promise.resolve();
    const untilMs = this.clock.nowMs() + withinMs;
    // Of those who wait only the first finds it free.
    while (row.holder) {
      const leftMs = Math.max(0, untilMs - this.clock.nowMs());
      await this.released(row, row.holder.process.dead ? Math.min(2_000, leftMs) : leftMs);
    }
    if (signal.aborted) throw new Error('given up');
    const mine: Holder = { process: this, interrupted: new Interruption() };
    row.holder = mine;
    const missed = row.fresh.filter(({ key }) => key === undefined || key !== event?.key);
    row.fresh = [];
    const novelty = this.note(row, event);
    return {
      kept: row.kept === undefined ? undefined : JSON.parse(row.kept),
      novelty,
      missed,
      degraded: false,
      interrupted: mine.interrupted,
      noteEvent: (next) => (row.holder === mine ? this.note(row, next) : 'new'),
      noteActions: (actions) => {
        if (row.holder === mine) row.actions.push(...JSON.parse(JSON.stringify(actions)));
      },
      keep: async (kept) => {
        this.keep(row, mine, kept);
      },
      release: async (kept) => {
        if (!this.keep(row, mine, kept)) return;
        row.holder = undefined;
        for (const next of row.waiting.splice(0)) next();
      },
    };
  }

  private note(row: Row, event: NotedEvent | undefined): 'new' | 'handled' {
    if (!event) return 'new';
    if (event.key !== undefined && row.handled.has(event.key)) return 'handled';
    row.fresh.push(JSON.parse(JSON.stringify(event)));
    return 'new';
  }

  private keep(row: Row, mine: Holder, kept: KeptCall): boolean {
    if (row.holder !== mine) return false;
    row.kept = JSON.stringify(kept);
    row.fresh = [];
    for (const key of kept.handled) row.handled.add(key);
    return true;
  }

  private released(row: Row, withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const takeAway = this.clock.after(withinMs, () => {
        row.waiting = row.waiting.filter((other) => other !== won);
        if (!row.holder?.process.dead) row.holder?.interrupted.abort(TAKEN_AWAY);
        row.holder = undefined;
        resolve();
      });
      const won = () => {
        takeAway();
        if (row.holder) row.waiting.push(won);
        else resolve();
      };
      row.waiting.push(won);
    });
  }
}
