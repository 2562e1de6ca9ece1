import type { Clock } from '@jovo-telephony/telephony';
import { type AdmissionRules, apology, holdPhrase } from './admission';
import type { AiflowCall } from './aiflow-call';
import type { ReplyDeadlines } from './config';
import { eventRule } from './events';
import type { SipgateAiflowResponse } from './SipgateAiflowResponse';
import type { Turn } from './turn';
import { mergeSpeech } from './utterance';
import type { AiflowAction } from './wire';

export interface ReplyWindowOptions {
  turns: readonly Turn[];
  /** Undefined: wait for the app, however long it takes. */
  deadlines?: ReplyDeadlines;
  clock: Clock;
  rules: AdmissionRules;
  /** Answers the request; called once. */
  answer(actions: AiflowAction[]): Promise<void>;
}

/**
 * The one chance to answer an HTTP request (spec 3.3, 3.5). It closes when the app is done, or at the soft deadline
 * with what is ready, or with a hold phrase, or at the hard deadline in any case. What becomes ready later is kept
 * by the call and rides on its next request.
 */
export class ReplyWindow {
  private open = true;
  private pastSoft = false;
  private readonly timers: (() => void)[] = [];
  private readonly call: AiflowCall;
  private readonly last: Turn;

  constructor(private readonly options: ReplyWindowOptions) {
    const last = options.turns.at(-1);
    if (!last) throw new Error('A reply needs an event to reply to');
    this.last = last;
    this.call = last.call;
    this.call.newestRequest = this;
  }

  /**
   * The event takes no action (spec 5.2), so that what is ready would be lost with its answer; or the caller has
   * gone on speaking, and what is ready is the answer to that.
   */
  private get mute(): boolean {
    const { event, signal } = this.last;
    return eventRule(event.type).acceptsNoAction === true || this.call.maySpeak(signal) === 'never';
  }

  async answerWhenReady(work: Promise<SipgateAiflowResponse>): Promise<void> {
    const { deadlines, clock } = this.options;
    const closed = new Promise<void>((resolve, reject) => {
      const close = (actions: AiflowAction[]) => this.close(actions).then(resolve, reject);
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
      work.then((response) => {
        this.keep(response);
        if (this.open) this.finish(close);
      }, reject);
      if (deadlines) this.sendWhatIsReady(close);
    });
    return closed;
  }

  /** The app is done: everything there is goes out, or nothing if the caller has gone on speaking. */
  private finish(close: (actions: AiflowAction[]) => void): void {
    this.call.holds = 0;
    close(this.takeReady());
  }

  private sendWhatIsReady(close: (actions: AiflowAction[]) => void): void {
    if (!this.open || this.mute || !(this.pastSoft || this.isLate)) return;
    this.call.takeOutputOfRunningTurn();
    const actions = this.call.takeLate();
    if (actions.length === 0) return;
    // The caller hears an answer: a wait that follows is a new one.
    this.call.holds = 0;
    close(actions);
  }

  /** Everything that can go out now; what cannot go out here is left to the next request. */
  private takeReady(): AiflowAction[] {
    return this.mute ? [] : this.call.takeLate();
  }

  /** The caller waits: for the answer to this event, or still for an earlier one when what was said so far is over. */
  private get isAwaited(): boolean {
    const { event } = this.last;
    const { running } = this.call;
    if (event.type !== 'assistant_speech_ended') return eventRule(event.type).awaitsAnswer === true;
    return running !== undefined && eventRule(running.event.type).awaitsAnswer === true;
  }

  /**
   * What is ready comes too late for the request that it answers, and nothing is to be heard: there is no reason to
   * wait for more. While something plays, what becomes ready can still be joined into one utterance.
   */
  private get isLate(): boolean {
    const { running, speech } = this.call;
    return running?.answered === true && speech.remainingMs(this.options.clock.nowMs()) === 0;
  }

  /**
   * Something must be heard now. Only where the caller waits: an event in passing is answered with nothing. And only
   * where nothing is heard: the end of what plays is a request of its own, as is everything that came meanwhile.
   */
  private hold(deadlines: ReplyDeadlines, close: (actions: AiflowAction[]) => void): void {
    const { signal } = this.last;
    if (!this.open || !this.isAwaited || signal.aborted || this.call.closed) return;
    const { rules, clock } = this.options;
    if (this.call.newestRequest !== this || this.call.speech.remainingMs(clock.nowMs()) > 0) return;
    if (this.call.holds >= deadlines.maxHolds) {
      this.call.holds = 0;
      this.call.queue.interrupt('no answer in time');
      close(apology(this.last, rules));
      return;
    }
    const phrase = holdPhrase(this.call.holds, this.last, rules);
    if (phrase.length === 0) return;
    this.call.holds += 1;
    close(phrase);
  }

  /** Keeps what the app wanted for the reply that goes out next: this one, or that of a later request. */
  private keep({ actions, afterSpeech }: SipgateAiflowResponse): void {
    if (this.call.maySpeak(this.last.signal) === 'never') return;
    this.call.keepLate(actions);
    this.call.defer(afterSpeech);
  }

  private async close(actions: AiflowAction[]): Promise<void> {
    if (!this.open) return;
    this.open = false;
    for (const turn of this.options.turns) turn.answered = true;
    for (const stop of this.timers) stop();
    const ready = this.call.upToFarewell(mergeSpeech(actions));
    this.call.sent(ready);
    const released = this.mute ? [] : this.call.upToFarewell(this.call.takeDeferred());
    this.call.sent(released);
    await this.options.answer([...ready, ...released]);
  }
}
