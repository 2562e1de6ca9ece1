/** `voiceDetected` and `silenceDetected`, where the administrator and the bot want them (spec 3.8, 5.4). */
import type { Clock, TimerHandle } from '../clock';
import type { Scope } from './scope';

export class SpeechActivity {
  readonly #clock: Clock;
  readonly #scope: Scope;
  readonly #tell: (name: 'voiceDetected' | 'silenceDetected') => void;
  #timer: TimerHandle;

  constructor(clock: Clock, scope: Scope, tell: (name: 'voiceDetected' | 'silenceDetected') => void) {
    this.#clock = clock;
    this.#scope = scope;
    this.#tell = tell;
  }

  /** Somebody has begun to speak. */
  voice(): void {
    this.#after('speechActivityVoicePeriodMS', 'voiceDetected');
  }

  /** ... and has stopped. */
  silence(): void {
    this.#after('speechActivitySilencePeriodMS', 'silenceDetected');
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  #after(period: string, name: 'voiceDetected' | 'silenceDetected'): void {
    this.stop();
    if (!this.#scope.flag('enableSpeechDetectionEvent') || !this.#scope.wants(name)) return;
    this.#timer = this.#clock.setTimeout(() => this.#tell(name), this.#scope.number(period));
  }
}
