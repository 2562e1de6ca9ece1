/** What the gateway makes of the caller: words, noises and keys, as far as they are listened to (spec 3.2, 3.3, 6.1). */
import type { EntryFields } from '../call-log';
import type { ResolvedCallOptions } from '../call-options';
import type { RoomHost } from '../network';
import type { Playback } from '../playback';
import type { BotWire, Delivery } from './bot-wire';
import { Digits } from './digits';
import type { ResolvedGatewayOptions } from './options';
import { Recogniser } from './recogniser';
import type { Scope } from './scope';
import { SpeechActivity } from './speech-activity';
import type { Announcement } from './wire';

/** What this side needs of the conversation around it. */
export interface CallerHost extends RoomHost {
  /** Whether nothing of the caller concerns the bot: not answered yet, being transferred, being hung up on. */
  readonly isDeaf: boolean;
  /** The caller does something: nobody need ask whether they are still there. */
  callerActs(): void;
  /** Sends something that the bot should react to. */
  ask(announcement: Announcement, by: EntryFields['turn']['by']): Delivery;
  /** Sends something that the bot may react to or not. */
  inform(announcement: Announcement): void;
}

export class CallerSide {
  readonly recogniser: Recogniser;
  readonly #host: CallerHost;
  readonly #gateway: ResolvedGatewayOptions;
  readonly #scope: Scope;
  readonly #playback: Playback;
  readonly #wire: BotWire;
  readonly #activity: SpeechActivity;
  readonly #digits: Digits;
  #heardText = '';

  constructor(
    host: CallerHost,
    { clock }: ResolvedCallOptions,
    gateway: ResolvedGatewayOptions,
    parts: { scope: Scope; playback: Playback; wire: BotWire },
  ) {
    this.#host = host;
    this.#gateway = gateway;
    this.#scope = parts.scope;
    this.#playback = parts.playback;
    this.#wire = parts.wire;
    this.recogniser = new Recogniser(clock, parts.scope, parts.playback, {
      hypothesis: (text) => this.#hypothesis(text),
      recognised: (text) => this.#recognised(text),
      speechBegins: () => host.callerActs(),
      changed: () => host.changed(),
    });
    this.#activity = new SpeechActivity(clock, parts.scope, (name) => host.inform({ type: 'event', name }));
    this.#digits = new Digits(clock, parts.scope, gateway.dtmfAckTimeoutMs, {
      send: (announcement) => host.ask(announcement, 'keys'),
      changed: () => host.changed(),
    });
  }

  /** Whether words or keys are collected and more of them are waited for. */
  get collects(): boolean {
    return this.recogniser.joins || this.#digits.collects;
  }

  voiceStarts(text: string, durationMs: number): void {
    const words = text.split(/\s+/).filter(Boolean).length;
    this.recogniser.voiceStarts(text, durationMs);
    if (this.#gateway.audio.caller) this.#wire.media?.voice(durationMs);
    this.#playback.voiceStarts([...text].length, durationMs, words);
  }

  voiceNoticed(): void {
    if (!this.#host.isDeaf) this.#activity.voice();
  }

  voiceEnds(): boolean {
    const interrupted = this.#playback.voiceEnds();
    const heard = this.recogniser.voiceEnds(interrupted);
    this.#heardText = this.#host.isDeaf ? '' : heard;
    this.#activity.silence();
    return interrupted;
  }

  async understood(text: string, bargedIn: boolean): Promise<void> {
    const heard = this.#heardText;
    this.#heardText = '';
    if (heard === '' || this.#host.isDeaf) {
      this.#host.log.add('understood', { text, bargedIn, delivered: false });
      return;
    }
    this.#host.log.add('understood', { text: heard, bargedIn, delivered: true });
    // The bot recognises by itself what it has received as audio.
    if (this.#gateway.audio.caller) return this.#host.log.add('turn', { by: 'speech' });
    await this.recogniser.utterance(heard);
  }

  async presses(digit: string): Promise<void> {
    this.#host.log.add('presses', { digit });
    if (this.#host.isDeaf) return;
    const endsUtterance = this.#scope.get<string>('continuousASRDigits')?.includes(digit);
    if (endsUtterance && (await this.recogniser.flush())) return;
    const interrupts = this.#scope.flag('bargeInOnDTMF');
    const isProtected = this.#playback.current !== undefined || !this.recogniser.isOpen;
    const off = this.#offFor(isProtected && !interrupts);
    if (off) {
      const sentence = `The key ${digit} is not passed on to the bot: ${off} is off.`;
      return this.#host.log.add('warning', { sentence });
    }
    this.#host.callerActs();
    if (this.#playback.current) {
      this.#playback.stop('caller');
      this.recogniser.open();
    }
    await this.#digits.press(digit);
  }

  /** Prompts begin: without barge-in the caller is not listened to (spec 6.1). */
  promptBegins(): void {
    this.recogniser.close();
    if (!this.#scope.flag('bargeIn')) this.#wire.media?.closeUserStream();
  }

  /** ... and are over: it is the caller's turn. */
  promptsAreOver(): void {
    this.recogniser.open();
    if (this.#gateway.audio.caller) this.#wire.media?.openUserStream();
  }

  /** Words that the bot's own recogniser hears interrupt as those of the gateway's do (spec 2.5). */
  botHears(text: string): void {
    if (text !== '' && this.#scope.flag('bargeIn')) this.#playback.stop('caller');
  }

  /** The bot's own recogniser has the whole utterance. */
  botRecognised(): void {
    if (!this.#scope.flag('bargeIn')) this.#wire.media?.closeUserStream();
  }

  stop(): void {
    this.recogniser.stop();
    this.#digits.stop();
    this.#activity.stop();
  }

  #offFor(isProtected: boolean): string | undefined {
    if (isProtected) return 'bargeInOnDTMF';
    return this.#scope.flag('sendDTMF') ? undefined : 'sendDTMF';
  }

  async #recognised(text: string): Promise<void> {
    this.recogniser.close();
    const { confidence } = this.#gateway;
    const recognitionOutput = { type: 'phone-simulator', results: [{ transcript: text, confidence }] };
    const parameters = { confidence, recognitionOutput };
    await this.#host.ask({ type: 'message', text, parameters }, 'speech').out;
  }

  #hypothesis(text: string): void {
    if (this.#host.isDeaf) return;
    const value = { text, stability: 0.9, confidence: 0.42 };
    this.#host.inform({ type: 'event', name: 'speechHypothesis', value });
  }
}
