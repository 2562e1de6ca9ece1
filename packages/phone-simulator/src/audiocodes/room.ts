/** AudioCodes behind the seam: one conversation between a caller and a bot, as the gateway conducts it. */
import { randomUUID } from 'node:crypto';
import type { EndedBy, WireMessage } from '../call-log';
import type { ResolvedCallOptions } from '../call-options';
import type { TimerHandle } from '../clock';
import type { CallOutcome, NetworkRoom, RoomHost } from '../network';
import type { CutBy, Playback } from '../playback';
import type { BotWire, Delivery } from './bot-wire';
import { CallerSide } from './caller-side';
import { Credentials } from './credentials';
import { GatewaySide } from './gateway-side';
import type { PlayedStream } from './media-streams';
import { openBotWire } from './open-wire';
import { type ResolvedGatewayOptions, resolveGatewayOptions } from './options';
import { Patience } from './patience';
import type { Prompt } from './prompts';
import { Scope } from './scope';
import { callDetails } from './start-activity';
import type { Activity, Announcement, BotActivity, EndReason } from './wire';
import { readActivities } from './wire-rules';

export class AudiocodesRoom implements NetworkRoom {
  readonly #host: RoomHost;
  readonly #options: ResolvedCallOptions;
  readonly #gateway: ResolvedGatewayOptions;
  readonly #scope: Scope;
  readonly #wire: BotWire;
  readonly #side: GatewaySide;
  readonly #caller: CallerSide;
  readonly #patience: Patience;
  readonly #seenIds = new Set<string>();
  #state: 'new' | 'ringing' | 'answered' | 'over' = 'new';
  #end: EndReason | undefined;
  #ringTimer: TimerHandle;
  #batch = 0;
  /** Arrays are done one after another, also when a file has to be fetched. */
  #work: Promise<void> = Promise.resolve();

