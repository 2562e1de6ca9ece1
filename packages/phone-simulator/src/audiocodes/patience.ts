/** The gateway's timers: how long it waits for the caller, and how long for the bot (spec 5.5, 5.6, 6.2). */
import type { Clock, TimerHandle } from '../clock';
import type { Scope } from './scope';

export interface PatienceListener {
  /** The caller has been silent for `userNoInputTimeoutMS`, for the `count`th time in a row. */
  callerSilent(count: number): void;
  /** ... and for `userNoInputGiveUpTimeoutMS`: the call ends. */
  callerGivenUp(): void;
  /** The bot has played nothing for `botNoInputTimeoutMS`. */
  botSlow(): void;
  /** ... and for `botNoInputGiveUpTimeoutMS`: the call ends. */
  botGivenUp(): void;
  /** The bot has played nothing for `resumeRecognitionTimeoutMS`: the caller may talk again. */
  resumed(): void;
  /** A timer began or ended: that may change the pace of time. */
  changed(): void;
}

/**
 * ```
 *            prompts are over                 activity sent
 *   idle -------------------> for the caller ---------------> for the bot
 *     ^                            | speech, key                  | something plays
 *     +----------------------------+------------------------------+
 * ```
 */
export class Patience {
  readonly #clock: Clock;
  readonly #scope: Scope;
  readonly #listener: PatienceListener;
  #waitsFor: 'nobody' | 'caller' | 'bot' = 'nobody';
  #timers: Record<string, TimerHandle> = {};
  #silences = 0;
  /** The silence has run out once since the last prompt: somebody may be about to say something. */
  #reported = false;
  #botPrompts = 0;

  constructor(clock: Clock, scope: Scope, listener: PatienceListener) {
    this.#clock = clock;
    this.#scope = scope;
    this.#listener = listener;
  }

  /** Whether a timer for the caller runs, and the bot has not just been told of a silence. */
  get forCaller(): boolean {
    return this.#waitsFor === 'caller' && !this.#reported && Object.keys(this.#timers).length > 0;
  }

  get forBot(): boolean {
    return this.#waitsFor === 'bot';
  }

  /** What was queued has been played: from now on the caller is expected to say something. */
  promptsAreOver(): void {
    this.#wait('caller');
    this.#armCallerTimer();
    this.#arm('giveUp', 'userNoInputGiveUpTimeoutMS', () => this.#listener.callerGivenUp());
    this.#listener.changed();
  }

  /** The caller speaks or presses a key. */
  callerActs(): void {
    this.#silences = 0;
    if (this.#waitsFor === 'caller') this.#wait('nobody');
  }

  /** Something was sent that the bot should react to. */
  botIsAsked(): void {
    this.#wait('bot');
    this.#botPrompts = 0;
    this.#armBotTimers();
    this.#listener.changed();
  }

  /** The gateway's own prompt for a slow bot is over; recognition resumes that much later (spec 5.6). */
  delayPromptIsOver(): void {
    if (this.#waitsFor !== 'bot') return;
    this.#armBotTimers();
  }

  /** The bot plays something. */
  botActs(): void {
    if (this.#waitsFor === 'bot') this.#wait('nobody');
  }

  /** Stops everything, for good or for a transfer. */
  stop(): void {
    this.#wait('nobody');
  }

  #wait(whom: 'nobody' | 'caller' | 'bot'): void {
    for (const timer of Object.values(this.#timers)) this.#clock.clearTimeout(timer);
    this.#timers = {};
    this.#reported = false;
    this.#waitsFor = whom;
  }

  #arm(name: string, parameter: string, run: () => void): void {
    this.#clock.clearTimeout(this.#timers[name]);
    delete this.#timers[name];
    const delayMs = this.#scope.number(parameter);
    if (delayMs <= 0) return;
    this.#timers[name] = this.#clock.setTimeout(() => {
      delete this.#timers[name];
      run();
      this.#listener.changed();
    }, delayMs);
  }

  /** The first time and `userNoInputRetries` times more. */
  #armCallerTimer(): void {
    if (this.#silences > this.#scope.number('userNoInputRetries')) return;
    this.#arm('silent', 'userNoInputTimeoutMS', () => {
      this.#silences++;
      this.#reported = true;
      this.#armCallerTimer();
      this.#listener.callerSilent(this.#silences);
    });
  }

  #armBotTimers(): void {
    this.#arm('resume', 'resumeRecognitionTimeoutMS', () => this.#listener.resumed());
    if (!this.#timers.giveUp) {
      this.#arm('giveUp', 'botNoInputGiveUpTimeoutMS', () => this.#listener.botGivenUp());
    }
    if (this.#botPrompts > this.#scope.number('botNoInputRetries')) return;
    this.#arm('slow', 'botNoInputTimeoutMS', () => {
      this.#botPrompts++;
      this.#listener.botSlow();
    });
  }
}
