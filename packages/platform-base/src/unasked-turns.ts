import { type Clock, InputType } from '@jovo-telephony/telephony';
import type { AppTurns } from './app-turns';
import type { Call } from './call';
import type { CallHold } from './call-keeper';
import type { Reply } from './call-state';
import type { Holding } from './holding';
import { InjectedServer } from './server/InjectedServer';
import { queued } from './take-turns';
import type { Turn } from './turn';
import type { Wire, WireTypes } from './wire';

/** What of the receiver such a turn needs. */
export interface UnaskedWay<T extends WireTypes> {
  wire: Wire<T>;
  clock: Clock;
  holding: Holding<T>;
  turns: AppTurns<T>;
  turnOf(call: Call<T>, event: T['event']): Turn<T>;
  /** Notes an event on its call. Undefined: the app must not see it. */
  takeNote(call: Call<T>, event: T['event']): T['event'] | undefined;
  push(call: Call<T>, reply: Reply<T>): void;
  inject(event: T['event']): void;
  isDeclared(type: string): boolean;
}

/** Turns that no request waits for: those that another process has left, and what follows a sound that was noise. */
export class UnaskedTurns<T extends WireTypes> {
  constructor(private readonly way: UnaskedWay<T>) {}

  /** Words should follow a sound. If they do not, the app is told, so that a turn cut off by noise can go on. */
  expectWords(call: Call<T>): void {
    const waitMs = call.noiseInMs;
    if (waitMs === undefined) return;
    const { signal } = call.queue;
    const takeBack = this.way.clock.after(waitMs, () => {
      if (signal.aborted) return;
      this.way.holding.during(call, () => this.giveUpWaitingForWords(call));
    });
    signal.addEventListener('abort', takeBack, { once: true });
  }

  private giveUpWaitingForWords(call: Call<T>): void {
    // They may have come to another process, or it is known now that more time is needed.
    if (call.noiseInMs !== 0) return;
    this.way.push(call, call.soundWasNoise());
    if (this.way.isDeclared(InputType.USER_SPEECH_ABANDONED)) {
      this.way.inject(this.way.wire.ownEvent(InputType.USER_SPEECH_ABANDONED, call.id));
    }
  }

  /** The call was in the hands of another process: goes on where that one stopped. */
  takeUp(call: Call<T>, { kept, missed = [] }: CallHold): void {
    if (kept) call.restore(kept);
    if (call.ended) return;
    // What another process has begun and not ended, and what it has not even begun.
    const begun = call.takeUnfinished().map((event) => this.way.turnOf(call, event));
    const lost = missed
      .map(({ event }) => this.way.turnOf(call, event as T['event']))
      .filter(({ key }) => key === undefined || !call.recentKeys.hasCome(key));
    if (kept && call.push) this.expectWords(call);
    for (const turn of lost) {
      const event = this.way.takeNote(call, turn.event);
      if (event) begun.push({ ...turn, event, signal: call.queue.signal });
    }
    for (const turn of begun) this.beginAnew(turn);
    // Should this process die of them, too, the next one must know.
    if (begun.length > 0) this.way.holding.settle(call);
  }

  beginAnew(turn: Turn<T>): void {
    const { call } = turn;
    call.turnBegins(turn, true);
    const server = new InjectedServer(this.way.wire.network, turn.event, call.push);
    queued(call.queue, () => this.way.turns.run(turn, server)).then((reply) => {
      if (call.push && call.maySpeak(turn.signal) !== 'never') this.way.push(call, reply);
      else if (!call.push) return this.keepForNext(turn, reply);
      return this.way.holding.settle(call);
    });
  }

  /** Nobody waits for an answer: what is to be said rides on the next request of the call. */
  keepForNext({ call, signal }: Turn<T>, { actions, afterSpeech }: Reply<T>): Promise<void> | undefined {
    if (call.maySpeak(signal) !== 'never') {
      call.keepLate(actions);
      call.defer(afterSpeech);
    }
    return this.way.holding.settle(call);
  }
}