  constructor(host: RoomHost, options: ResolvedCallOptions) {
    const instant = options.playback === 'instant';
    const { clock } = options;
    this.#host = host;
    this.#options = options;
    this.#gateway = resolveGatewayOptions(options.audiocodes, instant);
    this.#scope = new Scope(this.#gateway.config);
    const credentials = new Credentials({ token: options.token, oauth: this.#gateway.oauth });
    this.#wire = openBotWire(options, this.#gateway, credentials);
    this.#side = new GatewaySide(
      {
        log: host.log,
        ear: host.ear,
        end: (by, reason, cutBy, tell) => host.end(by, reason, cutBy, tell),
        changed: () => host.changed(),
        inform: (announcement) => void this.#send(announcement),
        answer: () => this.#answer(),
        promptBegins: (prompt) => this.#promptBegins(prompt),
        promptsAreOver: () => this.#promptsAreOver(),
        deaf: () => this.#listenNoMore(),
        comeBack: (announcement) => void this.#ask(announcement, 'start'),
        finish: (by, reason, cutBy, end) => this.#finish(by, reason, cutBy, end),
      },
      options,
      this.#gateway,
      this.#scope,
    );
    const isDeaf = () => !this.answered || this.ringing || this.#side.isLeaving;
    this.#caller = new CallerSide(
      {
        log: host.log,
        ear: host.ear,
        end: (by, reason, cutBy, tell) => host.end(by, reason, cutBy, tell),
        changed: () => host.changed(),
        get isDeaf() {
          return isDeaf();
        },
        callerActs: () => this.#patience.callerActs(),
        ask: (announcement, by) => this.#ask(announcement, by),
        inform: (announcement) => void this.#send(announcement),
      },
      options,
      this.#gateway,
      { scope: this.#scope, playback: this.playback, wire: this.#wire },
    );
    this.#patience = new Patience(clock, this.#scope, {
      callerSilent: (count) => this.#callerSilent(count),
      callerGivenUp: () => this.#giveUp('the caller said nothing for too long'),
      botSlow: () => this.#ownPrompt('botNoInputSpeech', 'botNoInputUrl'),
      botGivenUp: () => this.#giveUp('the bot played nothing for too long'),
      resumed: () => this.#resume(),
      changed: () => host.changed(),
    });
  }

  get playback(): Playback {
    return this.#side.playback;
  }

  get answered(): boolean {
    return this.#state === 'answered';
  }

  get ringing(): boolean {
    return this.#side.ringing;
  }

  get pending(): number {
    return this.#wire.pending;
  }

  get awaitsCaller(): boolean {
    if (this.pending > 0 || this.#patience.forBot) return false;
    return this.#patience.forCaller || this.#caller.collects;
  }

  get endOfTurnMs(): number {
    return this.#options.talking === 'instant' ? 0 : this.#options.endOfTurnMs;
  }

  /** The end, and what the bot has said of the call for whoever ordered it (spec 4.4, 7.8). */
  get outcome(): CallOutcome {
    return {
      reasonCode: this.#end?.reasonCode,
      reason: this.#end?.reason,
      result: this.#scope.get<string>('botOperationResult'),
      data: this.#scope.get<string>('botOperationData'),
    };
  }

  async open(): Promise<void> {
    await this.#wire.open({
      activities: (json, when) => {
        const batch = ++this.#batch;
        this.#work = this.#work.then(() => this.#receive(json, when !== 'after_end', batch));
      },
      violation: (rule, sentence, spec) => this.#host.log.violation(rule, sentence, spec),
      warning: (sentence) => this.#host.log.add('warning', { sentence }),
      response: (to, status, elapsedMs) => this.#host.log.add('response', { to, status, elapsedMs }),
      audio: {
        played: (stream) => this.#playStream(stream),
        hypothesis: (text) => this.#caller.botHears(text),
        recognised: () => this.#caller.botRecognised(),
      },
      failed: (reason) => {
        this.#finish('network', reason, 'call_end', { reasonCode: 'error', reason });
      },
    });
    const { dialout } = this.#gateway;
    if (dialout?.announce) await this.#send(this.#details('dialoutInitiated')).out;
    const failure = await dialout?.callee;
    if (this.#state === 'over') return;
    if (failure) {
      const reason = `the call was not answered (${failure.reasonCode})`;
      return this.#finish('network', reason, 'call_end', failure);
    }
    await this.#begin();
  }

  voiceStarts(text: string, durationMs: number): void {
    this.#caller.voiceStarts(text, durationMs);
  }

  async voiceNoticed(): Promise<void> {
    this.#caller.voiceNoticed();
  }

  voiceEnds(): boolean {
    return this.#caller.voiceEnds();
  }

  understood(text: string, bargedIn: boolean): Promise<void> {
    return this.#caller.understood(text, bargedIn);
  }

  presses(digit: string): Promise<void> {
    return this.#caller.presses(digit);
  }

  /** Sends anything, as it is: a way to try what a gateway of another version might say. */
  async inject(message: WireMessage): Promise<void> {
    await this.#send(message as unknown as Announcement).out;
  }

  disconnect(reasonCode: string, reason: string): void {
    const end: EndReason = { reasonCode: reasonCode as EndReason['reasonCode'], reason };
    this.#finish('network', reason, 'call_end', end);
  }

  /** The connection to the bot breaks; only a WebSocket conversation notices (spec 2.8). */
  breakConnection(): void {
    this.#wire.breakConnection?.();
  }

  stop(cutBy: CutBy): void {
    this.#state = 'over';
    this.#options.clock.clearTimeout(this.#ringTimer);
    this.#listenNoMore();
    this.#side.stop(cutBy);
  }

  async letGo(tell: boolean, by: EndedBy, reason: string): Promise<void> {
    if (!tell) return this.#wire.close();
    this.#end ??= defaultEnd(by, reason);
    await this.#wire.end(this.#end);
  }

  /** The conversation begins: the caller rings, or the callee has answered (spec 3.1). */
  async #begin(): Promise<void> {
    const { clock, direction } = this.#options;
    const { welcome, sendStart, firstMessage, ringMs } = this.#gateway;
    this.#state = 'ringing';
    this.#host.ear.connected(clock.now());
    const connectsOnPrompt = this.#scope.get<boolean>('connectOnPrompt') && direction === 'inbound';
    if (connectsOnPrompt) {
      const gaveUp = () => this.#finish('caller', 'nobody answered the call', 'call_end', CALLER_ENDS);
      this.#ringTimer = clock.setTimeout(gaveUp, ringMs);
    } else this.#answer();
    if (welcome) this.#side.play(this.#side.prompts.own(welcome));
    if (sendStart) await this.#ask(this.#details('start'), 'start').out;
    if (firstMessage) await this.#ask({ type: 'message', text: firstMessage }, 'speech').out;
    if (!sendStart && !firstMessage) this.#answer();
    // The caller's first words are not waited for, unless barge-in or the administrator says so (spec 7.7).
    if (this.#scope.flag('dialoutStartRecognitionOnConnect')) this.#caller.recogniser.open();
  }

  #details(name: string): Announcement {
    return { type: 'event', name, parameters: callDetails(this.#options, this.#gateway, this.#language()) };
  }

  #language(): string {
    return this.#scope.get<string>('language') ?? this.#options.language ?? 'de-DE';
  }

  #answer(): void {
    if (this.#state !== 'ringing') return;
    this.#state = 'answered';
    this.#options.clock.clearTimeout(this.#ringTimer);
    this.#host.log.add('connected', { again: false });
    this.#host.changed();
  }

  async #receive(json: unknown, inCall: boolean, batch: number): Promise<void> {
    const idsRequired = this.#wire.kind !== 'ws';
    const { config: configured } = this.#gateway;
    const reading = readActivities(json, { idsRequired, seen: this.#seenIds, configured });
    for (const { rule, sentence, spec } of reading.violations) this.#host.log.violation(rule, sentence, spec);
    for (const sentence of reading.warnings) this.#host.log.add('warning', { sentence });
    for (const activity of reading.activities) {
      if (!inCall) continue;
      if (this.#state === 'over') this.#side.judgeLate(activity);
      else if (this.#state === 'new' && isHeard(activity)) {
        this.#host.log.violation('early.prompt', 'The bot speaks before anybody has answered.', '7.5');
      } else await this.#side.do(activity, batch);
    }
  }

  #promptBegins(prompt: Prompt): void {
    if (prompt.batch !== undefined) this.#patience.botActs();
    this.#caller.promptBegins();
  }

  /** Audio of the bot, whole: heard behind what waits. */
  #playStream({ altText, durationMs, params }: PlayedStream): void {
    if (this.#state !== 'ringing' && this.#state !== 'answered') return;
    this.#side.play(this.#side.prompts.audio(altText, durationMs, params, ++this.#batch));
  }

  #promptsAreOver(): void {
    if (this.#state !== 'answered' || this.#side.isLeaving) return;
    this.#caller.promptsAreOver();
    if (this.#patience.forBot) this.#patience.delayPromptIsOver();
    else if (this.#scope.flag('expectAnotherBotMessage')) this.#patience.botIsAsked();
    else this.#patience.promptsAreOver();
  }

  #listenNoMore(): void {
    this.#patience.stop();
    this.#caller.stop();
  }

  #callerSilent(count: number): void {
    this.#host.log.add('input_timeout', {});
    if (this.#scope.wants('noUserInput') || this.#scope.flag('userNoInputSendEvent')) {
      void this.#send({ type: 'event', name: 'noUserInput', value: count });
    } else this.#ownPrompt('userNoInputSpeech', 'userNoInputUrl');
  }

  #resume(): void {
    this.#caller.recogniser.open();
    this.#ownPrompt('resumeRecognitionSpeech', 'resumeRecognitionPlayUrl');
  }

  /** A prompt of the gateway itself, in place of what did not come. */
  #ownPrompt(speech: string, file: string): void {
    const text = this.#scope.get<string>(speech);
    const url = this.#scope.get<string>(file);
    if (text) this.#side.play(this.#side.prompts.own(text));
    else if (url) void this.#playOwnFile(url);
  }

  async #playOwnFile(url: string): Promise<void> {
    const prompt = await this.#side.prompts.file(url, 'wav/lpcm16', undefined, {});
    if (this.#state === 'over') return;
    if (!('fault' in prompt)) return this.#side.play(prompt);
    this.#host.log.violation('params.url', `${url}: the audio ${prompt.fault}.`, '5.5');
  }

  #giveUp(reason: string): void {
    this.#finish('network', reason, 'call_end', { reasonCode: 'error', reason });
  }

  #finish(by: EndedBy, reason: string, cutBy: CutBy, end: EndReason): void {
    this.#end ??= end;
    this.#host.end(by, reason, cutBy, true);
  }

  /** Sends something that the bot should react to. */
  #ask(announcement: Announcement, by: 'start' | 'speech' | 'keys'): Delivery {
    if (this.#state === 'over') return GONE;
    this.#host.log.add('turn', { by });
    const delivery = this.#send(announcement);
    this.#patience.botIsAsked();
    return delivery;
  }

  #send(announcement: Announcement): Delivery {
    if (this.#state === 'over') return GONE;
    const { type, ...rest } = announcement;
    const activity: Activity = {
      id: randomUUID(),
      timestamp: new Date().toISOString(),
      language: this.#scope.get<string>('sttLanguage') ?? this.#language(),
      type,
      ...rest,
    };
    this.#host.log.add('event', { event: { ...activity } });
    return this.#wire.send(activity);
  }
}

const isHeard = ({ type, name }: BotActivity) => type === 'message' || name === 'playUrl';

const CALLER_ENDS: EndReason = { reasonCode: 'client-disconnected', reason: 'Client Side' };
const GONE: Delivery = { out: Promise.resolve(), acknowledged: Promise.resolve() };

function defaultEnd(by: EndedBy, reason: string): EndReason {
  if (by === 'caller') return CALLER_ENDS;
  return by === 'agent'
    ? { reasonCode: 'bot-disconnected', reason }
    : { reasonCode: by === 'transfer' ? 'transferred' : 'error', reason };
}
