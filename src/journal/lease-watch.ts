import { TAKEN_AWAY } from '@jovo-telephony/platform-base';
import type { Clock } from '@jovo-telephony/telephony';
import type { JournalHold } from './hold';
import type { JournalStore } from './store';
import type { StoreLine } from './store-line';

export interface LeaseWatchOptions {
  clock: Clock;
  store: JournalStore;
  line: StoreLine;
  leaseMs: number;
}

/** How often it is asked whether somebody else has received an interruption. Most turns are shorter. */
const LOOK_EVERY_MS = 100;
/** Every so many looks the leases are renewed. */
const RENEW_EVERY = 4;
const WITHIN_MS = 400;

/** Watches over the calls that this process works on: renews their leases, and learns what others want of them. */
export class LeaseWatch {
  private readonly holds = new Set<JournalHold>();
  private stop: (() => void) | undefined;
  private looks = 0;

  constructor(private readonly options: LeaseWatchOptions) {}

  add(hold: JournalHold): void {
    this.holds.add(hold);
    this.stop ??= this.options.clock.after(LOOK_EVERY_MS, this.look);
  }

  remove(hold: JournalHold): void {
    this.holds.delete(hold);
  }

  close(): void {
    this.stop?.();
    this.holds.clear();
  }

  private readonly look = async (): Promise<void> => {
    const { clock, store, line, leaseMs } = this.options;
    this.stop = undefined;
    const held = [...this.holds];
    const leases = held.flatMap(({ lease }) => lease ?? []);
    if (leases.length > 0) {
      this.looks += 1;
      const renewForMs = this.looks % RENEW_EVERY === 0 ? leaseMs : undefined;
      try {
        const states = await line.within(store.look(leases, renewForMs), WITHIN_MS);
        for (const [index, { holds, interrupts }] of states.entries()) {
          const hold = held[index];
          if (!holds) hold?.interrupt(TAKEN_AWAY);
          else if (interrupts !== hold?.interrupts) hold?.interrupt();
        }
      } catch {
        // The store is away: nobody else can have taken the call either.
      }
    }
    if (this.holds.size > 0) this.stop ??= clock.after(LOOK_EVERY_MS, this.look);
  };
}
