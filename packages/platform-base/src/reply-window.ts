import type { Clock } from '@jovo-telephony/telephony';
import { type AdmissionRules, apology, holdPhrase, join } from './admission';
import type { Call } from './call';
import type { Reply } from './call-state';
import type { ReplyDeadlines } from './deadlines';
import { letOthers } from './take-turns';
import type { Turn } from './turn';
import type { EventRule, WireTypes } from './wire';

export interface ReplyWindowOptions<T extends WireTypes> {
  /** The events that are answered together. */
  turns: readonly Turn<T>[];
  /** Undefined: wait for the app, however long it takes. */
  deadlines?: ReplyDeadlines;
  clock: Clock;
  rules: AdmissionRules<T>;
  /** Keeps the call, right behind the answer. */
  settle(): Promise<void> | undefined;
  /** Answers the request; called once. */
  answer(actions: T['action'][]): Promise<void>;
}

/**
 * The one chance to answer an HTTP request. It closes when the app is done, or at the soft deadline with what is
 * ready, or with a hold phrase, or at the hard deadline in any case. What becomes ready later is kept by the call and
 * rides on its next request.
 */
export class ReplyWindow<T extends WireTypes> {
  private open = true;
  private pastSoft = false;
  private readonly timers: (() => void)[] = [];
  private readonly call: Call<T>;
  private readonly last: Turn<T>;

  constructor(private readonly options: ReplyWindowOptions<T>) {
    const last = options.turns.at(-1);
    if (!last) throw new Error('A reply needs an event to reply to');
    this.last = last;
    this.call = last.call;
    this.call.newestRequest = this;
  }

  private ruleOf({ event }: Turn<T>): EventRule {
    return this.options.rules.wire.rule(event.type);
  }

  /**
   * The event takes no action, so that what is ready would be lost with its answer; or the caller has gone on
   * speaking, and what is ready is the answer to that; or another process still works on the call.
   */
  private get mute(): boolean {
    const { signal, waiting } = this.last;
    const { acceptsNoAction } = this.ruleOf(this.last);
    return acceptsNoAction === true || waiting === true || this.call.maySpeak(signal) === 'never';
  }

  async answerWhenReady(work: Promise<Reply<T>>): Promise<void> {
    const { deadlines, clock } = this.options;
    const closed = new Promise<void>((resolve, reject) => {
      const close = (actions: T['action'][]) => this.close(actions).then(resolve, reject);
      if (deadlines) {
        this.timers.push(
          clock.after(deadlines.softMs, () => {
            this.pastSoft = true;
            this.sendWhatIsReady(close);
          }),
          clock.after(deadlines.holdAfterMs, () => this.hold(deadlines, close)),
          clock.after(deadlines.hardMs, () => close(this.takeReady())),
          this.call.onOutput(() => this.sendWhatIsReady(close)),
        );
      }
      work.then((reply) => {
        this.keep(reply);
        if (this.open) this.finish(close);
        else this.options.settle();
      }, reject);
      if (deadlines) this.sendWhatIsReady(close);
    });
    return closed;
  }

  /** The app is done: everything there is goes out, or nothing if the caller has gone on speaking. */
  private finish(close: (actions: T['action'][]) => void): void {
    this.call.state.holds = 0;
    close(this.takeReady());
  }

  private sendWhatIsReady(close: (actions: T['action'][]) => void): void {
    if (!this.open || this.mute || !(this.pastSoft || this.isLate)) return;
    this.call.takeOutputOfRunningTurn();
    const actions = this.call.takeLate();
    if (actions.length === 0) return;
    // The caller hears an answer: a wait that follows is a new one.
    this.call.state.holds = 0;
    close(actions);
  }

  /** Everything that can go out now; what cannot go out here is left to the next request. */
  private takeReady(): T['action'][] {
    return this.mute ? [] : this.call.takeLate();
  }

  /** The caller waits: for the answer to this event, or still for an earlier one when what was said so far is over. */
  private get isAwaited(): boolean {
    const { means, awaitsAnswer } = this.ruleOf(this.last);
    if (means !== 'speech_ended') return awaitsAnswer === true;
    const { running } = this.call;
    return (
      this.last.waiting === true || (running !== undefined && this.ruleOf(running).awaitsAnswer === true)
    );
  }

  /**
   * What is ready comes too late for the request that it answers, and nothing is to be heard: there is no reason to
   * wait for more. While something plays, what becomes ready can still be joined into one utterance.
   */
  private get isLate(): boolean {
    return this.call.running?.answered === true && !this.isHeard;
  }

  /** Whether something is being heard, by estimate. */
  private get isHeard(): boolean {
    return this.call.speech.remainingMs(this.call.nowMs) > 0;
  }

  /**
   * Something must be heard now. Only where the caller waits: an event in passing is answered with nothing. And only
   * where nothing is heard: the end of what plays is a request of its own, as is everything that came meanwhile.
   */
  private hold(deadlines: ReplyDeadlines, close: (actions: T['action'][]) => void): void {
    if (!this.open || !this.isAwaited || this.last.signal.aborted || this.call.closed) return;
    if (this.call.newestRequest !== this || this.isHeard) return;
    const { rules } = this.options;
    const { state } = this.call;
    if (state.holds >= deadlines.maxHolds) {
      state.holds = 0;
      this.call.queue.interrupt('no answer in time');
      close(apology(this.last, rules));
      return;
    }
    const phrase = holdPhrase(state.holds, this.last, rules);
    if (phrase.length === 0) return;
    state.holds += 1;
    close(phrase);
  }

  /** Keeps what the app wanted for the reply that goes out next: this one, or that of a later request. */
  private keep({ actions, afterSpeech }: Reply<T>): void {
    if (this.call.maySpeak(this.last.signal) === 'never') return;
    this.call.keepLate(actions);
    this.call.defer(afterSpeech);
  }

  private async close(actions: T['action'][]): Promise<void> {
    if (!this.open) return;
    this.open = false;
    for (const turn of this.options.turns) turn.answered = true;
    for (const stop of this.timers) stop();
    const answer = this.last.repeated ? this.call.answerTo(this.last.key) : this.leaving(actions);
    if (this.call.ended) {
      // Nobody waits for an answer to the end, and no event comes behind it that could make up for what was lost.
      await this.options.settle();
      return this.options.answer(answer);
    }
    await thenKeep(this.options.answer(answer), this.options.settle);
  }

  /** What leaves now, noted on the call. */
  private leaving(actions: readonly T['action'][]): T['action'][] {
    const { last, call } = this;
    const { rules } = this.options;
    const ready = call.upToFarewell(join(rules.wire, actions));
    call.sent(ready);
    const released = this.mute ? [] : call.upToFarewell(call.takeDeferred());
    call.sent(released);
    const answer = [...ready, ...released];
    if (answer.length > 0 || rules.wire.words(last.event) !== undefined) call.hold?.beforeAnswer?.();
    if (last.key !== undefined) call.state.answered = { key: last.key, actions: answer };
    return answer;
  }
}

/** The caller waits for the answer, and for nothing that is written: that begins when the answer is on the wire. */
export async function thenKeep(
  answered: Promise<void>,
  keep: () => Promise<void> | undefined,
): Promise<void> {
  try {
    await answered;
  } finally {
    await letOthers();
    await keep();
  }
}
